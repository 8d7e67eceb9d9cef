"""Runs and snapshots made by a small forward and backward pass, for tests of the views.

Each layer: z = W a + b, a = σ(z).  δ of the output is a − y; below it δ = (Wᵀ δ) σ′(z).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import Evaluation, LayerState, RunInfo, Snapshot

Array = NDArray[np.floating]


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


ACTIVATIONS = {
    "identity": (lambda z: z, lambda z: np.ones_like(z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "softmax": (_softmax, lambda z: np.ones_like(z)),
}


def network_run(
    units: tuple[int, ...],
    *,
    hidden: str = "tanh",
    output: str = "tanh",
    task: str = "classification",
    bias: bool = True,
    picture_shape: tuple[int, int] | None = None,
    samples: int = 40,
    seed: int = 0,
    run_id: int = 1,
    feature_names: tuple[str, ...] | None = None,
    class_names: tuple[str, ...] | None = None,
) -> RunInfo:
    """Return what stays the same through a run of a network of such units."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, units[0]))
    if picture_shape is not None:
        x = _blobs(rng, samples, picture_shape)
    classes = max(units[-1], 2)
    names = class_names or tuple(str(i) for i in range(classes))
    y = rng.integers(0, classes, samples) if task == "classification" else x[:, : units[-1]] * 0.5
    size = sum(o * i + (o if bias else 0) for i, o in zip(units, units[1:], strict=False))
    return RunInfo(
        run_id=run_id,
        kind="network",
        name="made up",
        size=size,
        units=units,
        activations=(hidden,) * (len(units) - 2) + (output,),
        task=task,  # type: ignore[arg-type]
        feature_names=feature_names or tuple(f"x{'₁₂₃₄₅₆₇₈₉'[i]}" for i in range(min(units[0], 9))),
        target_names=("y",),
        class_names=names if task == "classification" else (),
        picture_shape=picture_shape,
        x_train=x,
        y_train=y,
    )


def _blobs(rng: np.random.Generator, samples: int, shape: tuple[int, int]) -> Array:
    """Return pictures (samples, height·width) of a ring, from 0 to 16."""
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    radius = np.hypot(rows, columns)[None] - rng.uniform(0.35, 0.65, (samples, 1, 1))
    return (16 * np.exp(-(radius**2) / 0.03)).reshape(samples, -1)


def network_snapshot(
    info: RunInfo,
    *,
    iteration: int = 420,
    sample: int = 0,
    seed: int = 1,
    bias: bool = True,
    scale: float = 1.6,
    map_size: int = 24,
) -> Snapshot:
    """Return one iteration with normal weights of deviation ``scale``/√inputs."""
    rng = np.random.default_rng(seed)
    assert info.x_train is not None
    x = info.x_train / (16.0 if info.picture_shape else 1.0)
    states = [LayerState("input", "identity", info.units[0], x[sample], x[sample], np.zeros(info.units[0]))]
    planes = _plane(info.units[0], map_size)
    if planes is not None:
        states[0] = replace(states[0], maps=_maps(planes, info.units[0], map_size))
    for outputs, name in zip(info.units[1:], info.activations, strict=True):
        inputs, function = states[-1].units, ACTIVATIONS[name][0]
        weights = rng.normal(0, scale / np.sqrt(inputs), (outputs, inputs))
        b = rng.normal(0, 0.6, outputs) if bias else None
        z = weights @ states[-1].a + (0 if b is None else b)
        maps = None
        if planes is not None:
            planes = function(weights @ planes + (0 if b is None else b[:, None]))
            maps = _maps(planes, outputs, map_size)
        states.append(
            LayerState(name, name, outputs, z, function(z), np.zeros(outputs), weights, b, maps=maps)
        )
    layers, target = _backward(states, info, sample)
    gradient = np.concatenate([g.weight_gradient.ravel() for g in layers[1:]])  # type: ignore[union-attr]
    return Snapshot(
        run_id=info.run_id,
        iteration=iteration,
        epoch=iteration / 12,
        loss=0.0036,
        learning_rate=0.03,
        gradient_norm=float(np.linalg.norm(gradient)),
        theta=np.concatenate([s.weights.ravel() for s in layers[1:]]),  # type: ignore[union-attr]
        gradient=gradient,
        train=Evaluation(0.0036, 1.0),
        test=Evaluation(0.0074, 1.0),
        layers=layers,
        sample=sample,
        target=target,
    )


def _plane(inputs: int, size: int) -> Array | None:
    at = np.linspace(-2, 2, size)
    if inputs == 1:
        return at[None]
    if inputs == 2:
        x, y = np.meshgrid(at, at)
        return np.stack([x.ravel(), y.ravel()])
    return None


def _maps(planes: Array, units: int, size: int) -> Array:
    return planes.reshape(units, -1, size)


def _backward(states: list[LayerState], info: RunInfo, sample: int) -> tuple[tuple[LayerState, ...], Array]:
    assert info.y_train is not None
    y, last = info.y_train[sample], states[-1]
    target = np.atleast_1d(np.asarray(y, dtype=float))
    if info.task == "classification" and last.units > 1:
        target = np.eye(last.units)[int(y)]
    delta = last.a - target
    done: list[LayerState] = []
    for before, state in zip(reversed(states[:-1]), reversed(states[1:]), strict=True):
        bias_gradient = None if state.bias is None else delta
        done.append(
            replace(
                state, delta=delta, weight_gradient=np.outer(delta, before.a), bias_gradient=bias_gradient
            )
        )
        assert state.weights is not None
        delta = (state.weights.T @ delta) * ACTIVATIONS[before.activation][1](before.z)
    return (states[0], *reversed(done)), target


def function_run(variables: int = 1, run_id: int = 9) -> RunInfo:
    """Return a run of x² or x² + y²."""
    return RunInfo(
        run_id=run_id,
        kind="function",
        name="square" if variables == 1 else "bowl",
        size=variables,
        parameter_names=("x", "y")[:variables],
        domain=((-5.0, 5.0),) * variables,
        formula="x²" if variables == 1 else "x² + y²",
    )


def function_snapshot(info: RunInfo, point: tuple[float, ...], iteration: int = 3) -> Snapshot:
    """Return where a run of x² or x² + y² stands."""
    theta = np.array(point)
    return Snapshot(
        run_id=info.run_id,
        iteration=iteration,
        epoch=0.0,
        loss=float((theta**2).sum()),
        learning_rate=0.1,
        gradient_norm=float(np.linalg.norm(2 * theta)),
        theta=theta,
        gradient=2 * theta,
        train=Evaluation(float((theta**2).sum())),
        test=None,
    )
