"""What a regularizer is: a penalty R(w) that is added to the loss, or a bound that weights are held to.

Weights only: biases are left alone.  The first field of each has the piece's own name and says how
strong it is; 0 is off.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Field, Registry
from bpviz.text import N_

Array = NDArray[np.floating]


class Regularizer(ABC):
    """R(w) with its gradient, or a projection after each update.

    ``active`` is False where the strength is 0; ``projects`` says that ``project`` does something,
    ``kinked`` that its derivative jumps where a weight is 0.
    What is shared between threads holds no buffers: nothing here is written to but the arguments.

    ``formula`` is R as it is printed, a Python expression in all weights w and the fields, ``derivative``
    its ∂R/∂w by one weight, ``projection`` what becomes of a unit's incoming weights; empty where there is
    none.
    """

    formula: ClassVar[str] = ""
    derivative: ClassVar[str] = ""
    projection: ClassVar[str] = ""
    active: bool
    projects: bool = False
    kinked: bool = False

    def penalty(self, weights: Array) -> float:
        """Return R(w); ``weights`` is θ (n,) with zeros in place of the biases."""
        return 0.0

    def penalties(self, weights: Array) -> Array:
        """Return each weight's own share of R(w), (n,): they add up to `penalty`."""
        return np.zeros_like(weights)

    def add_gradient(self, weights: Array, mask: Array, gradient: Array) -> None:
        """Add ∂R/∂w to ``gradient`` (n,) in place.

        ``weights`` is θ with zeros in place of the biases, ``mask`` 1 at a weight and 0 at a bias.
        Where |w| has its kink, at 0, its derivative counts as 0.
        """

    def project(self, matrices: Sequence[Array]) -> None:
        """Bring weights back into bounds, in place; each array is (units, incoming weights)."""


REGULARIZERS: Registry[Regularizer] = Registry(N_("regularizer"))


def strength(name: str, label: str, help: str) -> Field:
    """Return the field of a penalty's λ; 0 is off."""
    return Field(name, label, minimum=0.0, maximum=1e12, low=0.0, high=1.0, logarithmic=True, help=help)
