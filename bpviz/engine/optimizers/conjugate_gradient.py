"""Nonlinear conjugate gradients (Polak and Ribière, 1969): each direction keeps what the last one won."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate
from bpviz.engine.optimizers.searching import SearchOptimizer, curvature_field
from bpviz.text import N_


@OPTIMIZERS.register(
    "conjugate_gradient",
    N_("Conjugate gradients"),
    help=N_("Searches along directions that do not undo one another; full batches."),
    fields=(curvature_field(0.1),),
    learning_rate=1.0,
)
class ConjugateGradient(SearchOptimizer):
    """d ← −g + β d,  β = max(0, g·(g − g₋) / g₋·g₋)  (Polak–Ribière+),  θ ← θ + α d.

    g₋ is the gradient one step before; β = 0 is a restart, and so is every n-th step.
    """

    direction = (
        r"\beta = \max\left(0,\frac{g^{\mathsf{T}}(g-g_{-})}{g_{-}^{\mathsf{T}}g_{-}}\right)",
        r"d \leftarrow {-}g+\beta\,d",
        r"\theta \leftarrow \theta+\alpha\,d",
    )
    lines = (
        "beta = 0 if straight > 0 else max(0, (g_g - g_before) / before_before) if since > 0 else 0",
        "d = -g if straight > 0 else -g + beta * d_before if since > 0 else -g",
        "theta = theta + alpha * d",
    )
    remembers = ("since", "last_gradient", "last_direction")

    def __init__(self, curvature: float = 0.1) -> None:
        self.curvature = curvature

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with steepest descent."""
        super().start(size, dtype)
        self.since = 0
        self.last_gradient: Array = np.zeros(size, dtype)
        self.last_direction: Array = np.zeros(size, dtype)

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """d ← −g + β d."""
        np.multiply(self.last_direction, self._beta(gradient), out=direction)
        direction -= gradient

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return the products of the gradients that β is made of, and the last direction."""
        last = before["last_gradient"]
        square = float(np.dot(last, last))
        fresh = before["since"] in (0, len(gradient)) or square == 0.0
        return {
            **super().lines_read(found, before, gradient, place),
            "since": 0 if fresh else int(before["since"]),
            "g_g": float(np.dot(gradient, gradient)),
            "g_before": float(np.dot(gradient, last)),
            "before_before": square,
            "d_before": float(before["last_direction"][place]),
        }

    def _beta(self, gradient: Array) -> float:
        last = self.last_gradient
        before = float(np.dot(last, last))
        if self.since in (0, len(gradient)) or before == 0.0:
            self.since = 0
            return 0.0
        return max(0.0, float(np.dot(gradient, gradient) - np.dot(gradient, last)) / before)

    def learn(self, update: Array, before: Array, after: Array) -> None:
        """Keep the gradient and the direction that were used."""
        self.since += 1
        self.last_gradient[:] = before
        self.last_direction[:] = self._direction

    def forget(self) -> None:
        """Restart."""
        self.since = 0
