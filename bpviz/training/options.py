"""A run from its options by name, as the command line and ``bpviz.train`` take them.

Beside the options listed here every field of a data set, a file format, an optimizer or an
initializer is an option of the same name; it goes to whichever of the chosen pieces has it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bpviz.data import GENERATORS, LOADERS
from bpviz.engine.registries import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from bpviz.errors import UserError
from bpviz.registry import Entry, Field, Registry
from bpviz.text import N_
from bpviz.training.config import (
    DataConfig,
    GradientMethod,
    LayerConfig,
    LiveSettings,
    RunConfig,
    StopConfig,
)
from bpviz.training.layer_spec import parse_layers

DEFAULT_ITERATIONS = 2000
# Without a window the plain method, the one that is checked by hand; the window opens with what
# learns its spiral in seconds.
DEFAULT_OPTIMIZER = "sgd"
"""Where no number is given: a run without a window must end."""

_LARGEST_SEED = 2**63 - 1
_FIELDS = (
    Field(
        "test_share",
        N_("Test share"),
        default=DataConfig().test_share,
        minimum=0.0,
        maximum=0.95,
        help=N_("The share of the samples that is kept for testing."),
    ),
    Field(
        "learning_rate",
        N_("Learning rate η"),
        default=LiveSettings().learning_rate,
        minimum=0.0,
        exclusive_minimum=True,
        maximum=1e12,
        help=N_("How far one step goes down the gradient."),
    ),
    Field(
        "clip_value",
        N_("Clip values at"),
        default=None,
        minimum=0.0,
        exclusive_minimum=True,
        maximum=1e12,
        help=N_("Bounds every entry of the gradient."),
    ),
    Field(
        "clip_norm",
        N_("Clip norm at"),
        default=None,
        minimum=0.0,
        exclusive_minimum=True,
        maximum=1e12,
        help=N_("Bounds the length of the gradient, its direction kept."),
    ),
    Field(
        "gradient_step",
        N_("Step h"),
        default=None,
        minimum=0.0,
        exclusive_minimum=True,
        maximum=1.0,
        help=N_("The h of a gradient by differences; left out, what suits the method."),
    ),
    Field(
        "iterations",
        N_("Iterations"),
        "int",
        DEFAULT_ITERATIONS,
        minimum=0,
        maximum=10**12,
        help=N_("Stop after this many updates."),
    ),
    Field("stop_loss", N_("Stop at a loss of"), default=None, help=N_("Stop once the loss is below this.")),
    Field(
        "tolerance",
        N_("Tolerance"),
        default=None,
        minimum=0.0,
        help=N_("Stop once the loss no longer falls by more than this."),
    ),
    Field(
        "patience",
        N_("Patience"),
        "int",
        StopConfig().patience,
        minimum=1,
        maximum=10**9,
        help=N_("For how many evaluations the tolerance waits."),
    ),
    Field(
        "early_stopping",
        N_("Early stopping"),
        "int",
        None,
        minimum=1,
        maximum=10**9,
        help=N_("Stop after this many evaluations without a better test loss, and go back to the best."),
    ),
    Field(
        "seed",
        N_("Seed"),
        "int",
        0,
        minimum=0,
        maximum=_LARGEST_SEED,
        help=N_("Of every random number: the same seed, the same numbers."),
    ),
    Field(
        "data_seed",
        N_("Seed of the data"),
        "int",
        None,
        minimum=0,
        maximum=_LARGEST_SEED,
        help=N_("Of the data and their split alone, where it is not to be the seed."),
    ),
)
NUMBERS: dict[str, Field] = {field.name: field for field in _FIELDS}
_OTHERS = (
    *("data", "standardize", "layers", "loss", "output_activation", "output_bias", "optimizer"),
    *("initializer", "shuffle", "batch_size", "precision", "initial_weights", "function", "start"),
    *("schedule", "gradient"),
)
_NETWORK_OPTIONS = (
    *("data", "test_share", "standardize", "data_seed", "layers", "loss", "output_activation"),
    *("output_bias", "initializer", "batch_size", "shuffle", "early_stopping", "initial_weights"),
)
# What stands where nobody chose.
_UNCHOSEN = ("", "auto", "constant")
GRADIENTS: tuple[GradientMethod, ...] = ("backprop", "forward", "central", "complex")


def piece_fields() -> dict[str, list[tuple[str, Field]]]:
    """Return option name → the (piece, field) pairs that it may set, over all registries."""
    known = {*NUMBERS, *_OTHERS}
    found: dict[str, list[tuple[str, Field]]] = {}
    registries: tuple[Registry[Any], ...] = (
        *(LOADERS, GENERATORS, LOSSES, OPTIMIZERS, SCHEDULES, REGULARIZERS, INITIALIZERS),
    )
    for registry in registries:
        for entry in registry:
            for field in entry.fields:
                if field.name not in known:
                    found.setdefault(field.name, []).append((entry.name, field))
    return found


def run_config(options: Mapping[str, Any]) -> RunConfig:
    """Return the run that ``options`` describe; what is None or left out takes its default.

    Raises
    ------
    UserError
        For an unknown option or piece, or a value that it cannot take.
    """
    given = {name: value for name, value in options.items() if value is not None}
    pieces = _split_off_pieces(given)
    default = RunConfig()
    optimizer = OPTIMIZERS[_name(given, "optimizer", DEFAULT_OPTIMIZER)]
    given.setdefault("learning_rate", usual_rate(optimizer))
    numbers = {name: _number(field, given.get(name, field.default)) for name, field in NUMBERS.items()}
    _refuse_idle(given)
    initializer = INITIALIZERS[_name(given, "initializer", default.initializer)]
    schedule = SCHEDULES[_name(given, "schedule", default.schedule)]
    loss = _known_or_auto(LOSSES, given, "loss")
    data = _data(given, numbers, pieces)
    config = RunConfig(
        data=data,
        layers=_layers(given.get("layers", default.layers)),
        output_bias=_flag(given, "output_bias", default.output_bias),
        output_activation=_known_or_auto(ACTIVATIONS, given, "output_activation"),
        loss=loss,
        loss_options=_loss_options(loss, pieces),
        optimizer=optimizer.name,
        optimizer_options=_taken(optimizer, pieces),
        schedule=schedule.name,
        schedule_options=_taken(schedule, pieces),
        live=_live(given, numbers, pieces),
        shuffle=_flag(given, "shuffle", default.shuffle),
        initializer=initializer.name,
        initializer_options=_taken(initializer, pieces),
        gradient=_gradient(given),
        gradient_step=numbers["gradient_step"],
        stop=_stop(numbers),
        seed=numbers["seed"],
        precision=_precision(given.get("precision", default.precision)),
        initial_weights=str(given["initial_weights"]) if "initial_weights" in given else None,
        function=_function(given),
        start=_start(given.get("start")),
    )
    if config.start is not None and config.initial_weights is not None:
        raise UserError(
            "“start” and “initial_weights” both say where the run begins.", hint="Give one of them."
        )
    _refuse_unused(pieces, config)
    return config


def _refuse_idle(given: Mapping[str, Any]) -> None:
    """Refuse what would change nothing: whoever writes it expects something of it."""
    if "gradient_step" in given and given.get("gradient", GRADIENTS[0]) == GRADIENTS[0]:
        raise UserError(
            "“gradient_step” is the h of a gradient by differences; backpropagation has none.",
            hint="Choose {methods} as gradient beside it, or leave it out.",
            methods=", ".join(GRADIENTS[1:]),
        )
    if "patience" in given and "tolerance" not in given:
        raise UserError(
            "“patience” says for how long the tolerance waits, and there is no tolerance.",
            hint="Give a “tolerance”, or choose “early_stopping”, which has its own patience.",
        )


def usual_rate(optimizer: Entry[Any]) -> float:
    """Return η where none is given: the one that the optimizer is made for, or the common one."""
    rate: float = optimizer.extra.get("learning_rate", NUMBERS["learning_rate"].default)
    return rate


def _split_off_pieces(given: dict[str, Any]) -> dict[str, Any]:
    """Take the fields of pieces out of ``given``; refuse what nobody knows."""
    fields = piece_fields()
    for name in given:
        if name not in fields and name not in NUMBERS and name not in _OTHERS:
            raise UserError("There is no option “{name}”.", name=name)
    return {name: given.pop(name) for name in list(given) if name in fields}


def _number(field: Field, value: Any) -> Any:
    return None if value is None else field.check(value)


def _taken(entry: Entry[Any], pieces: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of ``pieces`` that are fields of ``entry``, checked."""
    return {f.name: f.check(pieces[f.name]) for f in entry.fields if f.name in pieces}


