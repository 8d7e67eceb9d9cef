"""One change of the form, made to a run's configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bpviz.engine.registries import REGULARIZERS
from bpviz.errors import UserError
from bpviz.present.form import Row
from bpviz.present.pieces import Pieces, registered_pieces
from bpviz.present.setup import GIVEN_START, MAX_HIDDEN_LAYERS, build_form
from bpviz.present.values import checked
from bpviz.training.config import RunConfig, dense

_LIVE = ("learning_rate", "batch_size", "clip_value", "clip_norm")
_PENALTIES = tuple(field.name for entry in REGULARIZERS for field in entry.fields)
LIVE_KEYS = frozenset({*_LIVE, *_PENALTIES})
# A start that was given number by number fits no other network, and no other way to start.
_FORGET_START = frozenset({"layer", "hidden_layers", "initializer", "seed", "data", "loss"})
_NEW_LAYER = dense(4)


def is_live(key: str) -> bool:
    """Return whether a change of ``key`` acts on the running training."""
    return key in LIVE_KEYS or key.startswith("stop.")


def apply_edit(config: RunConfig, key: str, value: Any, pieces: Pieces | None = None) -> RunConfig:
    """Return ``config`` with the setting ``key`` changed to ``value``.

    Keys are those of the form's rows, and ``layer.add`` (value: the index at which the new hidden
    layer is put) and ``layer.remove`` (value: the index of the layer).  Choosing another piece
    (data set, optimizer, …) drops the options of the one before.

    Raises
    ------
    UserError
        When ``key`` cannot take ``value``, or the form has no such setting.
    """
    known = pieces or registered_pieces()
    if key in ("layer.add", "layer.remove"):
        return replace(_with_layer_moved(config, key, int(value)), start=None)
    if key == "data":
        return _with_data(config, str(value), known)
    if key == "function":
        return _with_function(config, str(value), known)
    if key == "initializer" and value == GIVEN_START and config.start is not None:
        return config
    if config.function is None and config.start is not None and key.partition(".")[0] in _FORGET_START:
        config = replace(config, start=None)
    row = _row(config, key, known)
    # The columns of a file are not known here: the loader says whether there is such a target.
    value = str(value) if key == "data.target" else checked(row, value)
    return _with_value(config, key, value, known)


def _row(config: RunConfig, key: str, pieces: Pieces) -> Row:
    target = str(config.data.options.get("target") or "–")
    try:
        return build_form(config, pieces, columns=(target,)).row(key)
    except KeyError:
        raise UserError("There is no setting “{key}” here.", key=key) from None


def _with_value(config: RunConfig, key: str, value: Any, pieces: Pieces) -> RunConfig:
    head, _, rest = key.partition(".")
    if key in _PLAIN:
        return _PLAIN[key](config, value)
    if head == "layer":
        return _with_layer_value(config, rest, value)
    if head == "stop":
        return replace(config, stop=replace(config.stop, **{rest: value}))
    if head == "start":
        return _with_start(config, int(rest), float(value), pieces)
    if head == "data":
        return replace(config, data=replace(config.data, options=_put(config.data.options, rest, value)))
    if head == "optimizer":
        return replace(config, optimizer_options=_put(config.optimizer_options, rest, value))
    return replace(config, initializer_options=_put(config.initializer_options, rest, value))


def _put(options: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    return {**options, name: value}


def _live(name: str) -> Callable[[RunConfig, Any], RunConfig]:
    return lambda config, value: config.with_live(replace(config.live, **{name: value}))


def _penalty(name: str) -> Callable[[RunConfig, Any], RunConfig]:
    return lambda config, value: config.with_live(config.live.with_penalty(name, value))


def _data(name: str) -> Callable[[RunConfig, Any], RunConfig]:
    return lambda config, value: replace(config, data=replace(config.data, **{name: value}))


def _own(name: str) -> Callable[[RunConfig, Any], RunConfig]:
    return lambda config, value: replace(config, **{name: value})


def _piece(name: str) -> Callable[[RunConfig, Any], RunConfig]:
    """Another piece: the options of the one before mean nothing to it."""

    def change(config: RunConfig, value: Any) -> RunConfig:
        if getattr(config, name) == value:
            return config
        return replace(config, **{name: value, f"{name}_options": {}})

    return change


def _with_count(config: RunConfig, count: int) -> RunConfig:
    """Keep the first layers; a new one is like the last."""
    layers = list(config.layers[:count])
    while len(layers) < count:
        layers.append(layers[-1] if layers else _NEW_LAYER)
    return replace(config, layers=tuple(layers))


_PLAIN: dict[str, Callable[[RunConfig, Any], RunConfig]] = {
    **{name: _live(name) for name in _LIVE},
    **{name: _penalty(name) for name in _PENALTIES},
    "test_share": _data("test_share"),
    **{name: _own(name) for name in ("shuffle", "seed", "output_activation", "loss")},
    **{name: _piece(name) for name in ("optimizer", "initializer")},
    "data_seed": _data("seed"),
    "standardize": lambda config, value: _data("standardize")(
        config, {"auto": None, "on": True, "off": False}[value]
    ),
    "hidden_layers": _with_count,
    "precision": lambda config, value: replace(config, precision=64 if value == "64" else 32),
}


def _with_layer_value(config: RunConfig, rest: str, value: Any) -> RunConfig:
    number, _, name = rest.partition(".")
    index, layers = int(number), list(config.layers)
    layers[index] = layers[index].with_option(name, value)
    return replace(config, layers=tuple(layers))


def _with_layer_moved(config: RunConfig, key: str, index: int) -> RunConfig:
    layers = list(config.layers)
    if key == "layer.remove":
        if not 0 <= index < len(layers):
            raise UserError("There is no hidden layer {number}.", number=index + 1)
        del layers[index]
    elif len(layers) >= MAX_HIDDEN_LAYERS:
        raise UserError("There are at most {most} hidden layers.", most=MAX_HIDDEN_LAYERS)
    else:
        layers.insert(index, layers[max(index - 1, 0)] if layers else _NEW_LAYER)
    return replace(config, layers=tuple(layers))


def _with_start(config: RunConfig, index: int, value: float, pieces: Pieces) -> RunConfig:
    start = list(config.start or pieces.functions[str(config.function)].make().start)
    start[index] = value
    return replace(config, start=tuple(start))


def _with_data(config: RunConfig, name: str, pieces: Pieces) -> RunConfig:
    """Another data set, or a test function: both are in the Data menu."""
    if name in pieces.functions and name not in pieces.datasets:
        return _with_function(config, name, pieces)
    entry = pieces.datasets[name]
    same = config.data.path is None and config.data.name == name
    kept = {f.name for f in entry.fields} if config.data.path is None else set()
    options = {k: v for k, v in config.data.options.items() if k in kept}
    data = replace(config.data, name=name, path=None, options=options, standardize=None)
    if same and config.function is None:
        return config
    # A network's loss and output fit the old task; automatic fits the new one.
    return replace(
        config,
        data=data,
        function=None,
        start=None,
        loss="auto",
        output_activation="auto",
        initial_weights=None,
    )


def _with_function(config: RunConfig, name: str, pieces: Pieces) -> RunConfig:
    start = pieces.functions[name].make().start
    return replace(config, function=name, start=start, initial_weights=None)
