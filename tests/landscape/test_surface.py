from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.network_objective import NetworkObjective
from bpviz.errors import Cancelled, UserError
from bpviz.landscape import make_plane, surface
from bpviz.landscape.grid import affordable
from bpviz.snapshot import SurfaceRequest
from bpviz.training.build import build
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers
from tests.helpers.networks import objective

NONE = np.empty((0, 0)), np.empty(0, np.int64)


@pytest.fixture(scope="module")
def one() -> NetworkObjective:
    return objective((2, 4, 3, 1), ("tanh", "tanh", "sigmoid"), "binary_cross_entropy", rows=30)


@pytest.fixture(scope="module")
def path(one) -> np.ndarray:
    """Twelve points of a walk away from a start."""
    start = one.initial(np.random.default_rng(0))
    return start + np.cumsum(np.random.default_rng(1).normal(size=(12, one.size)) * 0.05, axis=0)


def of(one, path, request, **kwargs):
    return surface(one, path[-1], request, path, np.arange(len(path)) * 10, **kwargs)


BOWL = FunctionObjective("x^2 + 3*y^2", (1.5, 1.5), None, ((-2.0, 2.0), (-1.0, 1.0)))


def test_a_function_is_shown_over_its_own_variables():
    path = np.array([[1.5, 0.5], [1.0, 0.25]])
    grid = surface(BOWL, path[1], SurfaceRequest("axes"), path, np.array([0, 1]), run_id=7, iteration=1)
    assert (grid.run_id, grid.iteration, grid.kind) == (7, 1, "axes")
    assert (grid.u_label, grid.v_label) == ("x", "y")
    assert (grid.u[0], grid.u[-1], grid.v[0], grid.v[-1]) == (-2, 2, -1, 1)
    assert grid.losses.shape == (51, 51)
    np.testing.assert_allclose(grid.losses, grid.u**2 + 3 * grid.v[:, None] ** 2, rtol=1e-14)
    np.testing.assert_allclose(grid.path, [[1.5, 0.5, 3.0], [1.0, 0.25, 1.1875]], rtol=1e-15)
    np.testing.assert_array_equal(grid.path_iterations, [0, 1])
    assert grid.ball == (1.0, 0.25, 1.1875)
    assert grid.true_loss == 1.1875
    assert grid.gradient == (-2.0, -1.5)  # downhill: −∇f


def test_a_curve_has_one_row():
    parabola = FunctionObjective("x^2", (5.0,), None, ((-6.0, 6.0),))
    grid = surface(parabola, np.array([4.0]), SurfaceRequest("axes"), np.array([[5.0]]), np.array([0]))
    np.testing.assert_array_equal(grid.v, [0.0])
    assert grid.losses.shape == (1, 51)
    np.testing.assert_allclose(grid.losses[0], grid.u**2)
    np.testing.assert_array_equal(grid.path, [[5.0, 0.0, 25.0]])
    assert grid.ball == (4.0, 0.0, 16.0)
    assert grid.gradient == (-8.0, 0.0)


def test_a_domain_grows_in_steps_to_hold_the_path():
    path = np.array([[1.0, 0.5], [3.5, 0.5]])
    grid = surface(BOWL, path[0], SurfaceRequest("axes"), path, np.array([0, 1]))
    assert grid.u[-1] == pytest.approx(2 * 2)  # 2 · √2², the first step beyond 3.5
    assert grid.u[0] == -grid.u[-1]
    assert grid.v[-1] == 1.0
    grid = surface(BOWL, path[0], SurfaceRequest("axes"), path, np.array([0, 1]), domain=((-9, 9), (0, 1)))
    assert (grid.u[0], grid.u[-1], grid.v[0], grid.v[-1]) == (-9, 9, 0, 1)


def test_a_function_asked_for_another_plane_stays_on_its_axes():
    for kind in ("random", "weights"):
        assert surface(BOWL, np.ones(2), SurfaceRequest(kind), *NONE).kind == "axes"


@pytest.mark.parametrize("request_", [SurfaceRequest("random"), SurfaceRequest("weights", (1, 14))])
def test_a_network_s_surface_is_its_loss_over_the_plane(one, path, request_):
    grid = of(one, path, request_)
    plane = make_plane(one, path[0], request_).through(path[-1])
    for i, j in ((0, 0), (25, 25), (50, 3)):
        expected = one.loss(plane.point(grid.u[j], grid.v[i]))
        assert grid.losses[i, j] == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(plane.point(*grid.ball[:2]), path[-1], rtol=1e-12)
    assert grid.ball[2] == pytest.approx(one.loss(path[-1]), rel=1e-12)
    assert grid.true_loss == pytest.approx(one.loss(path[-1]), rel=1e-12)
    assert not grid.losses.flags.writeable
    assert not grid.path.flags.writeable


