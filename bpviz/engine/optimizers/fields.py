"""The settings that several optimizers share: each means the same wherever it stands."""

from __future__ import annotations

from bpviz.registry import Field
from bpviz.text import N_

MOMENTUM = Field(
    "momentum",
    N_("Momentum μ"),
    default=0.9,
    minimum=0.0,
    maximum=1.0,
    step=0.01,
    help=N_("The share of the last velocity that is kept."),
)
BETA1 = Field(
    "beta1",
    N_("β₁"),
    default=0.9,
    minimum=0.0,
    maximum=0.9999,
    step=0.01,
    help=N_("How much of the mean gradient is kept."),
)
BETA2 = Field(
    "beta2",
    N_("β₂"),
    default=0.999,
    minimum=0.0,
    maximum=0.999999,
    step=0.001,
    help=N_("How much of the mean squared gradient is kept."),
)
DECAY = Field(
    "decay",
    N_("Decay ρ"),
    default=0.99,
    minimum=0.0,
    maximum=0.999999,
    step=0.01,
    help=N_("How much of the mean of the squares is kept from step to step."),
)
EPSILON = Field(
    "epsilon",
    N_("ε"),
    default=1e-8,
    minimum=0.0,
    maximum=1.0,
    exclusive_minimum=True,
    logarithmic=True,
    low=1e-12,
    high=1e-2,
    help=N_("Keeps the division away from zero."),
)
WEIGHT_DECAY = Field(
    "weight_decay",
    N_("Weight decay λ"),
    default=0.0,
    minimum=0.0,
    maximum=1e6,
    high=0.1,
    step=0.001,
    help=N_("How strongly every parameter is drawn towards 0."),
)
