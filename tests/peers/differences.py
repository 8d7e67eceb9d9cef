"""Gradients by differences as teaching articles write them: every parameter its own forward passes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def one_by_one(
    objective: object, theta: np.ndarray, places: np.ndarray, method: str, h: float = 1e-4
) -> Callable[[], np.ndarray]:
    """Return what computes ∂L/∂θᵢ for each i of ``places``, with the network's own forward pass."""
    theta = theta.copy()

    def loop() -> np.ndarray:
        grad = np.zeros(len(places))
        here = objective.loss(theta)
        for number, idx in enumerate(places):
            tmp = theta[idx]
            theta[idx] = tmp + h
            fxh1 = objective.loss(theta)
            if method == "central":
                theta[idx] = tmp - h
                grad[number] = (fxh1 - objective.loss(theta)) / (2 * h)
            else:
                grad[number] = (fxh1 - here) / h
            theta[idx] = tmp
        return grad

    return loop
