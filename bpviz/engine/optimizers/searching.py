"""What the methods that search along a line share: a direction each, and the rest of the step."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpviz.engine.optimizers.base import Array, Evaluate, Optimizer, State
from bpviz.engine.optimizers.line import SUFFICIENT, Line, Trial, strong_wolfe
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.text import N_, Text

MOST_PARAMETERS = 2000
"""Of a method that keeps a matrix of n × n numbers."""


def curvature_field(default: float) -> Field:
    """Return the field of Wolfe's constant c₂."""
    return Field(
        "curvature",
        N_("Slope left c₂"),
        default=default,
        minimum=0.001,
        maximum=0.99,
        step=0.05,
        help=N_("A search along a line ends once the slope is down to this share: less is more exact."),
    )


class SearchOptimizer(Optimizer):
    """θ ← θ + α d, with d from the method and α from a search in which η is tried first.

    The loss never rises: where the search finds nothing lower, θ stays and the method forgets what
    it knew, so that it goes straight down the gradient the next time.  Whatever is raised on the way
    leaves θ as it was.
    """

    searches = True
    curvature = 0.9
    search_lines = ("loss_bound = loss_here + armijo * alpha * steep",)
    """Armijo's condition as it is printed: below this the loss has to come."""

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Allocate the gradient at θ and the direction."""
        super().start(size, dtype)
        self._gradient: Array = np.empty(size, dtype)
        self._direction: Array = np.empty(size, dtype)
        self._rest(0.0)

    def _rest(self, loss: float) -> None:
        """Note a search that has not begun."""
        self._begun, self._straight = False, False
        self._first = self._best = Trial(0.0, float(loss), 0.0)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Refuse: without the loss elsewhere there is nothing to search.

        Raises
        ------
        TypeError
            Always; `search` is what to call.
        """
        raise TypeError(f"{type(self).__name__} searches for its step: call search")

    def search(
        self, theta: Array, loss: float, gradient: Array, learning_rate: float, evaluate: Evaluate
    ) -> None:
        """Move θ along the direction to a lower loss, if there is one, and learn from the move."""
        self._gradient[:] = gradient
        self.update[:] = 0.0
        self._rest(loss)
        if not learning_rate > 0.0:  # a schedule has ended at 0: nothing moves any more
            return
        slope = self._aim(theta, evaluate)
        if not slope < 0.0:
            return
        line = Line(theta, self._direction, loss, slope, evaluate)
        self.look(line, learning_rate)
        self._begun, self._first, self._best = True, line.start, line.best
        if line.best is line.start:
            self.forget()
            return
        line.update(line.best.length, self.update)
        self.learn(self.update, self._gradient, line.gradient)
        theta -= self.update

    def _aim(self, theta: Array, evaluate: Evaluate) -> float:
        """Write a direction that goes down, −∇L if the method's does not, and return its slope."""
        gradient, direction = self._gradient, self._direction
        self.aim(theta, gradient, direction, evaluate)
        slope = float(np.dot(gradient, direction))
        if not (slope < 0.0 and np.isfinite(direction).all()):
            self.forget()
            self._straight = True
            np.negative(gradient, out=direction)
            slope = float(np.dot(gradient, direction))
        return slope

    def look(self, line: Line, learning_rate: float) -> None:
        """Search the line, with η as the first trial."""
        strong_wolfe(line, learning_rate, self.curvature)

    def found(self) -> State:
        """Return d, α and the losses and slopes at both ends, where there was a search."""
        if not self._begun:
            return {}
        return {
            "d": self._direction.copy(),
            "alpha": self._best.length,
            "loss_here": self._first.loss,
            "steep": self._first.slope,
            "loss_there": self._best.loss,
            "straight": int(self._straight),
        }

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return g, d and what the search along d found."""
        names = ("alpha", "loss_here", "steep", "loss_there", "straight")
        return {
            **{name: found[name] for name in names},
            "armijo": SUFFICIENT,
            "g": float(gradient[place]),
            "d": float(found["d"][place]),
        }

    @abstractmethod
    def aim(self, theta: Array, gradient: Array, direction: Array, evaluate: Evaluate) -> None:
        """Write the method's direction at θ into ``direction`` (n,)."""

    def learn(self, update: Array, before: Array, after: Array) -> None:
        """Take in what a step, θ ← θ − ``update``, made of the gradient."""

    def forget(self) -> None:
        """Start anew from steepest descent."""


def refuse_large(method: str, size: int) -> None:
    """Raise where a matrix of n × n numbers would be too large.

    Raises
    ------
    UserError
        For more than ``MOST_PARAMETERS``.
    """
    if size > MOST_PARAMETERS:
        raise UserError(
            "{method} takes at most {most} parameters, not {count}.",
            hint="Take lbfgs or conjugate_gradient, or a smaller network.",
            method=Text(method),
            most=f"{MOST_PARAMETERS:,}",
            count=f"{size:,}",
        )
