"""SiLU or swish: σ(z) = z s with s = 1 / (1 + e⁻ᶻ); σ′ = s + a (1 − s) (Elfwing et al., 2018)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.engine.activations.sigmoid import SIGMOID, lowest
from bpviz.text import N_


@ACTIVATIONS.register(
    "silu",
    N_("SiLU"),
    help=N_("σ(z) = z / (1 + e⁻ᶻ), also called swish: a smooth ReLU that dips below zero."),
)
class Silu(Activation):
    """σ(z) = z · sigmoid(z)."""

    formula = "z / (1 + exp(-z))"
    parts = ("s = 1 / (1 + exp(-z))",)
    derivative = "s + a * (1 - s)"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z s."""
        # Below, s stays at its smallest number, and a huge z would make something of it.
        near: Array = np.maximum(z, lowest(z))
        share = SIGMOID.value(near)
        return np.asarray(np.multiply(near, share, out=out))

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return s + a (1 − s)."""
        share = SIGMOID.value(z)
        rest = 1.0 - share
        rest *= a
        return np.asarray(np.add(share, rest, out=out))
