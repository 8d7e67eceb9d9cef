"""Hinge: L = mean over samples and outputs of max(0, 1 − y ŷ), y = ±1; ∂L/∂ŷ = −y / (B K) where y ŷ < 1.

What a support vector machine minimizes (Cortes and Vapnik, 1995); several classes go one against the rest.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.activations.base import is_complex
from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.text import N_


@LOSSES.register(
    "hinge",
    N_("Hinge"),
    help=N_("L = mean of max(0, 1 − y ŷ) with y = ±1: nothing more to gain once a class is clear by 1."),
)
class Hinge(Loss):
    """max(0, 1 − y ŷ); its derivative at y ŷ = 1 is 0, where PyTorch's depends on how it is written."""

    formula = "max(0, 1 - y * y_hat)"
    derivative = "-y if y * y_hat < 1 else 0"
    output_activations = ("identity", "tanh")
    for_classes = True
    class_low = -1.0
    kinked = True

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return (1/K) Σ_k max(0, 1 − y_k ŷ_k)."""
        short = 1.0 - y_hat * y
        if is_complex(short):
            short *= short.real > 0.0
        else:
            np.maximum(short, 0.0, out=short)
        return np.asarray(short.mean(axis=-1))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return −y / (B K) where y ŷ < 1, else 0."""
        out = np.multiply(y_hat, y, out=out)
        np.less(out, 1.0, out=out, casting="unsafe")
        out *= y
        out *= -1.0 / y.size
        return out
