"""The projection of any θ, and of any layer's part of a step, on a plane."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.function_objective import FunctionObjective
from bpviz.landscape import make_plane, plane_of, surface
from bpviz.landscape.planes import Plane
from bpviz.snapshot import SurfaceRequest
from tests.helpers.networks import objective

NONE = np.empty((0, 0)), np.empty(0, np.int64)


def test_shares_are_those_of_a_hand_calculation_on_slanted_directions():
    # d₁ = (1, 0, 1, 0), d₂ = (1, 1, 0, 0): G = [[2, 1], [1, 2]], G⁻¹ = [[2, −1], [−1, 2]] / 3.
    plane = Plane(np.zeros(4), np.array([1.0, 0, 1, 0]), np.array([1.0, 1, 0, 0]), "u", "v", "random")
    step = np.array([3.0, 6.0, 0.0, 9.0])
    # First half (3, 6, 0, 0): B s = (3, 9), so (u, v) = (6 − 9, −3 + 18) / 3; the rest is off the plane.
    np.testing.assert_allclose(plane.shares(step, [slice(0, 2), slice(2, 4)]), [[-1, 5], [0, 0]], atol=1e-14)


def test_shares_on_a_curve_have_no_second_part():
    plane = Plane(np.zeros(1), np.ones(1), np.zeros(1), "x", "", "axes")
    np.testing.assert_array_equal(plane.shares(np.array([2.5]), [slice(None)]), [[2.5, 0.0]])


def test_shares_add_up_to_the_components_of_the_whole():
    one = objective((3, 5, 2), ("tanh", "sigmoid"), "half_squared_error", rows=4)
    theta = one.initial(np.random.default_rng(3))
    plane = make_plane(one, theta, SurfaceRequest("random", seed=2))
    step = np.random.default_rng(4).normal(size=one.size)
    parts = one.network.parts()
    assert len(parts) == 2
    total = plane.shares(step, list(parts)).sum(axis=0)
    np.testing.assert_allclose(total, plane.components(step[None])[0], rtol=1e-12)


@pytest.mark.parametrize("kind", ["random", "weights"])
def test_a_grid_carries_the_plane_on_which_any_theta_is_projected(kind):
    one = objective((2, 3, 1), ("tanh", "sigmoid"), "half_squared_error", rows=6)
    start = one.initial(np.random.default_rng(0))
    away = start + np.random.default_rng(1).normal(size=one.size) * 0.2
    request = SurfaceRequest(kind, parameters=(0, 4), resolution=5)
    first = surface(one, start, request, start[None], np.array([0]))
    after = surface(one, away, request, np.array([start, away]), np.array([0, 1]))
    plane = plane_of(first)
    assert plane is not None
    # The plane of one iteration knows where the ball of the next one lies.
    np.testing.assert_allclose(plane.coordinates(away[None])[0], after.ball[:2], atol=1e-12)
    if kind == "weights":
        np.testing.assert_allclose(plane.coordinates(away[None])[0], away[[0, 4]], atol=1e-12)


def test_the_plane_of_a_function_is_its_own_axes():
    bowl = FunctionObjective("x^2 + y^2", (1.0, 2.0))
    grid = surface(bowl, np.array([1.0, 2.0]), SurfaceRequest("axes", resolution=5), *NONE)
    plane = plane_of(grid)
    assert plane is not None
    assert plane.coordinates(np.array([[0.25, -3.0]])).tolist() == [[0.25, -3.0]]
    with pytest.raises(ValueError, match="read-only"):
        plane.first[0] = 2.0
