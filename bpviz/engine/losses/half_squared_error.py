"""½ squared error: L = mean over samples of ½ Σ_k (ŷ_k − y_k)²; ∂L/∂ŷ = (ŷ − y) / B."""

from __future__ import annotations

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.text import N_


@LOSSES.register(
    "half_squared_error",
    N_("½ squared error"),
    help=N_("L = ½ Σ (ŷ − y)²: the ½ cancels the 2 of the derivative, which is ŷ − y."),
)
class HalfSquaredError(Loss):
    """½ Σ_k (ŷ_k − y_k)²: a sum over the outputs, a mean over the samples."""

    formula = "(y_hat - y)**2 / 2"
    derivative = "y_hat - y"
    over_outputs = "sum"

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return ½ Σ_k (ŷ_k − y_k)²."""
        error = y_hat - y
        return np.asarray(0.5 * np.einsum("...k,...k->...", error, error))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return (ŷ − y) / B."""
        out = np.subtract(y_hat, y, out=out)
        out *= 1.0 / len(y)
        return out
