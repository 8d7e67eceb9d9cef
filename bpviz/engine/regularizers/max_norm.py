"""Max-norm: no unit's incoming weights together longer than a bound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpviz.engine.regularizers.base import REGULARIZERS, Array, Regularizer
from bpviz.registry import Field
from bpviz.text import N_


@REGULARIZERS.register(
    "max_norm",
    N_("Max-norm"),
    help=N_("After each update the incoming weights of a unit are scaled down to a length of at most c."),
    fields=(
        Field(
            "max_norm",
            N_("Max-norm"),
            minimum=0.0,
            maximum=1e12,
            low=0.0,
            high=10.0,
            step=0.5,
            help=N_("The largest length c of a unit's incoming weights; 0 is no limit."),
        ),
    ),
)
class MaxNorm(Regularizer):
    """‖w‖₂ ≤ c for each unit's incoming weights: w ← c w / ‖w‖₂ where longer (Srebro et al., 2005).

    There is no penalty and no gradient: the weights are projected after each update, biases not.
    A row that holds NaN or infinity is left as it is, so that a run that diverges is seen to do so.
    """

    projection = "max_norm * w / norm(w) if norm(w) > max_norm else w"

    def __init__(self, max_norm: float = 0.0) -> None:
        self.bound = max_norm
        self.active = self.projects = max_norm > 0

    def project(self, matrices: Sequence[Array]) -> None:
        """Scale down every row that is longer than c."""
        if not self.active:
            return
        for matrix in matrices:
            lengths = _lengths(matrix)
            long = np.flatnonzero((lengths > self.bound) & np.isfinite(lengths))
            if len(long):
                matrix[long] *= (self.bound / lengths[long])[:, np.newaxis]


def _lengths(matrix: Array) -> Array:
    """Return ‖w‖₂ of every row."""
    with np.errstate(over="ignore"):
        lengths: Array = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    huge = np.flatnonzero(np.isinf(lengths))
    if len(huge):
        # Where only the squares overflow the length may still be a number.
        lengths[huge] = np.hypot.reduce(matrix[huge], axis=1)
    return lengths
