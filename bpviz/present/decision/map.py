"""The decision map in numbers: colours of predictions, borders between classes, which points to draw.

A grid of predictions is (height, width, outputs) with row 0 at the lowest y; pictures are (height,
width, 3) with row 0 at the top, as a screen has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.palette import class_colour, diverging, rgb, viridis

Floats = NDArray[np.floating]
Pixels = NDArray[np.uint8]

POINT_LIMIT = 3000
# Predictions move with every iteration, so their points are painted anew each time.
MOVING_LIMIT = 800


def class_picture(values: Floats) -> Pixels:
    """Return the picture of class probabilities.

    Two classes run from blue through white to orange; more take their colours, mixed by their
    probabilities and paler the nearer these are to an even guess.
    """
    classes = values.shape[2]
    if classes <= 2:
        probability = values[::-1, :, -1]
        index = (np.clip(probability, 0, 1) * 255).round()
        picture: Pixels = diverging()[np.nan_to_num(index, nan=127).astype(np.uint8)]
        return picture
    share = np.clip(np.nan_to_num(values[::-1], nan=1 / classes), 0, 1).astype(np.float32)
    colours = np.array([rgb(class_colour(k)) for k in range(classes)], dtype=np.float32)
    sure = (share.max(axis=2, keepdims=True) - 1 / classes) / (1 - 1 / classes)
    # Never quite the class's own colour: a filled point is to stand out on its own ground.
    strength = 0.82 * np.clip(sure, 0, 1) ** 0.7
    mixed = 255 + strength * (share @ colours / share.sum(axis=2, keepdims=True) - 255)
    blend: Pixels = np.clip(mixed, 0, 255).astype(np.uint8)
    return blend


@dataclass(frozen=True)
class ValueScale:
    """Which value has which colour: diverging around 0 where both signs occur, viridis otherwise."""

    low: float
    high: float
    diverging: bool

    @classmethod
    def of(cls, targets: Floats) -> ValueScale:
        """Return the scale that fits the targets: the one with which a run begins."""
        finite = targets[np.isfinite(targets)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        if low < 0 < high:
            bound = max(-low, high)
            return cls(-bound, bound, True)
        if low == high:
            # One value only: as far from it as 0 is, to both sides.
            reach = abs(low) or 1.0
            return cls(low - reach, low + reach, low == 0)
        return cls(low, high, False)

    def holding(self, values: Floats) -> ValueScale:
        """Return the scale of this kind that holds ``values``, too.

        An end moves by a quarter, a half, once, twice … the length of this scale, so that a scale
        stands still while predictions move a little.  A hair outside has the end's colour.
        """
        finite = values[np.isfinite(values)]
        if not finite.size:
            return self
        length = self.high - self.low
        # In Python's numbers: what is too large for them is infinite without a word.
        below = _growth((self.low - float(finite.min())) / length) * length
        above = _growth((float(finite.max()) - self.high) / length) * length
        if self.diverging:
            below = above = max(below, above)
        grown = ValueScale(self.low - below, self.high + above, self.diverging)
        return grown if math.isfinite(grown.high - grown.low) else self

    def covers(self, other: ValueScale) -> bool:
        """Return whether what ``other`` holds is held here as well, and not lost in a corner."""
        inside = self.low <= other.low and other.high <= self.high
        return inside and self.high - self.low <= 2 * (other.high - other.low)

    def colours(self, values: Floats) -> Pixels:
        """Return (…, 3) colours; values beyond the ends take the end's colour."""
        share = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        index = np.nan_to_num(share * 255, nan=0).round().astype(np.uint8)
        colours: Pixels = (diverging() if self.diverging else viridis())[index]
        return colours


def _growth(share: float) -> float:
    """Return the smallest of 0, ¼, ½, 1, 2 … that is ``share``, or all but."""
    if share <= 0.02:
        return 0.0
    return 2.0 ** max(math.ceil(math.log2(share) - 1e-9), -2) if share < 1e300 else math.inf


def zero_contour(grid: Floats, cells: NDArray[np.intp] | None = None) -> Floats:
    """Return where ``grid`` crosses 0, as straight segments (marching squares).

    Parameters
    ----------
    grid : (h, w)
    cells : flat indices into the (h − 1, w − 1) cells, or None for all
        The only cells to look at.

    Returns
    -------
    (segments, 2, 2)
        Two ends each, as (column, row) in units of the grid.
    """
    height, width = grid.shape
    if cells is None:
        cells = np.arange((height - 1) * (width - 1))
    row, column = np.divmod(cells, width - 1)
    corners = np.stack(
        [grid[row, column], grid[row, column + 1], grid[row + 1, column + 1], grid[row + 1, column]], axis=1
    )
    positive = corners > 0
    crossed = positive != np.roll(positive, -1, axis=1)
    live = crossed.any(axis=1) & np.isfinite(corners).all(axis=1)
    corners, crossed, row, column = corners[live], crossed[live], row[live], column[live]
    points = _edge_points(corners, crossed) + np.stack((column, row), axis=1)[:, None, :]
    two = crossed.sum(axis=1) == 2
    # A stable sort of "not crossed" brings the two crossed edges to the front.
    ends = np.argsort(~crossed[two], axis=1, kind="stable")[:, :2]
    plain = np.take_along_axis(points[two], ends[:, :, None], axis=1)
    saddle, centre = points[~two], corners[~two].mean(axis=1)
    same = (centre > 0) == (corners[~two, 0] > 0)
    first = np.where(same[:, None], [0, 1], [0, 3])
    second = np.where(same[:, None], [2, 3], [1, 2])
    split = [np.take_along_axis(saddle, pair[:, :, None], axis=1) for pair in (first, second)]
    return np.concatenate((plain, *split))


