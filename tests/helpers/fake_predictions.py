"""Runs and snapshots with predictions of every kind, in the shape in which the worker hands them over."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.snapshot import Evaluation, LayerState, PredictionMap, RunInfo, Snapshot, SurfaceGrid

RANGE = (-1.25, 1.25)


def snapshot(**fields: Any) -> Snapshot:
    """Return iteration 420 of a run; ``fields`` replace what is said of it."""
    zero = np.zeros(3)
    values: dict[str, Any] = {
        "run_id": 1,
        "iteration": 420,
        "epoch": 35.0,
        "loss": 0.1,
        "learning_rate": 0.03,
        "gradient_norm": 1.0,
        "theta": zero,
        "gradient": zero,
        "train": Evaluation(0.1, 1.0),
        "test": Evaluation(0.12, 0.984),
    }
    return Snapshot(**(values | fields))


def plane(size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y over the plane of the fake maps."""
    x = np.linspace(*RANGE, size)
    grid_x, grid_y = np.meshgrid(x, x)
    return grid_x, grid_y


def two_classes(points: int = 120) -> tuple[RunInfo, Snapshot]:
    """Return a circle in a square: class 1 within 0.6 of the middle."""
    x = np.random.default_rng(0).uniform(-1.1, 1.1, (2 * points, 2))
    y = (np.hypot(*x.T) < 0.6).astype(np.int64)
    p = 1 / (1 + np.exp(-12 * (0.6 - np.hypot(*plane()))))
    info = _run("classification", ("x₁", "x₂"), x, y, class_names=("outside", "inside"))
    return info, snapshot(
        sample=7, prediction_map=PredictionMap((0, 1), RANGE, RANGE, np.stack((1 - p, p), axis=2))
    )


