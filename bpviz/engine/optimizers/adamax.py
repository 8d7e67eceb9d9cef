"""AdaMax (Kingma and Ba, 2015): Adam with the largest gradient in place of the root mean square."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, at_least_tiny
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "adamax",
    N_("AdaMax"),
    help=N_("Adam that divides by the largest recent gradient instead of the spread."),
    fields=(BETA1, BETA2, EPSILON, WEIGHT_DECAY),
)
class AdaMax(Optimizer):
    """m ← β₁ m + (1 − β₁) g,  u ← max(β₂ u, |g| + ε),  θ ← θ − η m / ((1 − β₁ᵗ) u).

    With g = ∇L + λθ.  The paper has no ε; where it is added is PyTorch's choice.
    """

    lines = (
        "t = t + 1",
        "g = dL_dtheta + weight_decay * theta",
        "m = beta1 * m + (1 - beta1) * g",
        "u = max(beta2 * u, abs(g) + epsilon)",
        "theta = theta - eta * m / ((1 - beta1**t) * u)",
    )
    letters = {"t": "steps", "m": "mean", "u": "largest"}
    remembers = ("steps", "mean", "largest")

    def __init__(
        self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        self.beta1, self.beta2, self.epsilon, self.weight_decay = beta1, beta2, epsilon, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with m = u = 0 and t = 0."""
        super().start(size, dtype)
        self.steps = 0
        self.mean: Array = np.zeros(size, dtype)
        self.largest: Array = np.zeros(size, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update m, u and θ."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        self.steps += 1
        mean, largest, update = self.mean, self.largest, self.update
        np.multiply(gradient, 1.0 - self.beta1, out=update)
        mean *= self.beta1
        mean += update
        np.abs(gradient, out=update)
        update += self._floor
        largest *= self.beta2
        np.maximum(largest, update, out=largest)
        np.divide(mean, largest, out=update)
        update *= learning_rate / (1.0 - self.beta1**self.steps)
        theta -= update
