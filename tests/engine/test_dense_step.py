"""The prepared calls against the layers' own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine import dense_batches
from bpviz.engine.registries import ACTIVATIONS, LOSSES
from tests.helpers.networks import objective

HIDDEN = [entry.name for entry in ACTIVATIONS if not getattr(entry.make, "output_only", False)]
PAIRS = [(entry.name, output) for entry in LOSSES for output in entry.make.output_activations]


def _both(one, theta, batch):
    """Return (L, ∇L) by the prepared calls and by the layers."""
    loss, gradient = one.loss_and_gradient(theta, batch)
    gradient = gradient.copy()
    one.network.bind(theta)
    plain = one._gradient_by_layers(*one.batch_of(batch))
    return (loss, gradient), (plain, one.network.gradient.copy())


@st.composite
def networks(draw):
    hidden = draw(st.lists(st.sampled_from(HIDDEN), max_size=4))
    loss, output = draw(st.sampled_from(PAIRS))
    least = 2 if loss == "softmax_cross_entropy" else 1
    units = [draw(st.integers(1, 5)), *(draw(st.integers(1, 6)) for _ in hidden), draw(st.integers(least, 4))]
    return objective(
        units,
        [*hidden, output],
        loss,
        rows=draw(st.integers(2, 9)),
        seed=draw(st.integers(0, 1000)),
        bias=draw(st.booleans()),
    )


@given(networks(), st.integers(0, 1000), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_prepared_calls_give_what_the_layers_give(one, seed, whole):
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=one.size)
    batch = None if whole else rng.integers(0, one.sample_count, rng.integers(1, 12))
    for _ in range(3):  # on a copy of θ, then bound to it, then again
        (loss, gradient), (plain_loss, plain) = _both(one, theta, batch)
        assert one._dense is not None
        scale = max(1.0, np.abs(plain).max())
        assert abs(loss - plain_loss) <= 1e-13 * max(1.0, abs(plain_loss))
        assert np.abs(gradient - plain).max() <= 1e-13 * scale
        theta += 0.1 * rng.normal(size=one.size)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation_and_loss_in_both_precisions(loss, output, hidden):
    for dtype, tolerance in ((np.float64, 1e-13), (np.float32, 2e-5)):
        one = objective([3, 6, 5, 3], [hidden, hidden, output], loss, rows=20, dtype=dtype)
        theta = one.initial(np.random.default_rng(1))
        (value, gradient), (plain_value, plain) = _both(one, theta, np.arange(11))
        assert gradient.dtype == dtype
        assert abs(value - plain_value) <= tolerance * max(1.0, abs(plain_value))
        assert np.abs(gradient - plain).max() <= tolerance * max(1.0, np.abs(plain).max())


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy"])
def test_label_smoothing_is_in_the_targets(loss):
    output = "softmax" if loss == "softmax_cross_entropy" else "sigmoid"
    one = objective([3, 4, 3], ["tanh", output], loss)
    without, _ = one.loss_and_gradient(one.initial(np.random.default_rng(0)))
    smooth = objective([3, 4, 3], ["tanh", output], loss)
    smooth.loss_function = LOSSES.create(loss, label_smoothing=0.2)
    theta = smooth.initial(np.random.default_rng(0))
    (value, gradient), (plain_value, plain) = _both(smooth, theta, None)
    assert value == pytest.approx(plain_value, abs=1e-13)
    assert np.abs(gradient - plain).max() <= 1e-13
    assert abs(value - without) > 1e-3


def test_sums_as_large_as_they_come_stay_finite():
    for loss, output in (("softmax_cross_entropy", "softmax"), ("binary_cross_entropy", "sigmoid")):
        one = objective([2, 3], [output], loss)
        theta = one.initial(np.random.default_rng(0)) * 1e290
        with np.errstate(all="ignore"):
            (value, gradient), (plain_value, plain) = _both(one, theta, None)
        assert np.isfinite(value)
        assert value == pytest.approx(plain_value, rel=1e-12)
        assert np.abs(gradient - plain).max() <= 1e-13 * np.abs(plain).max()


def test_the_same_call_gives_the_same_bits():
    one = objective([2, 8, 8, 1], ["tanh", "tanh", "sigmoid"], "binary_cross_entropy", rows=50)
    theta = one.initial(np.random.default_rng(0))
    batch = np.random.default_rng(1).permutation(50)[:10]
    loss, gradient = one.loss_and_gradient(theta, batch)
    first = gradient.copy()
    for other in (theta.copy(), theta, theta):
        one.loss_and_gradient(other + 1.0, np.arange(7))
        again, gradient = one.loss_and_gradient(other, batch)
        assert again == loss
        assert np.array_equal(gradient, first)


def test_a_parameter_vector_is_followed_wherever_it_lies():
    one = objective([2, 3, 1], ["tanh", "identity"], "half_squared_error")
    table = np.random.default_rng(0).normal(size=(one.size, 2))
    column = table[:, 1]  # not contiguous: it cannot be viewed as matrices
    for _ in range(3):
        expected = one.training_loss(column.copy())
        assert one.loss_and_gradient(column)[0] == pytest.approx(expected, abs=1e-13)
        column += 0.3


def test_large_batches_and_large_data_go_through_the_layers(monkeypatch):
    one = objective([2, 3, 1], ["tanh", "identity"], "half_squared_error", rows=5000)
    theta = one.initial(np.random.default_rng(0))
    one.loss_and_gradient(theta)
    assert one._dense is None
    monkeypatch.setattr(dense_batches, "MOST_BYTES", 100)
    small = objective([2, 3, 1], ["tanh", "identity"], "half_squared_error", rows=50)
    small.loss_and_gradient(theta)
    assert small._dense is None
