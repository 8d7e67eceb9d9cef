"""How large the tiles of feature maps may be, and how they stand in their block.

Tiles stand in up to four columns or, beyond ``TILE_LIMIT``, in a mosaic; all of a block's pixels are of
one size, and what width is left over is shared by what a layer has to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from bpviz.present.diagram.layout import Array, block, largest_node
from bpviz.present.diagram.map_windows import POOLINGS, Window
from bpviz.snapshot import RunInfo

TILE_LIMIT = 32
"""Up to so many maps have their kernels beside them."""

LARGEST_ENTRY = 16.0
SMALLEST_ENTRY = 1.2
MOST_GAPS = 0.4
"""Of the width, for the lines between the columns."""
GAUGE_WIDTH = 11.0
BAR_WIDTH = 9.0


def none() -> Array:
    """Return no boxes."""
    return np.empty((0, 4))


def pixels(tile: Array, rows: int, columns: int) -> Array:
    """Return (rows · columns, 4): the places of a tile's pixels."""
    x, y, width, height = tile.tolist()
    side_x, side_y = width / columns, height / rows
    row, column = np.divmod(np.arange(rows * columns), columns)
    sides = np.full(row.shape, side_x), np.full(row.shape, side_y)
    return np.stack([x + column * side_x, y + row * side_y, *sides], axis=1)


@dataclass(frozen=True)
class Plan:
    """What one layer is to become: its kind of column, its shape and what stands beside its maps."""

    kind: str
    units: int
    shape: tuple[int, ...]
    kernel: Window | None = None
    channels_in: int = 1
    gauge: bool = False
    layer_kind: str = ""

    @property
    def weight(self) -> float:
        """Return its share of the width that there is to give away."""
        if self.kind == "maps":
            return 1.55 if self.kernel is not None else 1.3 if self.gauge else 1.0
        return {"picture": 1.5, "grid": 0.8}.get(self.kind, 0.0)

    @property
    def gap(self) -> float:
        """Return its share of the room between the columns: more for what many lines lead to."""
        if self.layer_kind in ("dropout", "batchnorm", "flatten", *POOLINGS):
            return 0.75
        return 1.3 if self.layer_kind == "dense" else 1.0


@dataclass(frozen=True)
class Block:
    """The places of one layer's things, their upper left corner at the origin.

    ``boxes`` (n, 4) are its units, or tiles of ``pixels`` (rows, columns) units each.
    """

    boxes: Array
    pixels: tuple[int, int] = (1, 1)
    slices: Array = field(default_factory=none)
    gauges: Array = field(default_factory=none)

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height."""
        boxes = np.concatenate([self.boxes, self.slices, self.gauges])
        width, height = (boxes[:, :2] + boxes[:, 2:]).max(axis=0).tolist()
        return width, height

    def cells(self) -> Array:
        """Return (units, 4): the places of its units."""
        if self.pixels == (1, 1):
            return self.boxes
        return np.concatenate([pixels(tile, *self.pixels) for tile in self.boxes])


def blocks(wanted: tuple[Plan, ...], info: RunInfo, room_w: float, room_h: float) -> list[Block]:
    """Return every layer's block: nodes and bars first, the others share what width is left."""
    kinds = [plan.kind if plan.kind in ("nodes", "grid", "picture") else "grid" for plan in wanted]
    largest = largest_node(info.units, kinds, room_w, room_h)  # type: ignore[arg-type]
    fixed = {
        index: _fixed(plan, room_w, room_h, largest)
        for index, plan in enumerate(wanted)
        if plan.weight == 0.0
    }
    between = len(wanted) - 1
    gaps = max(18.0 * between, min(0.07 * between, MOST_GAPS) * room_w)
    left = max(room_w - gaps - sum(one.size[0] for one in fixed.values()), 0.3 * room_w)

    def made(share: float) -> list[Block]:
        return [
            fixed[index] if index in fixed else _flexible(plan, info, share * plan.weight, room_h)
            for index, plan in enumerate(wanted)
        ]

    return _grown(made, left / max(sum(plan.weight for plan in wanted), 1.0), room_w - gaps)


def _grown(made: Callable[[float], list[Block]], share: float, room: float) -> list[Block]:
    """Return the blocks with the largest share that ``room`` holds: some are bound by their height."""
    low, high = 0.1 * share, 3.0 * share
    best = made(low)
    for _ in range(8):
        middle = (low + high) / 2
        larger = made(middle)
        if sum(one.size[0] for one in larger) <= room:
            best, low = larger, middle
        else:
            high = middle
    return best


def _fixed(plan: Plan, room_w: float, room_h: float, largest: float) -> Block:
    """Return nodes, or the bar of what is laid out flat."""
    if plan.kind == "nodes":
        return Block(block("nodes", plan.units, room_w, room_h, largest, 2, None))
    cells = np.zeros((plan.units, 4))
    tall = round(0.94 * room_h)
    cells[:, 1] = np.arange(plan.units) * tall / plan.units
    cells[:, 2], cells[:, 3] = BAR_WIDTH, tall / plan.units
    return Block(cells)


def _flexible(plan: Plan, info: RunInfo, width: float, height: float) -> Block:
    if plan.kind == "picture" and info.picture_shape is not None:
        rows, across = info.picture_shape
        side = _steady(min(0.62 * height / rows, width / across, _largest_pixel(height)))
        return Block(np.array([[0.0, 0.0, across * side, rows * side]]), (rows, across))
    if plan.kind == "grid":
        # One column of the share: its own rule then takes most of it.
        return Block(block("grid", plan.units, width / 0.8, height, 0.0, 1, None))
    return _tiles(plan, width, height)


