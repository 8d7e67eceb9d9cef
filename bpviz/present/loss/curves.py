"""Loss curves of any length: what to draw for a million points, and what was exactly there.

Downsampling is for display only.  A point under the pointer is read from the history itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpviz.present.loss.scales import linear_bounds, log_bounds
from bpviz.snapshot import Evaluation, History, Snapshot

Floats = NDArray[np.float64]

_BASE_SHIFT = 4
_BASE = 1 << _BASE_SHIFT


@dataclass(frozen=True)
class Envelope:
    """The lowest and highest value of each bin.

    Bin k covers indices ``start[k]`` … ``start[k] + stride − 1`` (the last may be shorter); its
    ``centre[k]`` is an index.  A bin without a finite value is NaN.  Bins are aligned to multiples
    of ``stride``, a power of two, so they do not shimmer as the record grows.
    """

    start: NDArray[np.int64]
    centre: NDArray[np.int64]
    stride: int
    low: Floats
    high: Floats


class _Growing:
    """An array that is appended to, doubling its buffer when full."""

    def __init__(self) -> None:
        self._buffer: Floats = np.empty(256)
        self.size = 0

    @property
    def values(self) -> Floats:
        return self._buffer[: self.size]

    def append(self, values: Floats) -> None:
        size = self.size + len(values)
        if size > len(self._buffer):
            grown = np.empty(max(size, 2 * len(self._buffer)))
            grown[: self.size] = self.values
            self._buffer = grown
        self._buffer[self.size : size] = values
        self.size = size


class MinMaxPyramid:
    """Minimum and maximum over blocks of 16, 32, 64, … values, kept while values are appended.

    Appending m values costs O(m), an envelope of p bins O(p), whatever the length.  Non-finite
    values count as absent.
    """

    def __init__(self) -> None:
        self._raw = _Growing()
        self._levels: list[tuple[_Growing, _Growing]] = []

    def __len__(self) -> int:
        return self._raw.size

    def extend(self, values: ArrayLike) -> None:
        """Append ``values``, shape (m,)."""
        fresh = np.asarray(values, dtype=np.float64)
        self._raw.append(np.where(np.isfinite(fresh), fresh, np.nan))
        below_low = below_high = self._raw.values
        group, level = _BASE, 0
        while len(below_low) >= group:
            if level == len(self._levels):
                self._levels.append((_Growing(), _Growing()))
            low, high = self._levels[level]
            done, ready = low.size, len(below_low) // group
            part = slice(done * group, ready * group)
            low.append(_halved(np.fmin, below_low[part], group))
            high.append(_halved(np.fmax, below_high[part], group))
            below_low, below_high = low.values, high.values
            group, level = 2, level + 1

    def envelope(self, i0: int, i1: int, pixels: int) -> Envelope:
        """Return between ``pixels`` and about 2·``pixels`` bins over the indices i0 ≤ i < i1.

        Up to 2·``pixels`` values are returned as they are, with stride 1.
        """
        i0, i1 = max(i0, 0), min(i1, len(self))
        count = max(i1 - i0, 0)
        shift = max((count // max(pixels, 1)).bit_length() - 1, 0)
        stride = 1 << shift
        first, last = i0 >> shift, -(-i1 >> shift) if count else i0 >> shift
        low, high = self._bins(first, last, shift)
        start = np.arange(first, last, dtype=np.int64) << shift
        centre = (start + np.minimum(start + stride, len(self)) - 1) // 2
        return Envelope(start, centre, stride, low, high)

    def extent(
        self, i0: int = 0, i1: int | None = None, *, positive: bool = False
    ) -> tuple[float, float] | None:
        """Return the lowest and the highest finite value near the indices i0 ≤ i < i1, if any.

        With ``positive`` the bins' ends that are not above 0 are left out, as on a logarithmic axis.
        """
        bins = self.envelope(i0, len(self) if i1 is None else i1, 64)
        ends = np.concatenate((bins.low, bins.high))
        ends = ends[ends > 0] if positive else ends[np.isfinite(ends)]
        return (float(ends.min()), float(ends.max())) if len(ends) else None

    def _bins(self, first: int, last: int, shift: int) -> tuple[Floats, Floats]:
        """Return low and high of the aligned blocks ``first`` … ``last − 1`` of 2^shift values."""
        if shift < _BASE_SHIFT:
            block = self._raw.values[first << shift : last << shift]
            missing = ((last - first) << shift) - len(block)
            block = np.append(block, np.full(missing, np.nan)) if missing else block
            block = block.reshape(-1, 1 << shift)
            return np.fmin.reduce(block, axis=1), np.fmax.reduce(block, axis=1)
        low, high = self._levels[shift - _BASE_SHIFT]
        lows, highs = low.values[first:last], high.values[first:last]
        if last > low.size:
            # The block that is still filling up has no entry on its level yet.
            rest = self._raw.values[low.size << shift :]
            lows, highs = np.append(lows, np.fmin.reduce(rest)), np.append(highs, np.fmax.reduce(rest))
        return lows, highs


def _halved(extreme: np.ufunc, values: Floats, group: int) -> Floats:
    """Reduce each ``group`` (a power of two) of ``values``; pairs are far faster than short rows."""
    while group > 1:
        values = extreme(values[::2], values[1::2])
        group //= 2
    return values


@dataclass(frozen=True)
class Reading:
    """The exact values at one iteration; NaN where nothing was measured.

    ``evaluated`` is the iteration at which train and test were last measured.
    """

    iteration: int
    batch_loss: float
    evaluated: int | None
    train_loss: float = np.nan
    test_loss: float = np.nan
    train_accuracy: float = np.nan
    test_accuracy: float = np.nan


def reading_of(snapshot: Snapshot) -> Reading:
    """Return what a snapshot measured at its own iteration."""
    none = Evaluation(math.nan)
    train, test = snapshot.train, snapshot.test or none
    return Reading(
        snapshot.iteration,
        snapshot.loss,
        snapshot.iteration,
        train.loss,
        test.loss,
        math.nan if train.accuracy is None else train.accuracy,
        math.nan if test.accuracy is None else test.accuracy,
    )


EVALUATED_SERIES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


class LossCurves:
    """What is derived from a history, brought up to date by its new tail only."""

    def __init__(self) -> None:
        self.history: History | None = None
        self.batch = MinMaxPyramid()
        self.series = {name: MinMaxPyramid() for name in EVALUATED_SERIES}

    @property
    def last(self) -> int:
        """The newest iteration, 0 before there is any."""
        return 0 if self.history is None else max(len(self.history.loss) - 1, 0) * self.history.stride

    @property
    def stride(self) -> int:
        """How many iterations lie between two recorded batch losses."""
        return 1 if self.history is None else self.history.stride

    @property
    def empty(self) -> bool:
        """Whether no iteration was recorded."""
        return self.history is None or not len(self.history.loss)

    def clear(self) -> None:
        """Forget everything."""
        self.history = None
        self.batch = MinMaxPyramid()
        self.series = {name: MinMaxPyramid() for name in EVALUATED_SERIES}

    def update(self, history: History) -> None:
        """Take in what ``history`` has beyond the one before; start over when it is another's."""
        old = self.history
        if (
            old is None
            or (old.run_id, old.generation) != (history.run_id, history.generation)
            or len(self.batch) > len(history.loss)
            or len(self.series["train_loss"]) > len(history.evaluated)
        ):
            self.clear()
        self.history = history
        self.batch.extend(history.loss[len(self.batch) :])
        for name, pyramid in self.series.items():
            pyramid.extend(getattr(history, name)[len(pyramid) :])

    def evaluated_range(self, x0: float, x1: float) -> tuple[int, int]:
        """Return the indices into ``evaluated`` for iterations x0 … x1, one beyond either side."""
        if self.history is None:
            return 0, 0
        # Whole numbers: a float key would make NumPy convert the whole array.
        found = np.searchsorted(self.history.evaluated, np.array((math.floor(x0), math.ceil(x1))))
        return max(int(found[0]) - 1, 0), min(int(found[1]) + 1, len(self.history.evaluated))

    def reading(self, iteration: int) -> Reading | None:
        """Return the exact values at the recorded iteration nearest to ``iteration``."""
        history = self.history
        if history is None or not len(history.loss):
            return None
        place = min(max(round(iteration / history.stride), 0), len(history.loss) - 1)
        at, batch_loss = place * history.stride, float(history.loss[place])
        index = int(np.searchsorted(history.evaluated, at, side="right")) - 1
        if index < 0:
            return Reading(at, batch_loss, None)
        values = {name: float(getattr(history, name)[index]) for name in EVALUATED_SERIES}
        return Reading(at, batch_loss, int(history.evaluated[index]), **values)


