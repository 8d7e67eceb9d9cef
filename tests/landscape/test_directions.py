from __future__ import annotations

import numpy as np
import pytest

from bpviz.landscape.directions import random_directions
from bpviz.landscape.planes import make_plane
from bpviz.snapshot import SurfaceRequest
from tests.helpers.networks import network, objective

SHAPE = (3, 5, 4, 2), ("tanh", "relu", "softmax")


def rows(net, vector):
    """Each neuron's weights."""
    found, start = [], 0
    for layer in net.layers:
        matrix = vector[start : start + layer.size].reshape(layer.units, layer.inputs + 1)
        found += list(matrix[:, :-1])
        start += layer.size
    return found


@pytest.fixture
def net():
    return network(*SHAPE)


@pytest.fixture
def theta(net):
    return np.random.default_rng(0).normal(size=net.size)


@pytest.mark.parametrize("seed", range(3))
def test_each_neuron_moves_by_its_own_norm(net, theta, seed):
    for direction in random_directions(net, theta, seed):
        for moved, weights in zip(rows(net, direction), rows(net, theta), strict=True):
            assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(weights), rel=1e-12)
        assert not direction[net.weight_mask() == 0].any()


def test_directions_are_at_right_angles_in_every_neuron(net, theta):
    first, second = random_directions(net, theta, 1)
    for a, b in zip(rows(net, first), rows(net, second), strict=True):
        assert abs(a @ b) < 1e-12


def test_directions_follow_the_seed(net, theta):
    first, second = random_directions(net, theta, 4)
    np.testing.assert_array_equal(random_directions(net, theta, 4), [first, second])
    assert not np.allclose(random_directions(net, theta, 5)[0], first)


def test_neurons_that_start_at_zero_still_move(net):
    first, second = random_directions(net, np.zeros(net.size), 0)
    for direction in (first, second):
        assert all(np.linalg.norm(moved) == pytest.approx(1.0) for moved in rows(net, direction))


def test_single_weights_are_mirrored_until_the_directions_differ():
    net = network((1, 6, 1), ("tanh", "identity"))
    theta = np.random.default_rng(2).normal(size=net.size)
    for seed in range(10):
        first, second = random_directions(net, theta, seed)
        assert abs(first @ second) < 0.9 * np.linalg.norm(first) * np.linalg.norm(second)


def test_one_weight_goes_with_its_bias():
    net = network((1, 1), ("identity",))
    first, second = random_directions(net, np.array([3.0, 1.0]), 0)
    np.testing.assert_allclose(np.abs(first), [3.0, 0.0])
    np.testing.assert_allclose(second, [0.0, 3.0])


def test_one_weight_alone_spans_a_line():
    one = objective((1, 1), ("identity",), "half_squared_error", bias=False)
    plane = make_plane(one, np.array([2.0]), SurfaceRequest("random"))
    assert plane.is_line
    np.testing.assert_allclose(plane.coordinates(np.array([[4.0]]))[0, 1], 0.0)
