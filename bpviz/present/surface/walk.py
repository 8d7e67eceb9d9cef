"""One iteration that is taken apart, on the plane of a surface: the arrow that grows, the ball that moves.

With P the projection on the plane, θ the parameters before the iteration, gₗ and sₗ layer l's parts of ∇L and
of the update: the arrow is −Σ P gₗ over the layers whose gradient is known, the ball lies at
P θ − Σ P sₗ over the layers that are updated.  Once all are, that is P of the next iteration's θ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.expression import Expression
from bpviz.landscape import plane_of
from bpviz.landscape.projection import heights
from bpviz.present.surface.curve import Curve, tangent_at
from bpviz.present.surface.path import (
    Plane,
    arrow_points,
    cut_at_rim,
    draped,
    path_steps,
    placed,
)
from bpviz.present.surface.scene import Scene
from bpviz.present.walk.light import Light
from bpviz.snapshot import SurfaceGrid
from bpviz.snapshot.dissection import Dissection

Array = NDArray[np.floating]

UNKNOWN = (float("nan"), float("nan"))
SHORTEST, LONGEST = 0.6, 1.5
"""How long an arrow of some layers is drawn, as a multiple of the whole gradient's: a shorter one would lie
under the ball."""


@dataclass(frozen=True, eq=False)
class Projected:
    """An iteration's parts on a plane.

    Attributes
    ----------
    layers : tuple of int
        The layers from 1; (0,) for a function, which has none.
    start : (2,)
        P θ, where the iteration begins.
    downhill, moves : (layers, 2)
        −P gₗ and −P sₗ of each layer.
    """

    grid: SurfaceGrid
    dissection: Dissection
    layers: tuple[int, ...]
    start: Array
    downhill: Array
    moves: Array


@dataclass(frozen=True)
class Walked:
    """Where the walk stands on the surface.

    ``start`` and ``ball`` are (u, v, loss): where the iteration begins, and where the ball has come.
    ``gradient`` is the arrow's (du, dv), NaN while nobody knows it; ``share`` its length, 1 for the whole.
    """

    iteration: int
    start: tuple[float, float, float]
    ball: tuple[float, float, float]
    gradient: tuple[float, float]
    share: float


def projected(grid: SurfaceGrid | None, dissection: Dissection | None) -> Projected | None:
    """Project an iteration, layer by layer; None where there is none, or where the grid is another run's."""
    plane = plane_of(grid) if grid is not None else None
    if grid is None or dissection is None or plane is None or grid.run_id != dissection.run_id:
        return None
    layers, parts = _parts(dissection)
    return Projected(
        grid,
        dissection,
        layers,
        plane.coordinates(np.asarray(dissection.theta, np.float64)[None])[0],
        plane.shares(-np.asarray(dissection.gradient, np.float64), parts),
        plane.shares(-np.asarray(dissection.update, np.float64), parts),
    )


def _parts(dissection: Dissection) -> tuple[tuple[int, ...], Sequence[slice]]:
    """Return the layers and their places in θ, which holds them one after the other."""
    if not dissection.layers:
        return (0,), [slice(None)]
    sizes = [sum(each.values.size for each in layer.parameters) for layer in dissection.layers]
    ends = np.cumsum(sizes).tolist()
    parts = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return tuple(layer.number for layer in dissection.layers), parts


def walked(on: Projected, light: Light, formula: str = "") -> Walked:
    """Return where the ball and the arrow are at an operation; ``formula`` is a function's own."""
    moved = np.isin(on.layers, list(light.updated))
    u, v = (on.start + on.moves[moved].sum(axis=0)).tolist()
    start = (float(on.start[0]), float(on.start[1]))
    gradient, share = _arrow(on, light)
    if on.grid.iteration == on.dissection.iteration - 1:
        first = on.grid.ball
    else:
        first = (*start, _height(on.grid, *start, formula))
    ball = (u, v, _height(on.grid, u, v, formula)) if moved.any() else first
    return Walked(on.dissection.iteration, first, ball, gradient, share)


