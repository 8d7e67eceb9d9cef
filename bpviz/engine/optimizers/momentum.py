"""Momentum: v ← μ v + ∇L, θ ← θ − η v."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, scalar
from bpviz.engine.optimizers.fields import MOMENTUM, WEIGHT_DECAY
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "momentum",
    N_("Momentum"),
    help=N_("v ← μ v + ∇L, θ ← θ − η v: a ball that keeps rolling."),
    fields=(
        MOMENTUM,
        Field(
            "dampening",
            N_("Dampening τ"),
            default=0.0,
            minimum=0.0,
            maximum=1.0,
            step=0.01,
            help=N_("The share of each new gradient that the velocity does not take up."),
        ),
        WEIGHT_DECAY,
    ),
)
class Momentum(Optimizer):
    """v ← μ v + (1 − τ) g,  θ ← θ − η v  with  g = ∇L + λθ  (Polyak, 1964).

    As in PyTorch η multiplies the whole velocity, and the first step takes v = g, not dampened.
    """

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "v = momentum * v + (1 - dampening) * g if k > 0 else momentum * v + g",
        "k = 1",
        "theta = theta - eta * v",
    )
    letters = {"v": "velocity", "k": "moving"}
    remembers = ("moving", "velocity")

    def __init__(self, momentum: float = 0.9, dampening: float = 0.0, weight_decay: float = 0.0) -> None:
        self.momentum, self.dampening, self.weight_decay = momentum, dampening, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start at rest, v = 0."""
        super().start(size, dtype)
        self.moving = 0
        self.velocity: Array = np.zeros(size, dtype)
        self._momentum, self._rate = scalar(self.momentum, dtype), scalar(0.0, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """v ← μ v + (1 − τ) g,  θ ← θ − η v."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        velocity, update, rate = self.velocity, self.update, self._rate
        np.multiply(velocity, self._momentum, velocity)
        if self.dampening and self.moving:
            gradient = np.multiply(gradient, 1.0 - self.dampening, update)
        self.moving = 1
        np.add(velocity, gradient, velocity)
        rate[()] = learning_rate
        np.multiply(velocity, rate, update)
        np.subtract(theta, update, theta)
