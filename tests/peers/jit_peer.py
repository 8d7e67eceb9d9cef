"""A 2-3-1 network as plain loops that Numba compiles: what no NumPy program of so few numbers can reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import njit


@njit(cache=False, fastmath=False)
def _steps(w1: Any, b1: Any, w2: Any, b2: Any, x: Any, y: Any, batches: Any, rate: float) -> float:
    """One step of gradient descent on ½ squared error for each row of ``batches``; tanh, then identity."""
    hidden, delta = np.empty(w1.shape[0]), np.empty(w1.shape[0])
    dw1, db1, dw2 = np.empty_like(w1), np.empty_like(b1), np.empty_like(w2)
    loss = 0.0
    for batch in batches:
        dw1[:], db1[:], dw2[:], db2 = 0.0, 0.0, 0.0, 0.0
        loss = 0.0
        for row in batch:
            out = b2[0]
            for j in range(w1.shape[0]):
                z = b1[j]
                for i in range(w1.shape[1]):
                    z += w1[j, i] * x[row, i]
                hidden[j] = np.tanh(z)
                out += w2[j] * hidden[j]
            error = out - y[row]
            loss += 0.5 * error * error / len(batch)
            share = error / len(batch)
            db2 += share
            for j in range(w1.shape[0]):
                dw2[j] += share * hidden[j]
                delta[j] = share * w2[j] * (1.0 - hidden[j] * hidden[j])
                db1[j] += delta[j]
                for i in range(w1.shape[1]):
                    dw1[j, i] += delta[j] * x[row, i]
        for j in range(w1.shape[0]):
            w2[j] -= rate * dw2[j]
            b1[j] -= rate * db1[j]
            for i in range(w1.shape[1]):
                w1[j, i] -= rate * dw1[j, i]
        b2[0] -= rate * db2
    return loss


def small_network_steps(
    x: np.ndarray, y: np.ndarray, batches: Sequence[np.ndarray], rate: float
) -> Callable[[], None]:
    """Return what does one step for each batch, compiled already."""
    rng = np.random.default_rng(0)
    w1, b1, w2, b2 = rng.normal(size=(3, 2)), np.zeros(3), rng.normal(size=3), np.zeros(1)
    rows = np.stack(batches)

    def steps() -> None:
        _steps(w1, b1, w2, b2, x, y.ravel(), rows, rate)

    steps()
    return steps
