"""What a schedule is: the learning rate of each update, from the one that the user set.

t is the number of the update, from 0; η₀ (``base``) is the user's learning rate, which may change
while a run goes on: a schedule keeps factors and counts, never a rate.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.float64]
State = dict[str, float | int]


class Schedule(ABC):
    """η(t), finite and never negative.  Past its last change the last rate stays.

    ``uses_loss`` says that the rate follows the losses: such a schedule is shown each of them.
    ``lines`` are η as it is printed: assignments as Python writes them, in order, in η₀ (``eta0``), t, the
    fields and what the schedule remembers.
    """

    lines: ClassVar[tuple[str, ...]]
    uses_loss: bool = False

    def start(self) -> None:
        """Forget everything."""

    @abstractmethod
    def rate(self, base: float, step: int) -> float:
        """Return η of update number ``step`` (from 0), where ``base`` is the user's learning rate."""

    def observe(self, loss: float, step: int) -> None:
        """Take the loss that update number ``step`` descended, after it; only where ``uses_loss``."""

    def state(self) -> State:
        """Return what the schedule remembers."""
        return {}

    def restore(self, state: State) -> None:
        """Take a state that ``state`` returned."""


SCHEDULES: Registry[Schedule] = Registry(N_("schedule"))


def rates(schedule: Schedule, base: float, count: int) -> Array:
    """Return η of the first ``count`` updates; where losses decide, the rate as it is now.

    ``schedule`` is only read.
    """
    return np.array([schedule.rate(base, step) for step in range(count)], np.float64)
