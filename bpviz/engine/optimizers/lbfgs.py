"""L-BFGS (Nocedal, 1980): BFGS from the last few steps alone, without a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Evaluate, State
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
        (
            r"q \leftarrow g,\quad q \leftarrow q-a_{k}\,y_{k},\quad "
            r"a_{k} = \frac{s_{k}^{\mathsf{T}}q}{s_{k}^{\mathsf{T}}y_{k}},\quad k = K,\dots,1"
        ),
        r"r \leftarrow \gamma\,q,\quad \gamma = \frac{s_{K}^{\mathsf{T}}y_{K}}{y_{K}^{\mathsf{T}}y_{K}}",
        (
            r"r \leftarrow r+(a_{k}-b_{k})\,s_{k},\quad "
            r"b_{k} = \frac{y_{k}^{\mathsf{T}}r}{s_{k}^{\mathsf{T}}y_{k}},\quad k = 1,\dots,K"
        ),
        r"d = {-}r,\quad \theta \leftarrow \theta+\alpha\,d",
    )
    lines = (
        "q = g if straight > 0 else g - sum(a[k] * y[k], k) if pairs > 0 else g",
        "r = q if straight > 0 else gamma * q + sum((a[k] - b[k]) * s[k], k) if pairs > 0 else q",
        "d = -r",
        "theta = theta + alpha * d",
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
        self._shares: tuple[list[float], list[float], float] = [], [], 1.0

    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """d = −H g, by the two loops."""
        direction[:] = gradient
        rows = [pair % self.memory for pair in range(max(0, self.pairs - self.memory), self.pairs)]
        weights, shares, scale = {}, [], 1.0
        for row in reversed(rows):
            moved, changed = self.moves[row], self.changes[row]
            weights[row] = float(np.dot(moved, direction)) / float(np.dot(moved, changed))
            direction -= weights[row] * changed
        if rows:
            moved, changed = self.moves[rows[-1]], self.changes[rows[-1]]
            scale = float(np.dot(moved, changed)) / float(np.dot(changed, changed))
            direction *= scale
        for row in rows:
            moved, changed = self.moves[row], self.changes[row]
            share = float(np.dot(changed, direction)) / float(np.dot(moved, changed))
            direction += (weights[row] - share) * moved
            shares.append(share)
        self._shares = [weights[row] for row in rows], shares, scale
        np.negative(direction, out=direction)

    def found(self) -> State:
        """Return the shares a and b of every pair and γ as well."""
        found = super().found()
        first, second, scale = self._shares
        return found and {**found, "a": np.array(first), "b": np.array(second), "gamma": scale}

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return the parameter's part of every pair, the oldest first, and the shares of the two loops."""
        memory, pairs = len(before["moves"]), int(before["pairs"])
        rows = [pair % memory for pair in range(max(0, pairs - memory), pairs)]
        return {
            **super().lines_read(found, before, gradient, place),
            "pairs": len(rows),
            "s": before["moves"][rows, place],
            "y": before["changes"][rows, place],
            **{name: found[name] for name in ("a", "b", "gamma")},
        }

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
