"""A learning rate that falls like 1/t."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "inverse_time",
    N_("1/t decay"),
    help=N_("η / (1 + k t): falls like one over the time."),
    fields=(
        Field(
            "rate_decay",
            N_("Decay k"),
            default=0.002,
            minimum=0.0,
            maximum=1e12,
            low=1e-5,
            high=1.0,
            logarithmic=True,
            help=N_("After 1/k iterations the learning rate is half of what it was."),
        ),
    ),
)
class InverseTime(Schedule):
    """η(t) = η₀ / (1 + k t): Σ η diverges and Σ η² does not (Robbins and Monro, 1951)."""

    lines = ("eta = eta0 / (1 + rate_decay * t)",)

    def __init__(self, rate_decay: float = 0.002) -> None:
        self.rate_decay = rate_decay

    def rate(self, base: float, step: int) -> float:
        """Return η₀ / (1 + k t)."""
        return base / (1.0 + self.rate_decay * step)
