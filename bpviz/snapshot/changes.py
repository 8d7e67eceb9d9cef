"""Numbers changed by hand: which, and what they were and became; frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ParameterPlace:
    """One number of θ: its layer (from 1; 0 for a function's variable), its array, its place in that."""

    layer: int
    name: str
    place: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A number set by hand: a parameter, or one of a training sample's inputs ("x") and targets ("y").

    For these ``where`` is ``ParameterPlace(0, "x", (i,))`` or ``ParameterPlace(0, "y", (k,))``, as the
    network sees them.  ``sample`` is theirs, among those that the window shows; −1 for a parameter.
    """

    where: ParameterPlace
    value: float
    sample: int = -1

    @property
    def is_parameter(self) -> bool:
        """Whether it is a number of θ."""
        return self.sample < 0


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """A number that an iteration changes by hand: what it was and what it becomes; places as in `Change`."""

    where: ParameterPlace
    before: float
    after: float
    sample: int = -1


@dataclass(frozen=True, slots=True)
class ChangedSample:
    """A training sample in which numbers were changed by hand, whole, in the data's own units.

    ``sample`` is its place among those that the window shows; ``x`` and ``y`` are what then stands in its row
    of ``RunInfo.x_train`` and ``RunInfo.y_train``.
    """

    sample: int
    x: NDArray[np.floating]
    y: NDArray[Any]
