"""Histograms over time: which columns are kept, over which range of values they are drawn, and how dense.

A strip is one layer's histograms side by side, the iteration along x and the value along y.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.loss.scales import grown_end, linear_ticks
from bpviz.present.numbers import grouped, short
from bpviz.present.palette import Palette, rgb
from bpviz.snapshot.spread import Histograms, Kind, LayerSpread, Spread
from bpviz.text import N_, tr

Floats = NDArray[np.float64]

MOST_COLUMNS = 128
EVENLY = 64
"""Into so many parts the whole run is divided: at the end of each a column is wanted."""
# The linear part of a bent axis reaches to this share of its end.
BEND = 1e-3
KIND_LABELS: dict[Kind, str] = {
    "weights": N_("weights"),
    "activations": N_("activations"),
    "gradients": N_("gradients"),
}


@dataclass(frozen=True)
class Scale:
    """A y axis from ``low`` to ``high``; a ``bent`` one is linear around 0 and logarithmic beyond."""

    low: float
    high: float
    bent: bool = False

    def share(self, values: NDArray[np.floating] | float) -> Floats:
        """Return where values lie, 0 at the bottom and 1 at the top."""
        low, high = self._bend(np.array(self.low)), self._bend(np.array(self.high))
        return np.asarray((self._bend(np.asarray(values, float)) - low) / (high - low))

    def value(self, share: float) -> float:
        """Return the value at a share of the height."""
        low, high = (float(self._bend(np.array(end))) for end in (self.low, self.high))
        at = low + share * (high - low)
        return math.sinh(at) * self._unit if self.bent else at

    def _bend(self, values: Floats) -> Floats:
        return np.arcsinh(values / self._unit) if self.bent else values

    @property
    def _unit(self) -> float:
        return BEND * max(abs(self.low), abs(self.high))

    def ticks(self, count: int) -> list[float]:
        """Return about ``count`` round values."""
        if not self.bent:
            return linear_ticks(self.low, self.high, max(count, 2))
        top = 10.0 ** math.floor(math.log10(self.high))
        return [-top, 0.0, top] if count < 5 else [-top, -0.01 * top, 0.0, 0.01 * top, top]


class Record:
    """The columns of a run: at most so many, evenly over the iterations, and always the newest."""

    def __init__(self) -> None:
        self.iterations: list[int] = []
        self.columns: list[Histograms] = []
        self.present: Histograms | None = None
        self.spacing = 1
        self.cuts: tuple[int, ...] = ()
        self._ends: dict[tuple[int, Kind], tuple[float, float]] = {}

    def add(self, column: Histograms) -> None:
        """Take the present column in; too close to its neighbours it is only the present one."""
        self.present = column
        self.fill(column)

    def fill(self, column: Histograms) -> None:
        """Take a column in, in its place, unless it is close to a neighbour or of a way that was left."""
        if not self._holds(column):
            return
        for layer in column.layers:
            for kind, spread in layer.of.items():
                self._grow((layer.layer, kind), spread)
        place = bisect.bisect_left(self.iterations, column.iteration)
        if place < len(self.iterations) and self.iterations[place] == column.iteration:
            self.columns[place] = column
            return
        near = [abs(one - column.iteration) for one in self.iterations[max(place - 1, 0) : place + 1]]
        if near and min(near) < self.spacing:
            return
        self.iterations.insert(place, column.iteration)
        self.columns.insert(place, column)
        if len(self.iterations) > MOST_COLUMNS:
            self._thin()

    def _thin(self) -> None:
        """Keep of columns that stand closely only some: those that stand alone are needed where they are."""
        span = self.iterations[-1] - self.iterations[0]
        self.spacing = max(2 * self.spacing, span // MOST_COLUMNS)
        kept: list[int] = []
        for index, iteration in enumerate(self.iterations):
            if not kept or iteration - self.iterations[kept[-1]] >= self.spacing:
                kept.append(index)
        self.iterations = [self.iterations[index] for index in kept]
        self.columns = [self.columns[index] for index in kept]

    def _holds(self, column: Histograms) -> bool:
        """Whether a column is of the way that is shown; of a newer one it takes what is not shared away."""
        before, after = self.cuts, column.cuts
        if len(after) >= len(before):
            if len(after) > len(before):
                self.cut(min(after[len(before) :]))
                self.cuts = after
            return True
        return column.iteration <= min(before[len(after) :])

    def missing(self, last: int) -> tuple[int, ...]:
        """Return at which iterations up to ``last`` a column is wanted: coarsely at first, then finer."""
        apart = max(self.spacing, last / (2 * EVENLY))
        wanted = (round(part * last / EVENLY) for part in _coarse_first(EVENLY))
        there, found = np.array(self.iterations, float), list[int]()
        for iteration in dict.fromkeys(wanted):
            if not len(there) or float(np.abs(there - iteration).min()) >= apart:
                found.append(iteration)
        return tuple(found)

    def cut(self, last: int) -> None:
        """Forget what came after iteration ``last``: the run took another way."""
        keep = bisect.bisect_right(self.iterations, last)
        del self.iterations[keep:], self.columns[keep:]

    def _grow(self, key: tuple[int, Kind], spread: Spread) -> None:
        """Let the range hold this spread, but for its far tails; it never shrinks, and grows in steps."""
        low, high = self._ends.get(key, (0.0, 0.0))
        self._ends[key] = (min(low, -_grown(-spread.low)), max(high, _grown(spread.high)))

    def scale(self, layer: int, kind: Kind) -> Scale:
        """Return the range of values of a strip; a gradient's and a weight's lie evenly around 0."""
        low, high = self._ends.get((layer, kind), (0.0, 0.0))
        if kind != "activations":
            high = max(high, -low)
            low = -high
        if not high > low:
            low, high = (-1.0, 1.0) if not low else (low - abs(low), low + abs(low))
        return Scale(low, high, bent=kind == "gradients")


def reach(last: int) -> float:
    """Return how many iterations around it a column stands for at the most, in a run up to ``last``."""
    return max(last / EVENLY, 0.5)


def _coarse_first(parts: int) -> list[int]:
    """Return 0 … ``parts``, a power of two: both ends, the middle, the quarters, and so on."""
    order, step = [0, parts], parts
    while step > 1:
        order += range(step // 2, parts, step)
        step //= 2
    return order


def _grown(end: float) -> float:
    """Return a round number a little above ``end``, 0 where it is not above 0."""
    if not end > 0 or not math.isfinite(end):
        return 0.0
    power = 10.0 ** math.floor(math.log10(end))
    return grown_end(10 * end / power) * power / 10


def masses(spread: Spread, scale: Scale, rows: int) -> Floats:
    """Return which share of the numbers falls on each of ``rows`` pixels, the topmost first."""
    places = scale.share(spread.edges) * rows
    below = np.concatenate([[0.0], np.cumsum(spread.counts)]) / max(spread.total, 1)
    at = np.interp(np.arange(rows + 1), places, below)
    return np.diff(at)[::-1]


def shades(mass: Floats) -> Floats:
    """Return how strongly a column's pixels are coloured, 0 … 1: the root of the density over its peak."""
    peak = float(mass.max(initial=0.0))
    return np.sqrt(mass / peak) if peak > 0 else np.zeros_like(mass)


