"""Adam (Kingma and Ba, 2015).

m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,
θ ← θ − η m̂ / (√v̂ + ε)  with  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ).
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, at_least_tiny, scalar
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "adam",
    N_("Adam"),
    help=N_("A step of its own size for every parameter, from the mean and the spread of its gradients."),
    fields=(BETA1, BETA2, EPSILON, WEIGHT_DECAY),
)
class Adam(Optimizer):
    """Adam as in the paper, g = ∇L + λθ; ε is added after the bias correction, as PyTorch does.

    What is kept are the discounted sums  s = m / (1 − β₁) ← β₁ s + g  and
    q = v / (1 − β₂) ← β₂ q + g².  With  c = √((1 − β₂) / (1 − β₂ᵗ))  the same step is
    θ ← θ − η (1 − β₁) / ((1 − β₁ᵗ) c) · s / (√q + ε / c):  all constants meet in two numbers.
    """

    remembers = ("steps", "gradient_sum", "square_sum")

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self.beta1, self.beta2, self.epsilon, self.weight_decay = beta1, beta2, epsilon, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with s = q = 0 and t = 0."""
        super().start(size, dtype)
        self.steps = 0
        self.gradient_sum: Array = np.zeros(size, dtype)
        self.square_sum: Array = np.zeros(size, dtype)
        self._beta1, self._beta2 = scalar(self.beta1, dtype), scalar(self.beta2, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)
        self._epsilon, self._rate = scalar(0.0, dtype), scalar(0.0, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q and θ."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        total, square, update = self.gradient_sum, self.square_sum, self.update
        multiply, add = np.multiply, np.add
        multiply(total, self._beta1, total)
        add(total, gradient, total)
        multiply(gradient, gradient, update)
        multiply(square, self._beta2, square)
        add(square, update, square)
        self._scale(learning_rate)
        np.sqrt(square, update)
        add(update, self._epsilon, update)
        np.divide(total, update, update)
        multiply(update, self._rate, update)
        np.subtract(theta, update, theta)

    def _scale(self, learning_rate: float) -> None:
        """Count the step and work out what ε and η become with it."""
        self.steps = steps = self.steps + 1
        c = math.sqrt((1.0 - self.beta2) / (1.0 - self.beta2**steps))
        self._epsilon[()] = self._floor / c
        self._rate[()] = learning_rate * (1.0 - self.beta1) / ((1.0 - self.beta1**steps) * c)