def test_the_path_stays_where_it_was_drawn_while_the_run_goes_on(one, path):
    request = SurfaceRequest("random", seed=3)
    plane = make_plane(one, path[0], request)
    early = surface(one, path[4], request, path[:5], np.arange(5), plane=plane)
    late = surface(one, path[-1], request, path, np.arange(12), plane=plane)
    np.testing.assert_allclose(late.path[:5, :2], early.path[:, :2], atol=1e-12)
    np.testing.assert_allclose(late.path[0, :2], 0.0, atol=1e-12)
    np.testing.assert_allclose(late.path[-1, :2], late.ball[:2], atol=1e-12)


def test_the_path_is_the_nearest_point_of_the_plane(one, path):
    plane = make_plane(one, path[0], SurfaceRequest("random", seed=5)).through(path[-1])
    for theta, (u, v) in zip(path, plane.coordinates(path), strict=True):
        rest = theta - plane.point(u, v)
        assert abs(rest @ plane.first) < 1e-12
        assert abs(rest @ plane.second) < 1e-12


def test_weights_are_shown_by_their_own_values(one, path):
    grid = of(one, path, SurfaceRequest("weights", (3, 0)))
    assert (grid.u_label, grid.v_label) == ("W⁽¹⁾[2,1]", "W⁽¹⁾[1,1]")
    np.testing.assert_array_equal(grid.path[:, 0], path[:, 3])
    np.testing.assert_array_equal(grid.path[:, 1], path[:, 0])
    gradient = one.loss_and_gradient(path[-1])[1]
    np.testing.assert_allclose(grid.gradient, [-gradient[3], -gradient[0]], rtol=1e-12)


def test_downhill_on_the_plane_lowers_the_loss(one, path):
    grid = of(one, path, SurfaceRequest("random"))
    plane = make_plane(one, path[0], SurfaceRequest("random")).through(path[-1])
    du, dv = 1e-3 * np.array(grid.gradient) / np.hypot(*grid.gradient)
    u, v, loss = grid.ball
    assert one.loss(plane.point(u + du, v + dv)) < loss < one.loss(plane.point(u - du, v - dv))


@pytest.mark.parametrize("kind", ["random", "weights"])
@pytest.mark.parametrize("count", [1, 5, 12])
def test_the_picture_holds_the_path_with_room_around_it(one, path, kind, count):
    grid = of(one, path[:count] * 3.0, SurfaceRequest(kind))
    for ticks, column in ((grid.u, grid.path[:, 0]), (grid.v, grid.path[:, 1])):
        room = min(column.min() - ticks[0], ticks[-1] - column.max())
        assert room > 0.02 * np.ptp(ticks)
    assert np.ptp(grid.u) == pytest.approx(np.ptp(grid.v))
    steps = np.log2(np.ptp(grid.u) / 2.0) * 2
    assert steps == pytest.approx(round(steps), abs=1e-9)


def test_a_chosen_span_is_the_half_width_about_the_ball(one, path):
    grid = of(one, path, SurfaceRequest("random", span=0.25, resolution=11))
    assert grid.losses.shape == (11, 11)
    assert np.ptp(grid.u) == pytest.approx(0.5)
    assert np.ptp(grid.v) == pytest.approx(0.5)
    assert abs(grid.u.mean() - grid.ball[0]) <= 0.25 / 8 + 1e-12
    domain = surface(BOWL, np.ones(2), SurfaceRequest("axes", span=0.5), *NONE)
    assert (domain.u[0], domain.u[-1]) == (0.5, 1.5)


def test_path_heights_lie_on_the_drawn_surface(one, path):
    grid = of(one, path, SurfaceRequest("random"))
    plane = make_plane(one, path[0], SurfaceRequest("random")).through(path[-1])
    for u, v, height in grid.path:
        assert height == pytest.approx(one.loss(plane.point(u, v)), abs=2e-3)


def test_a_lost_run_gives_holes_and_no_warning(one, path):
    lost = path.copy()
    lost[3] = np.nan
    lost[5, 2] = np.inf
    grid = of(one, lost, SurfaceRequest("random"))
    np.testing.assert_array_equal(grid.path_iterations, [0, 10, 20, 40, *range(60, 120, 10)])
    assert np.isfinite(grid.losses).all()
    steep = FunctionObjective("exp(x^2) + log(y)", (1.0, 1.0))
    grid = surface(steep, np.array([1.0, 1.0]), SurfaceRequest("axes", span=40.0), *NONE)
    assert np.isinf(grid.losses).any()
    assert np.isnan(grid.losses[grid.v < 0]).all()
    grid = surface(steep, np.array([np.nan, 1.0]), SurfaceRequest("axes"), *NONE)
    assert np.isfinite(grid.u).all()


def test_a_given_gradient_is_taken(one, path):
    gradient = np.zeros(one.size)
    gradient[0] = 2.0
    assert of(one, path, SurfaceRequest("weights", (0, 1)), gradient=gradient).gradient == (-2.0, 0.0)


def test_float32_networks_have_surfaces_too(path):
    rough = objective(
        (2, 4, 3, 1), ("tanh", "tanh", "sigmoid"), "binary_cross_entropy", rows=30, dtype=np.float32
    )
    grid = of(rough, path.astype(np.float32), SurfaceRequest("random"))
    assert grid.true_loss == pytest.approx(rough.loss(path[-1].astype(np.float32)), rel=1e-6)


