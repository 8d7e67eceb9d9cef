"""What an initializer is: the first weights of a layer.  Biases start at zero everywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.float64]


class Initializer(ABC):
    """Draws W (out, in)."""

    @abstractmethod
    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Return W (units, inputs) in float64; float32 rounds the same numbers."""


INITIALIZERS: Registry[Initializer] = Registry(N_("initializer"))
