from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import ACTIVATIONS, LOSSES
from tests.helpers.networks import central_differences, reference, relative_error, targets

# Every loss as it comes, and again with its fields moved.
VARIANTS = [
    *((name, {}) for name in LOSSES.names()),
    ("huber", {"delta": 0.3}),
    ("huber", {"delta": 20.0}),
    ("binary_cross_entropy", {"label_smoothing": 0.2}),
    ("softmax_cross_entropy", {"label_smoothing": 0.1}),
]
CASES = [
    pytest.param(name, fields, output, id="-".join([name, *map(str, fields.values()), output]))
    for name, fields in VARIANTS
    for output in LOSSES.create(name).output_activations
]


def delta_of(loss, activation, z, y):
    """∂L/∂z by the chain rule that the network uses."""
    a = activation.value(z)
    gradient = loss.gradient(z, a, y)
    return gradient if loss.from_logits else gradient * activation.slope(z, a)


def case(name, fields, output, outputs):
    """Return a loss, an output activation, z and targets, no error near a kink."""
    if name == "softmax_cross_entropy":
        outputs += 1  # one class alone has nothing to learn
    loss, activation = LOSSES.create(name, **fields), ACTIVATIONS.create(output)
    rng = np.random.default_rng(outputs)
    z, y = 2.0 * rng.normal(size=(6, outputs)), targets(name, 6, outputs, rng)
    error = activation.value(z) - y
    assert abs(error).min() > 1e-4 or loss.from_logits
    assert abs(abs(error) - fields.get("delta", 1.0)).min() > 1e-4
    return loss, activation, z, y


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize(("name", "fields", "output"), CASES)
def test_delta_is_the_central_difference(name, fields, output, outputs):
    loss, activation, z, y = case(name, fields, output, outputs)

    def value(flat):
        moved = flat.reshape(z.shape)
        return loss.value(moved, activation.value(moved), y)

    expected = central_differences(value, z.ravel())
    assert relative_error(delta_of(loss, activation, z, y).ravel(), expected) < 1e-6


