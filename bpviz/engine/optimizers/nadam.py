"""NAdam (Dozat, 2016): Adam with Nesterov's look ahead."""

from __future__ import annotations

import math

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.engine.optimizers.moments import MomentOptimizer
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "nadam",
    N_("NAdam"),
    help=N_("Adam that looks one step ahead, as Nesterov's momentum does."),
    fields=(
        BETA1,
        BETA2,
        EPSILON,
        Field(
            "momentum_decay",
            N_("Warm-up of β₁, ψ"),
            default=0.004,
            minimum=0.0,
            maximum=1.0,
            step=0.001,
            help=N_("How fast β₁ rises from half of itself to the whole."),
        ),
        WEIGHT_DECAY,
    ),
)
class NAdam(MomentOptimizer):
    """m and v as in Adam, μ_t = β₁ (1 − ½·0.96^(ψt)), M_t = μ_1 μ_2 … μ_t, and

    θ ← θ − η ((1 − μ_t) / (1 − M_t) g + μ_{t+1} / (1 − M_{t+1}) m) / (√v̂ + ε),  v̂ = v / (1 − β₂ᵗ),

    with g = ∇L + λθ, as in PyTorch.
    """

    lines = (
        "t = t + 1",
        "g = dL_dtheta + weight_decay * theta",
        "m = beta1 * m + (1 - beta1) * g",
        "v = beta2 * v + (1 - beta2) * g**2",
        "mu = beta1 * (1 - 0.96**(t * momentum_decay) / 2)",
        "mu_next = beta1 * (1 - 0.96**((t + 1) * momentum_decay) / 2)",
        "M = M * mu",
        "v_hat = v / (1 - beta2**t)",
        "d = (1 - mu) / (1 - M) * g + mu_next / (1 - M * mu_next) * m",
        "theta = theta - eta * d / (sqrt(v_hat) + epsilon)",
    )
    letters = {**MomentOptimizer.letters, "M": "product"}
    remembers = (*MomentOptimizer.remembers, "product")

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(beta1, beta2, epsilon, weight_decay)
        self.momentum_decay = momentum_decay

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with s = q = 0, t = 0 and M = 1."""
        super().start(size, dtype)
        self.product = 1.0
        self._ahead: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q, M and θ."""
        gradient = self.accumulate(theta, gradient)
        now, ahead = self._momentum(self.steps), self._momentum(self.steps + 1)
        self.product *= now
        of_gradient = (1.0 - now) / (1.0 - self.product)
        of_sum = ahead * (1.0 - self.beta1) / (1.0 - self.product * ahead)
        both, update = self._ahead, self.update
        np.multiply(gradient, of_gradient, out=both)
        np.multiply(self.gradient_sum, of_sum, out=update)
        both += update
        c = math.sqrt((1.0 - self.beta2) / (1.0 - self.beta2**self.steps))
        theta -= self.ratio(both, self.square_sum, self._floor / c, learning_rate / c)

    def _momentum(self, step: int) -> float:
        """Return μ_t."""
        return self.beta1 * (1.0 - 0.5 * math.pow(0.96, step * self.momentum_decay))
