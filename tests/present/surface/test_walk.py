"""Where the ball and the arrow are at each operation of an iteration."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.landscape import plane_of
from bpviz.present.surface.curve import build_curve
from bpviz.present.surface.path import ARROW_LENGTH, cut_at_rim
from bpviz.present.surface.scene import build_scene
from bpviz.present.surface.walk import projected, walked, walked_curve, walked_scene
from bpviz.present.walk.light import light_at
from bpviz.snapshot import SurfaceGrid, SurfaceRequest
from bpviz.training.config import RunConfig
from bpviz.training.options import run_config
from bpviz.workers.surface import SurfaceJob, SurfaceWorker
from tests.helpers.walking import Walker


class OnSurface(Walker):
    """A walk with the surface that belongs to each iteration."""

    def __init__(self, config: RunConfig, request: SurfaceRequest | None = None) -> None:
        super().__init__(config)
        self.request = request or SurfaceRequest(resolution=21)
        self.surfaces = SurfaceWorker()

    def grid(self) -> SurfaceGrid:
        job = SurfaceJob.of(self.training, self.request)
        self.surfaces.submit(job)
        self.surfaces._compute(job)
        grid = self.surfaces.grids.take()
        assert grid is not None
        return grid

    def places(self, grid: SurfaceGrid) -> list:
        """Return where the ball and the arrow are at every operation of the iteration at hand."""
        on = projected(grid, self.dissection)
        assert on is not None
        operations = self.dissection.operations
        formula = self.training.info.formula
        return [walked(on, light_at(operations, each), formula) for each in operations]


def function(formula: str, start: tuple[float, ...], rate: float) -> OnSurface:
    return OnSurface(run_config({"function": formula, "start": start, "learning_rate": rate}))


SMALL = {"data": "xor", "layers": "3 tanh, 2 tanh", "learning_rate": 0.5}
RECURRENT = {"data": "binary_addition", "layers": "rnn 4", "points": 60, "batch_size": 5}


def test_a_parabola_by_hand():
    at = function("x^2", (5.0,), 0.1)
    grid = at.grid()
    at.on()
    value, slope, update = at.places(grid)
    assert value.ball == value.start == (5.0, 0.0, 25.0)
    assert np.isnan(value.gradient).all()
    assert slope.ball == (5.0, 0.0, 25.0)
    assert slope.gradient == (-10.0, 0.0)  # −f′(5)
    # x − 0.1 · 10 = 4, where f is 16: exactly, not as read off the drawn line.
    assert update.start == (5.0, 0.0, 25.0)
    assert update.ball == pytest.approx((4.0, 0.0, 16.0), rel=1e-15)


def test_a_bowl_by_hand_ends_where_the_next_ball_is():
    at = function("x^2 + y^2", (1.5, -1.0), 0.25)
    grid = at.grid()
    at.on()
    _, slope, update = at.places(grid)
    assert slope.gradient == (-3.0, 2.0)
    assert update.ball == pytest.approx((0.75, -0.5, 0.8125), rel=1e-15)
    at.on("iteration")
    assert at.training.iteration == 1
    assert at.grid().ball == pytest.approx(update.ball, rel=1e-14)


@pytest.mark.parametrize("settings", [SMALL, RECURRENT], ids=["dense", "recurrent"])
@pytest.mark.parametrize("kind", ["random", "weights"])
def test_arrow_and_ball_follow_the_layers(settings, kind):
    at = OnSurface(run_config(settings), SurfaceRequest(kind, parameters=(0, 3), resolution=15))
    grid = at.grid()
    at.on()
    found, dissection = at.places(grid), at.dissection
    parts = at.training.objective.network.parts()
    plane = plane_of(grid)
    gradient, theta = np.zeros(len(dissection.theta)), dissection.theta.copy()
    for operation, place in zip(dissection.operations, found, strict=True):
        if operation.kind == "gradient":
            part = parts[operation.layer - 1]
            gradient[part] = dissection.gradient[part]
        if operation.phase == "update":
            part = parts[operation.layer - 1]
            theta[part] -= dissection.update[part]
        if gradient.any():
            expected = plane.components(-gradient[None])[0]
            np.testing.assert_allclose(place.gradient, expected, rtol=1e-10, atol=1e-13)
        else:
            assert np.isnan(place.gradient).all()
        np.testing.assert_allclose(place.ball[:2], plane.coordinates(theta[None])[0], atol=1e-12)
        assert place.start == pytest.approx(grid.ball, abs=1e-12)
    assert found[-1].share == 1.0
    assert found[-1].ball[:2] != found[0].ball[:2]
    at.on("iteration")
    np.testing.assert_allclose(found[-1].ball[:2], at.grid().ball[:2], atol=1e-12)


def test_the_same_operation_is_the_same_picture_on_the_way_back():
    at = OnSurface(run_config(SMALL))
    grid = at.grid()
    at.on()
    there = at.places(grid)
    at.go(at.walk.next("iteration"))
    at.back()
    assert at.walk.operation == len(at.walk.operations) - 1
    back = at.places(at.grid())
    assert [one.ball for one in back] == [one.ball for one in there]
    np.testing.assert_array_equal([one.gradient for one in back], [one.gradient for one in there])


def test_a_grid_that_is_behind_or_of_another_run_is_told_apart():
    at = OnSurface(run_config(SMALL))
    old = at.grid()
    at.go(at.walk.next("iteration"))
    at.on()
    first = at.places(old)[0]
    assert first.iteration == 2
    # The ball lies where θ is now, not where the old surface has it; its height is the drawn surface's.
    np.testing.assert_allclose(first.ball[:2], at.grid().ball[:2], atol=1e-12)
    assert first.ball[:2] != old.ball[:2]
    assert projected(old, None) is None
    assert projected(None, at.dissection) is None
    assert projected(OnSurface(run_config(SMALL | {"seed": 9})).grid(), at.dissection) is None or (
        old.run_id == at.dissection.run_id
    )


def test_the_scene_keeps_its_surface_and_moves_ball_and_arrow():
    at = function("x^2 + y^2", (1.5, -1.0), 0.25)
    scene = build_scene(at.grid(), logarithmic=False)
    at.on()
    value, slope, update = (walked_scene(scene, place) for place in at.places(scene.grid))
    assert value.mesh is slope.mesh is update.mesh is scene.mesh
    np.testing.assert_allclose(value.ball, scene.ball)
    assert len(value.arrow) == 0
    half = float(scene.grid.u[-1])
    np.testing.assert_allclose(update.ball[:2], [0.75 / half, -0.5 / half])
    np.testing.assert_allclose(slope.arrow[0], scene.ball)
    # The arrow stays where the gradient was computed, downhill to the middle; the way leads to the ball.
    np.testing.assert_array_equal(update.arrow, slope.arrow)
    along = slope.arrow[-1, :2] - slope.arrow[0, :2]
    assert along / np.linalg.norm(along) == pytest.approx([-3 / 13**0.5, 2 / 13**0.5])
    np.testing.assert_allclose(update.path[-1], update.ball)
    np.testing.assert_allclose(value.path[-1], scene.ball)
    assert walked_scene(scene, None) is scene
    at.on("iteration")
    after = build_scene(at.grid(), logarithmic=False, old=scene)
    np.testing.assert_allclose(update.ball, after.ball, atol=1e-12)


def test_the_arrow_grows_with_what_is_known():
    at = OnSurface(run_config(SMALL))
    scene = build_scene(at.grid(), logarithmic=False)
    at.on()
    size = np.array([np.ptp(scene.grid.u), np.ptp(scene.grid.v)])
    places = at.places(scene.grid)
    whole = float(np.linalg.norm(np.array(places[-1].gradient) / size))
    shares = []
    for place in places:
        if place.share:
            part = float(np.linalg.norm(np.array(place.gradient) / size))
            assert place.share == pytest.approx(min(max(part / whole, 0.6), 1.5))
            shares.append(place.share)
            length = float(np.linalg.norm(np.diff(walked_scene(scene, place).arrow[[0, 1], :2], axis=0)))
            assert length == pytest.approx(place.share * ARROW_LENGTH / 21)
    assert len(set(shares)) > 2


def test_a_ball_that_leaves_the_picture_stays_at_the_rim():
    at = function("x^2 + y^2", (1.5, -0.5), 1.5)  # x goes to −3, y to 1; the picture ends at −2 or further
    scene = build_scene(at.grid(), logarithmic=False)
    at.on()
    last = at.places(scene.grid)[-1]
    assert last.ball == pytest.approx((-3.0, 1.0, 10.0))
    moved = walked_scene(scene, last)
    reach = float(scene.grid.u[-1])
    assert moved.beyond == (reach < 3.0)
    np.testing.assert_allclose(moved.ball[0], max(-1.0, -3.0 / reach))
    assert np.isfinite(moved.ball).all()


def test_the_way_is_cut_where_it_crosses_the_rim():
    end, beyond = cut_at_rim(np.array([0.5, 0.0]), np.array([1.5, 0.4]))
    assert beyond
    assert end.tolist() == pytest.approx([1.0, 0.2])
    end, beyond = cut_at_rim(np.array([0.5, 0.0]), np.array([0.5, 0.4]))
    assert not beyond
    assert end.tolist() == [0.5, 0.4]
    end, beyond = cut_at_rim(np.array([0.5, 0.0]), np.array([0.5, -4.0]))
    assert beyond
    assert end.tolist() == [0.5, -1.0]


def test_a_curve_s_ball_slides_and_its_tangent_stays():
    at = function("x^2", (5.0,), 0.1)
    curve = build_curve(at.grid(), logarithmic=False)
    at.on()
    value, slope, update = (walked_curve(curve, place) for place in at.places(curve.grid))
    assert len(value.tangent) == 0
    assert value.ball.tolist() == [5.0, 25.0]
    rise = slope.tangent[1] - slope.tangent[0]
    assert rise[1] / rise[0] == pytest.approx(10.0)
    np.testing.assert_array_equal(update.tangent, slope.tangent)
    assert update.ball.tolist() == pytest.approx([4.0, 16.0])
    assert not update.beyond
    assert update.path[-2:].ravel().tolist() == pytest.approx([5.0, 25.0, 4.0, 16.0])
    assert walked_curve(curve, None) is curve


def test_a_curve_s_ball_that_leaves_stays_at_the_side():
    at = function("x^2", (5.0,), 1.2)  # to 5 − 1.2 · 10 = −7
    curve = build_curve(at.grid(), logarithmic=False)
    assert curve.u_range[0] > -7
    at.on()
    moved = walked_curve(curve, at.places(curve.grid)[-1])
    assert moved.beyond
    # Where the line from (5, 25) to (−7, 49) leaves the picture: 2 up for each 1 to the left, or its top.
    left = min(5 - curve.u_range[0], (curve.range[1] - 25) / 2)
    assert moved.ball.tolist() == pytest.approx([5 - left, 25 + 2 * left])
    assert moved.path[-1].tolist() == pytest.approx([-7.0, 49.0])


def test_a_path_that_is_ahead_of_the_walk_is_cut():
    at = function("x^2 + y^2", (1.5, -1.0), 0.25)
    at.on("iteration")
    at.on("iteration")
    ahead = build_scene(at.grid(), logarithmic=False)
    at.go(at.walk.previous("iteration"))
    at.on()
    at.back()  # the last operation of iteration 1
    place = at.places(ahead.grid)[-1]
    moved = walked_scene(ahead, place)
    assert place.iteration == 1
    assert place.ball == pytest.approx((0.75, -0.5, 0.8125))
    half = float(ahead.grid.u[-1])
    np.testing.assert_allclose(moved.steps[-1, :2], [0.75 / half, -0.5 / half])
    assert moved.steps[:, 0].min() == pytest.approx(0.75 / half)
