"""A learning rate that falls in steps."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "step",
    N_("Step decay"),
    help=N_("η is multiplied by a factor every so many iterations."),
    fields=(
        Field(
            "step_every",
            N_("Step every"),
            "int",
            500,
            minimum=1,
            maximum=10**9,
            low=1,
            high=100_000,
            logarithmic=True,
            help=N_("The iterations between two steps of the learning rate."),
        ),
        Field(
            "step_factor",
            N_("Rate factor"),
            default=0.5,
            minimum=0.0,
            maximum=1.0,
            step=0.05,
            help=N_("What each step multiplies the learning rate by."),
        ),
    ),
)
class Step(Schedule):
    """η(t) = η₀ γ^⌊t / s⌋ (PyTorch's ``StepLR``)."""

    lines = ("eta = eta0 * step_factor**floor(t / step_every)",)

    def __init__(self, step_every: int = 500, step_factor: float = 0.5) -> None:
        self.step_every, self.step_factor = step_every, step_factor

    def rate(self, base: float, step: int) -> float:
        """Return η₀ γ^⌊t / s⌋."""
        return base * float(self.step_factor ** (step // self.step_every))
