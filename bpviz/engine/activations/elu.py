"""Exponential linear unit: σ(z) = z for z > 0, else eᶻ − 1; σ′ = 1 or eᶻ (Clevert et al., 2016, α = 1)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register(
    "elu", N_("ELU"), help=N_("σ(z) = z above zero, eᶻ − 1 below: bends smoothly towards −1.")
)
class Elu(Activation):
    """σ(z) = max(z, 0) + (e^min(z, 0) − 1); with α = 1 its slope has no jump."""

    formula = "z if z > 0 else exp(z) - 1"
    derivative = "1 if z > 0 else exp(z)"
    low = -1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z or eᶻ − 1."""
        bent = np.minimum(z, 0.0)
        np.expm1(bent, out=bent)
        a: Array = np.maximum(z, 0.0, out=out)
        a += bent
        return a

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where z > 0, else eᶻ = a + 1."""
        out = np.minimum(a, 0.0, out=out)
        out += 1.0
        return out
