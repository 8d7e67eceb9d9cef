"""What becomes of a row of hidden layers when one of them is changed, added, moved or taken away."""

from __future__ import annotations

from typing import Any

from bpviz.engine.layers import LAYERS
from bpviz.errors import UserError
from bpviz.present.setup.network import MAX_HIDDEN_LAYERS
from bpviz.training.config import LayerConfig, dense
from bpviz.training.layer_spec import parse_layers

Layers = tuple[LayerConfig, ...]

NEW_LAYER = dense(4)
SEQUENCE_LAYERS = parse_layers("lstm 16")
"""What is proposed for a sequence where no layer would look at it as one."""

_PICTURE_KINDS = frozenset({"conv", "maxpool", "avgpool"})
_PASSING = frozenset({"dropout", "batchnorm"})


def checked_count(count: int) -> None:
    """Refuse more layers than the window has room for."""
    if count > MAX_HIDDEN_LAYERS:
        raise UserError("There are at most {most} hidden layers.", most=MAX_HIDDEN_LAYERS)


def with_count(layers: Layers, count: int) -> Layers:
    """Keep the first layers; new ones come behind the last."""
    kept = layers[:count]
    while len(kept) < count:
        kept = (*kept, _like_those_before(kept))
    return kept


def added(layers: Layers, index: int) -> Layers:
    """Put a new layer at ``index``, like the one before it."""
    checked_count(len(layers) + 1)
    index = min(max(index, 0), len(layers))
    before = layers[:index] or layers[:1]
    return (*layers[:index], _like_those_before(before), *layers[index:])


def _like_those_before(layers: Layers) -> LayerConfig:
    """Return the last layer that has units or filters; behind “flatten” a dense one."""
    for layer in reversed(layers):
        if width_field(layer.kind) is not None:
            return layer
        if layer.kind == "flatten":
            break
    return NEW_LAYER


def removed(layers: Layers, index: int) -> Layers:
    """Take the layer at ``index`` away."""
    _at(layers, index)
    return (*layers[:index], *layers[index + 1 :])


def moved(layers: Layers, index: int, step: int) -> Layers:
    """Let the layer at ``index`` change places with the one ``step`` from it."""
    other = index + step
    _at(layers, index)
    _at(layers, other)
    changed = list(layers)
    changed[index], changed[other] = layers[other], layers[index]
    return tuple(changed)


def with_kind(layers: Layers, index: int, kind: str) -> Layers:
    """Make another kind of the layer at ``index``: it keeps the fields that both have.

    A picture is laid flat before what cannot take one, and no longer where there is none.
    """
    layer = _at(layers, index)
    before = {field.name: field for field in LAYERS[layer.kind].fields}
    kept = {}
    for field in LAYERS[kind].fields:
        if field.name in before:
            value = layer[field.name]
            # A default (a stride of 1) is no choice of the user's; another kind has its own.
            chosen = field.name in ("units", "activation") or value != before[field.name].default
            if chosen and (field.kind != "choice" or value in field.choices):
                kept[field.name] = value
    changed = (*layers[:index], LayerConfig(kind, kept), *layers[index + 1 :])
    if kind in _PICTURE_KINDS:
        return _flattened(changed)
    return _without_flatten(changed, index) if layer.kind in _PICTURE_KINDS else changed


def _flattened(layers: Layers) -> Layers:
    """Put “flatten” behind the last picture layer, unless one follows."""
    last = max(place for place, layer in enumerate(layers) if layer.kind in _PICTURE_KINDS)
    behind = [layer.kind for layer in layers[last + 1 :] if layer.kind not in _PASSING]
    if behind[:1] == ["flatten"] or len(layers) >= MAX_HIDDEN_LAYERS:
        return layers
    return (*layers[: last + 1], LayerConfig("flatten"), *layers[last + 1 :])


def _without_flatten(layers: Layers, index: int) -> Layers:
    """Take away the “flatten” behind the layer at ``index``, where no picture comes to it any more."""
    before = [layer.kind for layer in layers[:index] if layer.kind not in _PASSING]
    behind = [place for place in range(index + 1, len(layers)) if layers[place].kind not in _PASSING]
    if not behind or layers[behind[0]].kind != "flatten" or (before and before[-1] in _PICTURE_KINDS):
        return layers
    return removed(layers, behind[0])


def with_value(layers: Layers, index: int, name: str, value: Any) -> Layers:
    """Change one field of the layer at ``index``; its “units” may be called otherwise, like filters."""
    layer = _at(layers, index)
    if name == "units":
        name = width_field(layer.kind) or name
    return (*layers[:index], layer.with_option(name, value), *layers[index + 1 :])


def width_field(kind: str) -> str | None:
    """Return the field that says how many units or filters a kind of layer has."""
    names = [field.name for field in LAYERS[kind].fields]
    return next((name for name in ("units", "filters") if name in names), None)


def fitting(layers: Layers, shape: str, usual: Layers) -> Layers:
    """Return ``layers`` where they can look at such data, else what is usual for them.

    Parameters
    ----------
    shape : {"features", "picture", "sequence"}
        What a sample of the data is.
    usual : tuple of LayerConfig
        The layers for plain features.
    """
    kinds = {layer.kind for layer in layers}
    recurrent = {kind for kind in kinds if LAYERS[kind].make.recurrent}  # type: ignore[attr-defined]
    if shape == "sequence":
        return layers if recurrent else SEQUENCE_LAYERS
    if recurrent or (shape == "features" and kinds & _PICTURE_KINDS):
        return usual
    return layers


def _at(layers: Layers, index: int) -> LayerConfig:
    if not 0 <= index < len(layers):
        raise UserError("There is no hidden layer {number}.", number=index + 1)
    return layers[index]