def _largest_pixel(height: float) -> float:
    """Return how large a map's pixel may be: it grows with the window."""
    return max(26.0, 0.05 * height)


def _steady(side: float) -> float:
    """Return a pixel's side so that all of them are as many screen pixels wide, where they are not tiny."""
    if side >= 5:
        return float(int(side))
    return int(2 * side) / 2 if side >= 2 else side


def _tiles(plan: Plan, width: float, height: float) -> Block:
    """Return tiles with their kernels or gauges: in the arrangement where their pixels are largest."""
    channels, rows, columns = plan.shape
    beside = _beside(plan)
    most = 2 if channels <= 8 else 4 if channels <= TILE_LIMIT else channels
    best, best_score, best_across = 0.0, -1.0, 1
    for across in range(1, min(most, channels) + 1):
        down = ceil(channels / across)
        gap_x, gap_y = _gaps(channels, height, down)
        room_x = width / across - gap_x * (across > 1) - (GAUGE_WIDTH + 3 if plan.gauge else 0)
        side = min((height / down - gap_y) / rows, room_x / (columns * (1 + beside)), _largest_pixel(height))
        score = side * (0.86 ** (across - 1) if channels <= TILE_LIMIT else 1.0)
        if score > best_score * 1.001:
            best, best_score, best_across = side, score, across
    return _arranged(plan, max(_steady(best), 0.02), best_across, height)


def _beside(plan: Plan) -> float:
    """Return how wide the room for a tile's kernel is, in tiles."""
    if plan.kernel is None or plan.shape[0] > TILE_LIMIT:
        return 0.0
    return 0.5 if plan.channels_in == 1 else 0.8


def _gaps(channels: int, height: float, down: int) -> tuple[float, float]:
    """Return how far tiles stand apart, beside one another and, ``down`` of them, below."""
    across, below = (2.0, 2.0) if channels > TILE_LIMIT else (8.0, max(3.0, min(0.02 * height, 10.0)))
    return across, min(below, 0.3 * height / down)


def _arranged(plan: Plan, side: float, across: int, height: float) -> Block:
    """Return the tiles in ``across`` columns, row by row, their pixels ``side`` wide."""
    channels, rows, columns = plan.shape
    gap_x, gap_y = _gaps(channels, height, ceil(channels / across))
    tile_w, tile_h = columns * side, rows * side
    entry, slices_across = _entry_size(plan, tile_w, tile_h)
    kernel_w = _kernel_width(plan, entry, slices_across)
    before = kernel_w + (5.0 if kernel_w else 0.0) + (GAUGE_WIDTH + 3 if plan.gauge else 0.0)
    index = np.arange(channels)
    tiles = np.empty((channels, 4))
    tiles[:, 0] = index % across * (before + tile_w + gap_x) + before
    tiles[:, 1] = index // across * (tile_h + gap_y)
    tiles[:, 2:] = tile_w, tile_h
    gauges = none()
    if plan.gauge:
        gauges = tiles + np.array([-GAUGE_WIDTH - 3, 0.0, 0.0, 0.0])
        gauges[:, 2] = GAUGE_WIDTH
    slices = _slices(plan, tiles, entry, slices_across, kernel_w) if entry else none()
    return Block(tiles, (rows, columns), slices, gauges)


def _entry_size(plan: Plan, tile_w: float, tile_h: float) -> tuple[float, int]:
    """Return the side of a kernel's number, and how many slices stand side by side; 0 for no kernels."""
    share = _beside(plan)
    if not share or plan.kernel is None:
        return 0.0, 1
    best, best_across = 0.0, 1
    for across in range(1, plan.channels_in + 1):
        down = ceil(plan.channels_in / across)
        wide = (share * tile_w - 5.0 - 2.0 * (across - 1)) / (across * plan.kernel.width)
        high = (tile_h - 2.0 * (down - 1)) / (down * plan.kernel.height)
        entry = min(wide, high, LARGEST_ENTRY)
        if entry > best:
            best, best_across = entry, across
    return (_steady(best), best_across) if best >= SMALLEST_ENTRY else (0.0, 1)


def _kernel_width(plan: Plan, entry: float, across: int) -> float:
    if not entry or plan.kernel is None:
        return 0.0
    return across * entry * plan.kernel.width + 2.0 * (across - 1)


def _slices(plan: Plan, tiles: Array, entry: float, across: int, kernel_w: float) -> Array:
    """Return the places of the kernels' slices: left of each tile, half way down."""
    assert plan.kernel is not None
    width, height = entry * plan.kernel.width, entry * plan.kernel.height
    down = ceil(plan.channels_in / across)
    index = np.arange(plan.channels_in)
    own = np.empty((plan.channels_in, 4))
    own[:, 0] = index % across * (width + 2.0)
    own[:, 1] = index // across * (height + 2.0)
    own[:, 2:] = width, height
    tall = down * height + 2.0 * (down - 1)
    starts = np.zeros((len(tiles), 1, 4))
    starts[:, 0, 0] = tiles[:, 0] - 5.0 - kernel_w
    starts[:, 0, 1] = np.round(tiles[:, 1] + (tiles[:, 3] - tall) / 2)
    return np.asarray((own[None] + starts).reshape(-1, 4))
