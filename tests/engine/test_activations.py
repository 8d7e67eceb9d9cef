from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import ACTIVATIONS
from tests.helpers.networks import reference

NAMES = ACTIVATIONS.names()
ELEMENTWISE = [name for name in NAMES if ACTIVATIONS.create(name).elementwise]
IN_THE_REFERENCE = {"leaky_relu": "leaky_relu_0.01"}
# No point within the difference's reach of the kink at 0.
Z = np.array([-6.3, -2.1, -0.7, -0.01, 0.02, 0.5, 1.9, 5.7])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_slope_is_the_central_difference(name):
    activation, h = ACTIVATIONS.create(name), 1e-5
    expected = (activation.value(Z + h) - activation.value(Z - h)) / (2 * h)
    np.testing.assert_allclose(activation.slope(Z, activation.value(Z)), expected, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_slope_are_those_of_pytorch(name):
    data = reference("activations")
    x = np.array(data["x"])
    expected = data["activations"][IN_THE_REFERENCE.get(name, name)]
    activation = ACTIVATIONS.create(name)
    a = activation.value(x)
    np.testing.assert_allclose(a, expected["value"], rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(activation.slope(x, a), expected["derivative"], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", NAMES)
def test_far_out_values_are_finite_and_keep_the_dtype(name, dtype):
    z = np.array([[-800.0, -90.0, 0.0, 90.0, 800.0]], dtype)
    activation = ACTIVATIONS.create(name)
    a = activation.value(z)  # a warning would be an error here
    slope = activation.slope(z, a)
    assert a.dtype == slope.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()
    if activation.low is not None:
        assert a.min() >= activation.low
    if activation.high is not None:
        assert a.max() <= activation.high


@pytest.mark.parametrize("name", NAMES)
def test_out_gives_the_same_numbers_even_in_place(name):
    activation = ACTIVATIONS.create(name)
    z = np.random.default_rng(1).normal(size=(5, 4))
    a, before = activation.value(z), z.copy()
    np.testing.assert_array_equal(z, before)
    buffer = np.empty_like(z)
    assert activation.value(z, buffer) is buffer
    np.testing.assert_array_equal(buffer, a)
    slope = activation.slope(z, a)
    assert activation.slope(z, a, buffer) is buffer
    np.testing.assert_array_equal(buffer, slope)
    np.testing.assert_array_equal(activation.value(z, z), a)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan(name):
    assert np.isnan(ACTIVATIONS.create(name).value(np.array([[np.nan, 1.0]]))[0, 0])


def test_kinks_have_the_slope_from_below():
    zero = np.zeros(1)
    assert ACTIVATIONS.create("relu").slope(zero, zero)[0] == 0.0
    assert ACTIVATIONS.create("leaky_relu").slope(zero, zero)[0] == 0.01


def test_sigmoid_is_exact_on_both_sides():
    sigmoid = ACTIVATIONS.create("sigmoid")
    z = np.array([-600.0, -40.0, 0.0, 40.0])
    np.testing.assert_allclose(sigmoid.value(z), [np.exp(-600), np.exp(-40), 0.5, 1.0], rtol=1e-14)


def test_softmax_adds_up_to_one_and_ignores_a_shift():
    softmax = ACTIVATIONS.create("softmax")
    z = np.random.default_rng(2).normal(size=(6, 5)) * 30
    a = softmax.value(z)
    np.testing.assert_allclose(a.sum(axis=1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(softmax.value(z + 700.0), a, rtol=1e-10)
    np.testing.assert_allclose(softmax.value(np.log([[1.0, 2.0, 5.0]])), [[0.125, 0.25, 0.625]], rtol=1e-15)
