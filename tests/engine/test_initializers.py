from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import INITIALIZERS
from tests.helpers.networks import objective

UNITS, INPUTS = 400, 250
MANY = UNITS * INPUTS


def drawn(name, seed=0, **fields):
    return INITIALIZERS.create(name, **fields).weights(np.random.default_rng(seed), UNITS, INPUTS)


@pytest.mark.parametrize("name", INITIALIZERS.names())
def test_shape_and_seed(name):
    weights = drawn(name)
    assert weights.shape == (UNITS, INPUTS)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(drawn(name), weights)


@pytest.mark.parametrize("name", ["uniform", "normal", "xavier", "he"])
def test_another_seed_gives_other_weights(name):
    assert np.mean(drawn(name, 0) == drawn(name, 1)) < 0.01


def test_fixed_weights():
    assert not drawn("zeros").any()
    assert (drawn("constant") == 0.5).all()
    assert (drawn("constant", value=-2.0) == -2.0).all()


@pytest.mark.parametrize(
    ("name", "fields", "bound"),
    [
        ("uniform", {}, 0.5),
        ("uniform", {"half_range": 2.0}, 2.0),
        ("xavier", {}, np.sqrt(6 / (UNITS + INPUTS))),
    ],
)
def test_uniform_weights_fill_their_range(name, fields, bound):
    weights = drawn(name, **fields)
    assert np.abs(weights).max() <= bound
    assert np.abs(weights).max() > 0.999 * bound
    # Five standard errors of a mean and of a deviation over 100,000 numbers.
    assert abs(weights.mean()) < 5 * bound / np.sqrt(3 * MANY)
    assert weights.std() == pytest.approx(bound / np.sqrt(3), rel=0.01)


@pytest.mark.parametrize(
    ("name", "fields", "deviation"),
    [("normal", {}, 0.1), ("normal", {"std": 1.5}, 1.5), ("he", {}, np.sqrt(2 / INPUTS))],
)
def test_normal_weights_have_their_deviation(name, fields, deviation):
    weights = drawn(name, **fields)
    assert abs(weights.mean()) < 5 * deviation / np.sqrt(MANY)
    assert weights.std() == pytest.approx(deviation, rel=0.012)
    # A bell has 68.27 % within one deviation; an even spread would have 57.7 %.
    assert np.mean(np.abs(weights) < deviation) == pytest.approx(0.6827, abs=0.01)


def test_biases_start_at_zero_and_weights_by_layer():
    one = objective((3, 4, 2), ("tanh", "identity"), "half_squared_error", initializer="constant")
    theta = one.initial(np.random.default_rng(0))
    is_bias = np.array([name.startswith("b") for name in one.parameter_names])
    assert is_bias.sum() == 6
    assert (theta[is_bias] == 0.0).all()
    assert (theta[~is_bias] == 0.5).all()
    rough = objective(
        (3, 4, 2), ("tanh", "identity"), "half_squared_error", initializer="he", dtype=np.float32
    )
    exact = objective((3, 4, 2), ("tanh", "identity"), "half_squared_error", initializer="he")
    rng = np.random.default_rng
    np.testing.assert_array_equal(rough.initial(rng(7)), exact.initial(rng(7)).astype(np.float32))
