"""Softplus: σ(z) = ln(1 + eᶻ), σ′ = 1 / (1 + e⁻ᶻ) (Dugas et al., 2001).

PyTorch's turns straight, σ(z) = z, from z = 20 on; this one does not, and differs by less than 2.1e-9.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.engine.activations.sigmoid import SIGMOID
from bpviz.text import N_


@ACTIVATIONS.register("softplus", N_("Softplus"), help=N_("σ(z) = ln(1 + eᶻ): a ReLU with a round corner."))
class Softplus(Activation):
    """σ(z) = max(z, 0) + ln(1 + e^(−|z|)), exact on both sides."""

    formula = "log(1 + exp(z))"
    derivative = "1 / (1 + exp(-z))"
    low = 0.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ln(1 + eᶻ)."""
        rounding = np.negative(z)
        np.minimum(rounding, z, out=rounding)
        np.exp(rounding, out=rounding)
        np.log1p(rounding, out=rounding)
        a: Array = np.maximum(z, 0.0, out=out)
        a += rounding
        return a

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 / (1 + e⁻ᶻ)."""
        return SIGMOID.value(z, out)
