from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import ACTIVATIONS
from tests.helpers.networks import reference

NAMES = ACTIVATIONS.names()
ELEMENTWISE = [name for name in NAMES if ACTIVATIONS.create(name).elementwise]
ANALYTIC = [name for name in NAMES if ACTIVATIONS.create(name).analytic]
IN_THE_REFERENCE = {
    "leaky_relu": "leaky_relu_0.01",
    "hard_tanh": "hardtanh",
    "hard_sigmoid": "hardsigmoid",
}
# No point within the difference's reach of a kink.
Z = np.array([-6.3, -3.4, -2.1, -1.2, -0.7, -0.01, 0.02, 0.5, 1.1, 1.9, 2.9, 5.7])


def slope_of(activation, z):
    return activation.slope(z, activation.value(z))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_slope_is_the_central_difference(name):
    activation, h = ACTIVATIONS.create(name), 1e-5
    assert all(abs(Z - kink).min() > h for kink in activation.kinks)
    expected = (activation.value(Z + h) - activation.value(Z - h)) / (2 * h)
    np.testing.assert_allclose(slope_of(activation, Z), expected, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("h", [1e-30, 1e-12])
@pytest.mark.parametrize("name", ANALYTIC)
def test_slope_is_the_complex_step(name, h):
    activation = ACTIVATIONS.create(name)
    z = Z if activation.elementwise else Z.reshape(3, 4)
    if activation.elementwise:
        moved = activation.value(z + 1j * h)
        got = moved.imag / h
    else:  # one component at a time: the diagonal of the derivative
        moved = np.stack([activation.value(z + 1j * h * row) for row in np.eye(4)], axis=-1)
        got = np.diagonal(moved.imag, axis1=1, axis2=2) / h
        moved = moved[..., 0]
    np.testing.assert_allclose(got, slope_of(activation, z), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(moved.real, activation.value(z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("h", [1e-30, -1e-30, 1e-12])
@pytest.mark.parametrize("name", [name for name in ANALYTIC if name in ELEMENTWISE])
def test_at_a_kink_the_complex_step_takes_the_side_that_the_slope_takes(name, h):
    activation = ACTIVATIONS.create(name)
    # Every kink of any of them, to the bit, and where the pieces of the smooth ones meet.
    at = np.array([-3.0, -1.0, -0.0, 0.0, 1.0, 3.0, *activation.kinks])
    moved = activation.value(at + 1j * h)
    np.testing.assert_allclose(moved.imag / h, slope_of(activation, at), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(moved.real, activation.value(at), rtol=1e-15, atol=1e-15)
    into = np.empty_like(moved)
    assert activation.value(at + 1j * h, into) is into
    np.testing.assert_array_equal(into, moved)


@pytest.mark.parametrize("name", [name for name in ANALYTIC if not ACTIVATIONS.create(name).kinks])
def test_complex_values_are_those_of_one_function(name):
    # ∂σ/∂y = i ∂σ/∂x (Cauchy and Riemann) holds off the real axis too, where no piece ends.
    activation, h = ACTIVATIONS.create(name), 1e-5
    z = Z[Z > 0].reshape(2, 3) + 0.1j
    across = (activation.value(z + h) - activation.value(z - h)) / (2 * h)
    upward = (activation.value(z + 1j * h) - activation.value(z - 1j * h)) / (2j * h)
    np.testing.assert_allclose(upward, across, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_kinks_are_where_the_slope_jumps(name):
    activation, h = ACTIVATIONS.create(name), 1e-9
    at = np.linspace(-8.0, 8.0, 1601)  # every 0.01, and so every kink
    jumps = np.abs(slope_of(activation, at + h) - slope_of(activation, at - h)) > 1e-6
    np.testing.assert_allclose(at[jumps], activation.kinks, atol=1e-12)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_slope_are_those_of_pytorch(name):
    data = reference("activations")
    x = np.array(data["x"])
    expected = data["activations"][IN_THE_REFERENCE.get(name, name)]
    activation = ACTIVATIONS.create(name)
    a = activation.value(x)
    # Its hard sigmoid has 1/6 in float32.
    within = 1e-7 if name == "hard_sigmoid" else 1e-10
    np.testing.assert_allclose(a, expected["value"], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(activation.slope(x, a), expected["derivative"], rtol=within, atol=1e-13)


@pytest.mark.parametrize(
    ("dtype", "far"), [(np.float64, 800.0), (np.float64, 1e300), (np.float32, 800.0), (np.float32, 1e38)]
)
@pytest.mark.parametrize("name", NAMES)
def test_far_out_values_are_finite_and_keep_the_dtype(name, dtype, far):
    z = np.array([[-far, -90.0, 0.0, 90.0, far]], dtype)
    activation = ACTIVATIONS.create(name)
    a = activation.value(z)  # a warning would be an error here
    slope = activation.slope(z, a)
    assert a.dtype == slope.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()
    if activation.low is not None:
        assert a.min() >= dtype(activation.low)
    if activation.high is not None:
        assert a.max() <= activation.high


# What σ is far below and far above: a number, or a slope with a j.
ENDS = {
    "identity": (1j, 1j),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, 1j),
    "leaky_relu": (0.01j, 1j),
    "elu": (-1, 1j),
    "selu": (-1.7580993408473766, 1.0507009873554805j),
    "gelu": (0, 1j),
    "gelu_tanh": (0, 1j),
    "silu": (0, 1j),
    "mish": (0, 1j),
    "softplus": (0, 1j),
    "softsign": (-1, 1),
    "hard_tanh": (-1, 1),
    "hard_sigmoid": (0, 1),
    "gaussian": (0, 0),
}


@pytest.mark.parametrize("far", [100.0, 800.0, 1e300])
@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if name != "sine"])
def test_far_out_an_activation_is_straight(name, far):
    activation, z = ACTIVATIONS.create(name), np.array([-far, far])
    # Softsign comes to its ends as 1/z, all others to the last digit.
    within = 1.0 / far if name == "softsign" else 1e-15
    ends = np.array(ENDS[name])
    slopes = ends.imag
    np.testing.assert_allclose(activation.value(z), ends.real + slopes * z, rtol=1e-15, atol=within)
    np.testing.assert_allclose(slope_of(activation, z), slopes, rtol=1e-15, atol=within)
    moved = activation.value(z + 1e-20j)
    np.testing.assert_allclose(moved.imag / 1e-20, slopes, rtol=1e-15, atol=within)


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


@pytest.mark.parametrize(
    ("name", "slopes"),
    [
        ("relu", [0.0]),
        ("leaky_relu", [0.01]),
        ("selu", [1.0507009873554805 * 1.6732632423543772]),
        ("hard_tanh", [0.0, 0.0]),
        ("hard_sigmoid", [0.0, 0.0]),
    ],
)
def test_kinks_have_the_slope_that_pytorch_takes(name, slopes):
    # Computed with PyTorch 2.13.0.
    activation = ACTIVATIONS.create(name)
    assert len(activation.kinks) == len(slopes)
    np.testing.assert_allclose(slope_of(activation, np.array(activation.kinks)), slopes, rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("elu", np.log(0.25), -0.75),
        ("selu", np.log(0.5), -0.5 * 1.0507009873554805 * 1.6732632423543772),
        ("silu", np.log(3.0), 0.75 * np.log(3.0)),
        ("softplus", np.log(3.0), np.log(4.0)),
        ("softsign", -3.0, -0.75),
        ("mish", np.log(2.0), 0.8 * np.log(2.0)),  # tanh ln 3 = 8/10
        ("hard_tanh", 0.3, 0.3),
        ("hard_sigmoid", 1.5, 0.75),
        ("sine", np.pi / 6, 0.5),
        ("gaussian", -np.sqrt(np.log(2.0)), 0.5),
    ],
)
def test_values_by_hand(name, at, expected):
    assert ACTIVATIONS.create(name).value(np.array([at]))[0] == pytest.approx(expected, rel=1e-15)


def test_small_values_keep_their_digits():
    # Worked with mpmath 1.3.0 at 40 digits.
    z = np.array([-12.0])
    assert ACTIVATIONS.create("gelu").value(z)[0] == pytest.approx(-2.1317785344932148e-32, rel=1e-13)
    assert ACTIVATIONS.create("softplus").value(z)[0] == pytest.approx(6.144193477732805e-06, rel=1e-14)
    assert ACTIVATIONS.create("mish").value(z)[0] == pytest.approx(-7.373032173186634e-05, rel=1e-14)


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
