"""What an activation is: a = σ(z), element by element, beside its derivative."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.floating]


class Activation(ABC):
    """σ and σ′.  Both work on arrays of any shape, keep the dtype and are finite for |z| up to 1e300.

    ``low`` and ``high`` bound the values, for a picture's colours; None where unbounded.
    ``analytic`` says that ``value`` is right for a complex z too, near the real axis: Im σ(z + ih) / h is
    then σ′(z) to the last digits (the complex step).  A function made of pieces takes the piece where
    Re z lies, at a kink the one that ``slope`` takes.  NumPy's maximum and minimum look at the real part
    first and, where that is equal, at the imaginary part: at a kink h itself would choose.
    ``kinks`` are the points where σ′ jumps; there ``slope`` takes one side and says which.
    ``elementwise`` is False for softmax, whose derivative is a matrix: it is only used in an output
    layer, together with the loss that it was made for.

    ``formula`` and ``derivative`` are σ and σ′ as they are printed, Python's expressions in z and a = σ(z);
    ``parts`` are lines to be worked out before, ``constants`` the numbers of other letters.
    """

    formula: ClassVar[str]
    derivative: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = ()
    constants: ClassVar[Mapping[str, float]] = {}

    low: float | None = None
    high: float | None = None
    elementwise: bool = True
    output_only: bool = False
    analytic: bool = True
    kinks: tuple[float, ...] = ()

    @abstractmethod
    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return σ(z), in ``out`` where given."""

    @abstractmethod
    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return σ′(z); ``a`` is σ(z), which spares most activations the work."""


def is_complex(z: NDArray[np.generic]) -> bool:
    """Whether ``z`` holds complex numbers, as for the complex step."""
    return z.dtype.kind == "c"


def chosen(where: NDArray[np.bool_], there: Array, elsewhere: Array | float, out: Array | None) -> Array:
    """Return ``there`` where ``where`` holds, else ``elsewhere``; in ``out`` where given."""
    values = np.where(where, there, elsewhere)
    if out is None:
        return values
    out[...] = values
    return out


ACTIVATIONS: Registry[Activation] = Registry(N_("activation"))