def strip_pixels(
    columns: list[Floats], iterations: list[int], width: int, last: int, ink: NDArray[np.float64], ground: str
) -> NDArray[np.uint32]:
    """Return the strip as pixels, 0xffRRGGBB.

    Parameters
    ----------
    columns : list of (rows,)
        What `shades` gave, one a column; the column of an iteration reaches halfway to its neighbours, but
        no further than columns stand apart that cover a run evenly: what nobody counted is blank.
    last : int
        The iteration at the right end.
    ink : (rows, 3)
        The colour of each row of pixels.
    """
    rows = len(ink)
    strength = np.zeros((rows, width))
    at = np.array(iterations, float)
    x = (np.arange(width) + 0.5) / width * max(last, 1)
    nearest = np.searchsorted((at[1:] + at[:-1]) / 2, x)
    there = np.abs(x - at[nearest]) <= reach(last)
    strength[:, there] = np.stack(columns, axis=1)[:, nearest[there]]
    base = np.array(rgb(ground), float)
    mixed = base + (ink[:, None, :] - base) * strength[:, :, None]
    parts = mixed.round().astype(np.uint32)
    pixels = 0xFF000000 | parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    return np.asarray(pixels, np.uint32)


def inks(scale: Scale, kind: Kind, rows: int, palette: Palette) -> NDArray[np.float64]:
    """Return the colour of each row: positive and negative as everywhere, what flows back in its own."""
    if kind == "gradients":
        return np.tile(np.array(rgb(palette.backward), float), (rows, 1))
    zero = float(scale.share(0.0))
    above = 1.0 - (np.arange(rows) + 0.5) / rows >= zero
    colours = np.array([rgb(palette.negative), rgb(palette.positive)], float)
    return colours[above.astype(np.intp)]


def layer_title(layer: LayerSpread, kind: Kind) -> str:
    """Return what stands above a strip: the layer, and what of it."""
    symbol = {"weights": "W", "activations": "a", "gradients": "∂L/∂W"}[kind]
    if layer.name == "θ":
        return {"weights": "θ", "gradients": "∇f", "activations": ""}[kind]
    return f"{layer.name} · {symbol}"


def summary(spread: Spread) -> str:
    """Return mean and deviation, and the share of exact zeros where there is one."""
    words = tr(
        "mean {mean} · deviation {deviation}",
        mean=short(spread.mean, 3),
        deviation=short(spread.deviation, 3),
    )
    if spread.zeros >= 0.005:
        words += " · " + tr("{share} % are 0", share=short(100 * spread.zeros, 3))
    return words


def reading(column: Histograms, layer: int, kind: Kind, value: float) -> list[str]:
    """Return what is said of a place in a strip: the iteration, the bin there with its share, the whole."""
    spread = next((one.of.get(kind) for one in column.layers if one.layer == layer), None)
    if spread is None:
        return []
    lines = [tr("iteration {iteration}", iteration=grouped(column.iteration))]
    bin_ = int(np.searchsorted(spread.edges, value, side="right")) - 1
    if 0 <= bin_ < len(spread.counts):
        lines.append(
            tr(
                "{low} … {high}: {share} %",
                low=short(float(spread.edges[bin_]), 3),
                high=short(float(spread.edges[bin_ + 1]), 3),
                share=short(100 * float(spread.counts[bin_]) / spread.total, 3),
            )
        )
    else:
        lines.append(tr("{value}: none", value=short(value, 3)))
    lines.append(summary(spread))
    return lines
