"""A learning rate that falls by the same share in every iteration."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "exponential",
    N_("Exponential decay"),
    help=N_("η is multiplied by a factor in every iteration."),
    fields=(
        Field(
            "exponential_factor",
            N_("Rate factor"),
            default=0.999,
            minimum=0.0,
            maximum=1.0,
            low=0.9,
            high=1.0,
            step=0.001,
            help=N_("What every iteration multiplies the learning rate by."),
        ),
    ),
)
class Exponential(Schedule):
    """η(t) = η₀ γᵗ; with γ = 0.999 a seventh is left after 2,000 iterations."""

    lines = ("eta = eta0 * exponential_factor**t",)

    def __init__(self, exponential_factor: float = 0.999) -> None:
        self.exponential_factor = exponential_factor

    def rate(self, base: float, step: int) -> float:
        """Return η₀ γᵗ."""
        return base * float(self.exponential_factor**step)
