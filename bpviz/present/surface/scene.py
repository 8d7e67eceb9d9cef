"""A surface made ready to be drawn: its scale, mesh, path, ball and arrow, worked out once a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.surface.mesh import HeightScale, Mesh, build_mesh, height_scale
from bpviz.present.surface.path import Plane, arrow_points, ball_point, draped, path_steps
from bpviz.snapshot import SurfaceGrid

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Scene:
    """One grid, ready: points in the model's box (see `surface_camera`).

    ``steps`` (k, 3) is where the run was, ``path`` the way through them on the surface.
    ``beyond`` says that the ball has left what is shown, and is at the rim.
    """

    grid: SurfaceGrid
    scale: HeightScale
    plane: Plane
    mesh: Mesh
    steps: Array
    path: Array
    ball: Array | None
    arrow: Array
    beyond: bool = False


def is_curve(grid: SurfaceGrid) -> bool:
    """Return whether the grid is of a function of one variable: a curve, not a surface."""
    return len(grid.v) < 2


def build_scene(grid: SurfaceGrid, logarithmic: bool, old: Scene | None = None) -> Scene:
    """Return the grid made ready; what of ``old`` still holds is kept.

    Parameters
    ----------
    grid : SurfaceGrid
        With at least two values of u and of v.
    old : Scene or None
        The scene before: its scale is kept while it fits, its mesh while the losses are the same.
    """
    same_plane = old is not None and (old.grid.run_id, old.grid.kind, old.grid.u_label) == (
        grid.run_id,
        grid.kind,
        grid.u_label,
    )
    scale = height_scale(grid, logarithmic, old.scale if old is not None and same_plane else None)
    if old is not None and old.grid.losses is grid.losses and old.scale == scale:
        mesh = old.mesh
    else:
        mesh = build_mesh(grid.losses, scale)
    ball = ball_point(grid, scale, mesh)
    steps = path_steps(grid, scale, mesh)
    arrow = arrow_points(grid, mesh, ball)
    return Scene(grid, scale, Plane.of(grid), mesh, steps, draped(steps, mesh), ball, arrow)
