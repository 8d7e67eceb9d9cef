from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpviz.engine import network_objective
from bpviz.engine.network import superscript
from bpviz.engine.registries import ACTIVATIONS, LOSSES
from tests.helpers.networks import central_differences, objective, relative_error

PAIRS = [(name, output) for name in LOSSES.names() for output in LOSSES.create(name).output_activations]
HIDDEN = [name for name in ACTIVATIONS.names() if not ACTIVATIONS.create(name).output_only]
KINKED = [name for name in HIDDEN if ACTIVATIONS.create(name).kinks]


def check_gradient(one, theta, batch=None, within=1e-6):
    expected = central_differences(lambda moved: one.loss(moved, batch), theta)
    loss, gradient = one.loss_and_gradient(theta, batch)
    assert loss == pytest.approx(one.loss(theta, batch), rel=1e-12)
    assert relative_error(gradient, expected) < within


def is_clear_of_kinks(one, theta, activations, margin=1e-4):
    """Tell whether no z and no error lies where a slope jumps or bends, within a difference's reach."""
    work = one.forward(theta, one.train.x)
    distances = [margin + 1.0]
    for z, name in zip(work.z, activations, strict=True):
        distances += [np.abs(z - kink).min() for kink in (0.0, *ACTIVATIONS.create(name).kinks)]
    if not one.loss_function.from_logits:
        error = np.abs(work.a[-1] - one.train.y)
        distances += [error.min(), np.abs(error - 1.0).min()]
    return min(distances) > margin


@given(data=st.data())
@settings(max_examples=100)
def test_backpropagation_is_the_central_difference(data):
    loss, output = data.draw(st.sampled_from(PAIRS))
    outputs = data.draw(st.integers(2 if loss == "softmax_cross_entropy" else 1, 4))
    hidden = data.draw(st.lists(st.integers(1, 5), max_size=3))
    activations = [data.draw(st.sampled_from(HIDDEN)) for _ in hidden] + [output]
    units = [data.draw(st.integers(1, 4)), *hidden, outputs]
    rows, seed = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 1000))
    one = objective(units, activations, loss, rows=rows, seed=seed, bias=data.draw(st.booleans()))
    theta = one.initial(np.random.default_rng(seed)) + 0.1
    assume(is_clear_of_kinks(one, theta, activations))
    check_gradient(one, theta)


