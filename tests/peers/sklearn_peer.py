"""scikit-learn's networks: one call of partial_fit is one pass over the rows it is given."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.neural_network import MLPClassifier


def dense_steps(
    hidden: Sequence[int],
    activation: str,
    x: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    steps: int,
    solver: str = "sgd",
) -> Callable[[], None]:
    """Return what does ``steps`` steps.  Each call of partial_fit goes through all rows in batches:
    its checks of the input count once for all of them."""
    model = MLPClassifier(
        tuple(hidden),
        activation="logistic" if activation == "sigmoid" else activation,
        solver=solver,
        alpha=0.0,
        batch_size=batch_size,
        momentum=0.0,
    )
    classes = np.unique(labels)

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(steps * batch_size // len(x)):
                model.partial_fit(x, labels, classes=classes)

    return run
