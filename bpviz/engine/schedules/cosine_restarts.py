"""A learning rate that falls along half a cosine again and again."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.engine.schedules.cosine import half_cosine
from bpviz.engine.schedules.fields import FINAL_RATE
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "cosine_restarts",
    N_("Cosine with restarts"),
    help=N_("η falls along half a cosine, jumps back up and falls again."),
    fields=(
        Field(
            "cycle",
            N_("First cycle"),
            "int",
            500,
            minimum=1,
            maximum=10**9,
            low=10,
            high=100_000,
            logarithmic=True,
            help=N_("The iterations of the learning rate's first cycle."),
        ),
        Field(
            "cycle_growth",
            N_("Cycle growth"),
            "int",
            1,
            minimum=1,
            maximum=100,
            low=1,
            high=4,
            help=N_("How many times as long each cycle is as the one before."),
        ),
        FINAL_RATE,
    ),
)
class CosineRestarts(Schedule):
    """η = η₁ + (η₀ − η₁) (1 + cos(π u)) / 2, u the share of the cycle that is over.

    Cycle i lasts T gⁱ iterations (SGDR: Loshchilov and Hutter, 2017).
    """

    lines = (
        "eta1 = min(final_rate, eta0)",
        "s = 1 + (cycle_growth - 1) * t / cycle",
        "n = floor(t / cycle) if cycle_growth == 1 else floor_log(s, cycle_growth)",
        "t0 = n * cycle if cycle_growth == 1 else cycle * (cycle_growth**n - 1) / (cycle_growth - 1)",
        "u = (t - t0) / (cycle * cycle_growth**n)",
        "eta = eta1 + (eta0 - eta1) * (1 + cos(pi * u)) / 2",
    )

    def __init__(self, cycle: int = 500, cycle_growth: int = 1, final_rate: float = 0.0) -> None:
        self.cycle, self.cycle_growth, self.final_rate = cycle, cycle_growth, final_rate

    def rate(self, base: float, step: int) -> float:
        """Return η on the cosine of the cycle that ``step`` is in."""
        return half_cosine(base, min(self.final_rate, base), self._share(step))

    def _share(self, step: int) -> float:
        if self.cycle_growth == 1:
            return step % self.cycle / self.cycle
        length = self.cycle
        while step >= length:
            step -= length
            length *= self.cycle_growth
        return step / length
