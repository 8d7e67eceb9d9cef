"""The loss over a plane, evaluated on a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Batch, Objective
from bpviz.landscape.planes import Plane, make_plane
from bpviz.landscape.projection import FARTHEST, heights, project_path
from bpviz.landscape.window import axes_window, plane_window
from bpviz.snapshot import SurfaceGrid, SurfaceRequest, frozen

Array = NDArray[np.floating]

MOST_ROWS = 2_000
FEWEST_ROWS = 64
LOWEST_RESOLUTION = 15
# Half a second of a slow core: a cell is one activation of one sample at one grid point (about
# 2.5 ns), a product of the matrices behind it costs a twentieth of that.
CELL_BUDGET = 1.2e8
PRODUCT_SHARE = 0.05


def surface(
    objective: Objective,
    theta: Array,
    request: SurfaceRequest,
    path_thetas: Array,
    path_iterations: NDArray[np.int64],
    gradient: Array | None = None,
    *,
    run_id: int = 0,
    iteration: int = 0,
    plane: Plane | None = None,
    domain: Sequence[tuple[float, float]] = (),
    should_stop: Callable[[], bool] | None = None,
) -> SurfaceGrid:
    """Evaluate the loss over a plane through ``theta``.

    Parameters
    ----------
    objective : Objective
        Used by nobody else meanwhile: a clone of the one that is trained.
    theta : (n,)
        Where the run stands.
    path_thetas, path_iterations : (k, n), (k,)
        Where it has been, oldest first; may be empty.
    gradient : (n,), optional
        ∇L at ``theta``; computed where it is not given.
    plane : Plane, optional
        The run's plane, from `make_plane`, so that the directions stay through a run.  Made from the
        oldest point of the path otherwise.
    domain : (low, high) for each variable
        Of a function; the objective's own where it is left out.
    should_stop : callable, optional
        Asked between pieces of the work.

    Raises
    ------
    Cancelled
        Once ``should_stop`` says so.
    """
    theta = np.array(theta, np.float64)
    thetas = np.asarray(path_thetas, np.float64).reshape(-1, theta.size)
    start = thetas[0] if len(thetas) else theta
    plane = (plane or make_plane(objective, start, request)).through(theta)
    resolution, batch = affordable(objective, request.resolution)
    points, iterations = project_path(plane, thetas, path_iterations)
    here = plane.coordinates(theta[None])
    u, v = _ticks(plane, np.concatenate([points, here]), request, domain or objective.domain, resolution)
    with np.errstate(all="ignore"):
        losses = objective.losses_on_plane(
            plane.origin, plane.first, plane.second, u, v, batch, should_stop=should_stop
        )
        path = np.column_stack([points, _path_heights(objective, plane, points, u, v, losses)])
        ball = (float(here[0, 0]), float(here[0, 1]), float(objective.losses(theta[None], batch)[0]))
        true_loss = ball[2] if batch is None else objective.loss(theta.astype(objective.dtype))
        if gradient is None:
            gradient = objective.loss_and_gradient(theta.astype(objective.dtype), batch)[1]
        down = plane.components(-np.asarray(gradient, np.float64)[None])[0]
    return SurfaceGrid(
        run_id,
        iteration,
        frozen(u),
        frozen(v),
        frozen(losses),
        plane.u_label,
        plane.v_label,
        plane.kind,
        frozen(path),
        frozen(iterations),
        ball,
        float(true_loss),
        (float(down[0]), float(down[1])),
    )


def affordable(objective: Objective, resolution: int) -> tuple[int, Batch]:
    """Return a resolution and training rows that keep a surface within a fraction of a second.

    At most 2,000 rows, evenly spaced over the training part; fewer for a big network, and a coarser
    grid where even 64 rows are too many.  None stands for every row.
    """
    resolution = max(2, resolution)
    if not isinstance(objective, NetworkObjective):
        return resolution, None
    layers = objective.network.layers
    units = sum(layer.units for layer in layers)
    products = sum(layer.units * layer.inputs for layer in layers[1:])
    affordable_cells = CELL_BUDGET / (units + PRODUCT_SHARE * products)
    rows = int(affordable_cells / resolution**2)
    if rows < FEWEST_ROWS:
        rows = FEWEST_ROWS
        resolution = min(resolution, max(LOWEST_RESOLUTION, int((affordable_cells / rows) ** 0.5)))
    rows = min(rows, MOST_ROWS)
    count = objective.sample_count
    if rows >= count:
        return resolution, None
    return resolution, np.linspace(0, count - 1, rows).round().astype(np.intp)


def _ticks(
    plane: Plane,
    points: Array,
    request: SurfaceRequest,
    domain: Sequence[tuple[float, float]],
    resolution: int,
) -> tuple[Array, Array]:
    """Return the grid's u and v; v is (0,) alone where there is no second direction."""
    kept = points[(np.abs(points) < FARTHEST).all(axis=1)]  # NaN is not below anything
    if not len(kept):
        kept = np.zeros((1, 2))
    if plane.kind == "axes":
        dimensions = 1 if plane.is_line else 2
        windows = axes_window(domain, kept[:, :dimensions], request.span)
    else:
        windows = plane_window(kept, request.span)
    u = np.linspace(*windows[0], resolution)
    return u, np.zeros(1) if plane.is_line else np.linspace(*windows[1], resolution)


def _path_heights(
    objective: Objective, plane: Plane, points: Array, u: Array, v: Array, losses: Array
) -> Array:
    """Return the path's heights: a function's own values, and a network's from the drawn surface.

    A run of a network may have a thousand points, each as dear as a point of the grid.
    """
    if plane.kind != "axes":
        return heights(points, u, v, losses)
    return objective.losses(points[:, : objective.size])
