from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine import network_objective, stacked
from bpviz.engine.function_objective import FunctionObjective
from bpviz.engine.registries import LOSSES
from bpviz.errors import Cancelled
from tests.helpers.networks import objective
from tests.peers.article import ArticleNetwork

SHAPES = [
    ((2, 8, 8, 1), ("tanh", "tanh", "sigmoid"), "binary_cross_entropy", True),
    ((2, 8, 8, 1), ("relu", "leaky_relu", "identity"), "half_squared_error", True),
    ((4, 5, 3), ("sigmoid", "softmax"), "softmax_cross_entropy", False),
    ((3, 4), ("softmax",), "softmax_cross_entropy", True),
    ((1, 1), ("tanh",), "mean_squared_error", False),
    ((3, 2, 6, 2), ("identity", "tanh", "tanh"), "mean_squared_error", True),
    ((2, 5, 2), ("gelu", "identity"), "mean_absolute_error", True),
    ((2, 5, 1), ("mish", "identity"), "huber", True),
    ((2, 4, 2), ("softplus", "tanh"), "log_cosh", True),
    ((2, 4, 3), ("silu", "identity"), "hinge", True),
]
U, V = np.linspace(-1.0, 1.5, 7), np.linspace(-2.0, 0.5, 5)


def plane_by_loop(one, origin, first, second, batch=None):
    return np.array([[one.loss(origin + u * first + v * second, batch) for u in U] for v in V])


@pytest.fixture(params=SHAPES, ids=lambda shape: "-".join(map(str, shape[0])))
def one(request):
    units, activations, loss, bias = request.param
    return objective(units, activations, loss, rows=11, bias=bias)


@pytest.fixture
def thetas(one):
    return np.random.default_rng(9).normal(size=(13, one.size))


@pytest.mark.parametrize("batch", [None, np.array([3, 0, 10, 3])])
def test_losses_are_the_loop_of_loss(one, thetas, batch):
    expected = [one.loss(theta, batch) for theta in thetas]
    np.testing.assert_allclose(one.losses(thetas, batch), expected, rtol=1e-12)


@pytest.mark.parametrize("batch", [None, np.array([3, 0, 10, 3])])
def test_losses_on_a_plane_are_the_loop_of_loss(one, thetas, batch):
    got = one.losses_on_plane(*thetas[:3], U, V, batch)
    assert got.shape == (5, 7)
    np.testing.assert_allclose(got, plane_by_loop(one, *thetas[:3], batch), rtol=1e-12)


@pytest.mark.parametrize(("l1", "l2"), [(0.1, 0.0), (0.0, 0.2), (0.1, 0.2)])
def test_penalties_count_in_a_stack(one, thetas, l1, l2):
    one.set_penalties({"l1": l1, "l2": l2})
    np.testing.assert_allclose(one.losses(thetas), [one.loss(theta) for theta in thetas], rtol=1e-12)
    got = one.losses_on_plane(*thetas[:3], U, V)
    np.testing.assert_allclose(got, plane_by_loop(one, *thetas[:3]), rtol=1e-12)


def test_chunks_of_rows_and_of_parameter_sets_add_up(one, thetas, monkeypatch):
    whole, plane = one.losses(thetas), one.losses_on_plane(*thetas[:3], U, V)
    monkeypatch.setattr(network_objective, "CHUNK_ROWS", 4)
    monkeypatch.setattr(stacked, "CHUNK_CELLS", 60)
    np.testing.assert_allclose(one.losses(thetas), whole, rtol=1e-12)
    np.testing.assert_allclose(one.losses_on_plane(*thetas[:3], U, V), plane, rtol=1e-12)


def test_float32_planes_are_float64_rounded(monkeypatch):
    shape = SHAPES[0][:3]
    exact, rough = objective(*shape), objective(*shape, dtype=np.float32)
    vectors = np.random.default_rng(1).normal(size=(3, exact.size))
    got = rough.losses_on_plane(*vectors, U, V)
    np.testing.assert_allclose(got, exact.losses_on_plane(*vectors, U, V), rtol=1e-4)
    assert got.shape == (5, 7)


def test_overflow_is_infinite_and_only_where_it_happens():
    one = objective((2, 3, 1), ("identity", "identity"), "half_squared_error")
    vectors = np.zeros((2, one.size))
    vectors[1] = 1e200
    with np.errstate(all="ignore"):
        got = one.losses_on_plane(vectors[0], vectors[1], vectors[0], np.array([0.0, 1.0]), np.zeros(1))
    assert np.isfinite(got[0, 0])
    assert not np.isfinite(got[0, 1])


def test_a_plane_can_be_cancelled_on_its_way(monkeypatch):
    monkeypatch.setattr(stacked, "CHUNK_CELLS", 60)
    one = objective(*SHAPES[0][:3])
    vectors = np.zeros((3, one.size))
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        one.losses_on_plane(*vectors, U, V, should_stop=lambda: next(answers))
    assert next(answers, None) is None
    function = FunctionObjective("x^2 + y^2", (1.0, 1.0))
    with pytest.raises(Cancelled):
        function.losses_on_plane(*np.eye(3, 2), U, V, should_stop=lambda: True)


def test_a_loop_written_as_articles_do_gives_the_same_surface():
    one = objective((2, 8, 8, 1), ("tanh", "tanh", "sigmoid"), "binary_cross_entropy", rows=50)
    origin, first, second = np.random.default_rng(4).normal(size=(3, one.size)) * 0.3
    article = ArticleNetwork([2, 8, 8, 1], np.random.default_rng(0))
    expected = np.empty((len(V), len(U)))
    for i, v in enumerate(V):
        for j, u in enumerate(U):
            article.set_flat(origin + u * first + v * second)
            expected[i, j] = article.loss(one.train.x, one.train.y)
    # Its logarithm carries an ε of 1e-7.
    np.testing.assert_allclose(one.losses_on_plane(origin, first, second, U, V), expected, rtol=1e-5)


def test_every_loss_was_tried():
    assert {loss for _, _, loss, _ in SHAPES} == set(LOSSES.names())
