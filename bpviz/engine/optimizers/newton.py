"""Newton's method, damped: the step to the lowest point of the parabola that fits the loss at θ."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate
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
        self._step = float(np.cbrt(np.finfo(dtype).eps))

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """Solve (H + τI) d = −g."""
        self._measure(theta, evaluate)
        if not np.isfinite(self.hessian).all():
            np.negative(gradient, out=direction)
            return
        np.negative(np.linalg.solve(self._positive(), gradient), out=direction)

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
                return shifted
            shift = max(2.0 * shift, LEAST_SHIFT * scale)
        return np.eye(len(hessian), dtype=hessian.dtype)


def _is_positive_definite(matrix: Array) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
