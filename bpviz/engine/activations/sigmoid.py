"""Sigmoid: σ(z) = 1 / (1 + e⁻ᶻ), σ′ = a (1 − a)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


def lowest(z: Array) -> float:
    """Return how far down e⁻ᶻ is a number in the dtype of ``z``."""
    return -85.0 if z.dtype.char in "fF" else -700.0


@ACTIVATIONS.register("sigmoid", N_("Sigmoid"), help=N_("σ(z) = 1 / (1 + e⁻ᶻ): between 0 and 1."))
class Sigmoid(Activation):
    """σ(z) = 1 / (1 + e⁻ᶻ): to the last digits on both sides, as long as e⁻ᶻ is a number.

    Below z = −700 (−85 in float32), where σ is less than 1e-304 (1e-36), it stays what it is there.
    """

    formula = "1 / (1 + exp(-z))"
    derivative = "a * (1 - a)"
    low, high = 0.0, 1.0

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return 1 / (1 + e⁻ᶻ)."""
        a: Array = np.maximum(z, lowest(z), out=out)
        np.negative(a, out=a)
        np.exp(a, out=a)
        a += 1.0
        np.reciprocal(a, out=a)
        return a

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return a (1 − a)."""
        return np.asarray(np.multiply(a, 1.0 - a, out=out))


SIGMOID = Sigmoid()
