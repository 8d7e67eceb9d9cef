"""Sigmoid: σ(z) = 1 / (1 + e⁻ᶻ), σ′ = a (1 − a)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register("sigmoid", N_("Sigmoid"), help=N_("σ(z) = 1 / (1 + e⁻ᶻ): between 0 and 1."))
class Sigmoid(Activation):
    """σ(z) = 1 / (1 + e⁻ᶻ), computed from e^(−|z|), so that nothing overflows."""

    low, high = 0.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return σ(z): 1/(1+e) where z ≥ 0 and e/(1+e) where z < 0, with e = e^(−|z|) ≤ 1."""
        decay = np.exp(-np.abs(z))
        return np.divide(np.where(z >= 0, np.ones((), z.dtype), decay), 1.0 + decay, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return a (1 − a)."""
        return np.multiply(a, 1.0 - a, out=out)
