"""What lies on the surface: the path so far, the ball, the arrow downhill, and what of it is hidden."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.surface.camera import HEIGHT, Camera
from bpviz.present.surface.mesh import HeightScale, Mesh
from bpviz.snapshot import SurfaceGrid

Array = NDArray[np.floating]

LIFT = 0.012
"""How far the path floats above the surface, in the model's units: enough not to sink between vertices."""
ARROW_LENGTH = 0.42
_MOST_POINTS = 1000
_DRAPE, _MOST_PARTS = 0.05, 24
"""Between steps further apart than this (in the model), so many points at the most are put."""
_ARROW_POINTS, _SHORTEST_ARROW = 22, 17
"""Points along the arrow, and the fewest of them: a shorter arrow is not seen as one."""


@dataclass(frozen=True)
class Plane:
    """The plane's ranges: from (u, v) to the model's x and y and back."""

    u: tuple[float, float]
    v: tuple[float, float]

    @classmethod
    def of(cls, grid: SurfaceGrid) -> Plane:
        """Return the plane that the grid spans."""
        return cls((float(grid.u[0]), float(grid.u[-1])), (float(grid.v[0]), float(grid.v[-1])))

    def to_model(self, uv: Array) -> Array:
        """Return x, y in [−1, 1] for (…, 2) points of the plane."""
        low = np.array([self.u[0], self.v[0]])
        size = np.array([self.u[1] - self.u[0], self.v[1] - self.v[0]])
        return np.asarray((uv - low) / size * 2 - 1)


def path_steps(grid: SurfaceGrid, scale: HeightScale, mesh: Mesh) -> Array:
    """Return where the run was, as (k, 3) in the model; NaN where that is outside the box.

    A long path is thinned for the display; it ends at the ball.
    """
    path = np.asarray(grid.path, dtype=float).reshape(-1, 3)
    # Every 2nd, 4th, 8th … point, counted from the start: what is drawn stays where it is as it grows.
    path = path[:: 1 << max(0, math.ceil(math.log2(max(len(path), 1) / _MOST_POINTS)))]
    if len(path):
        path = np.vstack([path, np.asarray(grid.ball, dtype=float)])
    return placed(path, grid, scale, mesh)


def draped(steps: Array, mesh: Mesh) -> Array:
    """Return the way from step to step (k, 3) with points between, none of them under the surface.

    A long step goes straight where the surface bends; laid upon it, its line is seen, and hidden,
    where it should be.
    """
    if len(steps) < 2:
        return steps
    lengths = np.hypot(*np.diff(steps[:, :2], axis=0).T)
    parts = np.clip(np.ceil(np.nan_to_num(lengths) / _DRAPE), 1, _MOST_PARTS).astype(np.intp)
    begins = np.cumsum(parts) - parts
    at = np.repeat(np.arange(len(parts)), parts)
    share = (np.arange(len(at)) - begins[at]) / parts[at]
    points = np.vstack([steps[at] + share[:, None] * (steps[at + 1] - steps[at]), steps[-1:]])
    # A step into nowhere has no points on its way, but begins somewhere.
    points[begins] = steps[:-1]
    surface = mesh.height_at(points[:, 0], points[:, 1]) + LIFT
    points[:, 2] = np.where(np.isnan(surface), points[:, 2], np.maximum(points[:, 2], surface))
    return points


def ball_point(grid: SurfaceGrid, scale: HeightScale, mesh: Mesh) -> Array | None:
    """Return where the ball lies (3,), or None when it is off the plane's part that is shown."""
    point = placed(np.asarray([grid.ball], dtype=float), grid, scale, mesh)[0]
    return point if np.isfinite(point).all() else None


def placed(
    points: Array, grid: SurfaceGrid, scale: HeightScale, mesh: Mesh, xy: Array | None = None
) -> Array:
    """Return (k, 3) points (u, v, loss) in the model, NaN outside the box; at ``xy`` where that is given."""
    xy = Plane.of(grid).to_model(points[:, :2]) if xy is None else xy
    # The drawn surface is flat between its vertices: a point in a narrow valley would sink into it.
    z = np.fmax(scale.z(points[:, 2]), mesh.height_at(xy[:, 0], xy[:, 1]))
    found = np.column_stack([xy, z + LIFT])
    found[(np.abs(xy) > 1.001).any(axis=1)] = np.nan
    return found


