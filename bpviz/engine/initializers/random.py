"""Random weights of a size that does not depend on the layer."""

from __future__ import annotations

import numpy as np

from bpviz.engine.initializers.base import INITIALIZERS, Array, Initializer
from bpviz.registry import Field
from bpviz.text import N_


@INITIALIZERS.register(
    "uniform",
    N_("Uniform"),
    help=N_("Evenly between −r and r."),
    fields=(
        Field(
            "half_range",
            N_("Range ± r"),
            default=0.5,
            minimum=0.0,
            maximum=100.0,
            exclusive_minimum=True,
            low=0.05,
            high=2,
            step=0.05,
        ),
    ),
)
class Uniform(Initializer):
    """w ~ U(−r, r); ±0.5 by default."""

    def __init__(self, half_range: float = 0.5) -> None:
        self.half_range = half_range

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from U(−r, r)."""
        return rng.uniform(-self.half_range, self.half_range, (units, inputs))


@INITIALIZERS.register(
    "normal",
    N_("Normal"),
    help=N_("A bell curve around 0."),
    fields=(
        Field(
            "std",
            N_("Deviation"),
            default=0.1,
            minimum=0.0,
            maximum=100.0,
            exclusive_minimum=True,
            low=0.01,
            high=2,
            logarithmic=True,
        ),
    ),
)
class Normal(Initializer):
    """w ~ N(0, std²)."""

    def __init__(self, std: float = 0.1) -> None:
        self.std = std

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw from N(0, std²)."""
        return rng.normal(0.0, self.std, (units, inputs))
