"""A function of one variable: its curve, the path on it, the ball and the tangent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.axes import format_ticks, log_ticks, nice_ticks
from bpviz.present.numbers import short
from bpviz.present.surface.mesh import HeightScale, height_scale
from bpviz.snapshot import SurfaceGrid

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Curve:
    """The picture's parts in data units: u to the right, the axis' height upwards.

    ``line`` (nu, 2), ``path`` (k, 2), ``ball`` (2,), ``tangent`` (2, 2) or empty (on a logarithmic axis a
    tangent is not straight, so there is none).  ``beyond`` says that the ball has left what is shown.
    """

    grid: SurfaceGrid
    scale: HeightScale
    u_range: tuple[float, float]
    range: tuple[float, float]
    line: Array
    path: Array
    ball: Array
    tangent: Array
    beyond: bool = False

    def to_pixels(self, points: Array, left: float, top: float, width: float, height: float) -> Array:
        """Return (…, 2) pixels in a rectangle."""
        u = (points[..., 0] - self.u_range[0]) / (self.u_range[1] - self.u_range[0])
        h = (points[..., 1] - self.range[0]) / (self.range[1] - self.range[0])
        return np.stack([left + u * width, top + (1 - h) * height], axis=-1)

    def u_ticks(self, count: int) -> tuple[Array, list[str]]:
        """Return where ticks stand along u, and their texts."""
        ticks = nice_ticks(*self.u_range, count)
        return ticks, format_ticks(ticks)

    def loss_ticks(self, count: int) -> tuple[Array, list[str]]:
        """Return where ticks stand along the height, and their texts."""
        if not self.scale.logarithmic:
            ticks = nice_ticks(*self.range, count)
            return ticks, format_ticks(ticks)
        ticks = log_ticks(*self.range, count)
        return ticks, [short(10.0**t, 3) for t in ticks]


def build_curve(grid: SurfaceGrid, logarithmic: bool, old: HeightScale | None = None) -> Curve:
    """Return the curve of a grid whose ``v`` has one entry."""
    scale = height_scale(grid, logarithmic, old)
    u_range = (float(grid.u[0]), float(grid.u[-1]))
    pad = 0.06 * (scale.high - scale.low)
    heights = (scale.low - pad, scale.high + pad)
    line = np.column_stack([np.asarray(grid.u, dtype=float), scale.heights(grid.losses[0])])
    path = np.asarray(grid.path, dtype=float).reshape(-1, 3)
    ball = np.array([grid.ball[0], scale.heights(np.array(grid.ball[2]))], dtype=float)
    steps = np.column_stack([path[:, 0], scale.heights(path[:, 2])])
    tangent = np.empty((0, 2)) if logarithmic else tangent_at(grid, u_range, heights)
    return Curve(grid, scale, u_range, heights, line, np.vstack([steps, ball]), ball, tangent)


def tangent_at(grid: SurfaceGrid, u_range: tuple[float, float], heights: tuple[float, float]) -> Array:
    """Return two points of y = f(u₀) + f′(u₀)(u − u₀), half an axis long as drawn.

    The grid's gradient is −∇L, so f′(u₀) is its negative.
    """
    slope = -float(grid.gradient[0])
    u, _, loss = grid.ball
    if not np.isfinite([slope, u, loss]).all():
        return np.empty((0, 2))
    width, height = u_range[1] - u_range[0], heights[1] - heights[0]
    half = 0.25 * width / float(np.hypot(1.0, slope * width / height))
    return np.array([[u - half, loss - slope * half], [u + half, loss + slope * half]])


def nearest(curve: Curve, u: float) -> int:
    """Return the index of the grid's value nearest to ``u``."""
    return int(np.argmin(np.abs(np.asarray(curve.grid.u) - u)))
