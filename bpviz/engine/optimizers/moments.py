"""What the optimizers of Adam's family share: discounted sums of the gradients and of their squares.

In place of the means  m ← β₁ m + (1 − β₁) g  and  v ← β₂ v + (1 − β₂) g²  the sums
s = m / (1 − β₁) ← β₁ s + g  and  q = v / (1 − β₂) ← β₂ q + g²  are kept: two calls less a step.
The constants are made up for in the two numbers of the step, ε and η.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from bpviz.engine.optimizers.base import Array, Optimizer, at_least_tiny, scalar


class MomentOptimizer(Optimizer):
    """The steps t, s (n,) and q (n,), with g = ∇L + λθ where the weight decay is coupled."""

    remembers: ClassVar[tuple[str, ...]] = ("steps", "gradient_sum", "square_sum")
    coupled: ClassVar[bool] = True
    letters: ClassVar[Mapping[str, str]] = {
        "t": "steps",
        "m": "(1 - beta1) * gradient_sum",
        "v": "(1 - beta2) * square_sum",
    }

    def __init__(self, beta1: float, beta2: float, epsilon: float, weight_decay: float) -> None:
        self.beta1, self.beta2, self.epsilon, self.weight_decay = beta1, beta2, epsilon, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with s = q = 0 and t = 0."""
        super().start(size, dtype)
        self.steps = 0
        self.gradient_sum: Array = np.zeros(size, dtype)
        self.square_sum: Array = np.zeros(size, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)
        self._beta1, self._beta2 = scalar(self.beta1, dtype), scalar(self.beta2, dtype)
        self._epsilon, self._rate = scalar(0.0, dtype), scalar(0.0, dtype)

    def accumulate(self, theta: Array, gradient: Array) -> Array:
        """Count the step, take g into s and q, and return g; ``update`` holds g² afterwards."""
        if self.weight_decay and self.coupled:
            gradient = self.decayed(theta, gradient)
        total, square, update = self.gradient_sum, self.square_sum, self.update
        self.steps += 1
        np.multiply(total, self._beta1, total)
        np.add(total, gradient, total)
        np.multiply(gradient, gradient, update)
        np.multiply(square, self._beta2, square)
        np.add(square, update, square)
        return gradient

    def ratio(self, total: Array, square: Array, epsilon: float, rate: float) -> Array:
        """Return rate · total / (√square + ε), in ``update``."""
        update = self.update
        self._epsilon[()] = epsilon
        self._rate[()] = rate
        np.sqrt(square, update)
        np.add(update, self._epsilon, update)
        np.divide(total, update, update)
        return np.multiply(update, self._rate, update)

    def scales(self, learning_rate: float) -> tuple[float, float]:
        """Return what ε and η become so that `ratio` of s and q is Adam's η m̂ / (√v̂ + ε)."""
        c = math.sqrt((1.0 - self.beta2) / (1.0 - self.beta2**self.steps))
        return self._floor / c, learning_rate * (1.0 - self.beta1) / ((1.0 - self.beta1**self.steps) * c)
