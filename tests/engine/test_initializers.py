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


@pytest.mark.parametrize(
    "name",
    [name for name in INITIALIZERS.names() if name not in ("zeros", "constant", "identity")],
)
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
        ("he_uniform", {}, np.sqrt(6 / INPUTS)),
        ("lecun_uniform", {}, np.sqrt(3 / INPUTS)),
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
    [
        ("normal", {}, 0.1),
        ("normal", {"std": 1.5}, 1.5),
        ("he", {}, np.sqrt(2 / INPUTS)),
        ("lecun", {}, np.sqrt(1 / INPUTS)),
        ("xavier_normal", {}, np.sqrt(2 / (UNITS + INPUTS))),
    ],
)
def test_normal_weights_have_their_deviation(name, fields, deviation):
    weights = drawn(name, **fields)
    assert abs(weights.mean()) < 5 * deviation / np.sqrt(MANY)
    assert weights.std() == pytest.approx(deviation, rel=0.012)
    # A bell has 68.27 % within one deviation; an even spread would have 57.7 %.
    assert np.mean(np.abs(weights) < deviation) == pytest.approx(0.6827, abs=0.01)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("uniform", [0.136962, -0.230213]),
        ("normal", [0.012573, -0.01321049]),
        ("xavier", [0.300068, -0.504372]),
        ("he", [0.1026583, -0.1078632]),
    ],
)
def test_the_same_seed_gives_the_numbers_that_it_always_gave(name, first):
    weights = INITIALIZERS.create(name).weights(np.random.default_rng(0), 2, 3)
    np.testing.assert_allclose(weights.ravel()[:2], first, rtol=1e-5)


@pytest.mark.parametrize(
    ("units", "inputs"), [(1, 1), (4, 4), (6, 3), (3, 6), (1, 9), (9, 1), (64, 50), (50, 64)]
)
def test_orthogonal_weights_are_orthonormal(units, inputs):
    weights = INITIALIZERS.create("orthogonal").weights(np.random.default_rng(5), units, inputs)
    assert weights.shape == (units, inputs)
    assert weights.flags.c_contiguous
    product = weights @ weights.T if units <= inputs else weights.T @ weights
    np.testing.assert_allclose(product, np.eye(min(units, inputs)), atol=1e-13)


def test_orthogonal_weights_are_evenly_spread():
    """Without the sign fix Householder's Q has a lopsided diagonal; a 1 × 1 matrix is ±1 alike."""
    rng = np.random.default_rng(0)
    make = INITIALIZERS.create("orthogonal")
    ones = np.array([make.weights(rng, 1, 1)[0, 0] for _ in range(400)])
    assert set(ones) == {-1.0, 1.0}
    assert abs(ones.mean()) < 5 / np.sqrt(400)
    # Evenly spread, each entry of a 3 × 3 matrix has mean 0 and variance ⅓.
    diagonals = np.array([np.diagonal(make.weights(rng, 3, 3)) for _ in range(400)])
    assert (np.abs(diagonals.mean(axis=0)) < 5 * np.sqrt(1 / 3 / 400)).all()


def test_identity_weights():
    make = INITIALIZERS.create("identity")
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(make.weights(rng, 2, 2), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(make.weights(rng, 2, 3), [[1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(make.weights(rng, 3, 2), [[1, 0], [0, 1], [0, 0]])
    assert rng.random() == np.random.default_rng(0).random()


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
