"""Momentum: v ← μ v + ∇L, θ ← θ − η v."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, State
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "momentum",
    N_("Momentum"),
    help=N_("v ← μ v + ∇L, θ ← θ − η v: a ball that keeps rolling."),
    fields=(
        Field(
            "momentum",
            N_("Momentum μ"),
            default=0.9,
            minimum=0.0,
            maximum=1.0,
            step=0.01,
            help=N_("The share of the last velocity that is kept."),
        ),
    ),
)
class Momentum(Optimizer):
    """v ← μ v + ∇L, θ ← θ − η v (Polyak, 1964), PyTorch's form: η multiplies the whole velocity."""

    def __init__(self, momentum: float = 0.9) -> None:
        self.momentum = momentum

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start at rest, v = 0."""
        self.velocity: Array = np.zeros(size, dtype)
        self._update: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """v ← μ v + ∇L, θ ← θ − η v."""
        self.velocity *= self.momentum
        self.velocity += gradient
        np.multiply(self.velocity, learning_rate, out=self._update)
        theta -= self._update

    def state(self) -> State:
        """Return v."""
        return {"velocity": self.velocity.copy()}

    def restore(self, state: State) -> None:
        """Take v."""
        self.velocity[:] = state["velocity"]
