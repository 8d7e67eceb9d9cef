"""A run's configuration as a form: which settings there are, what they may be, what they are.

The pieces and their fields come from the registries, so a new optimizer or generator brings its own
rows.  ``bpviz.present.setup.edits`` is the way back.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bpviz.present.setup.form import Choice, Form, Group, Row, Section
from bpviz.present.setup.learning import learning_section
from bpviz.present.setup.network import network_section
from bpviz.present.setup.over_time import over_time_rows
from bpviz.present.setup.pieces import Pieces, choice_row, choices_of, option_rows, registered_pieces
from bpviz.registry import Field
from bpviz.text import N_
from bpviz.training.config import DEFAULT_BATCH, RunConfig

_CATEGORIES = {
    "classification": N_("Classification"),
    "regression": N_("Regression"),
    "sequence": N_("Sequences"),
    "bundled": N_("Real data"),
}
_STANDARDIZE = (Choice("auto", N_("automatic")), Choice("on", N_("on")), Choice("off", N_("off")))
_STANDARDIZE_NAMES = {None: "auto", True: "on", False: "off"}
_SEED = Field("seed", N_("Seed"), "int", 0, 0, 2**31 - 1, help=N_("The same seed gives the same numbers."))
_EARLY = Field(
    "early",
    N_("Early stopping after"),
    "int",
    None,
    1,
    10**9,
    help=N_(
        "Early stopping counts the evaluations in a row without a better test loss; "
        "after so many the run stops and goes back to the best."
    ),
)


def build_form(
    config: RunConfig,
    pieces: Pieces | None = None,
    *,
    columns: tuple[str, ...] = (),
    presets: Iterable[Choice] = (),
    samples: int | None = None,
) -> Form:
    """Return the form that shows ``config``.

    Parameters
    ----------
    columns : tuple of str
        The columns of the file that is open, to choose the target from.
    samples : int, optional
        How many training samples there are: no batch has more.
    """
    known = pieces or registered_pieces()
    sections: tuple[Section, ...]
    if config.function is not None:
        sections = (_function_section(config, known), learning_section(config, known), _stop_section(config))
    else:
        sections = (
            _data_section(config, known, columns, samples),
            network_section(config, known),
            learning_section(config, known),
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


def _data_section(
    config: RunConfig, pieces: Pieces, columns: tuple[str, ...], samples: int | None
) -> Section:
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
    rows.append(_batch_row(config, samples))
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
    return rows + over_time_rows(config.data.options, columns)


def _batch_row(config: RunConfig, samples: int | None) -> Row:
    field = Field(
        "batch_size",
        N_("Batch size"),
        "int",
        DEFAULT_BATCH,
        1,
        1_000_000,
        low=1,
        high=1000,
        logarithmic=True,
        help=N_("How many samples make one update; empty takes the whole set."),
    )
    whole = N_("whole set")
    return Row("batch_size", field, config.live.batch_size, live=True, off_label=whole, most=samples)


def _stop_section(config: RunConfig) -> Section:
    stop, never = config.stop, N_("never")
    iterations = Field("iterations", N_("At iteration"), "int", None, 1, help=N_("The run stops there."))
    loss = Field("loss", N_("Loss below"), "float", None, help=N_("The run stops once the loss is below."))
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
    rows = [
        Row("stop.iterations", iterations, stop.iterations, live=True, off_label=never),
        Row("stop.loss", loss, stop.loss, live=True, off_label=never),
        Row("stop.tolerance", tolerance, stop.tolerance, live=True, off_label=never),
        Row("stop.patience", patience, stop.patience, live=True, enabled=stop.tolerance is not None),
    ]
    if config.function is None:
        rows.append(Row("stop.early", _EARLY, stop.early, live=True, off_label=never))
    return Section(N_("Stop"), tuple(rows))


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
