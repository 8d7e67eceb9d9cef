"""The path of a run on the plane of a surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.landscape.planes import Plane

Array = NDArray[np.floating]

# Beyond this a coordinate says no more than that the run has left the picture.
FARTHEST = 1e12


def project_path(
    plane: Plane, thetas: Array, iterations: NDArray[np.int64]
) -> tuple[Array, NDArray[np.int64]]:
    """Return (u, v) of ``thetas`` (k, n) as (k, 2), and their iterations; what is not finite is left out."""
    points = plane.coordinates(np.asarray(thetas, np.float64))
    kept = np.isfinite(points).all(axis=1) & (np.abs(points) < FARTHEST).all(axis=1)
    return points[kept], np.asarray(iterations, np.int64)[kept]


def heights(points: Array, u: Array, v: Array, losses: Array) -> Array:
    """Return the height of the drawn surface at ``points`` (k, 2), between its grid's lines.

    Bilinear between the four corners around a point, linear on a curve; outside the grid, that of
    its border.
    """
    column, right = _places(points[:, 0], u)
    if len(v) == 1:
        points = np.column_stack([points[:, 0], np.zeros(len(points))])
        v, losses = np.array([0.0, 1.0]), np.vstack([losses, losses])
    row, above = _places(points[:, 1], v)
    with np.errstate(all="ignore"):
        below_line = losses[row, column] * (1 - right) + losses[row, column + 1] * right
        above_line = losses[row + 1, column] * (1 - right) + losses[row + 1, column + 1] * right
        return np.asarray(below_line * (1 - above) + above_line * above)


def _places(at: Array, ticks: Array) -> tuple[NDArray[np.intp], Array]:
    """Return the index of the tick to the left of each value, and how far it is to the next (0 to 1)."""
    at = np.clip(at, ticks[0], ticks[-1])
    left = np.clip(np.searchsorted(ticks, at, side="right") - 1, 0, len(ticks) - 2)
    return left, (at - ticks[left]) / (ticks[left + 1] - ticks[left])