def _arrow(on: Projected, light: Light) -> tuple[tuple[float, float], float]:
    """Return the arrow's direction, and its length as drawn on the picture's axes."""
    if light.phase not in ("backward", "update"):
        return UNKNOWN, 0.0
    whole = on.downhill.sum(axis=0)
    known = np.array([_knows(light, layer) for layer in on.layers])
    if not known.any():
        return UNKNOWN, 0.0
    so_far = on.downhill[known].sum(axis=0)
    size = np.array([_width(on.grid.u), _width(on.grid.v)])
    drawn, full = float(np.linalg.norm(so_far / size)), float(np.linalg.norm(whole / size))
    with np.errstate(all="ignore"):
        share = 1.0 if known.all() else float(np.clip(np.float64(drawn) / full, SHORTEST, LONGEST))
    return (float(so_far[0]), float(so_far[1])), share


def _knows(light: Light, layer: int) -> bool:
    """Whether the gradient of a layer is known; a function's, layer 0, is from its only operation on."""
    return light.phase == "update" or layer == 0 or layer >= light.gradients


def _width(ticks: Array) -> float:
    return float(ticks[-1] - ticks[0]) or 1.0


def _height(grid: SurfaceGrid, u: float, v: float, formula: str) -> float:
    """Return a function's own value; a network's is read off the drawn surface."""
    if not formula:
        return float(heights(np.array([[u, v]]), grid.u, grid.v, grid.losses)[0])
    at = np.array([[u, v]])[:, : 1 if len(grid.v) < 2 else 2]
    with np.errstate(all="ignore"):
        return float(Expression(formula).evaluate(at)[0][0])


def walked_scene(scene: Scene, at: Walked | None) -> Scene:
    """Return the scene with the ball and the arrow where the walk has them; its surface stays the same.

    A ball that leaves the part that is shown stays at the rim, where its way goes out.
    """
    if at is None:
        return scene
    before = _before(scene.grid, at)
    start = placed(np.array([before.ball]), before, scene.scale, scene.mesh)[0]
    steps = path_steps(before, scene.scale, scene.mesh)
    moved = replace(before, ball=at.ball)
    uv = np.array([at.start[:2], at.ball[:2]])
    inside, beyond = cut_at_rim(*Plane.of(scene.grid).to_model(uv))
    ball: Array | None = placed(np.array([at.ball]), moved, scene.scale, scene.mesh, inside[None])[0]
    if at.ball != at.start and ball is not None:
        steps = np.vstack([steps, ball]) if len(steps) else np.vstack([start, ball])
    if ball is not None and not np.isfinite(ball).all():
        ball = None
    first = start if np.isfinite(start).all() else None
    arrow = arrow_points(before, scene.mesh, first, at.share)
    way = draped(steps, scene.mesh)
    return replace(scene, steps=steps, path=way, ball=ball, arrow=arrow, beyond=beyond)


def walked_curve(curve: Curve, at: Walked | None) -> Curve:
    """Return the curve with the ball and the tangent where the walk has them; the ball stays inside."""
    if at is None:
        return curve
    before = _before(curve.grid, at)
    low, high = curve.u_range
    ends = np.array([at.start, at.ball])
    points = np.column_stack([ends[:, 0], curve.scale.heights(ends[:, 2])])
    path = np.column_stack([before.path[:, 0], curve.scale.heights(before.path[:, 2])])
    tangent: Array = np.empty((0, 2))
    if not curve.scale.logarithmic:
        tangent = tangent_at(before, curve.u_range, curve.range)
    beyond = not low <= at.ball[0] <= high
    ball = _last_seen(curve, points) if beyond else points[1]
    return replace(curve, path=np.vstack([path, points]), ball=ball, tangent=tangent, beyond=beyond)


def _last_seen(curve: Curve, way: Array) -> Array:
    """Return where a step (2, 2) leaves the picture."""
    low = np.array([curve.u_range[0], curve.range[0]])
    half = (np.array([curve.u_range[1], curve.range[1]]) - low) / 2
    return np.asarray(low + half * (1 + cut_at_rim(*((way - low) / half - 1))[0]))


def _before(grid: SurfaceGrid, at: Walked) -> SurfaceGrid:
    """Return the grid as of the iteration's beginning: a path that is ahead of it is cut."""
    kept = grid.path_iterations < at.iteration
    path = np.asarray(grid.path, dtype=float).reshape(-1, 3)
    path = path if kept.all() else path[kept]
    return replace(grid, path=path, ball=at.start, gradient=at.gradient)
