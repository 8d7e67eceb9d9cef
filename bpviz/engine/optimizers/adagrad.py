"""AdaGrad (Duchi, Hazan and Singer, 2011): q ← q + g², θ ← θ − η g / (√q + ε)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, at_least_tiny
from bpviz.engine.optimizers.fields import EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "adagrad",
    N_("AdaGrad"),
    help=N_("A step of its own for every parameter, shorter the larger its gradients were so far."),
    fields=(replace(EPSILON, default=1e-10), WEIGHT_DECAY),
)
class AdaGrad(Optimizer):
    """q ← q + g²,  θ ← θ − η g / (√q + ε)  with  g = ∇L + λθ;  q starts at 0."""

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "q = q + g**2",
        "theta = theta - eta * g / (sqrt(q) + epsilon)",
    )
    letters = {"q": "square_sum"}
    remembers = ("square_sum",)

    def __init__(self, epsilon: float = 1e-10, weight_decay: float = 0.0) -> None:
        self.epsilon, self.weight_decay = epsilon, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with q = 0."""
        super().start(size, dtype)
        self.square_sum: Array = np.zeros(size, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """q ← q + g²,  θ ← θ − η g / (√q + ε)."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        square, update = self.square_sum, self.update
        np.multiply(gradient, gradient, out=update)
        square += update
        np.sqrt(square, out=update)
        update += self._floor
        np.divide(gradient, update, out=update)
        update *= learning_rate
        theta -= update
