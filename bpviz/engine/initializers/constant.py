"""Every weight the same: zeros, or a constant.  A hidden layer that starts so never tells its units apart."""

from __future__ import annotations

import numpy as np

from bpviz.engine.initializers.base import INITIALIZERS, Array, Initializer
from bpviz.registry import Field
from bpviz.text import N_


@INITIALIZERS.register("zeros", N_("Zeros"), help=N_("Every weight 0: all units of a layer stay alike."))
class Zeros(Initializer):
    """W = 0."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Return zeros."""
        return np.zeros((units, inputs))


@INITIALIZERS.register(
    "constant",
    N_("Constant"),
    help=N_("Every weight the same number: all units of a layer stay alike."),
    fields=(
        Field("value", N_("Value"), default=0.5, minimum=-100.0, maximum=100.0, low=-2, high=2, step=0.1),
    ),
)
class Constant(Initializer):
    """W = c."""

    def __init__(self, value: float = 0.5) -> None:
        self.value = value

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Return the constant."""
        return np.full((units, inputs), self.value)
