"""Where everything of the network diagram stands: columns, cells, ports and curves.

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
Pairs = NDArray[np.intp]
Box = tuple[float, float, float, float]
ColumnKind = Literal["nodes", "grid", "picture"]

NODE_LIMIT = 16
EDGE_LIMIT = 72
"""How many weights are drawn between two layers when all of them would be a hairball."""
UNIT_EDGE_LIMIT = 48
"""How many of one unit's weights are then drawn while it is pointed at."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What can be pointed at: a neuron, or the weight from ``source`` to it.

    ``layer`` counts from the input, 0; ``unit`` and ``source`` count from 0; ``source`` is −1 for a
    neuron.  In a function's diagram layer 0 holds the variables and layer 1 the function.
    """

    layer: int
    unit: int
    source: int = -1

    @property
    def is_weight(self) -> bool:
        """Whether this is a weight."""
        return self.source >= 0


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
        """Return the neuron under a point, or None."""
        for column in self.columns:
            slack = 2.0 if column.kind == "nodes" else 0.0
            unit = column.unit_at(x, y, slack)
            if unit is not None:
                return Spot(column.layer, unit)
        return None

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
    largest = _largest_node(units, kinds, room_w, room_h)
    shapes = [
        _block(kind, n, room_w, room_h, largest, len(units), picture_shape)
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


def _largest_node(units: tuple[int, ...], kinds: list[ColumnKind], room_w: float, room_h: float) -> float:
    """Return the largest side of a node: a column's nodes may be twice the smallest's, not more."""
    counts = [n for n, kind in zip(units, kinds, strict=True) if kind == "nodes"]
    pitch = room_h / max(counts, default=1)
    by_width = room_w / max(len(units), 2) * 0.48
    return max(min(0.19 * room_h, by_width, max(1.7 * 0.74 * pitch, 26.0)), 6.0)


def _block(
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
    pitch = min(room_h / ceil(count / across), share / across, 30.0)
    return _grid(count, across, pitch, 0.84 * pitch)


def _grid_columns(count: int, share: float, room_h: float) -> int:
    """Return the number of columns with the largest cells in ``share`` × ``room_h``, but a tall grid."""
    best, best_pitch = 1, 0.0
    for across in range(1, count + 1):
        pitch = min(room_h / ceil(count / across), share / across, 30.0)
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


def all_pairs(outputs: int, inputs: int) -> Pairs:
    """Return (outputs × inputs, 2): every weight as (unit, source)."""
    unit, source = np.divmod(np.arange(outputs * inputs), inputs)
    return np.stack([unit, source], axis=1)


def strongest_pairs(weights: NDArray[np.floating], limit: int) -> Pairs:
    """Return at most ``limit`` weights (unit, source) of largest magnitude, the strongest last."""
    flat = np.abs(weights).ravel()
    if flat.size > limit:
        chosen = np.argpartition(flat, flat.size - limit)[-limit:]
    else:
        chosen = np.arange(flat.size)
    chosen = chosen[np.argsort(flat[chosen], kind="stable")]
    unit, source = np.divmod(chosen, weights.shape[1])
    pairs: Pairs = np.stack([unit, source], axis=1).astype(np.intp)
    return pairs


def visible_pairs(
    source: Column, target: Column, strengths: NDArray[np.floating], spot: Spot | None
) -> Pairs:
    """Return which weights between two columns are drawn.

    All of them between two columns of nodes; else the strongest, or the strongest of the unit that
    is pointed at.

    Parameters
    ----------
    strengths : (outputs, inputs)
        Weights, or gradients where these are shown.
    spot : Spot or None
        What is pointed at.
    """
    if source.kind == "nodes" and target.kind == "nodes":
        return all_pairs(target.units, source.units)
    if spot is not None and spot.layer == target.layer:
        pairs = strongest_pairs(strengths[spot.unit : spot.unit + 1], UNIT_EDGE_LIMIT)
        return _with_pair(pairs + np.array([spot.unit, 0]), spot)
    if spot is not None and not spot.is_weight and spot.layer == source.layer:
        pairs = strongest_pairs(strengths[:, spot.unit : spot.unit + 1], UNIT_EDGE_LIMIT)
        return np.asarray(pairs + np.array([0, spot.unit]))
    return strongest_pairs(strengths, EDGE_LIMIT)


def _with_pair(pairs: Pairs, spot: Spot) -> Pairs:
    """Return ``pairs`` with the weight that is pointed at among them."""
    if not spot.is_weight or bool((pairs == (spot.unit, spot.source)).all(axis=1).any()):
        return pairs
    return np.concatenate([pairs, np.array([[spot.unit, spot.source]], dtype=np.intp)])


def curves(source: Column, target: Column, pairs: Pairs) -> Array:
    """Return (E, 4, 2): the Bézier control points of each weight's curve, level at both ends."""
    start, end = source.ports_out()[pairs[:, 1]], target.ports_in()[pairs[:, 0]]
    reach = np.zeros_like(start)
    reach[:, 0] = (end[:, 0] - start[:, 0]) * 0.5
    return np.stack([start, start + reach, end - reach, end], axis=1)


