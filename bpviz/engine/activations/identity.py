"""Identity: σ(z) = z, σ′(z) = 1."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register("identity", N_("Identity"), help=N_("σ(z) = z: passes the sum on as it is."))
class Identity(Activation):
    """σ(z) = z."""

    formula = "z"
    derivative = "1"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z."""
        return np.positive(z, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1."""
        if out is None:
            return np.ones_like(z)
        out.fill(1.0)
        return out
