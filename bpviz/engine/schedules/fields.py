"""Fields that several schedules share; each means the same in all of them."""

from __future__ import annotations

from bpviz.registry import Field
from bpviz.text import N_

TOTAL_STEPS = Field(
    "total_steps",
    N_("Rate ends after"),
    "int",
    2000,
    minimum=1,
    maximum=10**9,
    low=10,
    high=100_000,
    logarithmic=True,
    help=N_("The iterations until the learning rate has come to its end; there it stays."),
)
FINAL_RATE = Field(
    "final_rate",
    N_("Final rate"),
    default=0.0,
    minimum=0.0,
    maximum=1e12,
    low=0.0,
    high=1.0,
    logarithmic=True,
    help=N_("The learning rate at the end, never above the one that was set."),
)
