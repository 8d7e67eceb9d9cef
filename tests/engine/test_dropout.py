from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.errors import UserError
from tests.helpers.one_layer import Alone

SHAPES = [(7,), (2, 3, 3), (4, 2)]


def mask(one, key, training=True):
    one.layer.set_noise(key)
    one.forward(training)
    return np.array([one.layer.trace(one.x, one.work, row)["mask"] for row in range(len(one.x))])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
def test_its_gradient_is_central_differences_and_complex_steps(shape, training):
    one = Alone("dropout", shape, rate=0.4)
    one.layer.set_noise((5, 1))
    one.check(training)


@given(st.floats(0, 0.95), st.integers(0, 100))
def test_what_stays_grows_by_one_over_one_minus_p(rate, seed):
    one = Alone("dropout", (6,), rate=rate, seed=seed)
    drawn = mask(one, (seed,))
    assert set(np.unique(drawn)) <= {0.0, 1 / (1 - rate)}
    np.testing.assert_array_equal(one.work.a, one.x * drawn)
    np.testing.assert_array_equal(one.backward()[1], one.above * drawn)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_that_is_dropped(rate):
    # 100 000 draws: the standard deviation of the share is below 0.0016.
    drawn = mask(Alone("dropout", (1000,), rows=100, rate=rate), (3,))
    assert (drawn == 0).mean() == pytest.approx(rate, abs=0.008)
    assert drawn.mean() == pytest.approx(1, abs=0.04)


def test_a_rate_of_0_drops_nothing():
    one = Alone("dropout", (50,), rate=0.0)
    np.testing.assert_array_equal(mask(one, (1,)), 1)


def test_evaluation_leaves_x_and_the_gradient_as_they_are():
    one = Alone("dropout", (40,))
    first = mask(one, (1,))
    np.testing.assert_array_equal(mask(one, (1,), training=False), 1)
    np.testing.assert_array_equal(one.work.a, one.x)
    np.testing.assert_array_equal(one.backward(training=False)[1], one.above)
    np.testing.assert_array_equal(mask(one, (1,)), first)


def test_the_mask_is_a_function_of_the_key():
    one, other = Alone("dropout", (40,)), Alone("dropout", (40,), seed=9)
    first = mask(one, (1, 2))
    assert (mask(one, (1, 3)) != first).any()
    np.testing.assert_array_equal(mask(one, (1, 2)), first)
    np.testing.assert_array_equal(mask(one, (1, 2)), first)
    np.testing.assert_array_equal(mask(other, (1, 2)), first)
    np.testing.assert_array_equal(mask(Alone("dropout", (40,), dtype=np.float32), (1, 2)), first)


def test_a_clone_draws_for_itself():
    one = Alone("dropout", (40,))
    first = mask(one, (1,))
    other = one.layer.clone()
    other.set_noise((2,))
    np.testing.assert_array_equal(mask(one, (1,)), first)
    one.forward()
    np.testing.assert_array_equal(one.work.mask, first)


def test_the_mask_has_the_shape_of_the_picture():
    assert mask(Alone("dropout", (2, 3, 4)), (1,)).shape == (3, 2, 3, 4)


def test_float32_stays():
    one = Alone("dropout", (5,), dtype=np.float32)
    assert one.forward().dtype == one.work.mask.dtype == one.backward()[1].dtype == np.float32


def test_it_says_that_it_draws():
    one = Alone("dropout", (5,))
    assert one.layer.stochastic
    assert one.layer.size == 0
    assert LAYERS["dropout"].extra["positional"] == ("rate",)
    one.layer.backward(one.x, one.work, None, at_z=False)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0])
def test_rates_that_cannot_be(rate):
    with pytest.raises(UserError, match="rate cannot be"):
        Alone("dropout", (5,), rate=rate)
