"""Gaussian: σ(z) = e^(−z²), σ′ = −2 z a."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_

# e^(−30²) is 0 in float64 too, and z² would overflow in time.
FAR = 30.0


@ACTIVATIONS.register(
    "gaussian", N_("Gaussian"), help=N_("σ(z) = e^(−z²): a bump at zero, nothing on both sides.")
)
class Gaussian(Activation):
    """σ(z) = e^(−z²)."""

    formula = "exp(-z**2)"
    derivative = "-2 * z * a"
    low, high = 0.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return e^(−z²)."""
        a: Array = np.maximum(z, -FAR, out=out)
        np.minimum(a, FAR, out=a)
        np.multiply(a, a, out=a)
        np.negative(a, out=a)
        return np.exp(a, out=a)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return −2 z a."""
        out = np.multiply(z, a, out=out)
        out *= -2.0
        return out
