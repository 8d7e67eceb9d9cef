"""One change of the form, made to a run's configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bpviz.engine.registries import REGULARIZERS
from bpviz.errors import UserError
from bpviz.present.setup import layer_edits
from bpviz.present.setup import over_time as setup_over_time
from bpviz.present.setup.form import Row
from bpviz.present.setup.network import GIVEN_START
from bpviz.present.setup.pieces import Pieces, registered_pieces
from bpviz.present.setup.run import build_form
from bpviz.present.setup.values import checked
from bpviz.registry import Registry
from bpviz.training.config import RunConfig
from bpviz.training.layer_spec import parse_layers
from bpviz.training.options import usual_rate

_LIVE = ("learning_rate", "batch_size", "clip_value", "clip_norm")
_PENALTIES = tuple(field.name for entry in REGULARIZERS for field in entry.fields)
LIVE_KEYS = frozenset({*_LIVE, *_PENALTIES})
# A start that was given number by number fits no other network, and no other way to start; an activation
# has no parameters of its own.
_FORGET_START = frozenset({"layer", "layers", "hidden_layers", "initializer", "seed", "data", "loss"})
_COLUMNS = frozenset({"data.target", "data.sequence_column"})
_PLACES = frozenset({"layer.add", "layer.remove", "layer.up", "layer.down"})


def is_live(key: str) -> bool:
    """Return whether a change of ``key`` acts on the running training."""
    return key in LIVE_KEYS or key.startswith("stop.")


def apply_edit(
    config: RunConfig,
    key: str,
    value: Any,
    pieces: Pieces | None = None,
    *,
    samples: int | None = None,
) -> RunConfig:
    """Return ``config`` with the setting ``key`` changed to ``value``.

    Keys are those of the form's rows, and ``layer.add`` (value: the index at which the new hidden
    layer is put) and ``layer.remove``, ``layer.up`` and ``layer.down`` (value: the index of the layer);
    ``layer.0.units`` means the filters where a layer has these.  Choosing another piece (data set,
    optimizer, …) drops the options of the one before.  ``samples`` is how many training samples there
    are, where that is known: no batch has more.

    Raises
    ------
    UserError
        When ``key`` cannot take ``value``, or the form has no such setting.
    """
    known = pieces or registered_pieces()
    if key in _PLACES:
        return replace(_with_layer_placed(config, key, int(value)), start=None)
    if key == "data":
        return _with_data(config, str(value), known)
    if key == "function":
        return _with_function(config, str(value), known)
    if key == "initializer" and value == GIVEN_START and config.start is not None:
        return config
    forgets = key.partition(".")[0] in _FORGET_START and not key.endswith(".activation")
    if config.function is None and config.start is not None and forgets:
        config = replace(config, start=None)
    key = _proper(config, key)
    row = _row(config, key, known, samples)
    # The columns of a file are not known here: the loader says whether there is such a one.
    value = str(value) if key in _COLUMNS else checked(row, value)
    return _with_value(config, key, value, known)


def _proper(config: RunConfig, key: str) -> str:
    """Return the row's key for a layer's units, which may be called otherwise."""
    head, _, rest = key.partition(".")
    number, _, name = rest.partition(".")
    if head != "layer" or name != "units" or not number.isdecimal() or int(number) >= len(config.layers):
        return key
    return f"layer.{number}.{layer_edits.width_field(config.layers[int(number)].kind)}"


def _row(config: RunConfig, key: str, pieces: Pieces, samples: int | None) -> Row:
    target = str(config.data.options.get("target") or "–")
    try:
        return build_form(config, pieces, columns=(target,), samples=samples).row(key)
    except KeyError:
        raise UserError("There is no setting “{key}” here.", key=key) from None


def _with_value(config: RunConfig, key: str, value: Any, pieces: Pieces) -> RunConfig:
    head, _, rest = key.partition(".")
    if key == "optimizer":
        config = _with_usual_rate(config, pieces.optimizers, value)
    if key in _PLAIN:
        return _PLAIN[key](config, value)
    if head == "layer":
        return _with_layer_value(config, rest, value)
    if head == "stop":
        return replace(config, stop=replace(config.stop, **{rest: value}))
    if head == "start":
        return _with_start(config, int(rest), float(value), pieces)
    if head == "data" and rest in setup_over_time.NAMES and config.data.path is not None:
        return _with_over_time(config, rest, value)
    if head == "data":
        return replace(config, data=replace(config.data, options=_put(config.data.options, rest, value)))
    name = f"{head}_options"
    return _own(name)(config, _put(getattr(config, name), rest, value))


def _with_usual_rate(config: RunConfig, optimizers: Registry[Any], name: str) -> RunConfig:
    """Take the η that the new optimizer is made for, unless the user has chosen one."""
    before, after = (usual_rate(optimizers[one]) for one in (config.optimizer, name))
    if config.live.learning_rate != before or after == before:
        return config
    return config.with_live(replace(config.live, learning_rate=after))


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


def _with_layers(config: RunConfig, text: str) -> RunConfig:
    layers = parse_layers(text)
    layer_edits.checked_count(len(layers))
    return replace(config, layers=layers)


_PLAIN: dict[str, Callable[[RunConfig, Any], RunConfig]] = {
    **{name: _live(name) for name in _LIVE},
    **{name: _penalty(name) for name in _PENALTIES},
    "test_share": _data("test_share"),
    **{name: _own(name) for name in ("shuffle", "seed", "output_activation", "gradient", "gradient_step")},
    **{name: _piece(name) for name in ("optimizer", "initializer", "loss", "schedule")},
    "data_seed": _data("seed"),
    "standardize": lambda config, value: _data("standardize")(
        config, {"auto": None, "on": True, "off": False}[value]
    ),
    "layers": _with_layers,
    "hidden_layers": lambda config, count: replace(
        config, layers=layer_edits.with_count(config.layers, count)
    ),
    "precision": lambda config, value: replace(config, precision=64 if value == "64" else 32),
}


def _with_layer_value(config: RunConfig, rest: str, value: Any) -> RunConfig:
    number, _, name = rest.partition(".")
    index = int(number)
    if name == "kind":
        return replace(config, layers=layer_edits.with_kind(config.layers, index, value))
    return replace(config, layers=layer_edits.with_value(config.layers, index, name, value))


def _with_layer_placed(config: RunConfig, key: str, index: int) -> RunConfig:
    if key == "layer.add":
        layers = layer_edits.added(config.layers, index)
    elif key == "layer.remove":
        layers = layer_edits.removed(config.layers, index)
    else:
        layers = layer_edits.moved(config.layers, index, -1 if key == "layer.up" else 1)
    return replace(config, layers=layers)


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
    shape = "sequence" if entry.extra.get("category") == "sequence" else "features"
    return for_other_data(replace(config, data=data), entry.extra.get("shape", shape))


def _with_over_time(config: RunConfig, name: str, value: Any) -> RunConfig:
    """Another way to make sequences of a table; layers for them are proposed where there were none."""
    options = setup_over_time.with_over_time(config.data.options, name, value)
    was, now = (setup_over_time.is_over_time(each) for each in (config.data.options, options))
    config = replace(config, data=replace(config.data, options=options))
    return config if was == now else for_other_data(config, "sequence" if now else "features")


def for_other_data(config: RunConfig, shape: str = "features") -> RunConfig:
    """Return ``config`` without what fitted the task before: loss and output are found anew.

    The layers stay where they can look at samples of such a ``shape`` (see `layer_edits.fitting`).
    """
    return replace(
        config,
        layers=layer_edits.fitting(config.layers, shape, RunConfig().layers),
        function=None,
        start=None,
        loss="auto",
        loss_options={},
        output_activation="auto",
        initial_weights=None,
    )


def _with_function(config: RunConfig, name: str, pieces: Pieces) -> RunConfig:
    start = pieces.functions[name].make().start
    return replace(config, function=name, start=start, initial_weights=None)
