"""A gradient beside differences, and the valley of their error."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """Backpropagation beside differences, parameter by parameter.

    ``indices`` (k,) says which entries of θ, ``backprop`` and ``differences`` (k,) are the two gradients.
    ``relative_error`` is |a − n| / max(|a|, |n|, floor); ``worst_parameter`` is where it is largest.

    ``at_kink`` (k,) tells which parameters stand at a kink of one of ``kinks`` (names of pieces: ReLU), or
    have one within the step: there a difference mixes the slopes of both sides.  They do not count for the
    largest errors and for the worst parameter, which is empty where all stand at one.  ``kink_names`` are
    theirs, the largest error first.  ``of`` is the length of θ, where not all of it was compared.
    """

    method: str
    step: float
    seconds: float
    seconds_backprop: float
    indices: NDArray[np.intp]
    backprop: NDArray[np.floating]
    differences: NDArray[np.floating]
    absolute_error: NDArray[np.floating]
    relative_error: NDArray[np.floating]
    worst_parameter: str
    at_kink: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    kinks: tuple[str, ...] = ()
    kink_names: tuple[str, ...] = ()
    of: int = 0

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which parameters count: those that do not stand at a kink, (k,)."""
        return ~self.at_kink if self.at_kink.size else np.ones(len(self.indices), np.bool_)

    @property
    def parameters(self) -> int:
        """How many were compared."""
        return len(self.indices)

    @property
    def max_absolute_error(self) -> float:
        """The largest |a − n| away from kinks."""
        return float(self.absolute_error[self.counted].max(initial=0.0))

    @property
    def max_relative_error(self) -> float:
        """The largest relative error away from kinks."""
        return float(self.relative_error[self.counted].max(initial=0.0))

    def as_dict(self) -> dict[str, Any]:
        """Return what is told in JSON; None for what is not finite."""
        largest = self.max_absolute_error, self.max_relative_error
        absolute, relative = (value if math.isfinite(value) else None for value in largest)
        return {
            "method": self.method,
            "step": self.step,
            "parameters": self.parameters,
            "seconds": self.seconds,
            "seconds_backprop": self.seconds_backprop,
            "max_absolute_error": absolute,
            "max_relative_error": relative,
            "worst_parameter": self.worst_parameter,
        }


@dataclass(frozen=True, slots=True)
class ErrorValley:
    """The relative error of differences against the step h: ``largest`` and ``median`` (h,) by method.

    Truncation makes the slope on the side of large h, rounding the one on the side of small h.
    """

    steps: NDArray[np.floating]
    largest: dict[str, NDArray[np.floating]]
    median: dict[str, NDArray[np.floating]]
    indices: NDArray[np.intp]
