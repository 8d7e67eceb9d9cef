"""Hard tanh: σ(z) = z held between −1 and 1; σ′ = 1 inside, else 0 (0 at the kinks, as PyTorch)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array, chosen, is_complex
from bpviz.text import N_


@ACTIVATIONS.register("hard_tanh", N_("Hard tanh"), help=N_("σ(z) = z between −1 and 1, and flat outside."))
class HardTanh(Activation):
    """σ(z) = min(max(z, −1), 1)."""

    formula = "min(max(z, -1), 1)"
    derivative = "1 if abs(z) < 1 else 0"
    low, high = -1.0, 1.0
    kinks = (-1.0, 1.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return min(max(z, −1), 1)."""
        if is_complex(z):
            return chosen(np.abs(z.real) < 1.0, z, np.clip(z.real, -1.0, 1.0), out)
        a: Array = np.maximum(z, -1.0, out=out)
        return np.minimum(a, 1.0, out=a)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where −1 < z < 1, else 0."""
        inside = np.abs(z) < 1.0
        if out is None:
            return inside.astype(z.dtype)
        out[...] = inside
        return out
