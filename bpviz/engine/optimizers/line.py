"""Searching along one direction d for a step α at which the loss is lower.

φ(α) = L(θ + α d), φ′(α) = ∇L(θ + α d)·d.  A step is good enough when it meets Wolfe's conditions
(Nocedal and Wright, Numerical Optimization, 2006, chapter 3):

- φ(α) ≤ φ(0) + c₁ α φ′(0), c₁ = 1e-4: the loss falls by some of what the slope promises (Armijo);
- |φ′(α)| ≤ c₂ |φ′(0)|: not much slope is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpviz.engine.optimizers.base import Array, Evaluate

SUFFICIENT = 1e-4
"""c₁."""

MOST_TRIALS = 60
NARROWEST = 1e-10
"""Of the length itself: between two trials so close there is rounding only."""


@dataclass(frozen=True)
class Trial:
    """α, φ(α) and φ′(α); a loss or slope that is not finite is told as φ = ∞."""

    length: float
    loss: float
    slope: float


class Line:
    """The loss along θ + α d, and the best of what was tried there.

    Attributes
    ----------
    start : Trial
        α = 0.
    best : Trial
        The lowest loss among the trials that meet Armijo's condition; ``start`` until there is one.
    gradient : (n,)
        A copy of ∇L at ``best``, once there is one.
    """

    def __init__(self, theta: Array, direction: Array, loss: float, slope: float, evaluate: Evaluate) -> None:
        self._theta, self._direction, self._evaluate = theta, direction, evaluate
        self._point, self.gradient = np.empty_like(theta), np.empty_like(theta)
        self.start = self.best = Trial(0.0, float(loss), float(slope))

    def update(self, length: float, out: Array) -> Array:
        """Write −α d, what the step takes off θ, into ``out``."""
        return np.multiply(self._direction, -length, out=out)

    def at(self, length: float) -> Trial:
        """Evaluate φ and φ′ at α = ``length``."""
        point = self.update(length, self._point)
        np.subtract(self._theta, point, out=point)
        loss, gradient = self._evaluate(point)
        slope = float(np.dot(gradient, self._direction))
        if not (math.isfinite(loss) and math.isfinite(slope)):
            return Trial(length, math.inf, math.nan)
        trial = Trial(length, float(loss), slope)
        if self.is_sufficient(trial) and loss < self.best.loss:
            self.best = trial
            self.gradient[:] = gradient
        return trial

    def is_sufficient(self, trial: Trial) -> bool:
        """Whether Armijo's condition holds."""
        return trial.loss <= self.start.loss + SUFFICIENT * trial.length * self.start.slope


def backtrack(line: Line, first: float) -> None:
    """Shorten α from ``first`` on until Armijo's condition holds; `Line.best` is the outcome.

    The next α is where the parabola through φ(0), φ′(0) and φ(α) is lowest, between α/10 and α/2.
    """
    now = line.at(first)
    for _ in range(1, MOST_TRIALS):
        if line.best is not line.start:
            return
        promised = -line.start.slope * now.length
        lowest = 0.5 * promised / (now.loss - line.start.loss + promised)
        now = line.at(now.length * min(max(lowest, 0.1), 0.5))


def strong_wolfe(line: Line, first: float, curvature: float) -> None:
    """Look for an α that meets both conditions, ``first`` tried first; `Line.best` is the outcome.

    Outwards until two steps have a minimum between them, then inwards by cubic interpolation.  After
    ``MOST_TRIALS`` evaluations the best so far has to do.
    """
    steep = curvature * abs(line.start.slope)
    before, now = line.start, line.at(first)
    for trials in range(1, MOST_TRIALS):
        if not line.is_sufficient(now) or (now.loss >= before.loss and before is not line.start):
            _narrow(line, before, now, steep, MOST_TRIALS - trials)
            return
        if abs(now.slope) <= steep:
            return
        if now.slope > 0:
            _narrow(line, now, before, steep, MOST_TRIALS - trials)
            return
        ahead, farthest = _minimum(before, now), 10.0 * now.length
        nearest = now.length + 0.01 * (now.length - before.length)
        # A minimum behind two steps downhill says that the slope grows: as far as may be.
        before, now = now, line.at(min(max(ahead, nearest), farthest) if ahead > now.length else farthest)


def _narrow(line: Line, low: Trial, high: Trial, steep: float, trials: int) -> None:
    """Look between ``low``, the better end, and ``high``."""
    for _ in range(trials):
        width = high.length - low.length
        if abs(width) <= NARROWEST * max(low.length, high.length):
            return
        inner = sorted((low.length + 0.1 * width, high.length - 0.1 * width))
        now = line.at(min(max(_minimum(low, high), inner[0]), inner[1]))
        if not line.is_sufficient(now) or now.loss >= low.loss:
            high = now
            continue
        if abs(now.slope) <= steep:
            return
        if now.slope * width >= 0:
            high = low
        low = now


def _minimum(low: Trial, high: Trial) -> float:
    """Return where the cubic through two trials and their slopes is lowest.

    Where ``high`` is higher, the parabola through both and the slope at ``low`` counts as well, and
    what is nearer to ``low`` is taken: far out the slope tells nothing.  Where there is no minimum, the
    middle; where ``high`` is not finite, a tenth of the way to it.
    """
    width = high.length - low.length
    if not math.isfinite(high.loss):
        return low.length + 0.1 * width
    rise = (high.loss - low.loss) / width
    first = low.slope + high.slope - 3.0 * rise
    square = first * first - low.slope * high.slope
    second = math.copysign(math.sqrt(square), width) if 0.0 <= square < math.inf else math.nan
    below = high.slope - low.slope + 2.0 * second
    share = 1.0 - (high.slope + second - first) / below if below else math.nan
    if not math.isfinite(share):
        share = 0.5
    if high.loss > low.loss:
        share = min(share, 0.5 * low.slope / (low.slope - rise))
    return low.length + share * width
