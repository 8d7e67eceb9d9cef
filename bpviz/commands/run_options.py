"""The options that describe a run: shared by ``bpviz train`` and ``bpviz render``."""

from __future__ import annotations

import argparse
from typing import Any

from bpviz.commands.parser import help_text
from bpviz.data import GENERATORS, LOADERS
from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import (
    ACTIVATIONS,
    FUNCTIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from bpviz.registry import Field, Registry
from bpviz.text import tr
from bpviz.training.config import LayerConfig, LiveSettings, RunConfig
from bpviz.training.layer_spec import format_layer, format_layers
from bpviz.training.options import (
    DEFAULT_OPTIMIZER,
    GRADIENTS,
    NUMBERS,
    piece_fields,
    run_config,
    usual_rate,
)

_PREFIX = "run_"


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add every option of a run, those of the registries' pieces included."""
    parser.usage = tr("%(prog)s [options]")  # all of them would be forty lines
    _add_data(parser.add_argument_group(tr("data")))
    _add_network(parser.add_argument_group(tr("network")))
    _add_learning(parser.add_argument_group(tr("learning")))
    _add_end(parser.add_argument_group(tr("end and reproducibility")))
    _add_pieces(parser)


def config_of(arguments: argparse.Namespace) -> RunConfig:
    """Return the run that the parsed options describe.

    Raises
    ------
    UserError
        For a name or a value that cannot be taken.
    """
    given = vars(arguments)
    return run_config({name.removeprefix(_PREFIX): given[name] for name in given if name.startswith(_PREFIX)})


def _add(group: Any, name: str, **options: Any) -> None:
    group.add_argument("--" + name.replace("_", "-"), dest=_PREFIX + name, **options)


def _add_number(group: Any, name: str) -> None:
    field = NUMBERS[name]
    said = help_text(tr(field.help), field.default)
    _add(group, name, metavar="N" if field.kind == "int" else "X", help=said)


def _add_data(group: Any) -> None:
    default = RunConfig()
    _add(
        group,
        "data",
        metavar="NAME|FILE",
        help=help_text(tr("a data set by name, or a CSV or TSV file"), default.data.name, GENERATORS.names()),
    )
    _add_number(group, "test_share")
    _add(
        group,
        "standardize",
        action=argparse.BooleanOptionalAction,
        help=tr("mean 0 and deviation 1 for every feature (default: as the data set needs)"),
    )
    _add(
        group,
        "function",
        metavar="NAME",
        help=help_text(
            tr("descend a function instead of training a network, or a formula in x and y"),
            None,
            FUNCTIONS.names(),
        ),
    )
    _add(
        group,
        "start",
        metavar="X,Y,…",
        help=tr("where the descent starts: the function's variables, or all parameters of the network"),
    )


def _add_network(group: Any) -> None:
    default = RunConfig()
    _add(
        group,
        "layers",
        metavar="LAYERS",
        help=help_text(
            tr(
                "the hidden layers, a comma between them, each like one of these; further fields by name and "
                "value, “nobias” for none, “” for no hidden layer"
            ),
            f'"{format_layers(default.layers)}"',
            (format_layer(LayerConfig(kind)) for kind in LAYERS.names()),
        ),
    )
    _add(
        group,
        "output_activation",
        metavar="NAME",
        help=help_text(tr("activation of the output"), default.output_activation, ACTIVATIONS.names()),
    )
    _add(group, "output_bias", action=argparse.BooleanOptionalAction, help=tr("a bias in the output layer"))
    _add(
        group,
        "initializer",
        metavar="NAME",
        help=help_text(tr("how the weights start"), default.initializer, INITIALIZERS.names()),
    )
    _add(
        group,
        "initial_weights",
        metavar="F.safetensors",
        help=tr("start from these weights: W1, b1, W2, …"),
    )


def _add_learning(group: Any) -> None:
    default = RunConfig()
    _add(
        group,
        "loss",
        metavar="NAME",
        help=help_text(tr("the loss"), default.loss, ("auto", *LOSSES.names())),
    )
    _add(
        group,
        "optimizer",
        metavar="NAME",
        help=help_text(tr("the optimizer"), DEFAULT_OPTIMIZER, OPTIMIZERS.names()),
    )
    rate = NUMBERS["learning_rate"]
    _add(group, rate.name, metavar="X", help=help_text(tr(rate.help), _usual_rates(rate.default)))
    _add_number(group, "clip_value")
    _add_number(group, "clip_norm")
    _add(
        group,
        "schedule",
        metavar="NAME",
        help=help_text(tr("how the learning rate changes"), default.schedule, SCHEDULES.names()),
    )
    _add(
        group,
        "gradient",
        metavar="NAME",
        help=help_text(tr("how the gradient is found"), default.gradient, GRADIENTS),
    )
    _add_number(group, "gradient_step")
    _add(
        group,
        "batch_size",
        metavar="N|full",
        help=help_text(tr("samples of one update"), LiveSettings().batch_size),
    )
    _add(
        group,
        "shuffle",
        action=argparse.BooleanOptionalAction,
        help=tr("a new order of the samples in every epoch (default: on)"),
    )


def _usual_rates(common: float) -> str:
    """Return the learning rates where none is given: the common one, then those of optimizers."""
    own = {entry.name: usual_rate(entry) for entry in OPTIMIZERS}
    others = ", ".join(f"{name} {rate:g}" for name, rate in own.items() if rate != common)
    return f"{common:g}; {others}"


def _add_end(group: Any) -> None:
    for name in ("iterations", "stop_loss", "tolerance", "patience", "early_stopping", "seed", "data_seed"):
        _add_number(group, name)
    _add(
        group,
        "precision",
        metavar="32|64",
        help=help_text(tr("bits of every number"), RunConfig().precision),
    )


def _add_pieces(parser: argparse.ArgumentParser) -> None:
    """Add the fields of every piece, in a group a registry."""
    fields = piece_fields()
    for title, registry in _registries().items():
        group = parser.add_argument_group(title)
        for name in dict.fromkeys(field.name for entry in registry for field in entry.fields):
            if name in fields:
                _add_piece_field(group, name, fields.pop(name))


def _registries() -> dict[str, Registry[Any]]:
    return {
        tr("options of the data sets"): GENERATORS,
        tr("options of the file formats"): LOADERS,
        tr("options of the losses"): LOSSES,
        tr("options of the optimizers"): OPTIMIZERS,
        tr("options of the schedules"): SCHEDULES,
        tr("regularizers"): REGULARIZERS,
        tr("options of the initializers"): INITIALIZERS,
    }


def _add_piece_field(group: Any, name: str, uses: list[tuple[str, Field]]) -> None:
    field = uses[0][1]
    owners = [piece for piece, _field in uses]
    said = tr(field.help or field.label).rstrip(".。")
    if owners != [name]:  # a regularizer is its own option
        said += f" [{', '.join(owners)}]"
    said = help_text(said, _common_default(uses), field.choices)
    if field.kind == "bool":
        _add(group, name, action=argparse.BooleanOptionalAction, help=said)
    else:
        _add(group, name, metavar=_metavar(field), help=said)


def _common_default(uses: list[tuple[str, Field]]) -> object:
    """Return the default where all the pieces agree on one, and it is worth telling."""
    defaults = {field.default for _piece, field in uses}
    default = uses[0][1].default if len(defaults) == 1 else None
    if default is False or default == "":
        return None
    return f"{default:g}" if isinstance(default, float) else default


def _metavar(field: Field) -> str:
    """Return what stands for the value; in every language the same, so that the columns of help align."""
    return {"int": "N", "float": "X", "choice": "NAME"}.get(field.kind, "COLUMN")
