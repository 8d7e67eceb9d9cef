"""Where the feature maps, the kernels and what is laid out flat stand in the network diagram.

A layer of maps is a block of tiles, one a channel.  A convolution's kernels stand left of their tiles, one
slice an input channel, and so do the gauges of a batch norm.  What is laid out flat is a thin bar, its
units from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bpviz.present.diagram.layout import Array, Column, Layout, Margins, Spot, column_kind
from bpviz.present.diagram.map_windows import window_of
from bpviz.present.diagram.tiles import Block, Plan, blocks, none, pixels
from bpviz.snapshot import RunInfo


@dataclass(frozen=True)
class MapColumn(Column):
    """A layer of maps.

    ``tiles`` (channels, 4) are the maps' places, ``cells`` those of their pixels; ``slices``
    (filters · input channels, 4) those of the kernels, each of ``window`` entries, or none; ``gauges``
    (channels, 4) those of a batch norm's statistics, or none.
    """

    shape: tuple[int, int, int] = (1, 1, 1)
    tiles: Array = field(default_factory=none)
    slices: Array = field(default_factory=none)
    window: tuple[int, int] = (1, 1)
    gauges: Array = field(default_factory=none)

    @property
    def cell_size(self) -> float:
        """Return the height of a pixel."""
        return float(self.tiles[0, 3]) / self.shape[1]

    @cached_property
    def entries(self) -> Array:
        """Return (filters · channels · height · width, 4): the place of each number of the kernels."""
        if not len(self.slices):
            return none()
        return np.concatenate([pixels(part, *self.window) for part in self.slices])

    @property
    def entries_each(self) -> int:
        """Return how many numbers one filter's kernel has, 0 where none is shown."""
        return len(self.entries) // self.shape[0]

    def unit_at(self, x: float, y: float, slack: float = 0.0) -> int | None:
        """Return the pixel under a point, or None."""
        found = _holding(self.tiles, x, y)
        if found is None:
            return None
        left, top, width, height = self.tiles[found].tolist()
        _, rows, columns = self.shape
        row = min(int((y - top) / height * rows), rows - 1)
        column = min(int((x - left) / width * columns), columns - 1)
        return (found * rows + row) * columns + column

    def spot_at(self, x: float, y: float) -> Spot | None:
        """Return the pixel or the kernel's number under a point."""
        spot = super().spot_at(x, y)
        if spot is not None or _holding(self.slices, x, y) is None:
            return spot
        entry = _holding(self.entries, x, y)
        return None if entry is None else self.kernel_spot(entry)

    def kernel_spot(self, entry: int) -> Spot:
        """Return the spot of a kernel's number, counted over all filters."""
        unit, source = divmod(entry, self.entries_each)
        return Spot(self.layer, unit, source, kernel=True)

    def spot_cell(self, spot: Spot) -> tuple[float, float, float, float] | None:
        """Return x, y, width and height of a pixel or a kernel's number; None where it is not shown."""
        if not spot.kernel:
            return super().spot_cell(spot)
        if not (0 <= spot.unit < self.shape[0] and 0 <= spot.source < self.entries_each):
            return None
        x, y, width, height = self.entries[spot.unit * self.entries_each + spot.source].tolist()
        return x, y, width, height

    def kernel_box(self, filter_: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height round all slices of a filter's kernel."""
        return around(self.slices.reshape(self.shape[0], -1, 4)[filter_])

    @property
    def block_box(self) -> tuple[float, float, float, float]:
        """Return x, y, width and height round tiles, kernels and gauges."""
        return around(np.concatenate([self.tiles, self.slices, self.gauges]))


def around(boxes: Array) -> tuple[float, float, float, float]:
    """Return x, y, width and height round boxes (n, 4)."""
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def block_box(column: Column) -> tuple[float, float, float, float]:
    """Return the box round all that a column shows."""
    return column.block_box if isinstance(column, MapColumn) else column.box


def tiles_of(column: Column) -> Array:
    """Return (channels, 4): the places of a column's maps; a picture is one."""
    if isinstance(column, MapColumn):
        return column.tiles
    return np.array([column.box]) if column.kind == "picture" else none()


def _holding(boxes: Array, x: float, y: float) -> int | None:
    """Return the first of ``boxes`` (n, 4) that holds a point."""
    inside = (x >= boxes[:, 0]) & (x < boxes[:, 0] + boxes[:, 2])
    inside &= (y >= boxes[:, 1]) & (y < boxes[:, 1] + boxes[:, 3])
    found = np.flatnonzero(inside)
    return int(found[0]) if found.size else None


def plans(info: RunInfo) -> tuple[Plan, ...]:
    """Return what each layer of a run is to become."""
    made: list[Plan] = []
    for layer, (units, shape) in enumerate(zip(info.units, info.shapes, strict=True)):
        kind = info.kinds[layer - 1] if layer else ""
        column: str = column_kind(layer, units, info.picture_shape)
        if column != "picture" and len(shape) == 3:
            column = "maps"
        elif kind == "flatten" or (kind in ("dropout", "batchnorm") and made[-1].kind == "flat"):
            column = "flat"
        text = info.texts[layer - 1] if layer else ""
        kernel = window_of(text) if kind == "conv" else None
        before = made[-1].shape if made else (1,)
        made.append(
            Plan(column, units, shape, kernel, before[0], kind == "batchnorm" and column == "maps", kind)
        )
    return tuple(made)


def lay_out_maps(info: RunInfo, width: float, height: float, margins: Margins) -> Layout:
    """Place every layer of a network that looks at pictures.

    Parameters
    ----------
    width, height : float
        The room, in pixels.
    margins : Margins
        Kept free for labels.
    """
    room_w = max(width - margins.left - margins.right, 40.0)
    room_h = max(height - margins.top - margins.bottom, 30.0)
    wanted = plans(info)
    made = blocks(wanted, info, room_w, room_h)
    free = room_w - sum(one.size[0] for one in made)
    gap = free / max(sum(plan.gap for plan in wanted[1:]), 1.0)
    x = margins.left
    columns = []
    for layer, (plan, one) in enumerate(zip(wanted, made, strict=True)):
        across, down = one.size
        x += gap * plan.gap if layer else 0.0
        y = margins.top + (room_h - down) / 2
        columns.append(_column(layer, plan, one, np.round([x, y, 0.0, 0.0])))
        x += across
    return Layout(width, height, tuple(columns))


def _column(layer: int, plan: Plan, one: Block, at: Array) -> Column:
    if plan.kind != "maps":
        cells = one.cells() + at
        return Column(layer, plan.kind, np.round(cells) if plan.kind == "nodes" else cells)  # type: ignore[arg-type]
    channels, height, width = plan.shape
    window = (plan.kernel.height, plan.kernel.width) if plan.kernel is not None else (1, 1)
    moved = [part + at if len(part) else part for part in (one.cells(), one.boxes, one.slices, one.gauges)]
    cells, tiles, slices, gauges = moved
    return MapColumn(layer, "maps", cells, (channels, height, width), tiles, slices, window, gauges)
