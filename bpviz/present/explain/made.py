"""What a run's numbers are made with: its layers, its loss and its optimizer, as the engine has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers import LAYERS, Dense, Layer
from bpviz.engine.registries import ACTIVATIONS, LOSSES, OPTIMIZERS
from bpviz.snapshot import RunInfo
from bpviz.snapshot.dissection import Dissection
from bpviz.training.config import LayerConfig
from bpviz.training.layer_spec import parse_layers


@dataclass(frozen=True)
class Made:
    """The pieces of the run that ``dissection`` belongs to.

    Attributes
    ----------
    layers : tuple of Layer
        Without parameters: what their shapes and settings are.
    """

    info: RunInfo
    dissection: Dissection
    layers: tuple[Layer, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """What the dissection says about loss, penalties and bounds."""
        return dict(self.dissection.settings)

    @cached_property
    def example_row(self) -> int:
        """The row of the batch that stands for it as an example: the one with the largest loss."""
        return int(np.argmax(self.dissection.losses))

    @cached_property
    def loss(self) -> Any:
        """The loss function."""
        return LOSSES.create(self.info.loss_name, **self.loss_fields)

    @cached_property
    def loss_fields(self) -> dict[str, Any]:
        """The loss function's settings, all of them."""
        return LOSSES[self.info.loss_name].checked(self.settings.get("loss", {}))

    @cached_property
    def optimizer(self) -> Any:
        """The optimizer."""
        return OPTIMIZERS.create(self.dissection.optimizer, **self.optimizer_fields)

    @cached_property
    def optimizer_fields(self) -> dict[str, Any]:
        """The optimizer's settings, all of them."""
        return OPTIMIZERS[self.dissection.optimizer].checked(dict(self.dissection.optimizer_fields))

    def activation_name(self, layer: int) -> str:
        """Return the activation of a layer, from 1; empty where it has none."""
        return self.info.activations[layer - 1]

    def activation(self, layer: int) -> Any:
        """Return a layer's activation, or the identity where it has none."""
        return self.layers[layer - 1].activation or ACTIVATIONS.create("identity")

    @cached_property
    def places(self) -> tuple[dict[str, NDArray[np.intp]], ...]:
        """Where in θ each layer's parameters lie, in their own shapes."""
        found, start = [], 0
        for layer in self.layers:
            flat = np.arange(start, start + layer.size)
            found.append({name: np.asarray(array) for name, array in layer.split(flat).items()})
            start += layer.size
        return tuple(found)


def made(info: RunInfo, dissection: Dissection) -> Made:
    """Return the pieces of a run, read from what was written for its layers."""
    layers: list[Layer] = []
    for number, trace in enumerate(dissection.layers, 1):
        text = info.texts[number - 1] if number <= len(info.texts) else ""
        shape = info.shapes[number - 1]
        if not text:
            bias = any(one.name == "b" for one in trace.parameters)
            units = info.shapes[number][-1]
            layers.append(Dense(shape, units, info.activations[number - 1], bias=bias))
            continue
        layers.append(_layer(parse_layers(text)[0], shape, info.shapes[number]))
    return Made(info, dissection, tuple(layers))


def _layer(config: LayerConfig, shape: tuple[int, ...], output: tuple[int, ...]) -> Layer:
    entry = LAYERS[config.kind]
    options = entry.checked(config.options)
    if options.get("returns") == "auto":
        options["returns"] = "sequence" if len(output) == 2 else "last"
    return entry.make(shape, **options)
