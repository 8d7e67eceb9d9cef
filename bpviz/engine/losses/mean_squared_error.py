"""Mean squared error: L = mean over samples and outputs of (ŷ − y)²; ∂L/∂ŷ = 2 (ŷ − y) / (B K)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.text import N_


@LOSSES.register(
    "mean_squared_error",
    N_("Mean squared error"),
    help=N_("L = mean of (ŷ − y)² over samples and outputs."),
)
class MeanSquaredError(Loss):
    """The mean of (ŷ_k − y_k)² over the outputs and the samples."""

    formula = "(y_hat - y)**2"
    derivative = "2 * (y_hat - y)"

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return (1/K) Σ_k (ŷ_k − y_k)²."""
        error = y_hat - y
        return np.asarray(np.einsum("...k,...k->...", error, error) / y.shape[-1])

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return 2 (ŷ − y) / (B K)."""
        out = np.subtract(y_hat, y, out=out)
        out *= 2.0 / y.size
        return out
