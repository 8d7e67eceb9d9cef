"""RMSProp (Hinton, lecture 6e, 2012; centred: Graves, 2013): v ← ρ v + (1 − ρ) g², θ ← θ − η g / (√v + ε)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer, at_least_tiny
from bpviz.engine.optimizers.fields import DECAY, EPSILON, MOMENTUM, WEIGHT_DECAY
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "rmsprop",
    N_("RMSProp"),
    help=N_("Every gradient divided by the root of the mean of its recent squares."),
    fields=(
        DECAY,
        EPSILON,
        Field(
            "centred",
            N_("Centred"),
            "bool",
            False,
            help=N_("Divide by the gradient's deviation from its mean in place of its root mean square."),
        ),
        replace(MOMENTUM, default=0.0),
        WEIGHT_DECAY,
    ),
)
class RMSProp(Optimizer):
    """v ← ρ v + (1 − ρ) g²,  d = g / (√v + ε),  b ← μ b + d,  θ ← θ − η b  with  g = ∇L + λθ.

    Centred, m ← ρ m + (1 − ρ) g and √(v − m²) stands in place of √v.  As in PyTorch ε is added to
    the root, not under it.
    """

    lines = (
        "g = dL_dtheta + weight_decay * theta",
        "v = decay * v + (1 - decay) * g**2",
        "m = decay * m + (1 - decay) * g",
        "d = g / (sqrt(max(v - m**2, 0)) + epsilon) if centred == 1 else g / (sqrt(v) + epsilon)",
        "b = momentum * b + d",
        "theta = theta - eta * b",
    )
    letters = {"v": "square", "m": "mean", "b": "velocity"}
    remembers = ("square", "mean", "velocity")

    def __init__(
        self,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        centred: bool = False,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        self.decay, self.epsilon, self.centred = decay, epsilon, centred
        self.momentum, self.weight_decay = momentum, weight_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with v = m = b = 0; m and b are empty where they are not used."""
        super().start(size, dtype)
        self.square: Array = np.zeros(size, dtype)
        self.mean: Array = np.zeros(size if self.centred else 0, dtype)
        self.velocity: Array = np.zeros(size if self.momentum else 0, dtype)
        self._floor = at_least_tiny(self.epsilon, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update v, m, b and θ."""
        if self.weight_decay:
            gradient = self.decayed(theta, gradient)
        update = self.update
        self._average(gradient)
        if self.centred:
            np.multiply(self.mean, self.mean, out=update)
            np.subtract(self.square, update, out=update)
            # Rounding may leave a little less than nothing where the gradient stays the same.
            np.maximum(update, 0.0, out=update)
            np.sqrt(update, out=update)
        else:
            np.sqrt(self.square, out=update)
        update += self._floor
        np.divide(gradient, update, out=update)
        if self.momentum:
            self.velocity *= self.momentum
            self.velocity += update
            update[:] = self.velocity
        update *= learning_rate
        theta -= update

    def _average(self, gradient: Array) -> None:
        square, spare = self.square, self.update
        np.multiply(gradient, gradient, out=spare)
        spare *= 1.0 - self.decay
        square *= self.decay
        square += spare
        if self.centred:
            np.multiply(gradient, 1.0 - self.decay, out=spare)
            self.mean *= self.decay
            self.mean += spare
