"""States of a run, kept for going back and for drawing the path.

Half of the room holds states of the whole run, one every ``interval`` iterations; the other half holds
the newest ones more closely, since one mostly goes back a little.  At first every iteration is kept; the
intervals double as the run grows.  What lies between is computed again from the nearest before it.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.optimizers.base import State
from bpviz.training.batches import BatchPosition

Array = NDArray[np.floating]

MEMORY_BYTES = 112 * 2**20
MOST = 2048
"""Enough for a run whose iterations are quick; a slow one is kept as densely as the memory allows."""
DEAR_S, CHEAP_S = 0.1, 3e-4
"""How long the way from one state to the next may take before there are more than ``MOST``, and how long
it should at least: to keep a state costs a few microseconds, too."""
CLOSER = 16
NEARBY_BYTES, MOST_NEARBY = 16 * 2**20, 64
OBJECT_BYTES = 1500
"""What Python's own objects of a checkpoint take, at the most."""

_number: Callable[[Checkpoint], int] = attrgetter("iteration")


@dataclass(frozen=True)
class Checkpoint:
    """All that the next iterations follow from."""

    iteration: int
    theta: Array
    optimizer: State
    batches: BatchPosition
    schedule: Mapping[str, float | int] = field(default_factory=dict)
    memory: Array | None = None

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        arrays = (self.theta, self.memory, *self.optimizer.values())
        return OBJECT_BYTES + sum(one.nbytes for one in arrays if isinstance(one, np.ndarray))


class Checkpoints:
    """An ordered, bounded collection of checkpoints.

    Parameters
    ----------
    bytes_each : int
        Memory of one checkpoint.

    Attributes
    ----------
    room : int
        How many the memory holds; where it holds only two, none but the first is kept.
    """

    def __init__(self, bytes_each: int) -> None:
        self.bytes_each = bytes_each
        self.interval = self.fine = 1
        self.room = max(1, MEMORY_BYTES // max(bytes_each, 1))
        self.closed = False
        """While it is, nothing is wanted: what is only tried out leaves no trace."""
        self._old: list[Checkpoint] = []
        self._new: list[Checkpoint] = []
        self._seconds = 0.0

    def __len__(self) -> int:
        return len(self._old) + len(self._new)

    @property
    def most(self) -> int:
        """How many there may be, by the memory and by what an iteration takes."""
        dear = self.interval * self._seconds > DEAR_S
        return self.room if dear else min(self.room, MOST)

    @property
    def _share(self) -> int:
        return max(1, (self.most - 1) // 2)

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return len(self) * self.bytes_each

    def note_seconds(self, seconds: float) -> None:
        """Take in how long an iteration took: what is slow to compute again is kept more densely."""
        self._seconds = seconds if not self._seconds else 0.9 * self._seconds + 0.1 * seconds

    def wants(self, iteration: int) -> bool:
        """Whether ``iteration`` is to be kept."""
        if iteration % self.fine or self.closed:
            return False
        kept = self._new or self._old
        return not kept or (iteration > kept[-1].iteration and self.room > 2)

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, newer than all others."""
        self._new.append(checkpoint)
        self._make_room()

    def _make_room(self) -> None:
        interval, newest = self.interval, self._new[-1].iteration
        # By the number of the newest alone, so that the path that is drawn does not depend on the time.
        while newest > self._share * self.interval:
            self.interval *= 2
        if interval != self.interval:
            self._old = [kept for kept in self._old if kept.iteration % self.interval == 0]
            self._space_new()
        leaving = len(self._new) - self._share
        if leaving > 0:
            self._old += [kept for kept in self._new[:leaving] if kept.iteration % self.interval == 0]
            del self._new[:leaving]

    def _space_new(self) -> None:
        apart = CHEAP_S / self._seconds if self._seconds else 1.0
        least = 1 << max(0, math.ceil(math.log2(apart)))
        self.fine = min(self.interval, max(self.interval // CLOSER, least))
        self._new = [kept for kept in self._new if kept.iteration % self.fine == 0]

    def before(self, iteration: int) -> Checkpoint:
        """Return the newest checkpoint at or before ``iteration``; the first is always kept."""
        for kept in (self._new, self._old):
            index = bisect.bisect_right(kept, iteration, key=_number)
            if index:
                return kept[index - 1]
        return (self._old or self._new)[0]

    def cut(self, iteration: int) -> list[Checkpoint]:
        """Drop what comes after ``iteration``, and return it."""
        everything = self._old + self._new
        self._old = [kept for kept in self._old if kept.iteration <= iteration]
        self._new = [kept for kept in self._new if kept.iteration <= iteration]
        return everything[len(self) :]

    def join(self, later: Iterable[Checkpoint]) -> None:
        """Take back what was cut off."""
        self._old += self._new
        self._new = list(later)
        if self._new:
            self._make_room()

    def path(self, until: int, most: int = 1024) -> tuple[NDArray[np.int64], list[Array]]:
        """Return the iterations and the θ of some checkpoints up to ``until``, oldest first.

        At most about ``most`` of them, evenly spaced, the first always.
        """
        stride = self.interval
        while until > stride * most:
            stride *= 2
        everything = self._old + self._new
        count = bisect.bisect_right(everything, until, key=_number)
        kept = [one for one in everything[:count] if one.iteration % stride == 0]
        return np.array([one.iteration for one in kept], dtype=np.int64), [one.theta for one in kept]


class Nearby:
    """States that lie between two checkpoints, kept while one walks there: for the way back.

    Parameters
    ----------
    bytes_each : int
        Memory of one.
    """

    def __init__(self, bytes_each: int) -> None:
        self.bytes_each = bytes_each
        self.most = min(MOST_NEARBY, NEARBY_BYTES // max(bytes_each, 1))
        self._kept: list[Checkpoint] = []

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return len(self._kept) * self.bytes_each

    def spacing(self, steps: int) -> int:
        """Return how far apart states are to be kept on a way of ``steps``; half of the room is for it."""
        return max(1, -(-steps // max(1, self.most // 2)))

    def add(self, checkpoint: Checkpoint, target: int) -> None:
        """Keep a state on the way to ``target``; what lies beyond that, then the oldest, makes room."""
        if not self.most:
            return
        index = bisect.bisect_left(self._kept, checkpoint.iteration, key=_number)
        if index < len(self._kept) and self._kept[index].iteration == checkpoint.iteration:
            return
        self._kept.insert(index, checkpoint)
        if len(self._kept) > self.most:
            del self._kept[-1 if self._kept[-1].iteration > target else 0]

    def before(self, iteration: int) -> Checkpoint | None:
        """Return the newest state at or before ``iteration``, if any."""
        index = bisect.bisect_right(self._kept, iteration, key=_number)
        return self._kept[index - 1] if index else None

    def cut(self, iteration: int) -> None:
        """Drop what comes after ``iteration``."""
        self._kept = [kept for kept in self._kept if kept.iteration <= iteration]
