"""The identity matrix: a recurrent layer that begins by keeping what it holds."""

from __future__ import annotations

import numpy as np

from bpviz.engine.initializers.base import INITIALIZERS, Array, Initializer
from bpviz.text import N_


@INITIALIZERS.register(
    "identity",
    N_("Identity matrix"),
    help=N_("1 on the diagonal, else 0: made for recurrent weights, which then begin by remembering."),
)
class Identity(Initializer):
    """W = I, cut off or filled up with zeros where it is not square (Le, Jaitly and Hinton, 2015)."""

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Return ones on the diagonal; nothing is drawn."""
        return np.eye(units, inputs)
