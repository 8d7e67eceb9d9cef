"""Sine: σ(z) = sin z, σ′ = cos z (Sitzmann et al., 2020)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register("sine", N_("Sine"), help=N_("σ(z) = sin z: for curves and pictures with fine detail."))
class Sine(Activation):
    """σ(z) = sin z."""

    formula = "sin(z)"
    derivative = "cos(z)"
    low, high = -1.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return sin z."""
        return np.sin(z, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return cos z."""
        return np.cos(z, out=out)
