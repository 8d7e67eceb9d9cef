from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.engine.erf import erf, erfc

X = np.concatenate([np.linspace(-7.0, 7.0, 28_001), [-0.46875, 0.46875, -4.0, 4.0, 5e-324, 1e-300]])
# (z, erf z), worked with mpmath 1.3.0 at 40 digits.
WORKED = [
    (0.1 + 0.2j, 0.1170214863039043 + 0.22638445718145092j),
    (-0.4 - 0.5j, -0.5361242845810146 - 0.5092228621822763j),
    (1.5 + 0.1j, 0.9678846215780299 + 0.01175412873142486j),
    (-3 + 0.7j, -1.0000105155899484 - 3.372354055464089e-05j),
    (4.5 - 0.3j, 1.0000000001995606 - 7.9232711297486e-11j),
    (1j, 1.6504257587975428j),
]


def test_erf_is_that_of_the_c_library():
    expected = np.array([math.erf(x) for x in X])
    np.testing.assert_allclose(erf(X), expected, rtol=1e-15, atol=0)


def test_erfc_keeps_its_digits_in_the_tail():
    x = np.linspace(-7.0, 26.0, 33_001)
    expected = np.array([math.erfc(x) for x in x])
    np.testing.assert_allclose(erfc(x[x < 4]), expected[x < 4], rtol=2e-15, atol=0)
    np.testing.assert_allclose(erfc(x), expected, rtol=1e-13, atol=0)


def test_far_out_they_are_flat():
    x = np.array([-np.inf, -1e300, 1e300, np.inf])
    np.testing.assert_array_equal(erf(x), [-1.0, -1.0, 1.0, 1.0])
    np.testing.assert_array_equal(erfc(x), [2.0, 2.0, 0.0, 0.0])
    assert np.isnan(erf(np.array([np.nan])))
    assert np.signbit(erf(np.array([-0.0])))[0]


@pytest.mark.parametrize("function", [erf, erfc])
def test_shapes_and_float32_are_kept(function):
    x = np.linspace(-5, 5, 60)
    got = function(x.astype(np.float32).reshape(3, 4, 5))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got.ravel(), function(x), rtol=2e-5, atol=2e-7)
    assert function(np.empty((2, 0))).shape == (2, 0)


def test_complex_values():
    z, expected = np.array(WORKED).T
    np.testing.assert_allclose(erf(z), expected, rtol=1e-14)
    np.testing.assert_allclose(erfc(z), 1 - expected, rtol=1e-13, atol=1e-15)


def test_a_tiny_step_gives_the_derivative():
    slope = 2 / np.sqrt(np.pi) * np.exp(-(X**2))
    np.testing.assert_allclose(erf(X + 1e-200j).imag / 1e-200, slope, rtol=1e-13)
    np.testing.assert_allclose(erfc(X + 1e-200j).imag / 1e-200, -slope, rtol=1e-13)
    assert erfc(np.array([6.0 + 1e-200j])).real[0] == pytest.approx(math.erfc(6.0), rel=1e-13)
