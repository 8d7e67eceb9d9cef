"""Softmax: a_k = e^(z_k) / Σ_j e^(z_j), over the last axis."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import ACTIVATIONS, Activation, Array
from bpviz.text import N_


@ACTIVATIONS.register(
    "softmax", N_("Softmax"), help=N_("a_k = e^(z_k) / Σ e^(z_j): probabilities that add up to 1.")
)
class Softmax(Activation):
    """Probabilities of the classes; the largest z is taken off first, so that nothing overflows."""

    formula = "exp(z[k]) / sum(exp(z[j]), j)"
    derivative = "a[k] * (1 - a[k])"
    low, high = 0.0, 1.0
    elementwise = False
    output_only = True

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return the probabilities."""
        out = np.exp(z - z.max(axis=-1, keepdims=True), out=out)
        out /= out.sum(axis=-1, keepdims=True)
        return out

    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return a (1 − a), the diagonal of ∂a/∂z; the loss brings the rest with its δ = a − y."""
        return np.asarray(np.multiply(a, 1.0 - a, out=out))
