"""Surfaces of functions whose every number is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bpviz.snapshot import RunInfo, SurfaceGrid, frozen


def run_info(kind: str = "network", run_id: int = 1, size: int = 37) -> RunInfo:
    """Return a run whose parameters are called w0, w1, …"""
    names = tuple(f"w{i}" for i in range(size))
    return RunInfo(run_id=run_id, kind=kind, name="fake", size=size, parameter_names=names)  # type: ignore[arg-type]


def surface(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    path_uv: np.ndarray,
    *,
    span: float = 2.0,
    count: int = 51,
    gradient: tuple[float, float] = (0.0, 0.0),
    kind: str = "random",
    labels: tuple[str, str] = ("u", "v"),
    run_id: int = 1,
    centre: tuple[float, float] = (0.0, 0.0),
    iteration: int | None = None,
) -> SurfaceGrid:
    """Return the grid of a function of (u, v), the ball at the path's end."""
    u = np.linspace(centre[0] - span, centre[0] + span, count)
    v = np.linspace(centre[1] - span, centre[1] + span, count)
    path_uv = np.asarray(path_uv, dtype=float)
    heights = function(path_uv[:, 0], path_uv[:, 1])
    path = np.column_stack([path_uv, heights])
    return SurfaceGrid(
        run_id,
        len(path) - 1 if iteration is None else iteration,
        frozen(u),
        frozen(v),
        frozen(function(u[None, :], v[:, None])),
        *labels,
        kind,
        frozen(path),
        np.arange(len(path)),
        (float(path[-1, 0]), float(path[-1, 1]), float(path[-1, 2])),
        float(path[-1, 2]),
        gradient,
    )


def paraboloid(steps: int = 15, kind: str = "axes", run_id: int = 1) -> SurfaceGrid:
    """Return x² + y² descended from (1.5, 1.5) at rate 0.1: every step multiplies by 0.8."""
    at = 1.5 * 0.8 ** np.arange(steps + 1)
    gradient = (-2.0 * float(at[-1]), -2.0 * float(at[-1]))
    return surface(
        lambda x, y: x**2 + y**2,
        np.column_stack([at, at]),
        gradient=gradient,
        kind=kind,
        labels=("x", "y"),
        run_id=run_id,
    )


def rosenbrock() -> SurfaceGrid:
    """Return (1 − x)² + 100 (y − x²)²: losses from 0 to thousands."""
    x = np.linspace(-1.6, 0.9, 80)
    return surface(
        lambda a, b: (1 - a) ** 2 + 100 * (b - a**2) ** 2,
        np.column_stack([x, x**2 + 0.02 * np.sin(x * 30)]),
        gradient=(0.3, 0.5),
        kind="axes",
        labels=("x", "y"),
        centre=(0.0, 1.0),
    )


def valley(iteration: int = 420) -> SurfaceGrid:
    """Return something like the slice of a real network: two basins, a saddle, a wandering path."""

    def loss(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        bowl = 0.05 * (a - 0.4) ** 2 + 0.09 * (b + 0.2 * a) ** 2
        return 0.004 + bowl + 0.22 * np.exp(-((a + 1.1) ** 2) - (b - 1.0) ** 2) + 0.05 * np.sin(1.5 * a) ** 2

    t = np.linspace(0, 1, 200)
    wander = 0.12 * np.sin(t * 22) * (1 - t)
    path = np.column_stack([-2.4 + 2.5 * t + wander, 1.8 * (1 - t) ** 2 - 0.05 + wander])
    return surface(loss, path, span=3.0, gradient=(0.02, -0.01), iteration=iteration)


def with_holes() -> SurfaceGrid:
    """Return a slice that is not finite in one corner and beyond a circle."""

    def loss(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        z = 1 / (0.3 + a**2 + b**2) + 0.2 * a
        return np.where(a**2 + b**2 > 6.0, np.inf, np.where((a > 0.6) & (b > 0.6), np.nan, z))

    return surface(loss, np.array([[-1.0, -1.0], [-1.2, -1.1], [-1.5, -1.1]]), gradient=(-1.0, 0.0))


def exploding() -> SurfaceGrid:
    """Return a valley whose rim is a million times as high."""

    def loss(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a**2 + 0.5 * b**2 + 1e5 * np.exp(np.minimum(8 * (np.abs(a) - 2.0), 5)) * (np.abs(a) > 1.9)

    return surface(loss, np.array([[-1.0, 1.0], [-0.5, 0.8], [-0.2, 0.5]]), gradient=(0.4, -0.5))


def curve(steps: int = 12, run_id: int = 1) -> SurfaceGrid:
    """Return x² descended from 5 at rate 0.1: 5, 4, 3.2, …"""
    x = np.linspace(-6, 6, 201)
    at = 5.0 * 0.8 ** np.arange(steps + 1)
    path = np.column_stack([at, np.zeros_like(at), at**2])
    return SurfaceGrid(
        run_id,
        steps,
        frozen(x),
        np.zeros(1),
        frozen((x**2)[None, :]),
        "x",
        "",
        "axes",
        frozen(path),
        np.arange(steps + 1),
        (float(at[-1]), 0.0, float(at[-1] ** 2)),
        float(at[-1] ** 2),
        (-2.0 * float(at[-1]), 0.0),
    )
