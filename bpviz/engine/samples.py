"""The samples that a network learns from or is measured over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.objective import Array


@dataclass(frozen=True)
class Samples:
    """Inputs x (N, D), targets y (N, K) as the output layer is to give them, class indices or None.

    ``labels`` is (N,), or (N, T) where every step of a sequence has a class.
    """

    x: Array
    y: Array
    labels: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.x)

    def thinned(self, count: int) -> Samples:
        """Return at most ``count`` rows, evenly spaced."""
        if len(self) <= count:
            return self
        rows = np.linspace(0, len(self) - 1, count).round().astype(np.intp)
        return self.chosen(rows)

    def chosen(self, rows: NDArray[np.intp]) -> Samples:
        """Return some rows."""
        labels = None if self.labels is None else self.labels[rows]
        return Samples(self.x[rows], self.y[rows], labels)
