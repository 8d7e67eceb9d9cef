from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import ACTIVATIONS, LOSSES
from tests.helpers.networks import central_differences, reference, relative_error, targets

PAIRS = [(name, output) for name in LOSSES.names() for output in LOSSES.create(name).output_activations]


def delta_of(loss, activation, z, y):
    """∂L/∂z by the chain rule that the network uses."""
    a = activation.value(z)
    gradient = loss.gradient(z, a, y)
    return gradient if loss.from_logits else gradient * activation.slope(z, a)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize(("name", "output"), PAIRS)
def test_delta_is_the_central_difference(name, output, outputs):
    if name == "softmax_cross_entropy":
        outputs += 1  # one class alone has nothing to learn
    loss, activation = LOSSES.create(name), ACTIVATIONS.create(output)
    rng = np.random.default_rng(outputs)
    z, y = rng.normal(size=(6, outputs)), targets(name, 6, outputs, rng)

    def value(flat):
        moved = flat.reshape(z.shape)
        return loss.value(moved, activation.value(moved), y)

    expected = central_differences(value, z.ravel())
    assert relative_error(delta_of(loss, activation, z, y).ravel(), expected) < 1e-6


def pytorch(name):
    data = reference("losses")["losses"]
    inputs = {key: np.array(value) for key, value in data["inputs"].items()}
    return inputs, data[name]["loss"], np.array(data[name]["gradient"])


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("half_squared_error", "half_squared_error_mean_over_samples"),
        ("mean_squared_error", "mean_squared_error"),
    ],
)
def test_squared_errors_are_those_of_pytorch(name, theirs):
    inputs, value, gradient = pytorch(theirs)
    loss, y_hat, y = LOSSES.create(name), inputs["prediction"], inputs["target"]
    assert loss.value(y_hat, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(y_hat, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


def test_softmax_cross_entropy_is_that_of_pytorch():
    inputs, value, gradient = pytorch("softmax_cross_entropy")
    z = inputs["prediction"]
    y = np.eye(z.shape[1])[inputs["labels"]]
    loss, y_hat = LOSSES.create("softmax_cross_entropy"), ACTIVATIONS.create("softmax").value(z)
    assert loss.value(z, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(z, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


def test_binary_cross_entropy_is_that_of_pytorch():
    inputs, value, gradient = pytorch("sigmoid_binary_cross_entropy")
    z, y = inputs["score"], inputs["binary"]
    loss, y_hat = LOSSES.create("binary_cross_entropy"), ACTIVATIONS.create("sigmoid").value(z)
    assert loss.value(z, y_hat, y) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.gradient(z, y_hat, y), gradient, rtol=1e-12, atol=1e-16)


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
    z = np.log(np.array([[3.0]]))  # ŷ = 3/4
    assert LOSSES.create("binary_cross_entropy").value(z, z, np.ones((1, 1))) == pytest.approx(np.log(4 / 3))
    z = np.log(np.array([[1.0, 2.0, 5.0]]))
    assert LOSSES.create("softmax_cross_entropy").value(z, z, np.array([[0.0, 0.0, 1.0]])) == pytest.approx(
        np.log(8 / 5)
    )
