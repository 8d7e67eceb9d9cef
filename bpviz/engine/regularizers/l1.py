"""L1: the sum of the weights' sizes."""

from __future__ import annotations

import numpy as np

from bpviz.engine.regularizers.base import REGULARIZERS, Array, Regularizer, strength
from bpviz.text import N_


@REGULARIZERS.register(
    "l1",
    N_("L1 penalty"),
    help=N_("λ Σ|w| is added to the loss: small weights become zero."),
    fields=(strength("l1", N_("L1 penalty"), N_("λ of λ Σ|w|: draws small weights to zero.")),),
)
class L1(Regularizer):
    """R = λ Σ|w|, ∂R/∂w = λ sign(w), sign(0) = 0 (lasso: Tibshirani, 1996)."""

    formula = "l1 * sum(abs(w[i]), i)"
    derivative = "l1 * sign(w)"
    kinked = True

    def __init__(self, l1: float = 0.0) -> None:
        self.strength, self.active = l1, l1 > 0

    def penalty(self, weights: Array) -> float:
        """Return λ Σ|w|."""
        return self.strength * float(np.abs(weights).sum())

    def penalties(self, weights: Array) -> Array:
        """Return each weight's own share of R."""
        return np.asarray(self.strength * np.abs(weights))

    def add_gradient(self, weights: Array, mask: Array, gradient: Array) -> None:
        """Add λ sign(w)."""
        share = np.sign(weights)
        share *= self.strength
        gradient += share
