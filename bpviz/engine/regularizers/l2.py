"""L2: half the sum of the squared weights."""

from __future__ import annotations

import numpy as np

from bpviz.engine.regularizers.base import REGULARIZERS, Array, Regularizer, strength
from bpviz.text import N_


@REGULARIZERS.register(
    "l2",
    N_("L2 penalty"),
    help=N_("½ λ Σw² is added to the loss: large weights shrink."),
    fields=(strength("l2", N_("L2 penalty"), N_("λ of ½ λ Σw²: keeps weights small.")),),
)
class L2(Regularizer):
    """R = ½ λ Σw², ∂R/∂w = λ w (ridge: Hoerl and Kennard, 1970).

    The gradient is that of PyTorch's ``weight_decay``, which decays the biases as well.
    """

    formula = "l2 / 2 * sum(w[i]**2, i)"
    derivative = "l2 * w"

    def __init__(self, l2: float = 0.0) -> None:
        self.strength, self.active = l2, l2 > 0

    def penalty(self, weights: Array) -> float:
        """Return ½ λ Σw²."""
        return 0.5 * self.strength * float(np.dot(weights, weights))

    def penalties(self, weights: Array) -> Array:
        """Return each weight's own share of R."""
        return np.asarray(0.5 * self.strength * weights * weights)

    def add_gradient(self, weights: Array, mask: Array, gradient: Array) -> None:
        """Add λ w."""
        gradient += self.strength * weights