def points_on(control: Array, count: int = 17) -> Array:
    """Return (E, count, 2): points along cubic Bézier curves.

    B(t) = (1−t)³P₀ + 3(1−t)²t P₁ + 3(1−t)t² P₂ + t³P₃
    """
    t = np.linspace(0.0, 1.0, count)
    basis = np.stack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
    points: Array = np.einsum("kt,ekd->etd", basis, control)
    return points


def thick_line(points: Array, count: int, spacing: float) -> Array:
    """Return (count·P, 2): one thin line that runs to and fro ``count`` times beside a curve.

    Drawn one pixel wide it fills a stroke of width 1 + (count − 1)·spacing.  Painters draw such a line
    ten times faster than a wide one, and a large network is hundreds of lines in every frame.

    Parameters
    ----------
    points : (P, 2)
    spacing : float
        Between neighbours, at most about 0.6 pixels, or the background shows through.
    """
    if np.ptp(points[:, 1]) < 0.5:
        # A level line is one piece: at its joints seams would show.
        points = points[[0, -1]]
    step = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / length[:, None]
    offsets = (np.arange(count) - (count - 1) / 2) * spacing
    lines = points + offsets[:, None, None] * normal
    lines[1::2] = lines[1::2, ::-1]
    return np.asarray(lines.reshape(-1, 2))


def label_places(points: Array, sizes: Array) -> Array:
    """Return (E, 2): where on each curve its label is centred, so that labels meet as little as may be.

    Parameters
    ----------
    points : (E, P, 2)
    sizes : (E, 2)
        Width and height of each label.
    """
    middle = points.shape[1] // 2
    offsets = sorted(range(-middle // 2, middle // 2 + 1), key=abs)
    placed = np.empty((0, 4))
    chosen = []
    for curve, size in zip(points, sizes, strict=True):
        spots = curve[[middle + offset for offset in offsets]]
        boxes = np.concatenate([spots - size / 2, spots + size / 2], axis=1)
        across = np.minimum(boxes[:, None, 2], placed[:, 2]) - np.maximum(boxes[:, None, 0], placed[:, 0])
        down = np.minimum(boxes[:, None, 3], placed[:, 3]) - np.maximum(boxes[:, None, 1], placed[:, 1])
        covered = (np.maximum(across, 0.0) * np.maximum(down, 0.0)).sum(axis=1)
        best = int(covered.argmin())
        placed = np.concatenate([placed, boxes[best : best + 1]])
        chosen.append(spots[best])
    return np.array(chosen).reshape(-1, 2)


def nearest_curve(points: Array, x: float, y: float) -> tuple[int, float]:
    """Return the curve nearest to a point and its distance; (−1, ∞) without curves.

    ``points``: (E, count, 2), taken as polylines.
    """
    if not len(points):
        return -1, float("inf")
    start, step = points[:, :-1], np.diff(points, axis=1)
    to_point = np.array([x, y]) - start
    length = np.maximum((step**2).sum(axis=-1), 1e-12)
    along = np.clip((to_point * step).sum(axis=-1) / length, 0.0, 1.0)
    off = to_point - along[..., None] * step
    distance = np.sqrt((off**2).sum(axis=-1)).min(axis=1)
    index = int(distance.argmin())
    return index, float(distance[index])


def card_place(
    card: tuple[float, float],
    room: tuple[float, float],
    target: Box,
    avoided: Box | None = None,
    gap: float = 10.0,
) -> tuple[float, float]:
    """Return where a card goes: inside the room and, wherever it fits, off the target.

    Parameters
    ----------
    card, room : (width, height)
    target : x, y, width, height
        What is pointed at and must stay visible.
    avoided : x, y, width, height, or None
        What had better stay visible too.
    """
    x, y, w, h = target
    right, left = x + w + gap, x - gap - card[0]
    below, above = y + h + gap, y - gap - card[1]
    middle_x, middle_y = x + w / 2 - card[0] / 2, y + h / 2 - card[1] / 2
    wishes = [
        (right, below), (right, above), (right, middle_y),
        (left, below), (left, above), (left, middle_y),
        (middle_x, below), (middle_x, above),
    ]  # fmt: skip
    inside = [(_into(a, card[0], room[0]), _into(b, card[1], room[1])) for a, b in wishes]
    costs = [
        _overlap(spot, card, target) * 1000
        + (0.05 * _overlap(spot, card, avoided) if avoided is not None else 0.0)
        + abs(spot[0] - wish[0])
        + abs(spot[1] - wish[1])
        for spot, wish in zip(inside, wishes, strict=True)
    ]
    return inside[costs.index(min(costs))]


def _into(start: float, length: float, room: float, border: float = 4.0) -> float:
    return max(border, min(start, room - length - border))


def _overlap(spot: tuple[float, float], card: tuple[float, float], target: Box) -> float:
    """Return the area of the target that the card would cover."""
    across = min(spot[0] + card[0], target[0] + target[2]) - max(spot[0], target[0])
    down = min(spot[1] + card[1], target[1] + target[3]) - max(spot[1], target[1])
    return max(across, 0.0) * max(down, 0.0)
