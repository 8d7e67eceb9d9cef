"""Which pixels a pixel of a feature map was made of: the window of a convolution or a pooling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.layers.windows import kernel_shape
from bpviz.errors import UserError
from bpviz.snapshot import LayerState, RunInfo
from bpviz.training.layer_spec import parse_layers

Values = NDArray[np.floating]
Shape = tuple[int, ...]
CONVOLUTION = "conv"
POOLINGS = ("maxpool", "avgpool")
PASSING = ("flatten", "dropout", "batchnorm")
"""Kinds whose unit i is made of unit i of the layer before."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of ``height`` × ``width`` pixels that moves on by ``stride``, over ``padding`` zeros."""

    height: int
    width: int
    stride: int = 1
    padding: int = 0

    def start(self, row: int, column: int) -> tuple[int, int]:
        """Return the upper left pixel that output (row, column) looks at; it may lie on the padding."""
        return row * self.stride - self.padding, column * self.stride - self.padding

    def clipped(self, row: int, column: int, height: int, width: int) -> tuple[int, int, int, int]:
        """Return first row, first column, number of rows and of columns on a picture (height, width)."""
        top, left = self.start(row, column)
        bottom, right = min(top + self.height, height), min(left + self.width, width)
        top, left = max(top, 0), max(left, 0)
        return top, left, max(bottom - top, 0), max(right - left, 0)

    def cut(self, pictures: Values, row: int, column: int) -> Values:
        """Return (channels, height, width): what output (row, column) sees, zeros beyond the edge."""
        top, left = self.start(row, column)
        seen = np.zeros((len(pictures), self.height, self.width), pictures.dtype)
        first_row, first_column, rows, columns = self.clipped(row, column, *pictures.shape[1:])
        i, j = first_row - top, first_column - left
        seen[:, i : i + rows, j : j + columns] = pictures[
            :, first_row : first_row + rows, first_column : first_column + columns
        ]
        return seen


@lru_cache(maxsize=256)
def window_of(text: str) -> Window | None:
    """Return the window of a layer from what was written for it; None where it has none."""
    try:
        layers = parse_layers(text)
    except UserError:
        return None
    if len(layers) != 1:
        return None
    layer = layers[0]
    if layer.kind == CONVOLUTION:
        return Window(*kernel_shape(str(layer["kernel"])), int(layer["stride"]), int(layer["padding"]))
    if layer.kind in POOLINGS:
        size = int(layer["size"])
        return Window(size, size, int(layer["stride"]) or size)
    return None


def place(unit: int, shape: Shape) -> tuple[int, int, int]:
    """Return channel, row and column of a unit of maps (channels, height, width)."""
    channel, rest = divmod(unit, shape[1] * shape[2])
    row, column = divmod(rest, shape[2])
    return channel, row, column


def maps_of(values: Values, shape: Shape) -> Values:
    """Return flat numbers as (channels, height, width)."""
    return values.reshape(shape)


def has_maps(info: RunInfo) -> bool:
    """Whether some layer of a run gives feature maps, or lays a picture out flat."""
    return any(len(shape) == 3 for shape in info.shapes)


def looks(layers: tuple[LayerState, ...]) -> tuple[str, ...]:
    """Return the activation by whose colours each layer is shown: what passes on keeps the last one's."""
    shown: list[str] = []
    for state in layers:
        inherits = shown and state.kind in (*PASSING, *POOLINGS) and state.activation in ("", "identity")
        keeps = inherits and state.kind != "batchnorm"
        shown.append(shown[-1] if keeps else state.activation)
    return tuple(shown)


def source_pixel(layers: tuple[LayerState, ...], layer: int) -> Shape | None:
    """Return the shape of the maps whose pixels are the units of ``layer``, behind what only passes on.

    None where there are none.
    """
    while layer > 0 and len(layers[layer].shape) != 3 and layers[layer].kind in PASSING:
        layer -= 1
    shape = layers[layer].shape
    return shape if len(shape) == 3 else None