@pytest.mark.parametrize("hidden", KINKED)
def test_kinked_activations_away_from_the_kink(hidden):
    one = objective((3, 6, 5, 2), (hidden, hidden, "identity"), "half_squared_error", rows=5)
    theta = one.initial(np.random.default_rng(3)) + 0.05
    assert is_clear_of_kinks(one, theta, (hidden, hidden, "identity"))
    check_gradient(one, theta)


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.3), (0.2, 0.0), (0.1, 0.05)])
def test_penalties_hold_down_weights_and_not_biases(l1, l2):
    one = objective((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy")
    theta = one.initial(np.random.default_rng(1)) + 0.05
    plain, before = one.loss(theta), one.loss_and_gradient(theta)[1].copy()
    one.set_penalties({"l1": l1, "l2": l2})
    check_gradient(one, theta)
    is_bias = np.array([name.startswith("b") for name in one.parameter_names])
    weights = theta[~is_bias]
    assert one.loss(theta) - plain == pytest.approx(l1 * abs(weights).sum() + l2 / 2 * (weights**2).sum())
    added = one.loss_and_gradient(theta)[1] - before
    np.testing.assert_allclose(added[is_bias], 0.0, atol=1e-16)
    np.testing.assert_allclose(added[~is_bias], l1 * np.sign(weights) + l2 * weights, rtol=1e-10)


def test_a_batch_is_its_rows_alone():
    one = objective((2, 4, 3), ("tanh", "softmax"), "softmax_cross_entropy", rows=9)
    theta, rows = one.initial(np.random.default_rng(0)), np.array([7, 2, 2])
    check_gradient(one, theta, rows)
    losses = [one.loss(theta, np.array([row])) for row in rows]
    assert one.loss(theta, rows) == pytest.approx(np.mean(losses), rel=1e-13)


def test_float32_is_float64_rounded():
    shape = (3, 8, 8, 2), ("tanh", "relu", "softmax"), "softmax_cross_entropy"
    exact, rough = objective(*shape), objective(*shape, dtype=np.float32)
    theta = exact.initial(np.random.default_rng(5))
    loss, gradient = exact.loss_and_gradient(theta)
    loss_32, gradient_32 = rough.loss_and_gradient(theta.astype(np.float32))
    assert gradient_32.dtype == np.float32
    assert loss_32 == pytest.approx(loss, rel=1e-5)
    assert relative_error(gradient_32, gradient) < 1e-5
    assert rough.initial(np.random.default_rng(5)).dtype == np.float32


def test_large_batches_go_in_chunks(monkeypatch):
    one = objective((2, 3, 2), ("tanh", "softmax"), "softmax_cross_entropy", rows=23)
    theta = one.initial(np.random.default_rng(2))
    loss, gradient = one.loss_and_gradient(theta)
    gradient, evaluation = gradient.copy(), one.evaluate(theta)
    prediction = one.predict(theta, one.train.x)
    monkeypatch.setattr(network_objective, "CHUNK_ROWS", 5)
    chunked, chunked_gradient = one.loss_and_gradient(theta)
    assert chunked == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(chunked_gradient, gradient, rtol=1e-11, atol=1e-15)
    assert one.loss(theta) == pytest.approx(loss, rel=1e-13)
    assert one.evaluate(theta).loss == pytest.approx(evaluation.loss, rel=1e-13)
    assert one.evaluate(theta).accuracy == pytest.approx(evaluation.accuracy)
    np.testing.assert_allclose(one.predict(theta, one.train.x), prediction, rtol=1e-13)


def test_the_order_of_theta_is_that_of_the_names():
    one = objective((2, 3, 1), ("tanh", "identity"), "half_squared_error")
    assert one.size == 13
    assert list(one.parameter_names) == [
        *("W⁽¹⁾[1,1]", "W⁽¹⁾[1,2]", "b⁽¹⁾[1]", "W⁽¹⁾[2,1]", "W⁽¹⁾[2,2]", "b⁽¹⁾[2]"),
        *("W⁽¹⁾[3,1]", "W⁽¹⁾[3,2]", "b⁽¹⁾[3]", "W⁽²⁾[1,1]", "W⁽²⁾[1,2]", "W⁽²⁾[1,3]", "b⁽²⁾[1]"),
    ]
    theta = np.arange(13.0)
    one.network.bind(theta)
    first, second = one.network.layers
    np.testing.assert_array_equal(first.p["W"], [[0, 1], [3, 4], [6, 7]])
    np.testing.assert_array_equal(first.p["b"], [2, 5, 8])
    np.testing.assert_array_equal(second.p["W"], [[9, 10, 11]])
    np.testing.assert_array_equal(second.p["b"], [12])
    theta[9] = -1.0
    assert second.p["W"][0, 0] == -1.0  # a view, so that an update of θ is one of the network
    assert superscript(12) == "⁽¹²⁾"


def test_accuracy_counts_the_largest_score():
    one = objective((2, 3), ("softmax",), "softmax_cross_entropy", rows=50)
    theta = one.initial(np.random.default_rng(0))
    matrix = theta.reshape(3, 3)  # [W b]
    z = one.train.x @ matrix[:, :2].T + matrix[:, 2]
    assert one.evaluate(theta).accuracy == np.mean(z.argmax(axis=1) == one.train.y.argmax(axis=1))
    single = objective((2, 1), ("sigmoid",), "binary_cross_entropy", rows=50)
    theta = single.initial(np.random.default_rng(0))
    right = ((single.train.x @ theta[:2] > 0) == (single.train.y[:, 0] > 0.5)).mean()
    assert single.evaluate(theta).accuracy == right


def test_accuracy_of_a_tanh_output_cuts_at_zero():
    one = objective((1, 1), ("tanh",), "half_squared_error", rows=3)
    np.testing.assert_allclose(one.scores(np.array([[-1.0], [0.0], [1.0]])), [[1, 0], [0.5, 0.5], [0, 1]])


def test_no_test_part_gives_no_evaluation():
    one = objective((1, 1), ("identity",), "half_squared_error", rows=4)
    one.test = network_objective.Samples(one.train.x[:0], one.train.y[:0])
    assert one.evaluate(np.zeros(2), "test") is None


@pytest.mark.parametrize(
    ("index", "value", "place"),
    [(0, np.nan, "W⁽¹⁾"), (0, 1e300, "z⁽¹⁾"), (9, np.inf, "W⁽²⁾"), (9, 1e200, "L ← z⁽²⁾")],
)
def test_where_the_numbers_end_is_named(index, value, place):
    one = objective((2, 3, 1), ("identity", "identity"), "half_squared_error")
    one.train.x[:] = 1e10
    theta = np.full(one.size, 0.1)
    assert one.where_not_finite(theta) == ""
    theta[index] = value
    assert one.where_not_finite(theta) == place


def test_where_the_gradient_ends_is_named():
    one = objective((1, 1), ("identity",), "half_squared_error", rows=2, bias=False)
    one.train.x[:], one.train.y[:] = 1e200, 0.0
    assert one.where_not_finite(np.array([1e-50])) == "∂L/∂W⁽¹⁾"


def test_a_clone_shares_the_data_and_no_buffer():
    one = objective((2, 3, 1), ("tanh", "sigmoid"), "binary_cross_entropy")
    one.set_penalties({"l1": 0.1, "l2": 0.2})
    theta = one.initial(np.random.default_rng(0))
    loss, gradient = one.loss_and_gradient(theta)
    kept, other = gradient.copy(), one.clone()
    assert other.train is one.train
    assert other.loss_and_gradient(theta)[0] == loss
    other.loss_and_gradient(theta * 2)
    np.testing.assert_array_equal(gradient, kept)
