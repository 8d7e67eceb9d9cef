from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine.registries import INITIALIZERS
from bpviz.errors import UserError
from tests.helpers.networks import reference
from tests.helpers.one_layer import Alone, Row

SMOOTH = ["identity", "sigmoid", "tanh", "softplus"]
SHAPES = st.one_of(
    st.tuples(st.integers(1, 5)),
    st.tuples(st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
)


def by_channel(one):
    """Return x as (channels, N)."""
    axis = 1 if len(one.layer.input_shape) != 2 else 2
    return np.moveaxis(one.pictures, axis, 0).reshape(one.layer.channels, -1)


def along_channels(one, values):
    """View (channels,) so that it lies along x's channels."""
    shape = [1] * one.pictures.ndim
    shape[1 if len(one.layer.input_shape) != 2 else 2] = -1
    return values.reshape(shape)


@given(SHAPES, st.integers(1, 5), st.integers(0, 1000))
@settings(max_examples=80, deadline=None)
def test_it_is_the_definition(shape, rows, seed):
    one = Alone("batchnorm", shape, rows=rows, seed=seed)
    one.x = 3 * one.x + 2
    x, gamma, beta = by_channel(one), one.layer.p["gamma"], one.layer.p["beta"]
    mean, variance = (along_channels(one, each) for each in (x.mean(axis=1), x.var(axis=1)))
    x_hat = (one.pictures - mean) / np.sqrt(variance + 1e-5)
    expected = along_channels(one, gamma) * x_hat + along_channels(one, beta)
    np.testing.assert_allclose(one.forward(), expected, rtol=1e-9, atol=1e-10)


@given(SHAPES, st.integers(2, 5), st.integers(0, 1000), st.booleans(), st.sampled_from(SMOOTH))
@settings(max_examples=80, deadline=None)
def test_its_gradients_are_central_differences_and_complex_steps(shape, rows, seed, training, activation):
    # ε keeps the curvature low enough for the difference where two numbers happen to be close.
    one = Alone("batchnorm", shape, rows=rows, seed=seed, epsilon=0.1, activation=activation)
    one.layer.fold(one.work)
    one.check(training)


def test_values_by_hand():
    # 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 4 = 3.5; ε = 0.5 makes the spread 2.
    one = Alone("batchnorm", (1,), rows=4, epsilon=0.5)
    one.theta[:] = [3, 1]
    one.x[:, 0] = [1, 2, 3, 6]
    one.above[:, 0] = [1, 0, 0, 0]
    np.testing.assert_allclose(one.forward().ravel(), [-2, -0.5, 1, 5.5], rtol=1e-14)
    gradient, x_gradient = one.backward()
    np.testing.assert_allclose(gradient, [-1, 1], rtol=1e-14)
    # 3/2 · (δ − 1/4 − x̂ · (−1)/4)
    np.testing.assert_allclose(x_gradient.ravel(), 1.5 * np.array([0.5, -0.375, -0.25, 0.125]), rtol=1e-14)


def test_running_statistics_move_by_the_momentum_and_are_unbiased():
    one = Alone("batchnorm", (1,), rows=4, momentum=0.25)
    one.x[:, 0] = [1, 2, 3, 6]
    one.forward()
    np.testing.assert_array_equal(one.layer.statistics(), [0, 1])  # forward alone changes nothing
    one.layer.fold(one.work)
    unbiased = 14 / 3
    np.testing.assert_allclose(one.layer.statistics(), [0.75, 0.75 + 0.25 * unbiased], rtol=1e-14)
    one.layer.fold(one.work)
    expected = [0.75 * 0.75 + 0.25 * 3, 0.75 * (0.75 + 0.25 * unbiased) + 0.25 * unbiased]
    np.testing.assert_allclose(one.layer.statistics(), expected, rtol=1e-14)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (3, 2, 2)])
def test_the_variance_is_unbiased_over_all_of_a_channel(shape):
    one = Alone("batchnorm", shape, rows=5, momentum=1.0)
    one.forward()
    one.layer.fold(one.work)
    x = by_channel(one)
    expected = np.concatenate([x.mean(axis=1), x.var(axis=1, ddof=1)])
    np.testing.assert_allclose(one.layer.statistics(), expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(3,), (4, 3), (3, 2, 2)])
def test_evaluation_goes_by_the_running_statistics(shape):
    one = Alone("batchnorm", shape, rows=5)
    mean, variance = one.rng.normal(size=3), one.rng.uniform(0.5, 2, size=3)
    one.layer.statistics()[:] = np.concatenate([mean, variance])
    x_hat = (one.pictures - along_channels(one, mean)) / np.sqrt(along_channels(one, variance) + 1e-5)
    expected = along_channels(one, one.layer.p["gamma"]) * x_hat + along_channels(one, one.layer.p["beta"])
    np.testing.assert_allclose(one.forward(training=False), expected, rtol=1e-12)
    # A sample's answer does not depend on the others.
    alone = one.layer.forward(one.x[2:3], one.layer.work(1, one.x.dtype), False)
    np.testing.assert_array_equal(alone[0], one.work.a[2])


