"""The loss over a plane, evaluated on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Batch, Objective, ShouldStop
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
# The same for a network that has to be passed through once a grid point: a cell is a number in a layer's
# buffers (0.3 to 0.9 ns), and each layer, each step of a recurrent one, costs some 4 µs whatever the rows.
PASS_BUDGET = 6e8
CELLS_OF_A_CALL = 6_000


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
    should_stop: ShouldStop | None = None,
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
        The run's, from `make_plane`; made from the path's oldest point otherwise.
    domain : (low, high) for each variable
        Of a function; the objective's own where it is left out.
    should_stop : callable, optional
        Asked between pieces of the work; `Cancelled` is raised once it says so.
    """
    theta = np.array(theta, np.float64)
    thetas = np.asarray(path_thetas, np.float64).reshape(-1, theta.size)
    start = thetas[0] if len(thetas) else theta
    plane = (plane or make_plane(objective, start, request)).through(theta)
    path = project_path(plane, thetas, path_iterations)
    box = domain or objective.domain
    grid = _evaluated(objective, plane, theta, request, path, gradient, box, should_stop)
    return replace(grid, run_id=run_id, iteration=iteration)


def _evaluated(
    objective: Objective,
    plane: Plane,
    theta: Array,
    request: SurfaceRequest,
    path: tuple[Array, NDArray[np.int64]],
    gradient: Array | None,
    domain: Sequence[tuple[float, float]],
    should_stop: ShouldStop | None,
) -> SurfaceGrid:
    """Return the grid of ``plane`` through ``theta``, of no run yet."""
    resolution, batch = affordable(objective, request.resolution)
    points, iterations = path
    here = plane.coordinates(theta[None])
    u, v = _ticks(plane, np.concatenate([points, here]), request, domain, resolution)
    with np.errstate(all="ignore"):
        losses = objective.losses_on_plane(
            plane.origin, plane.first, plane.second, u, v, batch, should_stop=should_stop
        )
        heights_of_path = _path_heights(objective, plane, points, u, v, losses)
        ball, true_loss = _ball(objective, theta, here[0], batch)
        down = _downhill(objective, plane, theta, gradient, batch)
    return SurfaceGrid(
        run_id=0,
        iteration=0,
        u=frozen(u),
        v=frozen(v),
        losses=frozen(losses),
        u_label=plane.u_label,
        v_label=plane.v_label,
        kind=plane.kind,
        path=frozen(np.column_stack([points, heights_of_path])),
        path_iterations=frozen(iterations),
        ball=ball,
        true_loss=true_loss,
        gradient=down,
        plane=(plane.origin, plane.first, plane.second),
    )


def _ball(
    objective: Objective, theta: Array, here: Array, batch: Batch
) -> tuple[tuple[float, float, float], float]:
    """Return where the run stands (u, v, loss over ``batch``), and its loss over every training row."""
    height = float(objective.losses(theta[None], batch)[0])
    true_loss = height if batch is None else objective.loss(theta.astype(objective.dtype))
    return (float(here[0]), float(here[1]), height), float(true_loss)


def _downhill(
    objective: Objective, plane: Plane, theta: Array, gradient: Array | None, batch: Batch
) -> tuple[float, float]:
    """Return −∇L projected on the plane, (du, dv)."""
    if gradient is None:
        gradient = objective.loss_and_gradient(theta.astype(objective.dtype), batch)[1]
    du, dv = plane.components(-np.asarray(gradient, np.float64)[None])[0]
    return float(du), float(dv)


def affordable(objective: Objective, resolution: int) -> tuple[int, Batch]:
    """Return a resolution and training rows that keep a surface within a fraction of a second.

    At most 2,000 rows, evenly spaced over the training part; fewer for a big network, and a coarser
    grid where even 64 rows are too many.  None stands for every row.
    """
    resolution = max(2, resolution)
    if not isinstance(objective, NetworkObjective):
        return resolution, None
    budget, of_a_point, of_a_row = _costs(objective.network)
    rows = int((budget / resolution**2 - of_a_point) / of_a_row)
    if rows < FEWEST_ROWS:
        rows = FEWEST_ROWS
        points = budget / (of_a_point + rows * of_a_row)
        resolution = min(resolution, max(LOWEST_RESOLUTION, int(points**0.5)))
    rows = min(rows, MOST_ROWS)
    count = objective.sample_count
    if rows >= count:
        return resolution, None
    return resolution, np.linspace(0, count - 1, rows).round().astype(np.intp)


def _costs(network: Network) -> tuple[float, float, float]:
    """Return how many cells a surface may take, and how many a grid point and a row of it do take."""
    layers = network.layers
    if network.is_dense:
        units = sum(layer.units for layer in layers)
        products = sum(layer.units * layer.inputs for layer in layers[1:])
        return CELL_BUDGET, 0.0, units + PRODUCT_SHARE * products
    calls = sum(layer.input_shape[0] if layer.recurrent else 1 for layer in layers)
    return PASS_BUDGET, CELLS_OF_A_CALL * calls, sum(layer.cells for layer in layers)


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
