"""Mish: σ(z) = z tanh(ln(1 + eᶻ)) (Misra, 2020).

With n = eᶻ and q = n (n + 2) the tanh is t = q / (q + 2), and σ′ = t + 4 z n (n + 1) / (q + 2)².
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_

# From here on t is 1 to the last digit of float64.
FAR = 20.0


@ACTIVATIONS.register(
    "mish", N_("Mish"), help=N_("σ(z) = z tanh(ln(1 + eᶻ)): a smooth ReLU that dips below zero, like SiLU.")
)
class Mish(Activation):
    """σ(z) = z t, without a logarithm or a tanh."""

    formula = "z * tanh(log(1 + exp(z)))"
    parts = ("u = log(1 + exp(z))",)
    derivative = "tanh(u) + z * (1 - tanh(u)**2) / (1 + exp(-z))"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return z t."""
        n = np.minimum(z, FAR)
        np.exp(n, out=n)
        q = n + 2.0
        q *= n
        np.add(q, 2.0, out=n)
        q /= n
        return np.multiply(z, q, out=out)

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return t + 4 z n (n + 1) / (q + 2)²."""
        near: Array = np.minimum(z, FAR)
        n = np.exp(near)
        q = n + 2.0
        q *= n
        whole = q + 2.0
        q /= whole
        near *= n
        n += 1.0
        near *= n
        near *= 4.0
        whole *= whole
        near /= whole
        return np.add(q, near, out=out)
