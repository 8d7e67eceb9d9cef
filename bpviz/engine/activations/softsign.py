"""Softsign: σ(z) = z / (1 + |z|), σ′ = 1 / (1 + |z|)² (Bergstra et al., 2009)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register(
    "softsign",
    N_("Softsign"),
    help=N_("σ(z) = z / (1 + |z|): between −1 and 1 like tanh, but slow to saturate."),
)
class Softsign(Activation):
    """σ(z) = z / (1 + |z|); its slope has a corner at 0 and no jump."""

    formula = "z / (1 + abs(z))"
    derivative = "1 / (1 + abs(z))**2"
    low, high = -1.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z / (1 + |z|)."""
        return np.divide(z, _beneath(z), out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 / (1 + |z|)²."""
        share = _beneath(z)
        np.reciprocal(share, out=share)
        return np.multiply(share, share, out=out)


def _beneath(z: Array) -> Array:
    """Return 1 + |z|, |z| as z or −z so that it holds for a complex z."""
    size = np.negative(z)
    np.maximum(size, z, out=size)
    size += 1.0
    return size