def _loss_options(loss: str, pieces: Mapping[str, Any]) -> dict[str, Any]:
    """Return the loss's fields; of any loss where the data are still to choose it."""
    chosen = LOSSES if loss == "auto" else (LOSSES[loss],)
    return {name: value for entry in chosen for name, value in _taken(entry, pieces).items()}


def _data(given: Mapping[str, Any], numbers: Mapping[str, Any], pieces: Mapping[str, Any]) -> DataConfig:
    standardize = _flag(given, "standardize", True) if "standardize" in given else None
    seed = numbers["seed"] if numbers["data_seed"] is None else numbers["data_seed"]
    chosen = str(given.get("data", DataConfig().name))
    common = {"test_share": numbers["test_share"], "standardize": standardize, "seed": seed}
    if chosen not in GENERATORS and _looks_like_a_file(chosen):
        return DataConfig(name=Path(chosen).name, path=chosen, options=_for_file(chosen, pieces), **common)
    entry = GENERATORS[chosen]
    return DataConfig(name=entry.name, options=_taken(entry, pieces), **common)


def _for_file(path: str, pieces: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the file's loader; an ending that nobody reads is told by who loads it."""
    suffix = Path(path).suffix.lower()
    return next((_taken(entry, pieces) for entry in LOADERS if suffix in entry.extra["extensions"]), {})


def _looks_like_a_file(text: str) -> bool:
    path = Path(text)
    # Not Path.exists: that raises where a name is too long.
    return bool(path.suffix) or len(path.parts) > 1 or os.path.exists(os.path.expanduser(text))


def _layers(given: str | Sequence[LayerConfig]) -> tuple[LayerConfig, ...]:
    if isinstance(given, str):
        return parse_layers(given)
    # Whatever Python hands over ends up here; the hint shows the one way to write it.
    layers = tuple(given) if isinstance(given, list | tuple) else (given,)
    if not all(isinstance(layer, LayerConfig) for layer in layers):
        raise UserError(
            "layers cannot be {value}.", hint="It is a text like “8 tanh, 8 tanh”.", value=repr(given)
        )
    return layers


def _name(given: Mapping[str, Any], option: str, default: str) -> str:
    name = given.get(option, default)
    if not isinstance(name, str):
        raise UserError("{option} is a name, not {value}.", option=option, value=repr(name))
    return name


def _flag(given: Mapping[str, Any], option: str, default: bool) -> bool:
    value = given.get(option, default)
    checked: bool = Field(option, "", "bool").check(bool(value) if isinstance(value, np.bool_) else value)
    return checked


def _live(given: Mapping[str, Any], numbers: Mapping[str, Any], pieces: Mapping[str, Any]) -> LiveSettings:
    size = _batch_size(given.get("batch_size", LiveSettings().batch_size))
    penalties = {name: value for entry in REGULARIZERS for name, value in _taken(entry, pieces).items()}
    return LiveSettings(
        numbers["learning_rate"], size, penalties, numbers["clip_value"], numbers["clip_norm"]
    )


def _gradient(given: Mapping[str, Any]) -> GradientMethod:
    checked: GradientMethod = Field("gradient", "", "choice", choices=GRADIENTS).check(
        given.get("gradient", GRADIENTS[0])
    )
    return checked


def _batch_size(given: Any) -> int | None:
    if given == "full":
        return None
    try:
        size = int(given)
    except (TypeError, ValueError):
        size = 0
    if size < 1 or str(size) != str(given).strip():
        raise UserError(
            "The batch size cannot be “{value}”.",
            hint="It is a whole number from 1 on, or “full”.",
            value=given,
        )
    return size


def _stop(numbers: Mapping[str, Any]) -> StopConfig:
    return StopConfig(
        numbers["iterations"],
        numbers["stop_loss"],
        numbers["tolerance"],
        numbers["patience"],
        numbers["early_stopping"],
    )


def _precision(given: Any) -> Literal[32, 64]:
    if str(given) == "32":
        return 32
    if str(given) == "64":
        return 64
    raise UserError("The precision cannot be {value} bits; it is 32 or 64.", value=given)


def _known_or_auto(registry: Registry[Any], given: Mapping[str, Any], option: str) -> str:
    name = _name(given, option, "auto")
    return name if name == "auto" else registry[name].name


def _function(given: Mapping[str, Any]) -> str | None:
    if "function" not in given:
        return None
    for name in _NETWORK_OPTIONS:
        if name in given:
            raise UserError("A function has no network and no data: “{name}” says nothing here.", name=name)
    # Not a registered name: a formula of the user's own, which the run reads itself.
    return str(given["function"])


def _start(given: Any) -> tuple[float, ...] | None:
    if given is None:
        return None
    parts = given.replace("，", ",").split(",") if isinstance(given, str) else given
    try:
        start = tuple(float(part) for part in np.atleast_1d(parts))
    except (TypeError, ValueError):
        start = ()
    if not start or not all(map(math.isfinite, start)):
        raise UserError("The start “{value}” is not a list of numbers, like “1.5,1.5”.", value=given)
    return start


def _refuse_unused(pieces: Mapping[str, Any], config: RunConfig) -> None:
    """Refuse a field that none of the chosen pieces has: a typing mistake must not go unseen."""
    chosen = [
        (config.optimizer, config.optimizer_options),
        (config.schedule, config.schedule_options),
    ]
    if config.function is None:
        chosen.insert(0, (config.data.name, config.data.options))
        chosen.append((config.initializer, config.initializer_options))
        chosen.append((config.loss, config.loss_options))
        chosen.append(("", config.live.penalties))
    used = {name for _piece, options in chosen for name in options}
    for name in pieces:
        if name not in used:
            raise UserError(
                "“{option}” is no option of {pieces}.",
                hint="It belongs to {owners}.",
                option=name,
                pieces=", ".join(piece for piece, _options in chosen if piece not in _UNCHOSEN),
                owners=", ".join(owner for owner, _field in piece_fields()[name]),
            )
