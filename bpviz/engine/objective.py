"""An objective: a loss over ONE flat parameter vector θ.

A curve f(x), a surface f(x, y) and a neural network with a data set are the same thing to the rest
of the program.  Symbols: θ (n,) all parameters, L the loss, ∇L (n,) its gradient.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from bpviz.errors import Cancelled
from bpviz.snapshot import Evaluation

Array = NDArray[np.floating]
Batch = NDArray[np.intp] | None
Part = Literal["train", "test"]
ShouldStop = Callable[[], bool]


def check_stop(should_stop: ShouldStop | None) -> None:
    """Raise ``Cancelled`` when ``should_stop`` is given and says so."""
    if should_stop is not None and should_stop():
        raise Cancelled


class Objective(ABC):
    """A loss over one flat parameter vector.

    Attributes
    ----------
    size : int
        n, the number of parameters.
    dtype : numpy dtype
        Of θ: float64, or float32 by choice.
    sample_count : int
        Number of training samples that a batch chooses from; 1 for a function.
    domain : tuple of (low, high)
        The box that a function is shown in, one pair a variable; empty for a network.
    """

    size: int
    dtype: np.dtype[np.floating]
    sample_count: int = 1
    domain: tuple[tuple[float, float], ...] = ()

    @property
    @abstractmethod
    def parameter_names(self) -> Sequence[str]:
        """The name of each parameter in the notation of the screen, e.g. ``W⁽¹⁾[2,1]``."""

    @abstractmethod
    def initial(self, rng: np.random.Generator) -> Array:
        """Return a start θ (n,)."""

    @abstractmethod
    def loss(self, theta: Array, batch: Batch = None) -> float:
        """Return L(θ) over the batch (None: all training samples), penalty included."""

    @abstractmethod
    def loss_and_gradient(self, theta: Array, batch: Batch = None) -> tuple[float, Array]:
        """Return L(θ) and ∇L(θ).

        The gradient is a buffer of the objective's own, overwritten by the next call.
        """

    @abstractmethod
    def losses(self, thetas: Array, batch: Batch = None) -> Array:
        """Return L for each row of Θ (k, n), as (k,)."""

    def losses_on_plane(
        self,
        origin: Array,
        first: Array,
        second: Array,
        u: Array,
        v: Array,
        batch: Batch = None,
        *,
        should_stop: ShouldStop | None = None,
    ) -> Array:
        """Return L(θ₀ + u·d₁ + v·d₂) for every pair of ``u`` and ``v``, as (len(v), len(u)).

        Raises
        ------
        Cancelled
            Once ``should_stop``, asked now and then, says so.
        """
        losses = np.empty((len(v), len(u)))
        for row, at in enumerate(v):
            check_stop(should_stop)
            losses[row] = self.losses(origin + np.outer(u, first) + at * second, batch)
        return losses

    @abstractmethod
    def evaluate(self, theta: Array, part: Part = "train") -> Evaluation | None:
        """Return loss (without penalty) and accuracy over a part, None when the part is empty."""

    @abstractmethod
    def clone(self) -> Self:
        """Return an objective with buffers of its own over the same data, for another thread."""

    def training_loss(self, theta: Array, batch: Batch = None) -> float:
        """Return the L(θ) whose gradient `loss_and_gradient` is: as training sees it, dropout included."""
        return self.loss(theta, batch)

    @abstractmethod
    def complex_loss(self, theta: NDArray[np.complexfloating], batch: Batch = None) -> complex:
        """Return L at a complex θ, for the complex-step derivative.

        Raises
        ------
        UserError
            Where a piece of L is not analytic.
        """

    def set_penalties(self, penalties: Mapping[str, float]) -> None:
        """Set the regularizers' strengths, by their fields; a function has no weights to hold down."""

    def begin(self, step: int) -> None:
        """Make ready for update number ``step``: what is drawn at random is a function of it alone."""

    @property
    def projects(self) -> bool:
        """Whether `after_step` may change θ."""
        return False

    def after_step(self, theta: Array, batch: Batch = None) -> bool:
        """Finish an update of θ: statistics, projections.  Return whether θ was changed."""
        return False

    def memory(self) -> Array | None:
        """Return a copy of what is remembered beside θ, None where nothing is."""
        return None

    def recall(self, memory: Array | None) -> None:
        """Take what `memory` returned."""

    def where_not_finite(self, theta: Array, batch: Batch = None) -> str:
        """Return the name of the first place on the way forward, then back, that is not finite."""
        return "" if np.isfinite(self.loss(theta, batch)) else "f"

    def largest_gradient(self) -> str:
        """Return the name of the largest part of the last gradient."""
        return "∇f"
