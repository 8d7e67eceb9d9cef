"""What an activation is: a = σ(z), element by element, beside its derivative."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.floating]


class Activation(ABC):
    """σ and σ′.  Both work on arrays of any shape and keep the dtype.

    ``low`` and ``high`` bound the values, for a picture's colours; None where unbounded.
    ``elementwise`` is False for softmax, whose derivative is a matrix: it is only used in an output
    layer, together with the loss that it was made for.
    """

    low: float | None = None
    high: float | None = None
    elementwise: bool = True
    output_only: bool = False

    @abstractmethod
    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return σ(z), in ``out`` where given."""

    @abstractmethod
    def slope(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return σ′(z); ``a`` is σ(z), which spares most activations the work."""


ACTIVATIONS: Registry[Activation] = Registry(N_("activation"))