def test_evaluation_in_between_is_not_folded():
    one = Alone("batchnorm", (2,), rows=4, momentum=1.0)
    one.forward(training=True)
    expected = one.x.mean(axis=0)
    one.x = one.x + 100
    one.forward(training=False)
    one.layer.fold(one.work)
    np.testing.assert_allclose(one.layer.statistics()[:2], expected, rtol=1e-13)


def test_a_batch_of_one_sample_is_beta_and_gives_nothing_back():
    one = Alone("batchnorm", (3,), rows=1, momentum=0.5)
    np.testing.assert_array_equal(one.forward()[0], one.layer.p["beta"])
    gradient, x_gradient = one.backward()
    np.testing.assert_array_equal(gradient, [0, 0, 0, *one.above[0]])
    np.testing.assert_array_equal(x_gradient, 0)
    one.layer.fold(one.work)
    np.testing.assert_array_equal(one.layer.statistics(), [0, 0, 0, 1, 1, 1])  # nothing to learn from


def test_a_constant_feature_stays_finite():
    one = Alone("batchnorm", (2,), rows=4)
    one.x[:, 0] = 7.0
    assert np.isfinite(one.forward()).all()
    assert np.isfinite(one.backward()[1]).all()


def test_a_pass_can_be_repeated():
    one = Alone("batchnorm", (2, 3, 3))
    first = [each.copy() for each in (one.forward(), *one.backward())]
    for again, before in zip((one.forward(), *one.backward()), first, strict=True):
        np.testing.assert_array_equal(again, before)


def test_a_clone_remembers_for_itself():
    one = Alone("batchnorm", (2,))
    one.layer.statistics()[:] = [1, 2, 3, 4]
    other = one.layer.clone()
    other.statistics()[:] = 0
    np.testing.assert_array_equal(one.layer.statistics(), [1, 2, 3, 4])


def test_gamma_starts_at_1_and_beta_at_0():
    one = Alone("batchnorm", (3,))
    one.layer.initialize(one.rng, INITIALIZERS.create("xavier"))
    np.testing.assert_array_equal(one.theta, [1, 1, 1, 0, 0, 0])


def test_the_trace_tells_what_the_pass_went_by():
    one = Alone("batchnorm", (2, 3, 3), rows=4)
    out = one.forward()
    trace = one.layer.trace(one.x, one.work, 1)
    x = by_channel(one)
    np.testing.assert_allclose(trace["mean"], x.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(trace["variance"], x.var(axis=1), rtol=1e-12)
    gamma, beta = (one.layer.p[name][:, None, None] for name in ("gamma", "beta"))
    np.testing.assert_allclose(gamma * trace["x_hat"] + beta, out[1], rtol=1e-12)
    np.testing.assert_array_equal(trace["running_mean"], [0, 0])
    np.testing.assert_array_equal(trace["running_variance"], [1, 1])
    one.forward(training=False)
    trace = one.layer.trace(one.x, one.work, 1)
    np.testing.assert_array_equal(trace["mean"], [0, 0])
    np.testing.assert_array_equal(trace["variance"], [1, 1])


@pytest.mark.parametrize("training", [True, False])
def test_float32_stays_float32(training):
    one = Alone("batchnorm", (2, 3, 3), dtype=np.float32)
    exact = Alone("batchnorm", (2, 3, 3))
    assert one.forward(training).dtype == np.float32
    for found, expected in zip(one.backward(training), exact.backward(training), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    one.layer.backward(one.x, one.work, None, at_z=False)


@pytest.mark.parametrize("fields", [{"epsilon": 0.0}, {"momentum": 1.5}, {"momentum": -0.1}])
def test_fields_that_cannot_be(fields):
    with pytest.raises(UserError, match=next(iter(fields))):
        Alone("batchnorm", (2,), **fields)


def test_against_pytorch():
    data = reference("networks")["networks"]["batch_norm_training"]
    row = Row.of(
        (3,),
        [
            ("dense", {"units": 4, "activation": "identity"}, "W1", "b1"),
            ("batchnorm", {"activation": "tanh"}, "gamma", "beta"),
            ("dense", {"units": 1, "activation": "identity"}, "W2", "b2"),
        ],
        data,
    )
    error = row.forward() - data["y"]
    row.check(0.5 * (error**2).sum(axis=1).mean(), error / len(error))