def outline(low: Floats, high: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return (bin, value) for one line that visits both ends of each bin, the nearer end first.

    A bin whose ends agree gives one visit twice; NaN stays NaN and makes a gap.
    """
    values = np.empty((len(low), 2))
    values[:, 0], values[:, 1] = low, high
    values[1::2] = values[1::2, ::-1]
    return np.repeat(np.arange(len(low)), 2), values.ravel()


def finite_runs(values: Floats) -> list[tuple[int, int]]:
    """Return [start, end) of each stretch without a NaN."""
    mask = np.concatenate(([False], np.isfinite(values), [False]))
    edges = np.flatnonzero(mask[1:] != mask[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


Extent = tuple[float, float]
# Beyond this ratio of the highest to the lowest loss a straight axis hides the end of the run.
WIDE_RATIO = 20.0
# So many times as high as at the start a straight axis shows one point and a line along the bottom.
HUGE_RATIO = 1e6


def is_wide(extent: Extent | None) -> bool:
    """Return whether losses are all above 0 and range so widely that a log axis shows more."""
    return extent is not None and extent[0] > 0 and extent[1] / extent[0] > WIDE_RATIO


def is_huge(start: float, highest: float) -> bool:
    """Return whether losses have grown so far beyond the start that a log axis alone shows them."""
    return start > 0 and math.isfinite(start) and highest > HUGE_RATIO * start


def loss_bounds(curves: list[Extent], batch: Extent | None, log: bool) -> Extent:
    """Return round bounds of a loss axis.

    The curves are all within; the batches' scatter may widen the axis by a factor of ten, no more,
    so that one stray batch does not flatten what is to be seen.
    """
    if not curves and batch is None:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low = min((extent[0] for extent in curves), default=batch[0] if batch else 0.0)
    high = max((extent[1] for extent in curves), default=batch[1] if batch else 1.0)
    if batch is not None:
        reach = 10.0 if log else 1.5
        high = max(high, min(batch[1], high * reach))
        low = min(low, max(batch[0], low / reach)) if low > 0 else low
    return log_bounds(low, high) if log else linear_bounds(low, high)
