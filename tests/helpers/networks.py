"""Small networks on random data, and derivatives by central differences."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bpviz.engine.layers import Dense
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES
from bpviz.engine.samples import Samples

REFERENCE = Path(__file__).parent.parent / "engine" / "reference"


def reference(name: str) -> dict[str, Any]:
    """Return what ``tests/engine/reference/<name>.json`` holds."""
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def network(
    units: Sequence[int],
    activations: Sequence[str],
    *,
    bias: bool = True,
    dtype: type[np.floating] = np.float64,
) -> Network:
    """Return layers of ``units`` (input first) with one activation each."""
    layers = [
        Dense((inputs,), outputs, name, bias=bias)
        for inputs, outputs, name in zip(units[:-1], units[1:], activations, strict=True)
    ]
    return Network(layers, np.dtype(dtype))


def targets(loss: str, rows: int, outputs: int, rng: np.random.Generator) -> np.ndarray:
    """Return targets that ``loss`` is made for: numbers, two values for classes, or one 1 a row."""
    if loss == "softmax_cross_entropy":
        return np.eye(outputs)[rng.integers(0, outputs, rows)]
    made = LOSSES.create(loss)
    if made.for_classes:
        return np.where(rng.random((rows, outputs)) < 0.5, 1.0, made.class_low)
    return rng.normal(size=(rows, outputs))


def objective(
    units: Sequence[int],
    activations: Sequence[str],
    loss: str,
    *,
    rows: int = 7,
    seed: int = 0,
    bias: bool = True,
    dtype: type[np.floating] = np.float64,
    initializer: str = "xavier",
) -> NetworkObjective:
    """Return a network's objective over random samples."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, units[0])).astype(dtype)
    y = targets(loss, rows, units[-1], rng).astype(dtype)
    labels = y.argmax(axis=1) if units[-1] > 1 else (y[:, 0] > 0.5).astype(np.int64)
    samples = Samples(x, y, labels)
    return NetworkObjective(
        network(units, activations, bias=bias, dtype=dtype),
        LOSSES.create(loss),
        INITIALIZERS.create(initializer),
        samples,
        samples.thinned(max(1, rows // 2)),
    )


def central_differences(f: Callable[[np.ndarray], float], theta: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return (f(θ + h e_i) − f(θ − h e_i)) / 2h for every i."""
    gradient = np.empty(theta.size)
    for index in range(theta.size):
        step = np.zeros_like(theta)
        step[index] = h
        gradient[index] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient


def relative_error(got: np.ndarray, expected: np.ndarray) -> float:
    """Return max |got − expected| / max |expected|; against 1e-3 at the least, where all is small."""
    return float(np.max(np.abs(got - expected)) / max(1e-3, float(np.max(np.abs(expected)))))
