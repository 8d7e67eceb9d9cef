"""Which point of the surface is pointed at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.surface.camera import Projection
from bpviz.present.surface.mesh import Mesh
from bpviz.present.surface.path import LIFT
from bpviz.snapshot import SurfaceGrid


@dataclass(frozen=True)
class Picked:
    """A vertex of the grid: its row and column, and where it stands in the model."""

    row: int
    column: int
    point: tuple[float, float, float]


def pick(mesh: Mesh, view: Projection, x: float, y: float, radius: float = 16.0) -> Picked | None:
    """Return the vertex nearest to a pixel, of those not behind the surface; None further than ``radius``.

    Among vertices of the near and of a far sheet the near one wins: a step towards the eye counts
    like pixels.
    """
    points = mesh.vertices[:, :3].astype(float)
    pixels = view.project(points)
    distance = np.hypot(pixels[:, 0] - x, pixels[:, 1] - y)
    distance[~np.isfinite(distance)] = np.inf
    close = np.flatnonzero(distance <= radius)
    if not close.size:
        return None
    score = distance[close] + 60.0 * (pixels[close, 2] - pixels[close, 2].min())
    best = int(close[np.argmin(score)])
    row, column = divmod(best, mesh.shape[1])
    px, py, pz = points[best]
    return Picked(row, column, (float(px), float(py), float(pz) + LIFT))


def values(grid: SurfaceGrid, picked: Picked) -> tuple[float, float, float]:
    """Return u, v and the loss at a picked vertex."""
    return (
        float(grid.u[picked.column]),
        float(grid.v[picked.row]),
        float(grid.losses[picked.row, picked.column]),
    )
