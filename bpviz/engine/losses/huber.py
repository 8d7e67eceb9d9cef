"""Huber's loss (1964): e²/2 for |e| ≤ δ, else δ (|e| − δ/2), with e = ŷ − y.

L is the mean over samples and outputs; ∂L/∂ŷ = e held between −δ and δ, over B K.
"""

from __future__ import annotations

import numpy as np

from bpviz.engine.losses.base import LOSSES, Array, Loss
from bpviz.registry import Field
from bpviz.text import N_


@LOSSES.register(
    "huber",
    N_("Huber"),
    help=N_("½ (ŷ − y)² for errors up to δ, straight beyond: outliers pull no harder than δ."),
    fields=(
        Field(
            "delta",
            N_("δ"),
            default=1.0,
            minimum=0.0,
            maximum=1e6,
            exclusive_minimum=True,
            logarithmic=True,
            low=0.01,
            high=100.0,
            help=N_("The error at which the square becomes a straight line."),
        ),
    ),
)
class Huber(Loss):
    """With m = min(|e|, δ) the loss is m (|e| − m/2), as PyTorch's ``huber_loss``."""

    parts = ("e = y_hat - y",)
    formula = "e**2 / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)"
    derivative = "min(max(e, -delta), delta)"

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = delta

    def sample_losses(self, z: Array, y_hat: Array, y: Array) -> Array:
        """Return (1/K) Σ_k m (|e| − m/2)."""
        error = y_hat - y
        size = np.maximum(error, -error)
        held = np.minimum(size, self.delta)
        size -= 0.5 * held
        size *= held
        return np.asarray(size.mean(axis=-1))

    def gradient(self, z: Array, y_hat: Array, y: Array, out: Array | None = None) -> Array:
        """Return min(max(e, −δ), δ) / (B K)."""
        out = np.subtract(y_hat, y, out=out)
        np.maximum(out, -self.delta, out=out)
        np.minimum(out, self.delta, out=out)
        out *= 1.0 / y.size
        return out
