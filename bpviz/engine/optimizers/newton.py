"""Newton's method, damped: the step to the lowest point of the parabola that fits the loss at θ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate, State
from bpviz.engine.optimizers.line import Line, backtrack
from bpviz.engine.optimizers.searching import SearchOptimizer, refuse_large
from bpviz.text import N_

LEAST_SHIFT = 1e-3
MOST_SHIFTS = 60


@OPTIMIZERS.register(
    "newton",
    N_("Newton's method"),
    help=N_("Steps to the lowest point of the fitting parabola; small problems, full batches, η = 1."),
    learning_rate=1.0,
)
class Newton(SearchOptimizer):
    """(H + τI) d = −g,  θ ← θ + α d,  α = η, shortened until the loss is lower.

    H (n, n) comes from central differences of the gradient, 2n evaluations:
    H eᵢ ≈ (∇L(θ + h eᵢ) − ∇L(θ − h eᵢ)) / 2h  with  h = ∛ε max(1, |θᵢ|), made symmetric.
    τ = 0 where H is positive definite; otherwise it is doubled until H + τI is (Nocedal and Wright,
    2006, algorithm 3.3), so that d goes downhill.
    """

    direction = (
        r"H_{i} = \frac{\nabla L(\theta+h\,e_{i})-\nabla L(\theta-h\,e_{i})}{2\,h}",
        r"(H+\tau\,I)\,d = {-}g",
        r"\theta \leftarrow \theta+\alpha\,d",
    )
    lines = (
        "r = sum(H_row[others] * d_all[others], others)",
        "d = -g if straight > 0 else (-g - r) / (H_own + tau)",
        "theta = theta + alpha * d",
    )

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Allocate H.

        Raises
        ------
        UserError
            For more parameters than a matrix is worked out for.
        """
        refuse_large("Newton's method", size)
        super().start(size, dtype)
        self.hessian: Array = np.zeros((size, size), dtype)
        self._shift = 0.0
        self._step = float(np.cbrt(np.finfo(dtype).eps))

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """Solve (H + τI) d = −g."""
        self._measure(theta, evaluate)
        if not np.isfinite(self.hessian).all():
            np.negative(gradient, out=direction)
            self._straight = True
            return
        np.negative(np.linalg.solve(self._positive(), gradient), out=direction)

    def found(self) -> State:
        """Return H and τ as well."""
        found = super().found()
        return found and {**found, "H": self.hessian.copy(), "tau": self._shift}

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return the parameter's row of (H + τI) d = −g: its own entry, and the others."""
        row = found["H"][place]
        others = [each for each in range(len(gradient)) if each != place]
        return {
            **super().lines_read(found, before, gradient, place),
            **({} if others else {"r": 0}),
            "H_own": float(row[place]),
            "H_row": row[others],
            "d_all": found["d"][others],
            "tau": float(found["tau"]),
        }

    def look(self, line: Line, learning_rate: float) -> None:
        """Try η, then less and less."""
        backtrack(line, learning_rate)

    def _measure(self, theta: Array, evaluate: Evaluate) -> None:
        point, hessian = theta.copy(), self.hessian
        for index, value in enumerate(theta):
            h = self._step * max(1.0, abs(float(value)))
            point[index] = value + h
            ahead = point[index]
            hessian[index] = evaluate(point)[1]
            point[index] = value - h
            hessian[index] -= evaluate(point)[1]
            hessian[index] /= ahead - point[index]  # what became of 2h in rounding
            point[index] = value
        hessian += hessian.T.copy()
        hessian *= 0.5

    def _positive(self) -> Array:
        """Return H + τI with the first τ at which it is positive definite."""
        hessian = self.hessian
        scale = float(np.abs(hessian).max()) or 1.0
        lowest = float(hessian.diagonal().min())
        shift = 0.0 if lowest > 0.0 else LEAST_SHIFT * scale - lowest
        for _ in range(MOST_SHIFTS):
            shifted = hessian + np.asarray(shift, hessian.dtype) * np.eye(len(hessian), dtype=hessian.dtype)
            if _is_positive_definite(shifted):
                self._shift = shift
                return shifted
            shift = max(2.0 * shift, LEAST_SHIFT * scale)
        self._straight = True
        return np.eye(len(hessian), dtype=hessian.dtype)


def _is_positive_definite(matrix: Array) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
