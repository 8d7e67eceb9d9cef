"""Where everything of the network diagram stands: columns, cells and ports.

Pixels, x to the right and y downwards, as painters count.  A layer of up to ``NODE_LIMIT`` units is
a column of nodes; a larger one a grid of small cells; an input that is a picture is that picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ColumnKind = Literal["nodes", "grid", "picture", "maps", "flat"]

NODE_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Spot:
    """What can be pointed at: a neuron, or the weight from ``source`` to it.

    ``layer`` counts from the input, 0; ``unit`` and ``source`` count from 0; ``source`` is −1 for a
    neuron.  In a function's diagram layer 0 holds the variables and layer 1 the function.  A pixel of
    a feature map is a neuron, by channel, row and column.  With ``kernel`` it is a number of a
    convolution's kernel: ``unit`` is the filter, ``source`` the place in it by channel, row and column.
    """

    layer: int
    unit: int
    source: int = -1
    kernel: bool = False

    @property
    def is_weight(self) -> bool:
        """Whether this is a weight with a line of its own."""
        return self.source >= 0 and not self.kernel

    @property
    def is_neuron(self) -> bool:
        """Whether this is a neuron, an input, or a pixel of a map."""
        return self.source < 0


@dataclass(frozen=True, slots=True)
class Margins:
    """Room that is kept free for labels, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Column:
    """One layer on the screen: ``cells`` (units, 4) are x, y, width, height of each unit."""

    layer: int
    kind: ColumnKind
    cells: Array

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.cells)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return x, y, width and height around all cells."""
        low = self.cells[:, :2].min(axis=0)
        high = (self.cells[:, :2] + self.cells[:, 2:]).max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    @property
    def centre_x(self) -> float:
        """Return the middle of the column."""
        x, _, width, _ = self.box
        return x + width / 2

    @property
    def cell_size(self) -> float:
        """Return the height of a cell."""
        return float(self.cells[0, 3])

    def spot_at(self, x: float, y: float) -> Spot | None:
        """Return what of this column holds the point."""
        unit = self.unit_at(x, y, 2.0 if self.kind == "nodes" else 0.0)
        return None if unit is None else Spot(self.layer, unit)

    def spot_cell(self, spot: Spot) -> tuple[float, float, float, float] | None:
        """Return x, y, width and height of what a spot of this column means; None where it is not shown."""
        if spot.kernel or not 0 <= spot.unit < self.units:
            return None
        x, y, width, height = self.cells[spot.unit].tolist()
        return x, y, width, height

    def ports_in(self) -> Array:
        """Return (units, 2): where weights arrive, at the left and half way down each cell.

        At a grid they end at its border, in the cell's row: behind the cells they would only be noise.
        """
        x = self.cells[:, 0]
        if self.kind != "nodes":
            x = np.full_like(x, x.min() - 3.0)
        return np.stack([x, self.cells[:, 1] + self.cells[:, 3] / 2], axis=1)

    def ports_out(self) -> Array:
        """Return (units, 2): where weights leave; out of a picture or a grid at its border, in the row."""
        x = self.cells[:, 0] + self.cells[:, 2]
        if self.kind != "nodes":
            x = np.full_like(x, x.max() + 3.0)
        return np.stack([x, self.cells[:, 1] + self.cells[:, 3] / 2], axis=1)

    def unit_at(self, x: float, y: float, slack: float = 0.0) -> int | None:
        """Return the unit whose cell holds the point, or None."""
        left, top = self.cells[:, 0] - slack, self.cells[:, 1] - slack
        right = self.cells[:, 0] + self.cells[:, 2] + slack
        bottom = self.cells[:, 1] + self.cells[:, 3] + slack
        found = np.flatnonzero((x >= left) & (x < right) & (y >= top) & (y < bottom))
        return int(found[0]) if found.size else None


@dataclass(frozen=True)
class Layout:
    """The whole diagram at one size."""

    width: float
    height: float
    columns: tuple[Column, ...]

    def neuron_at(self, x: float, y: float) -> Spot | None:
        """Return the neuron, or the number of a kernel, under a point, or None."""
        for column in self.columns:
            spot = column.spot_at(x, y)
            if spot is not None:
                return spot
        return None

    def spot_cell(self, spot: Spot) -> tuple[float, float, float, float] | None:
        """Return x, y, width and height of a neuron or a kernel's number; None where it is not shown."""
        return self.columns[spot.layer].spot_cell(spot) if spot.layer < len(self.columns) else None

    def cell(self, layer: int, unit: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a unit's cell."""
        x, y, width, height = self.columns[layer].cells[unit]
        return float(x), float(y), float(width), float(height)


def column_kind(layer: int, units: int, picture_shape: tuple[int, int] | None) -> ColumnKind:
    """Return how a layer is drawn."""
    if layer == 0 and picture_shape is not None and picture_shape[0] * picture_shape[1] == units:
        return "picture"
    return "nodes" if units <= NODE_LIMIT else "grid"


def lay_out(
    units: tuple[int, ...],
    width: float,
    height: float,
    margins: Margins,
    picture_shape: tuple[int, int] | None = None,
) -> Layout:
    """Place every unit of a network.

    Parameters
    ----------
    units : tuple of int
        Units of each layer, the input first.
    width, height : float
        The room, in pixels.
    margins : Margins
        Kept free for labels.
    """
    room_w = max(width - margins.left - margins.right, 40.0)
    room_h = max(height - margins.top - margins.bottom, 30.0)
    top = margins.top
    kinds = [column_kind(i, n, picture_shape) for i, n in enumerate(units)]
    largest = largest_node(units, kinds, room_w, room_h)
    shapes = [
        block(kind, n, room_w, room_h, largest, len(units), picture_shape)
        for kind, n in zip(kinds, units, strict=True)
    ]
    widths = [shape[:, 0].max() + shape[0, 2] for shape in shapes]
    gap = (room_w - sum(widths)) / max(len(units) - 1, 1)
    x = margins.left + (room_w - widths[0]) / 2 if len(units) == 1 else margins.left
    columns = []
    for layer, (kind, shape, block_width) in enumerate(zip(kinds, shapes, widths, strict=True)):
        block_height = float((shape[:, 1] + shape[:, 3]).max())
        cells = shape + np.array([x, top + (room_h - block_height) / 2, 0.0, 0.0])
        if kind == "nodes":
            # Whole pixels: the nodes' frames are pictures, and would blur between two.
            cells = np.round(cells)
        columns.append(Column(layer, kind, cells))
        x += block_width + gap
    return Layout(width, height, tuple(columns))


def largest_node(units: tuple[int, ...], kinds: list[ColumnKind], room_w: float, room_h: float) -> float:
    """Return the largest side of a node: a column's nodes may be twice the smallest's, not more."""
    counts = [n for n, kind in zip(units, kinds, strict=True) if kind == "nodes"]
    pitch = room_h / max(counts, default=1)
    by_width = room_w / max(len(units), 2) * 0.48
    return max(min(0.19 * room_h, by_width, max(1.7 * 0.74 * pitch, 26.0)), 6.0)


def block(
    kind: ColumnKind,
    count: int,
    room_w: float,
    room_h: float,
    largest: float,
    columns: int,
    picture_shape: tuple[int, int] | None,
) -> Array:
    """Return the cells of one layer with their upper left corner at the origin."""
    if kind == "picture" and picture_shape is not None:
        rows, across = picture_shape
        side = min(room_h * 0.78, room_w * 0.30, 26.0 * max(rows, across)) / max(rows, across)
        return _grid(count, across, side, side)
    if kind == "nodes":
        pitch = min(room_h / count, largest * 1.62)
        side = round(min(largest, 0.74 * pitch))
        return _column(count, side, pitch)
    share = room_w / columns * (0.62 if columns > 3 else 0.8)
    across = _grid_columns(count, share, room_h)
    pitch = min(room_h / ceil(count / across), share / across, _largest_pitch(room_h))
    return _grid(count, across, pitch, 0.84 * pitch)


def _largest_pitch(room_h: float) -> float:
    """Return how far apart the cells of a grid may be: they grow with the window."""
    return max(30.0, 0.07 * room_h)


def _grid_columns(count: int, share: float, room_h: float) -> int:
    """Return the number of columns with the largest cells in ``share`` × ``room_h``, but a tall grid."""
    best, best_pitch = 1, 0.0
    for across in range(1, count + 1):
        pitch = min(room_h / ceil(count / across), share / across, _largest_pitch(room_h))
        if pitch > best_pitch * 1.001:
            best, best_pitch = across, pitch
    return best


def _column(count: int, side: float, pitch: float) -> Array:
    cells = np.zeros((count, 4))
    cells[:, 1] = np.arange(count) * pitch
    cells[:, 2:] = side
    return cells


def _grid(count: int, across: int, pitch: float, side: float) -> Array:
    index = np.arange(count)
    cells = np.empty((count, 4))
    cells[:, 0] = index % across * pitch
    cells[:, 1] = index // across * pitch
    cells[:, 2:] = side
    return cells
