"""Adam (Kingma and Ba, 2015).

m ← β₁ m + (1 − β₁) ∇L,  v ← β₂ v + (1 − β₂) ∇L²,
θ ← θ − η m̂ / (√v̂ + ε)  with  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ).
"""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, State
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "adam",
    N_("Adam"),
    help=N_("A step of its own size for every parameter, from the mean and the spread of its gradients."),
    fields=(
        Field(
            "beta1",
            N_("β₁"),
            default=0.9,
            minimum=0.0,
            maximum=0.9999,
            step=0.01,
            help=N_("How much of the mean gradient is kept."),
        ),
        Field(
            "beta2",
            N_("β₂"),
            default=0.999,
            minimum=0.0,
            maximum=0.999999,
            step=0.001,
            help=N_("How much of the mean squared gradient is kept."),
        ),
        Field(
            "epsilon",
            N_("ε"),
            default=1e-8,
            minimum=0.0,
            maximum=1.0,
            exclusive_minimum=True,
            logarithmic=True,
            low=1e-12,
            high=1e-2,
            help=N_("Keeps the division away from zero."),
        ),
    ),
)
class Adam(Optimizer):
    """Adam as in the paper; ε is added after the bias correction, as PyTorch does."""

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with m = v = 0 and t = 0."""
        self.steps = 0
        self.mean: Array = np.zeros(size, dtype)
        self.square: Array = np.zeros(size, dtype)
        self._update: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update m, v and θ."""
        self.steps += 1
        update = self._update
        np.multiply(gradient, 1.0 - self.beta1, out=update)
        self.mean *= self.beta1
        self.mean += update
        np.multiply(gradient, gradient, out=update)
        update *= 1.0 - self.beta2
        self.square *= self.beta2
        self.square += update
        np.sqrt(self.square, out=update)
        update *= 1.0 / math.sqrt(1.0 - self.beta2**self.steps)
        update += self.epsilon
        np.divide(self.mean, update, out=update)
        update *= learning_rate / (1.0 - self.beta1**self.steps)
        theta -= update

    def state(self) -> State:
        """Return t, m and v."""
        return {"steps": self.steps, "mean": self.mean.copy(), "square": self.square.copy()}

    def restore(self, state: State) -> None:
        """Take t, m and v."""
        self.steps = int(state["steps"])
        self.mean[:] = state["mean"]
        self.square[:] = state["square"]
