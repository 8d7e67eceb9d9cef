"""AdaDelta (Zeiler, 2012): the step's size follows from the sizes of the steps before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, at_least_tiny
from bpviz.engine.optimizers.fields import DECAY, EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "adadelta",
    N_("AdaDelta"),
    help=N_("Steps in proportion to the steps before; made for a learning rate of 1."),
    fields=(replace(DECAY, default=0.9), replace(EPSILON, default=1e-6), WEIGHT_DECAY),
    learning_rate=1.0,
)
class AdaDelta(Optimizer):
    """v ← ρ v + (1 − ρ) g²,  d = g √(w + ε) / √(v + ε),  w ← ρ w + (1 − ρ) d²,  θ ← θ − η d.

    With g = ∇L + λθ.  The paper has no η, which is to say η = 1.
    """

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "v = decay * v + (1 - decay) * g**2",
        "d = g * sqrt(w + epsilon) / sqrt(v + epsilon)",
        "w = decay * w + (1 - decay) * d**2",
        "theta = theta - eta * d",
    )
    letters = {"v": "gradient_square", "w": "step_square"}
    remembers = ("gradient_square", "step_square")

    def __init__(self, decay: float = 0.9, epsilon: float = 1e-6, weight_decay: float = 0.0) -> None:
        self.decay, self.epsilon, self.weight_decay = decay, epsilon, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with v = w = 0."""
        super().start(size, dtype)
        self.gradient_square: Array = np.zeros(size, dtype)
        self.step_square: Array = np.zeros(size, dtype)
        self._spare: Array = np.empty(size, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update v, d, w and θ."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        update, spare = self.update, self._spare
        self._average(self.gradient_square, gradient)
        np.add(self.gradient_square, self._floor, out=spare)
        np.add(self.step_square, self._floor, out=update)
        np.sqrt(spare, out=spare)
        np.sqrt(update, out=update)
        update /= spare
        update *= gradient
        self._average(self.step_square, update)
        update *= learning_rate
        theta -= update

    def _average(self, mean: Array, values: Array) -> None:
        spare = self._spare
        np.multiply(values, values, out=spare)
        spare *= 1.0 - self.decay
        mean *= self.decay
        mean += spare
