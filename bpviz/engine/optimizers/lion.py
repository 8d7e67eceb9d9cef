"""Lion (Chen et al., 2023): the sign of a mean gradient, every step of the same length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer
from bpviz.engine.optimizers.fields import BETA1, BETA2, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "lion",
    N_("Lion"),
    help=N_("Only the sign of the mean gradient: every parameter goes by η or rests."),
    fields=(
        BETA1,
        replace(BETA2, default=0.99, help=N_("How much of the mean gradient goes on to the next step.")),
        WEIGHT_DECAY,
    ),
)
class Lion(Optimizer):
    """c = β₁ m + (1 − β₁) ∇L,  θ ← θ − η (sign c + λθ),  m ← β₂ m + (1 − β₂) ∇L."""

    lines = (
        "c = beta1 * m + (1 - beta1) * dL_dtheta",
        "theta = theta - eta * (sign(c) + weight_decay * theta)",
        "m = beta2 * m + (1 - beta2) * dL_dtheta",
    )
    letters = {"m": "mean"}
    remembers = ("mean",)

    def __init__(self, beta1: float = 0.9, beta2: float = 0.99, weight_decay: float = 0.0) -> None:
        self.beta1, self.beta2, self.weight_decay = beta1, beta2, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with m = 0."""
        super().start(size, dtype)
        self.mean: Array = np.zeros(size, dtype)
        self._share: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update θ, then m."""
        mean, update, share = self.mean, self.update, self._share
        np.multiply(mean, self.beta1, out=update)
        update += np.multiply(gradient, 1.0 - self.beta1, out=share)
        np.sign(update, out=update)
        update *= learning_rate
        if self.weight_decay:
            update += np.multiply(theta, learning_rate * self.weight_decay, out=share)
        theta -= update
        mean *= self.beta2
        mean += np.multiply(gradient, 1.0 - self.beta2, out=share)
