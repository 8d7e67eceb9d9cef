"""States of a run, kept for going back and for drawing the path.

A checkpoint is kept every ``interval`` iterations, at first every one; when there are too many, or
they take too much memory, every second is dropped and the interval doubles.  What lies between is
computed again from the nearest before it.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.optimizers.base import State
from bpviz.training.batches import BatchPosition

Array = NDArray[np.floating]

MOST = 1024
MEMORY_BYTES = 128 * 2**20


@dataclass(frozen=True)
class Checkpoint:
    """All that the next iterations follow from."""

    iteration: int
    theta: Array
    optimizer: State
    batches: BatchPosition
    schedule: Mapping[str, float | int] = field(default_factory=dict)
    memory: Array | None = None


class Checkpoints:
    """An ordered, bounded collection of checkpoints.

    Parameters
    ----------
    bytes_each : int
        Memory of one checkpoint.
    """

    def __init__(self, bytes_each: int) -> None:
        self.interval = 1
        self.most = max(8, min(MOST, MEMORY_BYTES // max(bytes_each, 1)))
        self.closed = False
        """While it is, nothing is wanted: what is only tried out leaves no trace."""
        self._kept: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._kept)

    def wants(self, iteration: int) -> bool:
        """Whether ``iteration`` is to be kept."""
        due = iteration % self.interval == 0 and not self.closed
        return due and (not self._kept or iteration > self._kept[-1].iteration)

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, newer than all others."""
        self._kept.append(checkpoint)
        if len(self._kept) > self.most:
            self.interval *= 2
            self._kept = [kept for kept in self._kept if kept.iteration % self.interval == 0]

    def before(self, iteration: int) -> Checkpoint:
        """Return the newest checkpoint at or before ``iteration``; the first is always kept."""
        index = bisect.bisect_right(self._kept, iteration, key=lambda kept: kept.iteration)
        return self._kept[max(index - 1, 0)]

    def cut(self, iteration: int) -> None:
        """Drop what comes after ``iteration``."""
        self._kept = [kept for kept in self._kept if kept.iteration <= iteration]

    def path(self, until: int, most: int = MOST) -> tuple[NDArray[np.int64], list[Array]]:
        """Return the iterations and the θ of the checkpoints up to ``until``, oldest first.

        At most about ``most`` of them, evenly chosen, the first and the newest always.
        """
        count = bisect.bisect_right(self._kept, until, key=lambda one: one.iteration)
        step = max(1, -(-count // most))
        kept = self._kept[:count:step]
        if count and kept[-1] is not self._kept[count - 1]:
            kept.append(self._kept[count - 1])
        return np.array([one.iteration for one in kept], dtype=np.int64), [one.theta for one in kept]
