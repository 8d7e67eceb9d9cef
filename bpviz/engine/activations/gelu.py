"""Gaussian error linear unit (Hendrycks and Gimpel, 2016), Φ the normal distribution's function.

gelu:       σ(z) = z Φ(z) = ½ z erfc(−z/√2),   σ′ = Φ(z) + z e^(−z²/2) / √(2π)
gelu_tanh:  σ(z) = ½ z (1 + tanh u) = z s,     s = 1 / (1 + e^(−2u)),  u = √(2/π) (z + 0.044715 z³),
            σ′ = s + 2 z s (1 − s) u′
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.engine.activations.sigmoid import SIGMOID
from bpviz.engine.erf import erfc
from bpviz.text import N_

FACTOR = math.sqrt(2.0 / math.pi)
CUBIC = 0.044715
# Beyond it Φ is 0 or 1 to the last digit of float64, and z³ would overflow in time.
FAR = 40.0


@ACTIVATIONS.register("gelu", N_("GELU"), help=N_("σ(z) = z Φ(z), with Φ the normal distribution."))
class Gelu(Activation):
    """σ(z) = z Φ(z), with the exact Φ."""

    formula = "z * Phi(z)"
    derivative = "Phi(z) + z * exp(-z**2 / 2) / sqrt(2 * pi)"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z Φ(z)."""
        return np.multiply(z, _normal(z), out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return Φ(z) + z e^(−z²/2) / √(2π)."""
        near: Array = np.clip(z, -FAR, FAR)
        density = np.exp(-0.5 * near * near)
        density *= near
        density *= 0.5 * FACTOR
        return np.add(_normal(z), density, out=out)


@ACTIVATIONS.register(
    "gelu_tanh",
    N_("GELU (tanh)"),
    help=N_("GELU with Φ by a tanh, as many language models have it: at most 0.0005 beside the exact one."),
)
class GeluTanh(Activation):
    """σ(z) = ½ z (1 + tanh u): PyTorch's ``approximate="tanh"``."""

    parts = ("u = sqrt(2 / pi) * (z + 0.044715 * z**3)",)
    formula = "z / 2 * (1 + tanh(u))"
    derivative = "(1 + tanh(u)) / 2 + z / 2 * (1 - tanh(u)**2) * sqrt(2 / pi) * (1 + 3 * 0.044715 * z**2)"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z s."""
        share = _share(np.minimum(np.maximum(z, -FAR / 2), FAR / 2))
        return np.multiply(np.maximum(z, -FAR / 2), share, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return s + 2 z s (1 − s) u′."""
        near: Array = np.clip(z, -FAR / 2, FAR / 2)
        share = _share(near)
        steep = near * near
        steep *= 3.0 * CUBIC
        steep += 1.0
        steep *= near
        steep *= share
        steep *= 1.0 - share
        steep *= 2.0 * FACTOR
        return np.add(share, steep, out=out)


def _normal(z: Array) -> Array:
    """Return Φ(z) = ½ erfc(−z/√2), which keeps its digits where it is small."""
    share = erfc(z * -math.sqrt(0.5))
    share *= 0.5
    return share


def _share(z: Array) -> Array:
    """Return s for z within ±20."""
    u = z * z
    u *= CUBIC
    u += 1.0
    u *= z
    u *= 2.0 * FACTOR
    return SIGMOID.value(u, u)