def _edge_points(corners: Floats, crossed: NDArray[np.bool_]) -> Floats:
    """Return (n, 4, 2): where each edge of the unit cell crosses 0, by linear interpolation."""
    following = np.roll(corners, -1, axis=1)
    fall = np.where(crossed, corners - following, 1.0)
    share = np.where(crossed, corners / fall, 0.0)
    zero, one = np.zeros(len(corners)), np.ones(len(corners))
    x = np.stack((share[:, 0], one, 1 - share[:, 2], zero), axis=1)
    y = np.stack((zero, share[:, 1], one, 1 - share[:, 3]), axis=1)
    return np.stack((x, y), axis=2)


def class_borders(values: Floats) -> Floats:
    """Return the segments along which the most probable class changes, see `zero_contour`."""
    height, width, classes = values.shape
    if height < 2 or width < 2:
        return np.empty((0, 2, 2))
    if classes <= 2:
        # Few cells are crossed: they are found first, by their corners' signs.
        level = values[:, :, -1] - 0.5
        above = level > 0
        corners = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
        mixed = np.flatnonzero(np.logical_or.reduce(corners) & ~np.logical_and.reduce(corners))
        return zero_contour(level, mixed)
    winner = values.argmax(axis=2)
    corners = (winner[:-1, :-1], winner[:-1, 1:], winner[1:, 1:], winner[1:, :-1])
    mixed = np.flatnonzero(np.logical_or.reduce([corners[0] != other for other in corners[1:]]))
    best = np.partition(values, classes - 2, axis=2)[:, :, -2:]
    found = []
    for k in np.unique(winner):
        others = np.where(winner == k, best[:, :, 0], best[:, :, 1])
        found.append(zero_contour(values[:, :, k] - others, mixed))
    return np.concatenate(found)


def drawn_rows(count: int, limit: int = POINT_LIMIT) -> NDArray[np.intp]:
    """Return which of ``count`` rows are drawn: all, or ``limit`` at random, always the same ones."""
    if count <= limit:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, limit, replace=False))


def nearest_point(x: float, y: float, points: Floats, reach: float) -> int | None:
    """Return the index of the point (n, 2) nearest to (x, y), if one is within ``reach``."""
    if not len(points):
        return None
    distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
    index = int(np.argmin(distance))
    return index if distance[index] <= reach else None


def sampled(values: Floats, across: float, up: float) -> Floats:
    """Return the prediction (outputs,) at shares 0 … 1 of the grid's width and height (bilinear)."""
    height, width = values.shape[:2]
    x, y = np.clip(across, 0, 1) * (width - 1), np.clip(up, 0, 1) * (height - 1)
    j, i = min(int(x), max(width - 2, 0)), min(int(y), max(height - 2, 0))
    j1, i1 = min(j + 1, width - 1), min(i + 1, height - 1)
    low = values[i, j] + (x - j) * (values[i, j1] - values[i, j])
    high = values[i1, j] + (x - j) * (values[i1, j1] - values[i1, j])
    blend: Floats = low + (y - i) * (high - low)
    return blend


def row_shares(counts: NDArray[np.integer]) -> Floats:
    """Return each count as a share of its row (its true class); an empty row is 0."""
    totals = counts.sum(axis=1, keepdims=True)
    shares: Floats = counts / np.maximum(totals, 1)
    return shares


def mix(back: str, front: str, share: float) -> tuple[int, int, int]:
    """Return the colour ``share`` of the way from ``back`` to ``front``."""
    a, b = np.array(rgb(back), dtype=float), np.array(rgb(front), dtype=float)
    red, green, blue = (a + (b - a) * share).round().astype(int).tolist()
    return red, green, blue


def is_dark(colour: tuple[int, int, int]) -> bool:
    """Return whether white reads better on ``colour`` than black (relative luminance)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def contour_levels(losses: Floats, count: int = 9) -> list[float]:
    """Return heights for contour lines: equal shares of the area lie between neighbours."""
    finite = losses[np.isfinite(losses)]
    if not finite.size or finite.min() == finite.max():
        return []
    levels = np.quantile(finite, np.linspace(0, 1, count + 2)[1:-1])
    return [float(level) for level in np.unique(levels)]


def height_picture(losses: Floats) -> Pixels:
    """Return the picture of a loss grid (v, u) in viridis, by rank so that the valley shows."""
    finite = np.sort(losses[np.isfinite(losses)])
    if not finite.size:
        return np.zeros((*losses.shape, 3), dtype=np.uint8)
    rank = np.searchsorted(finite, losses[::-1]) / max(len(finite) - 1, 1)
    return viridis()[(np.clip(rank, 0, 1) * 255).round().astype(np.uint8)]
