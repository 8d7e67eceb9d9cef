"""A run's configuration as a form: which settings there are, what they may be, what they are.

The pieces and their fields come from the registries, so a new optimizer or generator brings its own
rows.  ``bpviz.present.edits`` is the way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bpviz.engine.registries import REGULARIZERS
from bpviz.present.form import Choice, Form, Group, Row, RowAction, Section
from bpviz.present.pieces import (
    Pieces,
    choice_row,
    choices_of,
    hidden_activations,
    option_rows,
    registered_pieces,
)
from bpviz.registry import Field
from bpviz.text import N_
from bpviz.training.config import LayerConfig, RunConfig

MAX_HIDDEN_LAYERS = 8
MAX_UNITS = 1024
GIVEN_START = "given"

_CATEGORIES = {
    "classification": N_("Classification"),
    "regression": N_("Regression"),
    "sequence": N_("Sequences"),
    "bundled": N_("Real data"),
}
_STANDARDIZE = (Choice("auto", N_("automatic")), Choice("on", N_("on")), Choice("off", N_("off")))
_STANDARDIZE_NAMES = {None: "auto", True: "on", False: "off"}
_SEED = Field("seed", N_("Seed"), "int", 0, 0, 2**31 - 1, help=N_("The same seed gives the same numbers."))


def build_form(
    config: RunConfig,
    pieces: Pieces | None = None,
    *,
    columns: tuple[str, ...] = (),
    presets: Iterable[Choice] = (),
) -> Form:
    """Return the form that shows ``config``.

    Parameters
    ----------
    columns : tuple of str
        The columns of the file that is open, to choose the target from.
    """
    known = pieces or registered_pieces()
    sections: tuple[Section, ...]
    if config.function is not None:
        sections = (_function_section(config, known), _learning_section(config, known), _stop_section(config))
    else:
        sections = (
            _data_section(config, known, columns),
            _network_section(config, known),
            _learning_section(config, known),
            _stop_section(config),
        )
    value, label = _data_name(config, known)
    return Form(sections, value, label, _data_groups(known), tuple(presets))


def _data_name(config: RunConfig, pieces: Pieces) -> tuple[str, str]:
    if config.function is not None:
        return config.function, pieces.functions[config.function].label
    if config.data.path is not None:
        return "", Path(config.data.path).name
    return config.data.name, pieces.datasets[config.data.name].label


def _data_groups(pieces: Pieces) -> tuple[Group, ...]:
    groups: dict[str, list[Choice]] = {}
    for entry in pieces.datasets:
        title = _CATEGORIES.get(entry.extra.get("category", ""), N_("Data sets"))
        groups.setdefault(title, []).append(Choice(entry.name, entry.label, entry.help))
    named = [Group(title, tuple(choices)) for title, choices in groups.items()]
    functions = choices_of(pieces.functions)
    return (*named, Group(N_("Functions"), functions, folded=True)) if functions else tuple(named)


def _data_section(config: RunConfig, pieces: Pieces, columns: tuple[str, ...]) -> Section:
    data = config.data
    if data.path is not None:
        rows = _file_rows(config, columns)
    else:
        entry = pieces.datasets[data.name]
        chosen = choice_row("data", N_("Data set"), data.name, choices_of(pieces.datasets))
        rows = [chosen, *option_rows("data", entry, data.options)]
    share = Field(
        "test_share",
        N_("Test share"),
        "float",
        0.5,
        0.0,
        0.95,
        high=0.9,
        step=0.05,
        unit="%",
        help=N_("The part of the samples kept for testing, never trained on."),
    )
    rows.append(Row("test_share", share, data.test_share, scale=100.0))
    rows.append(_batch_row(config))
    rows.append(
        choice_row(
            "standardize",
            N_("Standardize"),
            _STANDARDIZE_NAMES[data.standardize],
            _STANDARDIZE,
            help=N_("Features to mean 0, deviation 1; automatic does what suits the data set."),
        )
    )
    shuffle = Field("shuffle", N_("Shuffle"), "bool", True, help=N_("A new order of the samples each epoch."))
    rows.append(Row("shuffle", shuffle, config.shuffle))
    if not any(row.key == "data.seed" for row in rows):
        rows.append(Row("data_seed", _SEED, data.seed))
    return Section(N_("Data"), tuple(rows))


def _file_rows(config: RunConfig, columns: tuple[str, ...]) -> list[Row]:
    path = str(config.data.path)
    name = Field("file", N_("File"), "text", "", help=path)
    target = str(config.data.options.get("target") or (columns[-1] if columns else ""))
    rows = [Row("file", name, Path(path).name, enabled=False)]
    offered = columns or ((target,) if target else ())
    if offered:
        choices = tuple(Choice(column, column) for column in offered)
        label_help = N_("The column that the network is to predict.")
        rows.append(choice_row("data.target", N_("Target"), target, choices, help=label_help))
    return rows


def _batch_row(config: RunConfig) -> Row:
    field = Field(
        "batch_size",
        N_("Batch size"),
        "int",
        10,
        1,
        1_000_000,
        low=1,
        high=1000,
        logarithmic=True,
        help=N_("How many samples make one update; empty takes the whole set."),
    )
    return Row("batch_size", field, config.live.batch_size, live=True, off_label=N_("whole set"))


def _network_section(config: RunConfig, pieces: Pieces) -> Section:
    count = Field(
        "hidden_layers",
        N_("Hidden layers"),
        "int",
        2,
        0,
        MAX_HIDDEN_LAYERS,
        help=N_("How many layers lie between input and output."),
    )
    rows = [Row("hidden_layers", count, len(config.layers), actions=_count_actions(config))]
    for index, layer in enumerate(config.layers):
        rows += _layer_rows(index, layer, pieces)
    output = (Choice("auto", N_("automatic")), *choices_of(pieces.activations))
    rows.append(
        choice_row(
            "output_activation",
            N_("Output"),
            config.output_activation,
            output,
            help=N_("The activation of the last layer; automatic fits it to the loss."),
        )
    )
    rows += _start_rows(config, pieces)
    seed = Field(
        "seed", N_("Seed"), "int", 0, 0, 2**31 - 1, help=N_("For the first weights and the shuffling.")
    )
    rows.append(Row("seed", seed, config.seed))
    bits = tuple(Choice(b, label) for b, label in (("64", N_("64 bit")), ("32", N_("32 bit"))))
    rows.append(
        choice_row(
            "precision",
            N_("Precision"),
            str(config.precision),
            bits,
            help=N_("How many bits hold a number; 32 is faster, 64 exact to 16 digits."),
        )
    )
    return Section(N_("Network"), tuple(rows))


def _start_rows(config: RunConfig, pieces: Pieces) -> list[Row]:
    """How the first weights are drawn; numbers that were given one by one are not drawn at all."""
    drawn = choices_of(pieces.initializers)
    tip = N_("How the first weights are drawn.")
    if config.start is not None:
        given = Choice(GIVEN_START, N_("as given"), N_("Number by number; another choice draws them anew."))
        return [choice_row("initializer", N_("Start"), GIVEN_START, (given, *drawn), help=tip)]
    chosen = choice_row("initializer", N_("Start"), config.initializer, drawn, help=tip)
    entry = pieces.initializers[config.initializer]
    return [chosen, *option_rows("initializer", entry, config.initializer_options)]


def _count_actions(config: RunConfig) -> tuple[RowAction, ...]:
    count = len(config.layers)
    return (
        RowAction("hidden_layers", count - 1, "minus", N_("Take away the last hidden layer"), count > 0),
        RowAction("hidden_layers", count + 1, "plus", N_("Add a hidden layer"), count < MAX_HIDDEN_LAYERS),
    )


def _layer_rows(index: int, layer: LayerConfig, pieces: Pieces) -> list[Row]:
    number = (("number", index + 1),)
    units = Field(
        f"layer.{index}.units",
        N_("Layer {number}"),
        "int",
        8,
        1,
        MAX_UNITS,
        help=N_("Units of hidden layer {number}"),
    )
    activation = choice_row(
        f"layer.{index}.activation",
        N_("Activation of layer {number}"),
        layer["activation"],
        hidden_activations(pieces),
        label_fields=number,
        joined=True,
        help=N_("Activation of hidden layer {number}"),
    )
    return [Row(units.name, units, layer["units"], label_fields=number), activation]


def _learning_rate_row(config: RunConfig) -> Row:
    field = Field(
        "learning_rate",
        N_("Learning rate η"),
        "float",
        0.03,
        0.0,
        None,
        exclusive_minimum=True,
        low=1e-5,
        high=10.0,
        logarithmic=True,
        help=N_("How far a step goes along the negative gradient."),
    )
    return Row("learning_rate", field, config.live.learning_rate, live=True)


def _learning_section(config: RunConfig, pieces: Pieces) -> Section:
    optimizer = choice_row(
        "optimizer",
        N_("Optimizer"),
        config.optimizer,
        choices_of(pieces.optimizers),
        help=N_("How the gradient becomes a step."),
    )
    rows = [
        optimizer,
        *option_rows("optimizer", pieces.optimizers[config.optimizer], config.optimizer_options),
    ]
    rows.append(_learning_rate_row(config))
    if config.function is None:
        losses = (Choice("auto", N_("automatic")), *choices_of(pieces.losses))
        rows.append(
            choice_row(
                "loss",
                N_("Loss function"),
                config.loss,
                losses,
                help=N_("What is to become small; automatic fits it to the task."),
            )
        )
        rows += _penalty_rows(config)
    return Section(N_("Learning"), tuple(rows))


def _penalty_rows(config: RunConfig) -> list[Row]:
    """A row for each field of a regularizer."""
    given = config.live.penalties
    return [
        Row(field.name, field, given.get(field.name, field.default), live=True)
        for entry in REGULARIZERS
        for field in entry.fields
    ]


def _stop_section(config: RunConfig) -> Section:
    stop, never = config.stop, N_("never")
    iterations = Field("iterations", N_("At iteration"), "int", 1000, 1, help=N_("The run stops there."))
    loss = Field("loss", N_("Loss below"), "float", 0.01, help=N_("The run stops once the loss is below."))
    tolerance = Field(
        "tolerance",
        N_("No fall of"),
        "float",
        1e-4,
        0.0,
        help=N_("The run stops once the loss has not fallen by this much for some evaluations."),
    )
    patience = Field(
        "patience", N_("for evaluations"), "int", 20, 1, help=N_("How many evaluations to wait.")
    )
    return Section(
        N_("Stop"),
        (
            Row("stop.iterations", iterations, stop.iterations, live=True, off_label=never),
            Row("stop.loss", loss, stop.loss, live=True, off_label=never),
            Row("stop.tolerance", tolerance, stop.tolerance, live=True, off_label=never),
            Row("stop.patience", patience, stop.patience, live=True, enabled=stop.tolerance is not None),
        ),
    )


def _function_section(config: RunConfig, pieces: Pieces) -> Section:
    name = str(config.function)
    function = pieces.functions[name].make()
    rows = [choice_row("function", N_("Function"), name, choices_of(pieces.functions))]
    start, domain = config.start or function.start, function.domain
    for index, value in enumerate(start):
        low, high = domain[index] if index < len(domain) else (None, None)
        field = Field(
            f"start.{index}",
            N_("Start {variable}"),
            "float",
            value,
            low=low,
            high=high,
            help=N_("Where it begins."),
        )
        letter = "xyz"[index] if index < 3 else f"x{index + 1}"
        rows.append(Row(field.name, field, value, label_fields=(("variable", letter),)))
    return Section(N_("Function"), tuple(rows))