def many_classes(
    classes: int = 5, points: int = 150, features: int = 2, *, pictures: bool = False
) -> tuple[RunInfo, Snapshot]:
    """Return blobs on a circle, their map and, with more features, their confusion matrix."""
    rng = np.random.default_rng(1)
    angle = np.arange(classes) * 2 * np.pi / classes
    centres = 0.7 * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    y = np.arange(2 * points) % classes
    x = centres[y] + rng.normal(size=(2 * points, 2)) * 0.18
    if features > 2:
        x = np.concatenate((x, rng.normal(size=(2 * points, features - 2))), axis=1)
    grid_x, grid_y = plane()
    distance = (grid_x[..., None] - centres[:, 0]) ** 2 + (grid_y[..., None] - centres[:, 1]) ** 2
    p = np.exp(-9 * distance)
    p /= p.sum(axis=2, keepdims=True)
    counts = np.zeros((classes, classes), dtype=np.int64)
    said = np.where(rng.random(points) < 0.85, y[:points], rng.integers(0, classes, points))
    np.add.at(counts, (y[:points], said), 1)
    names = tuple(str(k) if classes >= 10 else f"class {k}" for k in range(classes))
    features_named = tuple(f"feature {i}" for i in range(features)) if features > 2 else ("x₁", "x₂")
    shape = (features // 8, 8) if pictures else None
    info = _run("classification", features_named, x, y, class_names=names, picture_shape=shape)
    confusion = {"confusion_train": counts, "confusion_test": counts.T.copy()} if features > 2 else {}
    outputs = np.full(classes, 0.1 / max(classes - 1, 1))
    outputs[1] = 0.9
    layer = LayerState("ŷ", "softmax", classes, outputs, outputs, outputs)
    found = None if pictures else PredictionMap((0, 1), RANGE, RANGE, p)
    return info, snapshot(sample=3, prediction_map=found, layers=(layer,), **confusion)


def curve_fit(points: int = 60) -> tuple[RunInfo, Snapshot]:
    """Return a sine over one feature and a fit that is nearly right."""
    rng = np.random.default_rng(2)
    x = rng.uniform(-3, 3, (2 * points, 1))
    y = np.sin(x) + 0.15 * rng.normal(size=x.shape)
    at = np.linspace(-3.2, 3.2, 256)
    info = _run("regression", ("x",), x, y, target_names=("y",))
    found = PredictionMap((0,), (-3.2, 3.2), (0.0, 0.0), np.sin(1.05 * at)[None, :, None])
    return info, _fitted(sample=3, prediction_map=found)


def surface_fit(points: int = 150, offset: float = 0.0) -> tuple[RunInfo, Snapshot]:
    """Return a bump and a hollow over two features, ``offset`` above 0."""
    x = np.random.default_rng(3).uniform(-1.1, 1.1, (2 * points, 2))

    def bumps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        up, down = (a - 0.4) ** 2 + (b - 0.4) ** 2, (a + 0.4) ** 2 + (b + 0.4) ** 2
        return np.exp(-4 * up) - np.exp(-4 * down) + offset

    info = _run("regression", ("x₁", "x₂"), x, bumps(*x.T)[:, None], target_names=("y",))
    values = 0.9 * bumps(*plane())[:, :, None]
    return info, _fitted(sample=3, prediction_map=PredictionMap((0, 1), RANGE, RANGE, values))


def many_features_fit(points: int = 300) -> tuple[RunInfo, Snapshot]:
    """Return a linear target of six features and predictions scattered about it."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2 * points, 6))
    y = x @ rng.normal(size=(6, 1))
    said = y + 0.3 * rng.normal(size=y.shape)
    info = _run("regression", tuple("abcdef"), x, y, target_names=("y",))
    return info, _fitted(sample=3, predictions_train=said[:points], predictions_test=said[points:])


def descent_2d(steps: int = 50) -> tuple[RunInfo, Snapshot, SurfaceGrid]:
    """Return a descent on x² + 3y² from (1.5, 1.5), seen from above."""
    u = np.linspace(-2, 2, 51)
    grid_u, grid_v = np.meshgrid(u, u)
    k = np.arange(steps + 1)
    path = np.stack((1.5 * 0.85**k, 1.5 * 0.6**k, np.zeros(steps + 1)), axis=1)
    path[:, 2] = path[:, 0] ** 2 + 3 * path[:, 1] ** 2
    ball = (float(path[-1, 0]), float(path[-1, 1]), float(path[-1, 2]))
    info = RunInfo(1, "function", "x² + 3y²", 2, task="function", domain=((-2.0, 2.0), (-2.0, 2.0)))
    losses = grid_u**2 + 3 * grid_v**2
    grid = SurfaceGrid(1, steps, u, u, losses, "x", "y", "axes", path, k, ball, ball[2], (0.0, 0.0))
    return info, snapshot(train=Evaluation(ball[2]), test=None, theta=path[-1, :2]), grid


def descent_1d(steps: int = 50) -> tuple[RunInfo, list[Snapshot]]:
    """Return every iteration of a descent on x² from 5 at rate 0.1: x is 0.8 times as much each time."""
    info = RunInfo(1, "function", "x²", 1, task="function", domain=((-6.0, 6.0),))
    found = []
    for k in range(steps + 1):
        x = 5 * 0.8**k
        point, slope = np.array([x]), np.array([2 * x])
        found.append(snapshot(iteration=k, train=Evaluation(x * x), test=None, theta=point, gradient=slope))
    return info, found


def _fitted(**fields: Any) -> Snapshot:
    return snapshot(train=Evaluation(0.012), test=Evaluation(0.0153), **fields)


def _run(task: Any, names: tuple[str, ...], x: np.ndarray, y: np.ndarray, **fields: Any) -> RunInfo:
    half = len(x) // 2
    return RunInfo(
        1,
        "network",
        "made up",
        37,
        units=(x.shape[1], 5, 1),
        task=task,
        feature_names=names,
        x_train=x[:half],
        y_train=y[:half],
        x_test=x[half:],
        y_test=y[half:],
        **fields,
    )
