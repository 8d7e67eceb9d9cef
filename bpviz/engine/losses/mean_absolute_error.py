"""Mean absolute error: L = mean over samples and outputs of |ŷ − y|; ∂L/∂ŷ = sign(ŷ − y) / (B K)."""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import is_complex
from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.text import N_


@LOSSES.register(
    "mean_absolute_error",
    N_("Mean absolute error"),
    help=N_("L = mean of |ŷ − y| over samples and outputs: an outlier counts no more than its distance."),
)
class MeanAbsoluteError(Loss):
    """The mean of |ŷ_k − y_k|; its derivative where ŷ_k = y_k is 0, as PyTorch has it."""

    formula = "abs(y_hat - y)"
    derivative = "sign(y_hat - y)"
    kinked = True

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return (1/K) Σ_k |ŷ_k − y_k|."""
        error = y_hat - y
        # By the sign of the real part: where that is 0, so is the slope, whatever the complex step is.
        size = error * np.sign(error.real) if is_complex(error) else np.abs(error)
        return np.asarray(size.mean(axis=-1))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return sign(ŷ − y) / (B K)."""
        out = np.subtract(y_hat, y, out=out)
        np.sign(out, out=out)
        out *= 1.0 / y.size
        return out
