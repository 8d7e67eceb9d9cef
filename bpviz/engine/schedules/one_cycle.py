"""A learning rate that rises once and falls to almost nothing."""

from __future__ import annotations

from bpviz.engine.schedules.base import SCHEDULES, Schedule
from bpviz.engine.schedules.cosine import half_cosine
from bpviz.engine.schedules.fields import TOTAL_STEPS
from bpviz.registry import Field
from bpviz.text import N_


@SCHEDULES.register(
    "one_cycle",
    N_("One cycle"),
    help=N_("η rises from a small share to the rate that was set, then falls to almost nothing."),
    fields=(
        TOTAL_STEPS,
        Field(
            "rise_share",
            N_("Rising share"),
            default=0.3,
            minimum=0.0,
            maximum=1.0,
            step=0.05,
            help=N_("The share of the cycle in which the learning rate rises."),
        ),
        Field(
            "start_divisor",
            N_("Start divisor"),
            default=25.0,
            minimum=1.0,
            maximum=1e12,
            low=1.0,
            high=1e3,
            logarithmic=True,
            help=N_("The cycle starts with the learning rate divided by this."),
        ),
        Field(
            "final_divisor",
            N_("Final divisor"),
            default=1e4,
            minimum=1.0,
            maximum=1e12,
            low=1.0,
            high=1e6,
            logarithmic=True,
            help=N_("The cycle ends with its first rate divided by this."),
        ),
    ),
)
class OneCycle(Schedule):
    """From η₀ / d up to η₀ and down to η₀ / (d e), along half cosines (Smith and Topin, 2018).

    The peak is at t = ρ T − 1 and the end at t = T − 1, as PyTorch's ``OneCycleLR`` has them; the
    peak may so lie between two updates.
    """

    lines = (
        "eta1 = eta0 / start_divisor",
        "eta2 = eta1 / final_divisor",
        "t1 = max(rise_share * total_steps - 1, 0)",
        "t2 = total_steps - 1",
        "u = t / t1 if t < t1 else (t - t1) / (t2 - t1) if t < t2 else 1",
        "c = (1 + cos(pi * u)) / 2",
        "eta = eta0 + (eta1 - eta0) * c if t < t1 else eta2 + (eta0 - eta2) * c",
    )

    def __init__(
        self,
        total_steps: int = 2000,
        rise_share: float = 0.3,
        start_divisor: float = 25.0,
        final_divisor: float = 1e4,
    ) -> None:
        self.total_steps, self.rise_share = total_steps, rise_share
        self.start_divisor, self.final_divisor = start_divisor, final_divisor

    def rate(self, base: float, step: int) -> float:
        """Return η on the way up, on the way down, or at the end."""
        first, peak, end = base / self.start_divisor, self._peak(), self.total_steps - 1
        if step < peak:
            return half_cosine(first, base, step / peak)
        share = (step - peak) / (end - peak) if step < end else 1.0
        return half_cosine(base, first / self.final_divisor, share)

    def _peak(self) -> float:
        return max(self.rise_share * self.total_steps - 1.0, 0.0)
