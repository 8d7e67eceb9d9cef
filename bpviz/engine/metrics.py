"""How good the answers are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def correct_share(scores: Array, labels: NDArray[np.int64]) -> float:
    """Return the accuracy: the share of rows whose largest score (N, classes) is at the true class."""
    return float(np.count_nonzero(scores.argmax(axis=-1) == labels)) / len(labels)


def confusion_matrix(
    predicted: NDArray[np.int64], labels: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Return counts (classes, classes): row = true class, column = predicted class."""
    flat = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)
