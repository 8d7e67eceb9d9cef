"""AMSGrad (Reddi, Kale and Kumar, 2018): Adam whose v̂ never falls."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.adam import Adam
from bpviz.engine.optimizers.base import OPTIMIZERS, Array
from bpviz.engine.optimizers.fields import BETA1, BETA2, EPSILON, WEIGHT_DECAY
from bpviz.text import N_


@OPTIMIZERS.register(
    "amsgrad",
    N_("AMSGrad"),
    help=N_("Adam with the largest spread so far, so that no step grows back."),
    fields=(BETA1, BETA2, EPSILON, WEIGHT_DECAY),
)
class AMSGrad(Adam):
    """Adam with the largest v so far:  θ ← θ − η m̂ / (√(max v / (1 − β₂ᵗ)) + ε).

    The paper corrects no bias; corrected after the maximum is taken, as here, it is PyTorch's.
    """

    lines = (
        "t = t + 1",
        "g = dL_dtheta + weight_decay * theta",
        "m = beta1 * m + (1 - beta1) * g",
        "v = beta2 * v + (1 - beta2) * g**2",
        "v_max = max(v_max, v)",
        "m_hat = m / (1 - beta1**t)",
        "v_hat = v_max / (1 - beta2**t)",
        "theta = theta - eta * m_hat / (sqrt(v_hat) + epsilon)",
    )
    letters = {**Adam.letters, "v_max": "(1 - beta2) * largest"}
    remembers = (*Adam.remembers, "largest")

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with nothing largest."""
        super().start(size, dtype)
        self.largest: Array = np.zeros(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update s, q, the largest q and θ."""
        self.accumulate(theta, gradient)
        np.maximum(self.largest, self.square_sum, out=self.largest)
        theta -= self.ratio(self.gradient_sum, self.largest, *self.scales(learning_rate))
