"""Hyperbolic tangent: σ(z) = tanh z, σ′ = 1 − a²."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register("tanh", N_("tanh"), help=N_("σ(z) = tanh z: between −1 and 1, odd."))
class Tanh(Activation):
    """σ(z) = tanh z."""

    formula = "tanh(z)"
    derivative = "1 - a**2"
    low, high = -1.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return tanh z."""
        return np.tanh(z, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 − a²."""
        out = np.multiply(a, a, out=out)
        return np.subtract(1.0, out, out=out)
