"""Nesterov's momentum: the gradient's step is added after the velocity has been brought up to date."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer
from bpviz.engine.optimizers.fields import MOMENTUM, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "nesterov",
    N_("Nesterov momentum"),
    help=N_("v ← μ v + ∇L, θ ← θ − η (∇L + μ v): momentum that looks one step ahead."),
    fields=(MOMENTUM, WEIGHT_DECAY),
)
class Nesterov(Optimizer):
    """v ← μ v + g,  θ ← θ − η (g + μ v)  with  g = ∇L + λθ  (Nesterov, 1983).

    PyTorch's form (Sutskever et al., 2013, rewritten): θ is the point looked ahead to, so that the
    gradient is taken where θ stands.
    """

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "v = momentum * v + g",
        "theta = theta - eta * (g + momentum * v)",
    )
    letters = {"v": "velocity"}
    remembers = ("velocity",)

    def __init__(self, momentum: float = 0.9, weight_decay: float = 0.0) -> None:
        self.momentum, self.weight_decay = momentum, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start at rest, v = 0."""
        super().start(size, dtype)
        self.velocity: Array = np.zeros(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """v ← μ v + g,  θ ← θ − η (g + μ v)."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        velocity, update = self.velocity, self.update
        velocity *= self.momentum
        velocity += gradient
        np.multiply(velocity, self.momentum, out=update)
        update += gradient
        update *= learning_rate
        theta -= update
