from __future__ import annotations

import numpy as np
import pytest

from bpviz.data.dataset import Dataset, Scaling, split
from bpviz.engine.registries import LOSSES
from bpviz.errors import UserError
from bpviz.training.config import RunConfig
from bpviz.training.targets import choose_loss, choose_output, encode, output_units, target_scaling

CLASSES = {2: ("no", "yes"), 3: ("red", "green", "blue")}


def classified(labels, classes, target_steps=0):
    labels = np.array(labels)
    x = np.arange(float(len(labels)))[:, None]
    dataset = Dataset(
        "some", x, labels, "classification", ("x",), class_names=CLASSES[classes], target_steps=target_steps
    )
    return split(dataset, 0.0, np.random.default_rng(0))


def numbered(y, target_steps=0):
    y = np.array(y)
    x = np.arange(float(len(y)))[:, None]
    names = tuple(f"y{i}" for i in range(y.shape[1]))
    dataset = Dataset("some", x, y, "regression", ("x",), names, target_steps=target_steps)
    return split(dataset, 0.0, np.random.default_rng(0))


def encoded(data, loss, output):
    outputs = output_units(data, loss) // max(1, data.dataset.target_steps)
    scaling = Scaling.identity(data.dataset.outputs)
    train, test = encode(data, outputs, output, LOSSES.create(loss), np.dtype(np.float64), scaling)
    assert test.y.shape == (0, train.y.shape[1])
    return train


@pytest.mark.parametrize(
    ("loss", "output", "low"),
    [
        ("binary_cross_entropy", "sigmoid", 0.0),
        ("mean_squared_error", "identity", 0.0),
        ("huber", "tanh", -1.0),
        ("hinge", "identity", -1.0),
        ("hinge", "tanh", -1.0),
    ],
)
def test_classes_become_numbers_as_the_loss_and_the_output_want_them(loss, output, low):
    data = classified([0, 1, 1], 2)
    assert output_units(data, loss) == 1
    np.testing.assert_array_equal(encoded(data, loss, output).y, [[low], [1.0], [1.0]])
    data = classified([0, 2, 1], 3)
    assert output_units(data, loss) == 3
    expected = np.where(np.eye(3)[[0, 2, 1]] > 0, 1.0, low)
    np.testing.assert_array_equal(encoded(data, loss, output).y, expected)


def test_a_softmax_has_an_output_for_each_of_two_classes():
    data = classified([0, 1, 1], 2)
    assert output_units(data, "softmax_cross_entropy") == 2
    samples = encoded(data, "softmax_cross_entropy", "softmax")
    np.testing.assert_array_equal(samples.y, [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    np.testing.assert_array_equal(samples.labels, [0, 1, 1])


def test_answers_at_every_step_lie_one_after_another():
    data = classified([[0, 1], [1, 1]], 2, target_steps=2)
    assert output_units(data, "binary_cross_entropy") == 2
    np.testing.assert_array_equal(encoded(data, "binary_cross_entropy", "sigmoid").y, [[0, 1], [1, 1]])
    np.testing.assert_array_equal(encoded(data, "hinge", "identity").y, [[-1, 1], [1, 1]])
    assert output_units(data, "softmax_cross_entropy") == 4
    samples = encoded(data, "softmax_cross_entropy", "softmax")
    np.testing.assert_array_equal(samples.y, [[1, 0, 0, 1], [0, 1, 0, 1]])
    np.testing.assert_array_equal(samples.labels, [[0, 1], [1, 1]])


def test_the_steps_of_a_target_share_their_scale():
    data = numbered([[100.0, 300.0], [200.0, 400.0]], target_steps=2)
    scaling = target_scaling(RunConfig(), data)
    np.testing.assert_allclose(scaling.mean, [250.0, 250.0])
    np.testing.assert_allclose(scaling.scale, np.std([100.0, 200.0, 300.0, 400.0]))


@pytest.mark.parametrize(
    ("classes", "loss"),
    [(2, "binary_cross_entropy"), (3, "softmax_cross_entropy"), (0, "half_squared_error")],
)
def test_auto_takes_the_loss_that_fits(classes, loss):
    data = classified([0, 1, classes - 1], classes) if classes else numbered([[1.0], [2.0]])
    assert choose_loss(RunConfig(), data) == loss


@pytest.mark.parametrize("loss", [name for name in LOSSES.names() if LOSSES.create(name).for_classes])
def test_a_loss_for_classes_refuses_numbers(loss):
    with pytest.raises(UserError, match=f"“{loss}” is for classes; the target “y0” is a number"):
        choose_loss(RunConfig(loss=loss), numbered([[1.0], [2.0]]))
    assert choose_loss(RunConfig(loss=loss), classified([0, 1], 2)) == loss


@pytest.mark.parametrize("loss", [name for name in LOSSES.names() if not LOSSES.create(name).for_classes])
def test_any_other_loss_takes_numbers_and_classes(loss):
    assert choose_loss(RunConfig(loss=loss), numbered([[1.0], [2.0]])) == loss
    assert choose_loss(RunConfig(loss=loss), classified([0, 1], 2)) == loss


def test_an_output_activation_has_to_fit_the_loss():
    assert choose_output(RunConfig(), "hinge") == "identity"
    assert choose_output(RunConfig(output_activation="tanh"), "hinge") == "tanh"
    with pytest.raises(UserError, match="It takes: identity, tanh, or auto"):
        choose_output(RunConfig(output_activation="sigmoid"), "hinge")
    with pytest.raises(UserError, match="sigmoi"):
        choose_output(RunConfig(output_activation="sigmoi"), "hinge")
