"""A function of one or two variables as an objective: θ is the point itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.expression import Expression
from bpviz.engine.functions import FUNCTIONS
from bpviz.engine.objective import Array, Batch, Objective, Part
from bpviz.snapshot import Evaluation


class FunctionObjective(Objective):
    """f(x) or f(x, y), with its exact gradient.

    Parameters
    ----------
    expression : str
        For example ``"x^2 + y^2"``.
    start : sequence of float
        Where descent begins; one number a variable.
    dtype : numpy dtype, optional
        float64 where it is left out.
    domain : sequence of (low, high), optional
        The box to show it in, one pair a variable.
    """

    def __init__(
        self,
        expression: str,
        start: Sequence[float],
        dtype: np.dtype[np.floating] | None = None,
        domain: Sequence[tuple[float, float]] = (),
    ) -> None:
        self.expression = Expression(expression)
        self.size = len(start)
        self.start = tuple(float(value) for value in start)
        self.dtype = np.dtype(np.float64) if dtype is None else dtype
        self.domain = tuple(domain) or _domain(expression, self.start)

    @property
    def parameter_names(self) -> Sequence[str]:
        """``x``, or ``x`` and ``y``."""
        return ("x", "y")[: self.size]

    def initial(self, rng: np.random.Generator) -> Array:
        """Return the start; nothing is drawn."""
        return np.array(self.start, self.dtype)

    def loss(self, theta: Array, batch: Batch = None) -> float:
        """Return f(θ)."""
        return float(self.losses(theta[None])[0])

    def loss_and_gradient(self, theta: Array, batch: Batch = None) -> tuple[float, Array]:
        """Return f(θ) and ∇f(θ)."""
        with np.errstate(all="ignore"):
            value, gradient = self.expression.evaluate(theta[None])
        return float(value[0]), gradient[0].astype(self.dtype, copy=False)

    def losses(self, thetas: Array, batch: Batch = None) -> Array:
        """Return f at each row of Θ (k, n)."""
        with np.errstate(all="ignore"):
            return self.expression.evaluate(thetas)[0]

    def complex_loss(self, theta: NDArray[np.complexfloating], batch: Batch = None) -> complex:
        """Return f at a complex θ; NaN where f is no number on the real line (√ of −1, say)."""
        real = self.loss(np.ascontiguousarray(theta.real))
        with np.errstate(all="ignore"):
            value = self.expression.evaluate(theta[None])[0]  # type: ignore[arg-type]
        return complex(value[0]) if math.isfinite(real) else complex(math.nan, math.nan)

    def evaluate(self, theta: Array, part: Part = "train") -> Evaluation | None:
        """Return f(θ); a function has no test part."""
        return Evaluation(self.loss(theta)) if part == "train" else None

    def clone(self) -> Self:
        """Return another one over the same formula."""
        return type(self)(self.expression.formula, self.start, self.dtype, self.domain)


def _domain(formula: str, start: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    """Return the box of the test function with this formula; around 0, out to the start, for any other."""
    for entry in FUNCTIONS:
        function = entry.create()
        if function.formula == formula and len(function.domain) == len(start):
            return function.domain
    half = max(2.0, 1.3 * max(abs(value) for value in start))
    return ((-half, half),) * len(start)
