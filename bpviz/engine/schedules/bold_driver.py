"""A learning rate that grows while all goes well and is cut when it does not."""

from __future__ import annotations

import math
import sys

from bpviz.engine.schedules.base import SCHEDULES, Schedule, State
from bpviz.registry import Field
from bpviz.text import N_

_SMALLEST, _LARGEST = 1e-12, 1e12
"""The factor's bounds: from beyond them a rate would hardly come back."""


@SCHEDULES.register(
    "bold_driver",
    N_("Bold driver"),
    help=N_("η grows while the loss falls and is cut when it rises; made for full batches."),
    fields=(
        Field(
            "bold_up",
            N_("Raise by"),
            default=1.05,
            minimum=1.0,
            maximum=10.0,
            low=1.0,
            high=1.5,
            step=0.01,
            help=N_("What a fall of the loss multiplies the learning rate by."),
        ),
        Field(
            "bold_down",
            N_("Cut by"),
            default=0.5,
            minimum=0.0,
            maximum=1.0,
            exclusive_minimum=True,
            low=0.1,
            high=1.0,
            step=0.05,
            help=N_("What a rise of the loss multiplies the learning rate by."),
        ),
        Field(
            "bold_tolerance",
            N_("Rise allowed"),
            default=0.01,
            minimum=0.0,
            maximum=1e6,
            low=0.0,
            high=1.0,
            logarithmic=True,
            help=N_("The share by which the loss may rise before the learning rate is cut."),
        ),
    ),
)
class BoldDriver(Schedule):
    """η = c η₀, c from 1: c ← u c where L falls, c ← d c where it rises above (1 + τ) times the last.

    A rise within the tolerance changes nothing, and counts as the new last loss.  The classical rule
    (Vogl et al., 1988; Battiti, 1989) takes back the update that raised the loss; here it stays.
    For losses below 0 the tolerance is τ |L|.  A loss that is not a number is a rise.
    """

    lines = ("eta = factor * eta0",)
    uses_loss = True

    def __init__(self, bold_up: float = 1.05, bold_down: float = 0.5, bold_tolerance: float = 0.01) -> None:
        self.up, self.down, self.tolerance = bold_up, bold_down, bold_tolerance
        self.start()

    def start(self) -> None:
        """Begin with c = 1 and no last loss."""
        self.factor, self.last = 1.0, math.inf

    def rate(self, base: float, step: int) -> float:
        """Return c η₀."""
        return min(self.factor * base, sys.float_info.max)

    def observe(self, loss: float, step: int) -> None:
        """Multiply c as the loss fell or rose."""
        if not math.isfinite(loss):
            self._multiply(self.down)
            return
        last, self.last = self.last, loss
        if not math.isfinite(last):
            return
        if loss < last:
            self._multiply(self.up)
        elif loss > last + self.tolerance * abs(last):
            self._multiply(self.down)

    def _multiply(self, by: float) -> None:
        self.factor = min(max(self.factor * by, _SMALLEST), _LARGEST)

    def state(self) -> State:
        """Return c and the last loss."""
        return {"factor": self.factor, "last": self.last}

    def restore(self, state: State) -> None:
        """Take c and the last loss."""
        self.factor, self.last = float(state["factor"]), float(state["last"])
