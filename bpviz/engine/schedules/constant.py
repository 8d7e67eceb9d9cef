"""The learning rate as it was set."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.text import N_


@SCHEDULES.register("constant", N_("Constant rate"), help=N_("η stays as it was set."))
class Constant(Schedule):
    """η(t) = η₀."""

    lines = ("eta = eta0",)

    def rate(self, base: float, step: int) -> float:
        """Return η₀."""
        return base