@pytest.mark.parametrize("h", [1e-30, 1e-12])
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize(("name", "fields", "output"), CASES)
def test_delta_is_the_complex_step(name, fields, output, outputs, h):
    loss, activation, z, y = case(name, fields, output, outputs)
    assert loss.analytic
    assert activation.analytic
    moved = z + 1j * h * np.eye(z.size).reshape(z.size, *z.shape)
    losses = loss.sample_losses(moved, activation.value(moved), y).mean(axis=-1)
    expected = delta_of(loss, activation, z, y).ravel()
    np.testing.assert_allclose(losses.imag / h, expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(losses.real, loss.value(z, activation.value(z), y), rtol=1e-13)


@pytest.mark.parametrize("h", [1e-30, -1e-30, 1e-12])
@pytest.mark.parametrize(
    ("name", "fields"), [one for one in VARIANTS if "identity" in LOSSES.create(one[0]).output_activations]
)
def test_at_a_kink_the_complex_step_takes_the_side_that_the_gradient_takes(name, fields, h):
    loss, delta = LOSSES.create(name, **fields), fields.get("delta", 1.0)
    # Errors of 0 and ±δ, and margins y ŷ of 1 and 0 on both sides, to the bit.
    y = np.repeat([-1.0, 1.0], 5)[:, None]
    y_hat = y + np.tile([0.0, delta, -delta, 1.0, -1.0], 2)[:, None]
    moved = y_hat + 1j * h * np.eye(10).reshape(10, 10, 1)
    found = loss.sample_losses(moved, moved, y).mean(axis=-1).imag / h
    np.testing.assert_allclose(found, loss.gradient(y_hat, y_hat, y).ravel(), rtol=1e-12, atol=1e-15)


def pytorch(name):
    data = reference("losses")["losses"]
    inputs = {key: np.array(value) for key, value in data["inputs"].items()}
    return inputs, data[name]["loss"], np.array(data[name]["gradient"])


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("half_squared_error", "half_squared_error_mean_over_samples"),
        ("mean_squared_error", "mean_squared_error"),
        ("mean_absolute_error", "mean_absolute_error"),
        ("huber", "huber_delta_1"),
        ("log_cosh", "log_cosh"),
    ],
)
def test_losses_of_numbers_are_those_of_pytorch(name, theirs):
    inputs, value, gradient = pytorch(theirs)
    loss, y_hat, y = LOSSES.create(name), inputs["prediction"], inputs["target"]
    assert loss.value(y_hat, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(y_hat, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize(
    ("theirs", "fields"),
    [
        ("softmax_cross_entropy", {}),
        ("softmax_cross_entropy_label_smoothing_0.1", {"label_smoothing": 0.1}),
    ],
)
def test_softmax_cross_entropy_is_that_of_pytorch(theirs, fields):
    inputs, value, gradient = pytorch(theirs)
    z = inputs["prediction"]
    y = np.eye(z.shape[1])[inputs["labels"]]
    loss, y_hat = LOSSES.create("softmax_cross_entropy", **fields), ACTIVATIONS.create("softmax").value(z)
    assert loss.value(z, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(z, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


def test_binary_cross_entropy_is_that_of_pytorch():
    inputs, value, gradient = pytorch("sigmoid_binary_cross_entropy")
    z, y = inputs["score"], inputs["binary"]
    loss, y_hat = LOSSES.create("binary_cross_entropy"), ACTIVATIONS.create("sigmoid").value(z)
    assert loss.value(z, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(z, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


def test_hinge_is_that_of_pytorch():
    inputs, value, gradient = pytorch("hinge")
    z, y = inputs["score"], inputs["plus_minus"]
    loss = LOSSES.create("hinge")
    assert loss.value(z, z, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(z, z, y), gradient, rtol=1e-12, atol=1e-16)


def test_smoothed_binary_cross_entropy_is_that_of_two_classes():
    # A sigmoid of z is a softmax of (0, z).
    z, y = np.array([[-3.0], [0.4], [2.0]]), np.array([[1.0], [0.0], [1.0]])
    pair, hot = np.hstack([0 * z, z]), np.hstack([1 - y, y])
    one = LOSSES.create("binary_cross_entropy", label_smoothing=0.3)
    two = LOSSES.create("softmax_cross_entropy", label_smoothing=0.3)
    np.testing.assert_allclose(one.sample_losses(z, z, y), two.sample_losses(pair, pair, hot), rtol=1e-14)


@pytest.mark.parametrize(("dtype", "far"), [(np.float64, 1e300), (np.float64, 800.0), (np.float32, 1e36)])
@pytest.mark.parametrize(("name", "fields"), VARIANTS)
def test_far_out_losses_are_finite_and_keep_the_dtype(name, fields, dtype, far):
    loss = LOSSES.create(name, **fields)
    if "squared" in name:
        far = far**0.5  # the square itself has to be a number
    z = np.array([[far, -far], [-far, far], [0.0, far], [far, far]], dtype)
    y = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], dtype)
    for output in loss.output_activations:
        y_hat = ACTIVATIONS.create(output).value(z)
        each = loss.sample_losses(z, y_hat, y)  # a warning would be an error here
        gradient = loss.gradient(z, y_hat, y)
        assert each.dtype == gradient.dtype == dtype
        assert np.isfinite(each).all()
        assert (each >= 0).all()
        assert np.isfinite(gradient).all()
    moved = loss.sample_losses(z + 1e-20j, ACTIVATIONS.create(output).value(z + 1e-20j), y)
    np.testing.assert_allclose(moved.real, each, rtol=1e-6, atol=1e-39)


@pytest.mark.parametrize("error", [1e-9, 1e-6, 1e-3, 0.5, 0.999999, 1.000001, 3.0, 40.0])
def test_log_cosh_keeps_its_digits(error):
    z = np.array([[error]])
    value = LOSSES.create("log_cosh").value(z, z, np.zeros((1, 1)))
    series = error**2 / 2 - error**4 / 12 + error**6 / 45
    expected = series if error < 0.01 else np.logaddexp(error, -error) - np.log(2.0)
    assert value == pytest.approx(expected, rel=1e-14)


def test_gradients_at_a_kink():
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    assert LOSSES.create("mean_absolute_error").gradient(zero, zero, zero)[0, 0] == 0.0
    assert LOSSES.create("hinge").gradient(one, one, one)[0, 0] == 0.0
    assert LOSSES.create("huber", delta=0.5).gradient(one, one, one / 2)[0, 0] == 0.5


@pytest.mark.parametrize("name", LOSSES.names())
def test_losses_say_what_their_targets_are(name):
    loss = LOSSES.create(name)
    classes = name in ("binary_cross_entropy", "softmax_cross_entropy", "hinge")
    assert loss.for_classes == classes
    assert loss.class_low == (-1.0 if name == "hinge" else 0.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_cross_entropies_are_exact_far_out(dtype):
    # On the wrong side by |z| the loss is |z| itself, on the right side e^(−|z|).
    z = np.array([[800.0], [-800.0], [800.0], [-800.0], [-40.0]], dtype)
    y = np.array([[0.0], [1.0], [1.0], [0.0], [0.0]], dtype)
    y_hat = ACTIVATIONS.create("sigmoid").value(z)
    each = LOSSES.create("binary_cross_entropy").sample_losses(z, y_hat, y)
    np.testing.assert_allclose(each, [800.0, 800.0, 0.0, 0.0, np.exp(-40.0)], rtol=1e-6)
    z = np.array([[800.0, -800.0, 0.0], [800.0, -800.0, 0.0]], dtype)
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype)
    y_hat = ACTIVATIONS.create("softmax").value(z)
    each = LOSSES.create("softmax_cross_entropy").sample_losses(z, y_hat, y)
    np.testing.assert_allclose(each, [1600.0, 0.0], rtol=1e-6)


@pytest.mark.parametrize("name", LOSSES.names())
def test_loss_is_the_mean_over_samples_and_stacks(name):
    loss, rng = LOSSES.create(name), np.random.default_rng(3)
    activation = ACTIVATIONS.create(loss.output_activations[0])
    z, y = rng.normal(size=(4, 6, 3)), targets(name, 6, 3, rng)
    stacked = loss.sample_losses(z, activation.value(z), y)
    assert stacked.shape == (4, 6)
    for index, one in enumerate(z):
        alone = loss.sample_losses(one, activation.value(one), y)
        np.testing.assert_allclose(stacked[index], alone, rtol=1e-13)
        assert loss.value(one, activation.value(one), y) == pytest.approx(alone.mean(), rel=1e-14)


@pytest.mark.parametrize("name", LOSSES.names())
def test_gradient_fills_out_and_leaves_its_inputs_alone(name):
    loss, rng = LOSSES.create(name), np.random.default_rng(4)
    z, y = rng.normal(size=(5, 2)), targets(name, 5, 2, rng)
    y_hat = ACTIVATIONS.create(loss.output_activations[0]).value(z)
    before = [array.copy() for array in (z, y_hat, y)]
    expected, out = loss.gradient(z, y_hat, y), np.empty_like(z)
    loss.sample_losses(z, y_hat, y)
    assert loss.gradient(z, y_hat, y, out) is out
    np.testing.assert_array_equal(out, expected)
    for array, kept in zip((z, y_hat, y), before, strict=True):
        np.testing.assert_array_equal(array, kept)


def test_losses_by_hand():
    y_hat, y = np.array([[3.0, 1.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [0.0, -2.0]])
    assert LOSSES.create("half_squared_error").value(y_hat, y_hat, y) == (2.0 + 8.0) / 2
    assert LOSSES.create("mean_squared_error").value(y_hat, y_hat, y) == (4.0 + 16.0) / 4
    assert LOSSES.create("mean_absolute_error").value(y_hat, y_hat, y) == (2.0 + 4.0) / 4
    assert LOSSES.create("huber", delta=3.0).value(y_hat, y_hat, y) == (2.0 + 3.0 * 2.5) / 4
    sides = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert LOSSES.create("hinge").value(y_hat, y_hat, sides) == (0.0 + 2.0 + 1.0 + 0.0) / 4
    z = np.log(np.array([[3.0]]))  # ŷ = 3/4
    assert LOSSES.create("binary_cross_entropy").value(z, z, np.ones((1, 1))) == pytest.approx(np.log(4 / 3))
    z = np.log(np.array([[1.0, 2.0, 5.0]]))
    assert LOSSES.create("softmax_cross_entropy").value(z, z, np.array([[0.0, 0.0, 1.0]])) == pytest.approx(
        np.log(8 / 5)
    )
