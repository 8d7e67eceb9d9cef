"""A learning rate that begins small."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "linear_warmup",
    N_("Linear warm-up"),
    help=N_("η rises in a straight line to the rate that was set, and stays."),
    fields=(
        Field(
            "warmup",
            N_("Warm-up"),
            "int",
            200,
            minimum=0,
            maximum=10**9,
            low=0,
            high=10_000,
            help=N_("The iterations until the full learning rate."),
        ),
        Field(
            "warmup_start",
            N_("Warm-up from"),
            default=0.1,
            minimum=0.0,
            maximum=1.0,
            step=0.05,
            help=N_("The share of the learning rate that the warm-up begins with."),
        ),
    ),
)
class LinearWarmup(Schedule):
    """η(t) = η₀ (s + (1 − s) t / T) until t = T, then η₀ (PyTorch's ``LinearLR``, up to 1)."""

    lines = ("eta = eta0 * (warmup_start + (1 - warmup_start) * t / warmup) if t < warmup else eta0",)

    def __init__(self, warmup: int = 200, warmup_start: float = 0.1) -> None:
        self.warmup, self.warmup_start = warmup, warmup_start

    def rate(self, base: float, step: int) -> float:
        """Return η on the straight line, or η₀."""
        if step >= self.warmup:
            return base
        return base * (self.warmup_start + (1.0 - self.warmup_start) * step / self.warmup)
