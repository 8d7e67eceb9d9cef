"""Random directions that stand at right angles: a layer that turns signals and keeps their length."""

from __future__ import annotations

import numpy as np

from bpviz.engine.initializers.base import INITIALIZERS, Array, Initializer
from bpviz.text import N_


@INITIALIZERS.register(
    "orthogonal",
    N_("Orthogonal"),
    help=N_("Rows or columns of length 1 at right angles: signals keep their length through many layers."),
)
class Orthogonal(Initializer):
    """W Wᵀ = I where W is no taller than wide, else Wᵀ W = I (Saxe et al., 2014); gain 1.

    Q of a normal matrix, each column times the sign of R's diagonal: without it Q would not be
    evenly spread over all the orthogonal matrices (Mezzadri, 2007).
    """

    def weights(self, rng: np.random.Generator, units: int, inputs: int) -> Array:
        """Draw a matrix of the larger side by the smaller and make its columns orthonormal."""
        drawn = rng.normal(size=(max(units, inputs), min(units, inputs)))
        q, r = np.linalg.qr(drawn)
        q *= np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
        return np.ascontiguousarray(q if units >= inputs else q.T)
