"""Rectified linear unit: σ(z) = max(z, 0); σ′ = 1 for z > 0, else 0 (0 at the kink)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array, chosen, is_complex
from bpviz.text import N_


@ACTIVATIONS.register("relu", N_("ReLU"), help=N_("σ(z) = max(z, 0): off below zero, straight above."))
class Relu(Activation):
    """σ(z) = max(z, 0)."""

    formula = "max(z, 0)"
    derivative = "1 if z > 0 else 0"
    low = 0.0
    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return max(z, 0)."""
        if is_complex(z):
            return chosen(z.real > 0, z, 0.0, out)
        # Against an array of zeros the maximum runs on vectors; against one number it does not.
        return np.maximum(z, np.zeros(z.shape[-1:], z.dtype), out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where z > 0, else 0."""
        if out is None:
            return (z > 0).astype(z.dtype)
        return np.greater(z, 0.0, out=out, casting="unsafe")