def cut_at_rim(start: Array, end: Array) -> tuple[Array, bool]:
    """Return where the way from ``start`` to ``end`` (x, y of the model) ends, and whether it left the box.

    It goes on until the rim, where the way crosses it.
    """
    if (np.abs(end) <= 1.0).all():
        return end, False
    step = end - start
    with np.errstate(all="ignore"):
        shares = np.where(step != 0, (np.sign(step) - start) / step, np.inf)
    share = float(np.clip(np.min(shares), 0.0, 1.0))
    return np.clip(start + share * step, -1.0, 1.0), True


def arrow_points(grid: SurfaceGrid, mesh: Mesh, start: Array | None, share: float = 1.0) -> Array:
    """Return the way downhill from the ball, laid on the surface: (k, 3), or (0, 3) where it is level.

    The direction is that of −∇L on the plane *as drawn*: du and dv are scaled like the axes.
    ``share`` is its length, as a multiple of the usual one.
    """
    if start is None:
        return np.empty((0, 3))
    plane = Plane.of(grid)
    size = np.array([plane.u[1] - plane.u[0], plane.v[1] - plane.v[0]])
    direction = np.asarray(grid.gradient, dtype=float) / size
    length = float(np.linalg.norm(direction))
    if not np.isfinite(length) or length == 0:
        return np.empty((0, 3))
    along = np.linspace(0, share * ARROW_LENGTH, _ARROW_POINTS)[:, None] * (direction / length)
    xy = start[:2] + along
    z = mesh.height_at(xy[:, 0], xy[:, 1])
    points = np.column_stack([xy, z + 2 * LIFT])[: _end_of_descent(z)]
    if len(points):
        points[0] = start
    return points


def _end_of_descent(z: Array) -> int:
    """Return how many points an arrow takes: until a hole, the rim, or the way leads up again."""
    good = np.isfinite(z)
    count = len(z) if good.all() else int(np.argmin(good))
    rising = np.flatnonzero(np.diff(z[:count]) > 1e-3)
    return count if not rising.size else min(count, max(_SHORTEST_ARROW, int(rising[0]) + 2))


def hidden(points: Array, mesh: Mesh, camera: Camera, steps: int = 40) -> NDArray[np.bool_]:
    """Return (k,) which points the surface hides from the eye, by walking the lines of sight.

    The walk goes straight to the eye at infinity, which the mild perspective differs little from, in
    steps that widen, until it is above the box; it meets the surface where it gets below its height.
    """
    if not len(points):
        return np.zeros(0, dtype=bool)
    eye = camera.eye
    reach = min(2.9, 2 * HEIGHT / max(float(eye[2]), 1e-3))
    walk = reach * np.linspace(0.1, 1.0, steps) ** 1.6
    ray = points[:, None, :] + walk[:, None] * eye
    surface = mesh.height_at(ray[..., 0], ray[..., 1])
    with np.errstate(invalid="ignore"):
        return np.asarray((ray[..., 2] < surface - 0.004).any(axis=1))


def distinct(pixels: Array, cell: float = 1.5) -> NDArray[np.bool_]:
    """Return (k,) which points of a path move on to another cell of the screen; the ends always stay.

    Late in a run hundreds of points crowd on a few pixels, and every one of them costs a joint.
    """
    if len(pixels) < 3:
        return np.ones(len(pixels), dtype=bool)
    cells = np.floor(np.where(np.isfinite(pixels), pixels, -1e6) / cell)
    kept: NDArray[np.bool_] = np.ones(len(pixels), dtype=bool)
    kept[1:-1] = np.any(cells[1:-1] != cells[:-2], axis=1)
    return kept


def crowding(pixels: Array) -> float:
    """Return how much longer a path is than the place it takes: 1 when straight, more when it winds."""
    seen = pixels[np.isfinite(pixels).all(axis=1)]
    if len(seen) < 2:
        return 1.0
    length = float(np.hypot(*np.diff(seen, axis=0).T).sum())
    diagonal = float(np.hypot(*(seen.max(axis=0) - seen.min(axis=0))))
    return length / diagonal if diagonal > 0 else 1.0


def runs(flags: NDArray[np.bool_], valid: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Return (first, last + 1, hidden) for the stretches of a path that are drawn alike.

    A stretch shares its end point with the next one, so that no gap is seen; what is not valid
    belongs to none.  Segment i goes from point i to i + 1 and is hidden when both its ends are.
    """
    if len(flags) < 2:
        return []
    drawn = valid[:-1] & valid[1:]
    kind = np.where(drawn, (flags[:-1] & flags[1:]).astype(int), -1)
    edges = np.flatnonzero(np.diff(kind)) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(kind))
    return [(int(a), int(b) + 1, bool(kind[a])) for a, b in zip(starts, ends, strict=True) if kind[a] >= 0]
