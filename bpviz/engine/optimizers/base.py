"""What an optimizer is: an update of θ in place, and a state that can be saved and put back."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from bpviz.registry import Registry
from bpviz.text import N_

Array = NDArray[np.floating]
State = dict[str, Array | int]


class Optimizer(ABC):
    """θ ← θ + update(∇L, η), over one flat array.  η is handed in: a schedule may change it."""

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Forget everything and make ready for θ of ``size`` parameters."""

    @abstractmethod
    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update ``theta`` in place; ``gradient`` is left as it is."""

    def state(self) -> State:
        """Return a copy of what the optimizer remembers."""
        return {}

    def restore(self, state: State) -> None:
        """Take a state that ``state`` returned."""


OPTIMIZERS: Registry[Optimizer] = Registry(N_("optimizer"))
