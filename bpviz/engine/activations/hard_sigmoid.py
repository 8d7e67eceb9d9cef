"""Hard sigmoid: σ(z) = z/6 + ½ held between 0 and 1; σ′ = 1/6 inside, else 0 (0 at the kinks).

PyTorch's is the same, but that its derivative is 1/6 to float32's 8 digits even in float64.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array, chosen, is_complex
from bpviz.text import N_


@ACTIVATIONS.register(
    "hard_sigmoid", N_("Hard sigmoid"), help=N_("σ(z) = z/6 + ½ between 0 and 1, and flat outside.")
)
class HardSigmoid(Activation):
    """σ(z) = min(max(z/6 + ½, 0), 1)."""

    formula = "min(max(z / 6 + 1 / 2, 0), 1)"
    derivative = "1 / 6 if abs(z) < 3 else 0"
    low, high = 0.0, 1.0
    kinks = (-3.0, 3.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return min(max(z/6 + ½, 0), 1)."""
        if is_complex(z):
            return chosen(np.abs(z.real) < 3.0, z * (1.0 / 6.0) + 0.5, np.where(z.real > 0.0, 1.0, 0.0), out)
        a: Array = np.multiply(z, 1.0 / 6.0, out=out)
        a += 0.5
        np.maximum(a, 0.0, out=a)
        return np.minimum(a, 1.0, out=a)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1/6 where −3 < z < 3, else 0."""
        inside = np.abs(z) < 3.0
        return np.multiply(inside, np.asarray(1.0 / 6.0, z.dtype), out=out)
