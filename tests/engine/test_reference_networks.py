from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.network_objective import NetworkObjective, Samples
from bpviz.engine.registries import INITIALIZERS, LOSSES, OPTIMIZERS
from tests.helpers.networks import network, reference

NETWORKS = {
    "dense_tanh_sigmoid_half_squared": (
        (3, 4, 3, 2),
        ("tanh", "sigmoid", "identity"),
        "half_squared_error",
    ),
    "dense_relu_softmax": ((5, 6, 3), ("relu", "softmax"), "softmax_cross_entropy"),
}


def flat(named):
    layers = range(1, len(named) // 2 + 1)
    return np.concatenate([np.ravel(named[f"{kind}{layer}"]) for layer in layers for kind in "Wb"])


def objective(units, activations, loss, x, y, **kwargs):
    samples = Samples(np.array(x, dtype=float), np.array(y, dtype=float))
    net = network(units, activations, **kwargs)
    return NetworkObjective(net, LOSSES.create(loss), INITIALIZERS.create("zeros"), samples, samples)


@pytest.mark.parametrize("name", NETWORKS)
def test_loss_output_and_gradients_are_those_of_pytorch(name):
    units, activations, loss = NETWORKS[name]
    data = reference("networks")["networks"][name]
    y = np.array(data["y"])
    if loss == "softmax_cross_entropy":
        y = np.eye(units[-1])[y]
    one = objective(units, activations, loss, data["x"], y)
    theta = flat(data["parameters"])
    value, gradient = one.loss_and_gradient(theta)
    assert value == pytest.approx(data["loss"], rel=1e-13)
    np.testing.assert_allclose(gradient, flat(data["gradients"]), rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(one.forward(theta, one.train.x).z[-1], data["output"], rtol=1e-12)


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_fifty_steps_are_those_of_pytorch(name):
    data = reference("training_runs")
    run = data["runs"][name]
    one = objective((5, 6, 1), ("tanh", "sigmoid"), "binary_cross_entropy", data["x"], data["y"])
    theta = flat(data["initial"])
    arguments = dict(run["arguments"])
    rate = arguments.pop("lr")
    optimizer = OPTIMIZERS.create(name, **arguments)
    optimizer.start(one.size, one.dtype)
    losses = []
    for _ in range(50):
        loss, gradient = one.loss_and_gradient(theta)
        losses.append(loss)
        optimizer.step(theta, gradient, rate)
    np.testing.assert_allclose(losses, run["loss"], rtol=1e-10)
    np.testing.assert_allclose(theta, flat(run["final"]), rtol=1e-10, atol=1e-12)


class TestTheArticlesExample:
    """2-3-1, linear, no bias: inputs 40 and 80, target 60, weights 0.5 and 1.0, ½ squared error.

    By hand: every hidden a = 0.5·40 + 0.5·80 = 60, ŷ = 180, L = ½·120² = 7200, ∂L/∂W⁽²⁾ = 120·60 = 7200,
    ∂L/∂W⁽¹⁾ = 120·(40, 80) = (4800, 9600).  After one step at η = 1e-5: W⁽²⁾ = 0.928, W⁽¹⁾ = (0.452, 0.404),
    a = 50.4, ŷ = 3·0.928·50.4 = 140.3136.
    """

    @pytest.fixture
    def one(self):
        return objective(
            (2, 3, 1), ("identity", "identity"), "half_squared_error", [[40, 80]], [[60]], bias=False
        )

    def test_numbers_before_and_after_one_step(self, one):
        theta = np.array([0.5] * 6 + [1.0] * 3)
        optimizer = OPTIMIZERS.create("sgd")
        optimizer.start(9, one.dtype)
        loss, gradient = one.loss_and_gradient(theta)
        assert one.predict(theta, one.train.x)[0, 0] == 180.0
        assert loss == 7200.0
        np.testing.assert_array_equal(gradient, [4800.0, 9600.0] * 3 + [7200.0] * 3)
        optimizer.step(theta, gradient, 1e-5)
        np.testing.assert_allclose(theta, [0.452, 0.404] * 3 + [0.928] * 3, rtol=1e-15)
        assert one.predict(theta, one.train.x)[0, 0] == pytest.approx(140.3136, rel=1e-13)
        assert one.loss(theta) == pytest.approx(3225.1371724800006, rel=1e-13)

    def test_every_delta(self, one):
        theta = np.array([0.5] * 6 + [1.0] * 3)
        one.loss_and_gradient(theta)
        work = one.network.workspace(1)
        np.testing.assert_array_equal(work.delta[1], [[120.0]])
        np.testing.assert_array_equal(work.delta[0], [[120.0] * 3])
        np.testing.assert_array_equal(work.a[0], [[60.0] * 3])
