"""RAdam (Liu et al., 2020): Adam that waits with its division until v is known well enough."""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.engine.optimizers.moments import MomentOptimizer
from bpviz.text import N_

LEAST_SAMPLES = 5.0


@OPTIMIZERS.register(
    "radam",
    N_("RAdam"),
    help=N_("Adam that begins as momentum, until the spread of the gradients is known well enough."),
    fields=(BETA1, BETA2, EPSILON, WEIGHT_DECAY),
)
class RAdam(MomentOptimizer):
    """θ ← θ − η m̂ r √(1 − β₂ᵗ) / (√v + ε)  where ρ_t > 5, else  θ ← θ − η m̂.

    ρ_∞ = 2 / (1 − β₂) − 1,  ρ_t = ρ_∞ − 2 t β₂ᵗ / (1 − β₂ᵗ),  g = ∇L + λθ,
    r² = (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t).  The bound 5 (the paper says 4) and ε
    before the bias correction are PyTorch's.
    """

    lines = (
        "t = t + 1",
        "g = dL_dtheta + weight_decay * theta",
        "m = beta1 * m + (1 - beta1) * g",
        "v = beta2 * v + (1 - beta2) * g**2",
        "m_hat = m / (1 - beta1**t)",
        "most = 2 / (1 - beta2) - 1",
        "rho = most - 2 * t * beta2**t / (1 - beta2**t)",
        "r = sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)) if rho > 5 else 1",
        "d = r * m_hat * sqrt(1 - beta2**t) / (sqrt(v) + epsilon) if rho > 5 else m_hat",
        "theta = theta - eta * d",
    )

    def __init__(
        self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(beta1, beta2, epsilon, weight_decay)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q and θ."""
        self.accumulate(theta, gradient)
        rate = learning_rate * (1.0 - self.beta1) / (1.0 - self.beta1**self.steps)
        kept = self.beta2**self.steps
        most = 2.0 / (1.0 - self.beta2) - 1.0
        samples = most - 2.0 * self.steps * kept / (1.0 - kept)
        if samples <= LEAST_SAMPLES:
            theta -= np.multiply(self.gradient_sum, rate, out=self.update)
            return
        trust = (samples - 4.0) * (samples - 2.0) * most / ((most - 4.0) * (most - 2.0) * samples)
        root = math.sqrt(1.0 - self.beta2)
        rate *= math.sqrt(trust * (1.0 - kept)) / root
        theta -= self.ratio(self.gradient_sum, self.square_sum, self._floor / root, rate)
