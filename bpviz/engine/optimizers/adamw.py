"""AdamW (Loshchilov and Hutter, 2019): Adam with the weight decay kept out of the gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpviz.engine.optimizers.adam import Adam
from bpviz.engine.optimizers.base import OPTIMIZERS, Array
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "adamw",
    N_("AdamW"),
    help=N_("Adam, and every parameter shrunk by a share η λ of itself."),
    fields=(BETA1, BETA2, EPSILON, replace(WEIGHT_DECAY, default=0.01)),
)
class AdamW(Adam):
    """θ ← θ − η (m̂ / (√v̂ + ε) + λθ):  λ is decoupled, m and v know nothing of it.

    As in PyTorch λ is multiplied by η.
    """

    lines = (
        "t = t + 1",
        "m = beta1 * m + (1 - beta1) * dL_dtheta",
        "v = beta2 * v + (1 - beta2) * dL_dtheta**2",
        "m_hat = m / (1 - beta1**t)",
        "v_hat = v / (1 - beta2**t)",
        "theta = theta - eta * (m_hat / (sqrt(v_hat) + epsilon) + weight_decay * theta)",
    )
    coupled = False

    def __init__(
        self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.01
    ) -> None:
        super().__init__(beta1, beta2, epsilon, weight_decay)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q and θ."""
        self.accumulate(theta, gradient)
        update = self.ratio(self.gradient_sum, self.square_sum, *self.scales(learning_rate))
        if self.weight_decay:
            update += np.multiply(theta, learning_rate * self.weight_decay, out=self._decayed)
        theta -= update
