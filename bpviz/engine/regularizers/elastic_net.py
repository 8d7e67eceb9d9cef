"""Elastic net: L1 and L2 in one, with one strength and the share of each."""

from __future__ import annotations

import numpy as np

from bpviz.engine.regularizers.base import REGULARIZERS, Array, Regularizer, strength
from bpviz.registry import Field
from bpviz.text import N_


@REGULARIZERS.register(
    "elastic_net",
    N_("Elastic net"),
    help=N_("λ (ρ Σ|w| + ½ (1 − ρ) Σw²) is added to the loss: L1 and L2 together."),
    fields=(
        strength("elastic_net", N_("Elastic net"), N_("λ of λ (ρ Σ|w| + ½ (1 − ρ) Σw²).")),
        Field(
            "l1_ratio",
            N_("Share of L1"),
            default=0.5,
            minimum=0.0,
            maximum=1.0,
            step=0.05,
            help=N_("ρ of the elastic net: 1 is L1 alone, 0 is L2 alone."),
        ),
    ),
)
class ElasticNet(Regularizer):
    """R = λ (ρ Σ|w| + ½ (1 − ρ) Σw²) (Zou and Hastie, 2005, as scikit-learn parametrizes it)."""

    formula = "elastic_net * (l1_ratio * sum(abs(w[i]), i) + (1 - l1_ratio) / 2 * sum(w[i]**2, i))"
    derivative = "elastic_net * (l1_ratio * sign(w) + (1 - l1_ratio) * w)"
    kinked = True

    def __init__(self, elastic_net: float = 0.0, l1_ratio: float = 0.5) -> None:
        self.active = elastic_net > 0
        self.l1, self.l2 = elastic_net * l1_ratio, elastic_net * (1.0 - l1_ratio)

    def penalty(self, weights: Array) -> float:
        """Return λ (ρ Σ|w| + ½ (1 − ρ) Σw²)."""
        return self.l1 * float(np.abs(weights).sum()) + 0.5 * self.l2 * float(np.dot(weights, weights))

    def penalties(self, weights: Array) -> Array:
        """Return each weight's own share of R."""
        return np.asarray(self.l1 * np.abs(weights) + 0.5 * self.l2 * weights * weights)

    def add_gradient(self, weights: Array, mask: Array, gradient: Array) -> None:
        """Add λ (ρ sign(w) + (1 − ρ) w)."""
        share = np.sign(weights)
        share *= self.l1
        gradient += share
        np.multiply(weights, self.l2, out=share)
        gradient += share
