"""Adam (Kingma and Ba, 2015).

m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,
θ ← θ − η m̂ / (√v̂ + ε)  with  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ).
"""

from __future__ import annotations

import math
from typing import ClassVar

from numpy import add, divide, multiply, sqrt, subtract

from bpviz.engine.optimizers.base import OPTIMIZERS, Array
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.engine.optimizers.moments import MomentOptimizer
from bpviz.text import N_


@OPTIMIZERS.register(
    "adam",
    N_("Adam"),
    help=N_("A step of its own size for every parameter, from the mean and the spread of its gradients."),
    fields=(BETA1, BETA2, EPSILON, WEIGHT_DECAY),
)
class Adam(MomentOptimizer):
    """Adam as in the paper, g = ∇L + λθ; ε is added after the bias correction, as PyTorch does.

    With s = m / (1 − β₁), q = v / (1 − β₂) and c = √((1 − β₂) / (1 − β₂ᵗ)) the same step is
    θ ← θ − η (1 − β₁) / ((1 − β₁ᵗ) c) · s / (√q + ε / c).
    """

    lines: ClassVar[tuple[str, ...]] = (
        "t = t + 1",
        "g = dL_dtheta + weight_decay * theta",
        "m = beta1 * m + (1 - beta1) * g",
        "v = beta2 * v + (1 - beta2) * g**2",
        "m_hat = m / (1 - beta1**t)",
        "v_hat = v / (1 - beta2**t)",
        "theta = theta - eta * m_hat / (sqrt(v_hat) + epsilon)",
    )

    def __init__(
        self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(beta1, beta2, epsilon, weight_decay)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q and θ: `accumulate` and `ratio` in one row, since every call counts here."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        self.steps = steps = self.steps + 1
        c = math.sqrt((1.0 - self.beta2) / (1.0 - self.beta2**steps))
        total, square, update = self.gradient_sum, self.square_sum, self.update
        epsilon, rate = self._epsilon, self._rate
        epsilon[()] = self._floor / c
        rate[()] = learning_rate * (1.0 - self.beta1) / ((1.0 - self.beta1**steps) * c)
        multiply(total, self._beta1, total)
        add(total, gradient, total)
        multiply(gradient, gradient, update)
        multiply(square, self._beta2, square)
        add(square, update, square)
        sqrt(square, update)
        add(update, epsilon, update)
        divide(total, update, update)
        multiply(update, rate, update)
        subtract(theta, update, theta)