def test_penalties_are_part_of_the_surface(path):
    one = objective((2, 4, 3, 1), ("tanh", "tanh", "sigmoid"), "binary_cross_entropy", rows=30)
    plain = of(one, path, SurfaceRequest("random"))
    one.set_penalties({"l2": 0.5})
    assert (of(one, path, SurfaceRequest("random")).losses > plain.losses).all()


@pytest.mark.parametrize("parameters", [(0, 999), (-1, 0), (4, 4)])
def test_weights_that_are_not_there_are_refused(one, path, parameters):
    with pytest.raises(UserError):
        of(one, path, SurfaceRequest("weights", parameters))


def test_a_surface_can_be_cancelled(one, path):
    with pytest.raises(Cancelled):
        of(one, path, SurfaceRequest("random"), should_stop=lambda: True)


def test_big_work_is_cut_to_fewer_rows_and_then_points():
    def size(units, rows):
        activations = ["tanh"] * (len(units) - 2) + ["softmax"]
        big = objective(units, activations, "softmax_cross_entropy", rows=rows)
        resolution, batch = affordable(big, 51)
        return resolution, rows if batch is None else len(batch)

    assert size((2, 8, 8, 2), 500) == (51, 500)
    assert size((2, 8, 8, 2), 100_000) == (51, 2000)
    resolution, rows = size((784, 50, 10), 1437)
    assert resolution == 51
    assert 300 < rows < 1437
    resolution, rows = size((4, 800, 800, 10), 200)
    assert 15 <= resolution < 51
    assert rows == 64
    assert affordable(BOWL, 51) == (51, None)


KINDS = {
    "digits": "conv 8 3x3 relu, maxpool 2, flatten, 32 relu",
    "delayed_xor": "lstm 16",
    "adding": "lstm 32",
    "noisy_sine": "rnn 16",
    "spiral": "8 tanh, batchnorm, dropout 0.2, 8 tanh",
}


def built(data: str, layers: str) -> NetworkObjective:
    config = RunConfig(data=DataConfig(data, options={"points": 400} if data != "digits" else {}))
    return build(replace(config, layers=parse_layers(layers))).objective


@pytest.mark.parametrize("data", KINDS)
def test_a_pass_for_every_point_is_paid_by_what_the_layers_take(data):
    one = built(data, KINDS[data])
    assert not one.network.is_dense
    resolution, batch = affordable(one, 51)
    rows = one.sample_count if batch is None else len(batch)
    cells = rows * sum(layer.cells for layer in one.network.layers)
    # Half a second, at 0.8 ns a cell.
    assert resolution**2 * cells * 0.8e-9 < 0.5
    assert rows >= 64
    assert resolution >= 25
    if data in ("digits", "spiral", "noisy_sine"):
        assert resolution == 51


def test_the_more_a_pass_takes_the_fewer_rows_and_then_points_there_are():
    seen = []
    for layers in ("conv 2 3x3", "conv 8 3x3", "conv 20 3x3", "conv 32 5x5 padding 2, conv 32 5x5"):
        one = built("digits", f"{layers}, flatten")
        resolution, batch = affordable(one, 51)
        seen.append((resolution, one.sample_count if batch is None else len(batch)))
    assert seen == sorted(seen, reverse=True)
    assert [resolution for resolution, _ in seen[:2]] == [51, 51]
    assert seen[1][1] < seen[0][1]
    assert 15 < seen[2][0] < 51
    assert seen[2][1] == 64
    assert seen[3] == (15, 64)


@pytest.mark.parametrize("data", ["digits", "delayed_xor", "spiral"])
def test_the_surface_of_any_network_is_its_loss_over_the_plane(data):
    one = built(data, KINDS[data])
    theta = one.initial(np.random.default_rng(0))
    request = SurfaceRequest("random", resolution=5)
    grid = surface(one, theta, request, theta[None], np.array([0]))
    plane = make_plane(one, theta, request).through(theta)
    batch = affordable(one, 5)[1]
    for i, j in ((0, 0), (2, 2), (4, 1)):
        expected = one.loss(plane.point(grid.u[j], grid.v[i]), batch)
        assert grid.losses[i, j] == pytest.approx(expected, rel=1e-12)
    assert grid.true_loss == pytest.approx(one.loss(theta), rel=1e-12)
    with pytest.raises(Cancelled):
        surface(one, theta, request, theta[None], np.array([0]), should_stop=lambda: True)


def test_thinned_rows_are_spread_over_the_training_part_and_the_true_loss_has_them_all():
    one = objective((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy", rows=5000)
    _, batch = affordable(one, 51)
    assert (batch[0], batch[-1], len(batch)) == (0, 4999, 2000)
    assert (np.diff(batch) > 0).all()
    theta = one.initial(np.random.default_rng(0))
    grid = surface(one, theta, SurfaceRequest("random", resolution=5), theta[None], np.array([0]))
    assert grid.true_loss == pytest.approx(one.loss(theta), rel=1e-12)
    assert grid.ball[2] == pytest.approx(one.loss(theta, affordable(one, 5)[1]), rel=1e-12)
