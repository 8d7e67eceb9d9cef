"""Leaky ReLU: σ(z) = z for z > 0, else 0.01 z; σ′ = 1 or 0.01 (0.01 at the kink)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array, chosen, is_complex
from bpviz.text import N_

NEGATIVE_SLOPE = 0.01


@ACTIVATIONS.register(
    "leaky_relu", N_("Leaky ReLU"), help=N_("σ(z) = z above zero, 0.01 z below: never quite off.")
)
class LeakyRelu(Activation):
    """σ(z) = max(z, 0.01 z), the slope that PyTorch and the paper (Maas et al., 2013) use."""

    formula = "z if z > 0 else 0.01 * z"
    derivative = "1 if z > 0 else 0.01"
    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return max(z, 0.01 z)."""
        if is_complex(z):
            return chosen(z.real > 0, z, NEGATIVE_SLOPE * z, out)
        return np.asarray(np.maximum(z, NEGATIVE_SLOPE * z, out=out))

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where z > 0, else 0.01."""
        slope = np.where(z > 0, np.ones((), z.dtype), np.asarray(NEGATIVE_SLOPE, z.dtype))
        if out is None:
            return slope
        out[...] = slope
        return out
