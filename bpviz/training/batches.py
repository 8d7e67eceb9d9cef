"""Mini-batches: which training samples each iteration sees.

The order of an epoch is a pure function of the seed and the epoch's number, so that "where the run
stands" is two integers and any iteration can be come back to, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STREAM = 0xBA7C4
"""Keeps the order's random numbers apart from those that others draw from the same seed."""


@dataclass(frozen=True)
class BatchPosition:
    """How many epochs are over, and how many samples of the present one."""

    epoch: int = 0
    used: int = 0


class Batches:
    """Cuts shuffled epochs into batches; the last, shorter one of an epoch counts like the others.

    Parameters
    ----------
    count : int
        Number of training samples.
    batch_size : int or None
        None, or ``count`` and more, is the whole set at once.
    """

    def __init__(self, count: int, batch_size: int | None, *, shuffle: bool, seed: int) -> None:
        self.count, self.batch_size, self.shuffle, self.seed = count, batch_size, shuffle, seed
        self._epoch, self._used = 0, 0
        self._order: NDArray[np.intp] | None = None

    @property
    def epoch(self) -> float:
        """Epochs so far, the present one's share included."""
        return self._epoch + self._used / self.count

    def at(self) -> BatchPosition:
        """Return where the run stands."""
        return BatchPosition(self._epoch, self._used)

    def go_to(self, position: BatchPosition) -> None:
        """Continue from ``position``."""
        if position.epoch != self._epoch:
            self._order = None
        self._epoch, self._used = position.epoch, position.used

    def next(self) -> NDArray[np.intp] | None:
        """Return the rows of the next batch, None for all of them."""
        size = self.batch_size
        if size is None or size >= self.count:
            # Left over from a smaller batch size: the whole set begins a new epoch.
            self._epoch, self._used, self._order = self._epoch + 1, 0, None
            return None
        if self._order is None:
            self._order = self._epoch_order()
        rows = self._order[self._used : self._used + size]
        self._used += len(rows)
        if self._used >= self.count:
            self._epoch, self._used, self._order = self._epoch + 1, 0, None
        return rows

    def peek(self) -> NDArray[np.intp] | None:
        """Return the rows of the next batch and stay where the run stands."""
        position, order = self.at(), self._order
        rows = self.next()
        self._epoch, self._used, self._order = position.epoch, position.used, order
        return rows

    @property
    def at_epoch_end(self) -> bool:
        """Whether the last batch closed an epoch."""
        return self._used == 0

    @property
    def per_epoch(self) -> int:
        """Iterations in an epoch."""
        size = min(self.batch_size or self.count, self.count)
        return -(-self.count // size)

    def _epoch_order(self) -> NDArray[np.intp]:
        if not self.shuffle:
            return np.arange(self.count)
        return np.random.default_rng((self.seed, STREAM, self._epoch)).permutation(self.count)
