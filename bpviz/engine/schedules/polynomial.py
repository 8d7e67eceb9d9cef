"""A learning rate that falls along a power of the time that is left."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.engine.schedules.fields import FINAL_RATE, TOTAL_STEPS
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "polynomial",
    N_("Polynomial decay"),
    help=N_("η falls along a power of the share that is left: 1 is a straight line."),
    fields=(
        TOTAL_STEPS,
        Field(
            "power",
            N_("Power of the decay"),
            default=2.0,
            minimum=0.0,
            maximum=100.0,
            exclusive_minimum=True,
            low=0.5,
            high=4.0,
            step=0.5,
            help=N_("The power along which the learning rate falls."),
        ),
        FINAL_RATE,
    ),
)
class Polynomial(Schedule):
    """η(t) = η₁ + (η₀ − η₁) (1 − t / T)ᵖ until t = T, then η₁ (PyTorch's, where η₁ = 0)."""

    lines = (
        "eta1 = min(final_rate, eta0)",
        "eta = eta1 + (eta0 - eta1) * max(1 - t / total_steps, 0)**power",
    )

    def __init__(self, total_steps: int = 2000, power: float = 2.0, final_rate: float = 0.0) -> None:
        self.total_steps, self.power, self.final_rate = total_steps, power, final_rate

    def rate(self, base: float, step: int) -> float:
        """Return η on the polynomial, or its end."""
        last = min(self.final_rate, base)
        left = max(1.0 - step / self.total_steps, 0.0)
        return last + (base - last) * float(left**self.power)
