"""A network as teaching articles write it with NumPy: what the benchmarks and a few tests compare with.

One class with a dictionary of weights, W of shape (in, out), a new array at every step, and the
whole forward pass again for every loss.
"""

from __future__ import annotations

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


class ArticleNetwork:
    """Dense layers with tanh between them and one sigmoid output, binary cross-entropy.

    With ``linear`` the output is z itself, and the gradient that of ½ squared error.
    """

    def __init__(self, sizes: list[int], rng: np.random.Generator, linear: bool = False) -> None:
        self.layers = len(sizes) - 1
        self.linear = linear
        self.params: dict[str, np.ndarray] = {}
        for number, (inputs, units) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), 1):
            self.params[f"W{number}"] = rng.standard_normal((inputs, units)) / np.sqrt(inputs)
            self.params[f"b{number}"] = np.zeros(units)

    def set_flat(self, theta: np.ndarray) -> None:
        """Take [W⁽¹⁾ b⁽¹⁾] (out, in + 1) row by row, then the next layer's, as bpviz orders it."""
        start = 0
        for number in range(1, self.layers + 1):
            inputs, units = self.params[f"W{number}"].shape
            end = start + units * (inputs + 1)
            matrix = theta[start:end].reshape(units, inputs + 1)
            self.params[f"W{number}"], self.params[f"b{number}"] = matrix[:, :-1].T, matrix[:, -1]
            start = end

    def predict(self, x: np.ndarray) -> np.ndarray:
        for number in range(1, self.layers):
            x = np.tanh(np.dot(x, self.params[f"W{number}"]) + self.params[f"b{number}"])
        return sigmoid(np.dot(x, self.params[f"W{self.layers}"]) + self.params[f"b{self.layers}"])

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        y = self.predict(x)
        return float(-np.mean(t * np.log(y + 1e-7) + (1 - t) * np.log(1 - y + 1e-7)))

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        activations = [x]
        for number in range(1, self.layers):
            x = np.tanh(np.dot(x, self.params[f"W{number}"]) + self.params[f"b{number}"])
            activations.append(x)
        last = self.layers
        y = np.dot(x, self.params[f"W{last}"]) + self.params[f"b{last}"]
        if not self.linear:
            y = sigmoid(y)
        delta = (y - t) / len(t)
        grads = {}
        for number in range(last, 0, -1):
            below = activations[number - 1]
            grads[f"W{number}"] = np.dot(below.T, delta)
            grads[f"b{number}"] = np.sum(delta, axis=0)
            if number > 1:
                delta = np.dot(delta, self.params[f"W{number}"].T) * (1 - below**2)
        return grads


class ArticleAdam:
    """Adam as articles write it: a dictionary of moments, updated key by key."""

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.iter = 0
        self.m: dict[str, np.ndarray] = {}
        self.v: dict[str, np.ndarray] = {}

    def update(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        if not self.m:
            self.m = {key: np.zeros_like(val) for key, val in params.items()}
            self.v = {key: np.zeros_like(val) for key, val in params.items()}
        self.iter += 1
        for key in params:
            self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * grads[key]
            self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * grads[key] ** 2
            m_hat = self.m[key] / (1 - self.beta1**self.iter)
            v_hat = self.v[key] / (1 - self.beta2**self.iter)
            params[key] -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)


class ArticleSgd:
    """Gradient descent as articles write it."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def update(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        for key in params:
            params[key] -= self.lr * grads[key]
