"""Gradient descent: θ ← θ − η ∇L."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, scalar
from bpviz.engine.optimizers.fields import WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "sgd",
    N_("Gradient descent"),
    help=N_("θ ← θ − η ∇L: one step straight down the gradient."),
    fields=(WEIGHT_DECAY,),
)
class GradientDescent(Optimizer):
    """θ ← θ − η g,  g = ∇L + λθ; over a mini-batch stochastic (Robbins and Monro, 1951)."""

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "theta = theta - eta * g",
    )

    def __init__(self, weight_decay: float = 0.0) -> None:
        self.weight_decay = weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Allocate the buffers that a step needs."""
        super().start(size, dtype)
        self._rate = scalar(0.0, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """θ ← θ − η g."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        update, rate = self.update, self._rate
        rate[()] = learning_rate
        np.multiply(gradient, rate, update)
        np.subtract(theta, update, theta)
