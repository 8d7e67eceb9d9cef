"""BFGS (Broyden, Fletcher, Goldfarb, Shanno, 1970): Newton's direction, its matrix learnt on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate
from bpviz.engine.optimizers.line import Line, strong_wolfe
from bpviz.engine.optimizers.searching import SearchOptimizer, curvature_field, refuse_large
from bpviz.text import N_

LEAST_CURVATURE = 1e-10


def is_curved(moved: Array, changed: Array) -> bool:
    """Whether s·y > 0 by more than rounding: only then does a pair say how the loss bends."""
    product, square = float(np.dot(moved, changed)), float(np.dot(changed, changed))
    return 0.0 < square < math.inf and product > LEAST_CURVATURE * math.sqrt(square * np.dot(moved, moved))


def first_length(gradient: Array, learning_rate: float) -> float:
    """Return η min(1, 1 / ‖g‖₁), the first trial where nothing is known of the curvature."""
    return learning_rate / max(1.0, float(np.abs(gradient).sum()))


@OPTIMIZERS.register(
    "bfgs",
    N_("BFGS"),
    help=N_("Learns the curvature from its own steps; small problems, full batches, η = 1."),
    fields=(curvature_field(0.9),),
    learning_rate=1.0,
)
class BFGS(SearchOptimizer):
    """d = −H g,  θ ← θ + α d,  and with  s = Δθ,  y = Δg,  ρ = 1 / s·y:

    H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ.  H (n, n) starts as I, at the first step times s·y / y·y.
    """

    direction = (
        r"d = {-}H\,g",
        r"\theta \leftarrow \theta+\alpha\,d",
        r"s = \alpha\,d,\quad y = g_{+}-g,\quad \rho = \frac{1}{s^{\mathsf{T}}y}",
        r"H \leftarrow (I-\rho\,s\,y^{\mathsf{T}})\,H\,(I-\rho\,y\,s^{\mathsf{T}})+\rho\,s\,s^{\mathsf{T}}",
    )
    lines = (
        "d = -g if straight > 0 else -sum(H_row[j] * g_all[j], j) if pairs > 0 else -g",
        "theta = theta + alpha * d",
    )
    remembers = ("pairs", "inverse")

    def __init__(self, curvature: float = 0.9) -> None:
        self.curvature = curvature

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with H = I.

        Raises
        ------
        UserError
            For more parameters than a matrix is kept for.
        """
        refuse_large("BFGS", size)
        super().start(size, dtype)
        self.pairs = 0
        self.inverse: Array = np.eye(size, dtype=dtype)

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """d = −H g."""
        np.dot(self.inverse, gradient, out=direction)
        np.negative(direction, out=direction)

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return the parameter's row of H, and g."""
        return {
            **super().lines_read(found, before, gradient, place),
            "pairs": int(before["pairs"]),
            "H_row": before["inverse"][place],
            "g_all": gradient,
        }

    def look(self, line: Line, learning_rate: float) -> None:
        """Try η first, at the very first step η / ‖g‖₁ where that is less."""
        first = learning_rate if self.pairs else first_length(self._gradient, learning_rate)
        strong_wolfe(line, first, self.curvature)

    def learn(self, update: Array, before: Array, after: Array) -> None:
        """Take s and y into H, written out: H + ρ (1 + ρ y·Hy) s sᵀ − ρ (s (Hy)ᵀ + Hy sᵀ)."""
        moved, changed = -update, after - before
        if not is_curved(moved, changed):
            return
        inverse, product = self.inverse, float(np.dot(moved, changed))
        if not self.pairs:
            inverse *= product / float(np.dot(changed, changed))
        through = np.dot(inverse, changed)
        moved_share = moved * ((1.0 + float(np.dot(changed, through)) / product) / product)
        moved_share -= through / product
        inverse += np.outer(moved, moved_share)
        inverse -= np.outer(through / product, moved)
        self.pairs += 1

    def forget(self) -> None:
        """H = I."""
        self.pairs = 0
        self.inverse[:] = 0.0
        np.fill_diagonal(self.inverse, 1.0)
