"""A learning rate that falls along half a cosine."""

from __future__ import annotations

import math

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.engine.schedules.fields import FINAL_RATE, TOTAL_STEPS
from bpviz.text import N_


def half_cosine(first: float, last: float, share: float) -> float:
    """Return η on the way from ``first`` (share 0) to ``last`` (share 1): level at both ends."""
    return last + (first - last) * (0.5 + 0.5 * math.cos(math.pi * share))


@SCHEDULES.register(
    "cosine",
    N_("Cosine decay"),
    help=N_("η falls along half a cosine: slowly, then fast, then slowly."),
    fields=(TOTAL_STEPS, FINAL_RATE),
)
class Cosine(Schedule):
    """η(t) = η₁ + (η₀ − η₁) (1 + cos(π t / T)) / 2 (Loshchilov and Hutter, 2017, without restarts).

    From t = T on η stays at η₁; PyTorch's ``CosineAnnealingLR`` would rise again.
    """

    lines = (
        "eta1 = min(final_rate, eta0)",
        "u = min(t / total_steps, 1)",
        "eta = eta1 + (eta0 - eta1) * (1 + cos(pi * u)) / 2",
    )

    def __init__(self, total_steps: int = 2000, final_rate: float = 0.0) -> None:
        self.total_steps, self.final_rate = total_steps, final_rate

    def rate(self, base: float, step: int) -> float:
        """Return η on the cosine, or its end."""
        return half_cosine(base, min(self.final_rate, base), min(step / self.total_steps, 1.0))
