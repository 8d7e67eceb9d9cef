"""What stands over each hidden layer of the diagram: what it is, and what of it can be changed there."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.engine.layers import LAYERS
from bpviz.present.setup.layer_edits import width_field
from bpviz.snapshot import RunInfo
from bpviz.training.config import LayerConfig, dense
from bpviz.training.layer_spec import format_layer, parse_layers


@dataclass(frozen=True)
class LayerHead:
    """One hidden layer.

    Attributes
    ----------
    text : str
        As it is written: ``conv 8 3x3 relu``.
    kind : str
        The label of its kind, a template; empty for a dense layer, which needs no name.
    units, activation : int or None, str or None
        None where this kind of layer has none.
    activations : tuple of str
        Those that it may have.
    """

    text: str
    kind: str = ""
    units: int | None = None
    activation: str | None = None
    activations: tuple[str, ...] = ()


def layer_heads(info: RunInfo) -> tuple[LayerHead, ...]:
    """Return the heads of a network's hidden layers."""
    hidden = max(len(info.units) - 2, 0)
    return tuple(_head(_layer_of(info, index)) for index in range(hidden))


def _layer_of(info: RunInfo, index: int) -> LayerConfig:
    if index < len(info.texts) and info.texts[index]:
        return parse_layers(info.texts[index])[0]
    return dense(info.units[index + 1], info.activations[index])


def _head(layer: LayerConfig) -> LayerHead:
    entry, width = LAYERS[layer.kind], width_field(layer.kind)
    choices = next((field.choices for field in entry.fields if field.name == "activation"), ())
    return LayerHead(
        format_layer(layer),
        "" if layer.kind == "dense" else entry.label,
        None if width is None else layer[width],
        layer["activation"] if choices else None,
        choices,
    )
