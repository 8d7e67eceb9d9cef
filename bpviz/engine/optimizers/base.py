"""What an optimizer is: an update of θ in place, and a state that can be saved and put back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.floating]
State = dict[str, Array | int | float]
Evaluate = Callable[[Array], tuple[float, Array]]


class Optimizer(ABC):
    """θ ← θ − u, over one flat array.  η is handed in: a schedule may change it.

    Attributes
    ----------
    searches : bool
        Whether the method looks at the loss elsewhere before it moves: then `search` is called in
        place of `step`.
    remembers : tuple of str
        The attributes that `state` saves: arrays, whole numbers and numbers.
    weight_decay : float
        λ.  Where it is coupled it adds λθ to the gradient, as a penalty ½λ‖θ‖² would.
    update : (n,)
        u, what the last step took off θ: θ_before − θ_after.
    lines : tuple of str
        The step as it is printed, on one parameter: assignments in order, as Python writes them, in θ
        (``theta``), η, ∂L/∂θ (``dL_dtheta``), the fields and the letters.
    letters : mapping
        What each letter that is kept from step to step is of what is remembered.
    direction : tuple of str
        The method in TeX, where its step is not made of one parameter at a time; the lines then read what
        `found` tells, too, by `lines_read`.
    """

    searches: ClassVar[bool] = False
    remembers: ClassVar[tuple[str, ...]] = ()
    lines: ClassVar[tuple[str, ...]] = ()
    letters: ClassVar[Mapping[str, str]] = {}
    direction: ClassVar[tuple[str, ...]] = ()
    weight_decay: float = 0.0
    update: Array

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Forget everything and make ready for θ of ``size`` parameters."""
        self.update = np.zeros(size, dtype)
        self._decayed = np.zeros(size, dtype) if self.weight_decay else self.update

    @abstractmethod
    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Take ``update`` off ``theta`` in place; ``gradient`` is left as it is."""

    def search(
        self, theta: Array, loss: float, gradient: Array, learning_rate: float, evaluate: Evaluate
    ) -> None:
        """Move ``theta`` in place to where the loss is lower; here by a plain `step`.

        Parameters
        ----------
        loss, gradient
            L and ∇L (n,) at ``theta``.  The gradient may be the buffer that ``evaluate`` writes to.
        evaluate
            θ → (L, ∇L) over the same samples; its gradient lasts until the next call.
        """
        self.step(theta, gradient, learning_rate)

    def decayed(self, theta: Array, gradient: Array) -> Array:
        """Return ∇L + λθ (n,), in a buffer of its own."""
        decayed = self._decayed
        np.multiply(theta, self.weight_decay, out=decayed)
        decayed += gradient
        return decayed

    def found(self) -> State:
        """Return a copy of what the last step came upon on its way, and the next one forgets."""
        return {}

    @classmethod
    def lines_read(
        cls, found: Mapping[str, Any], before: Mapping[str, Any], gradient: Array, place: int
    ) -> dict[str, Any]:
        """Return the numbers that the lines read beside θ and η, for the parameter at ``place``.

        Parameters
        ----------
        found, before
            What `found` told after the step, and `state` before it.
        gradient : (n,)
            ∇L.
        """
        return {}

    def state(self) -> State:
        """Return a copy of what the optimizer remembers."""
        kept = {name: getattr(self, name) for name in self.remembers}
        return {
            name: value.copy() if isinstance(value, np.ndarray) else value for name, value in kept.items()
        }

    def restore(self, state: State) -> None:
        """Take a state that ``state`` returned."""
        for name in self.remembers:
            kept = getattr(self, name)
            if isinstance(kept, np.ndarray):
                kept[...] = state[name]
            else:
                setattr(self, name, type(kept)(state[name]))


def scalar(value: float, dtype: np.dtype[np.floating]) -> Array:
    """Return a number as an array of no dimension.

    NumPy takes it in about half the time of a Python float, and it keeps float32 as it is.
    """
    return np.array(value, dtype)


def at_least_tiny(epsilon: float, dtype: np.dtype[np.floating]) -> float:
    """Return ε, or the smallest number that is not rounded to 0 in ``dtype``."""
    return max(epsilon, float(np.finfo(dtype).tiny))


OPTIMIZERS: Registry[Optimizer] = Registry(N_("optimizer"))
"""``extra["learning_rate"]``: the η that the method is made for, where it is not for the user to find."""
