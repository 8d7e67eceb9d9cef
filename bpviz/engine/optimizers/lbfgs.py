"""L-BFGS (Nocedal, 1980): BFGS from the last few steps alone, without a matrix."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate
from bpviz.engine.optimizers.bfgs import first_length, is_curved
from bpviz.engine.optimizers.line import Line, strong_wolfe
from bpviz.engine.optimizers.searching import SearchOptimizer, curvature_field
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "lbfgs",
    N_("L-BFGS"),
    help=N_("BFGS that remembers the last few steps only; full batches, η = 1."),
    fields=(
        Field(
            "memory",
            N_("Steps remembered"),
            "int",
            10,
            minimum=1,
            maximum=100,
            help=N_("From how many of the last steps the curvature is learnt."),
        ),
        curvature_field(0.9),
    ),
    learning_rate=1.0,
)
class LBFGS(SearchOptimizer):
    """d = −H g with the H that BFGS makes of the last pairs s = Δθ, y = Δg, from H₀ = (s·y / y·y) I.

    H g is worked out by the recursion of two loops, 4 n numbers a pair.  S and Y (memory, n) are
    rings: pair k stands in row k mod memory.
    """

    direction = (
        r"d = {-}H_{k}\,g,\quad H_{0} = \frac{s^{\mathsf{T}}y}{y^{\mathsf{T}}y}\,I",
        r"H_{i} = V_{i}^{\mathsf{T}}\,H_{i-1}\,V_{i}+\rho_{i}\,s_{i}\,s_{i}^{\mathsf{T}},\quad i = 1,\dots,k",
        r"V_{i} = I-\rho_{i}\,y_{i}\,s_{i}^{\mathsf{T}},\quad \rho_{i} = \frac{1}{s_{i}^{\mathsf{T}}y_{i}}",
        r"\theta \leftarrow \theta+\alpha\,d",
    )
    remembers = ("pairs", "moves", "changes")

    def __init__(self, memory: int = 10, curvature: float = 0.9) -> None:
        self.memory, self.curvature = memory, curvature

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start without a pair."""
        super().start(size, dtype)
        self.pairs = 0
        self.moves: Array = np.zeros((self.memory, size), dtype)
        self.changes: Array = np.zeros((self.memory, size), dtype)

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """d = −H g, by the two loops."""
        direction[:] = gradient
        rows = [pair % self.memory for pair in range(max(0, self.pairs - self.memory), self.pairs)]
        weights = {}
        for row in reversed(rows):
            moved, changed = self.moves[row], self.changes[row]
            weights[row] = float(np.dot(moved, direction)) / float(np.dot(moved, changed))
            direction -= weights[row] * changed
        if rows:
            moved, changed = self.moves[rows[-1]], self.changes[rows[-1]]
            direction *= float(np.dot(moved, changed)) / float(np.dot(changed, changed))
        for row in rows:
            moved, changed = self.moves[row], self.changes[row]
            share = float(np.dot(changed, direction)) / float(np.dot(moved, changed))
            direction += (weights[row] - share) * moved
        np.negative(direction, out=direction)

    def look(self, line: Line, learning_rate: float) -> None:
        """Try η first, without a pair η / ‖g‖₁ where that is less."""
        first = learning_rate if self.pairs else first_length(self._gradient, learning_rate)
        strong_wolfe(line, first, self.curvature)

    def learn(self, update: Array, before: Array, after: Array) -> None:
        """Keep s and y, in place of the oldest."""
        row = self.pairs % self.memory
        moved, changed = -update, after - before
        if is_curved(moved, changed):
            self.moves[row], self.changes[row] = moved, changed
            self.pairs += 1

    def forget(self) -> None:
        """Drop every pair."""
        self.pairs = 0
