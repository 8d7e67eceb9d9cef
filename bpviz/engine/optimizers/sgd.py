"""Gradient descent: θ ← θ − η ∇L."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer
from bpviz.text import N_


@OPTIMIZERS.register(
    "sgd", N_("Gradient descent"), help=N_("θ ← θ − η ∇L: one step straight down the gradient.")
)
class GradientDescent(Optimizer):
    """θ ← θ − η ∇L, over a mini-batch stochastic (Robbins and Monro, 1951)."""

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Allocate the one buffer that a step needs."""
        self._update: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """θ ← θ − η ∇L."""
        np.multiply(gradient, learning_rate, out=self._update)
        theta -= self._update
