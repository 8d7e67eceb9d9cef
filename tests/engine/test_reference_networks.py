"""Networks of every kind: output, loss and each gradient are PyTorch's; one is worked by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from bpviz.engine.layers import LAYERS, Layer
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES, OPTIMIZERS
from bpviz.engine.samples import Samples
from tests.helpers.networks import network, reference

DATA = reference("networks")["networks"]
DENSE = {"W1": "W1", "b1": "b1", "W2": "W2", "b2": "b2"}
STATES = {"Wx1": "Wx", "Wh1": "Wh", "b1": "bh", "W2": "Wy", "b2": "by"}
PYTORCH = {"Wx1": "weight_ih_l0", "Wh1": "weight_hh_l0", "bx1": "bias_ih_l0", "bh1": "bias_hh_l0"}
TWO_BIASES = {"units": 4, "returns": "last", "biases": "two"}

# The input's shape, the layers, the loss, and the reference's name for each of the program's.
NETWORKS = {
    "dense_tanh_sigmoid_half_squared": (
        (3,),
        [("dense", 4, "tanh"), ("dense", 3, "sigmoid"), ("dense", 2, "identity")],
        "half_squared_error",
        {**DENSE, "W3": "W3", "b3": "b3"},
    ),
    "dense_relu_softmax": (
        (5,),
        [("dense", 6, "relu"), ("dense", 3, "softmax")],
        "softmax_cross_entropy",
        DENSE,
    ),
    "conv_relu_maxpool_dense": (
        (1, 8, 8),
        [("conv", 2, "3x3", 1, 0, "relu"), ("maxpool", 2), ("flatten",), ("dense", 3, "softmax")],
        "softmax_cross_entropy",
        {"W1": "K1", "b1": "c1", "W4": "W2", "b4": "b2"},
    ),
    "conv_stride_padding_avgpool": (
        (2, 7, 7),
        [
            ("conv", 3, "3x3", 2, 1, "tanh"),
            ("conv", 2, "2x2", 1, 0, "identity"),
            ("avgpool", 2, 1),
            ("flatten",),
            ("dense", 2, "identity"),
        ],
        "half_squared_error",
        {"W1": "K1", "b1": "c1", "W2": "K2", "b2": "c2", "W5": "W3", "b5": "b3"},
    ),
    "rnn_many_to_one": (
        (6, 2),
        [("rnn", 4, "tanh"), ("dense", 2, "identity")],
        "half_squared_error",
        STATES,
    ),
    "rnn_many_to_many": (
        (6, 2),
        [("rnn", {"units": 4, "returns": "sequence"}), ("dense", 1, "identity")],
        "half_squared_error",
        STATES,
    ),
    "lstm_last": ((6, 2), [("lstm", TWO_BIASES)], "half_squared_error", PYTORCH),
    "gru_last": ((6, 2), [("gru", TWO_BIASES)], "half_squared_error", PYTORCH),
    "batch_norm_training": (
        (3,),
        [("dense", 4, "identity"), ("batchnorm", "tanh"), ("dense", 1, "identity")],
        "half_squared_error",
        {"W1": "W1", "b1": "b1", "gamma2": "gamma", "beta2": "beta", "W3": "W2", "b3": "b2"},
    ),
}


def layers(shape: tuple[int, ...], described: list) -> list[Layer]:
    made: list[Layer] = []
    for kind, *values in described:
        names = [field.name for field in LAYERS[kind].fields]
        keyed = isinstance(values[0], dict) if values else False
        fields: dict = values[0] if keyed else dict(zip(names, values, strict=False))
        made.append(LAYERS[kind].make(shape, **fields))
        shape = made[-1].output_shape
    return made


def objective(name: str) -> NetworkObjective:
    shape, described, loss, _names = NETWORKS[name]
    data = DATA[name]
    net = Network(layers(shape, described), np.dtype(np.float64))
    x, y = np.array(data["x"]), np.array(data["y"])
    if loss == "softmax_cross_entropy":
        y = np.eye(net.outputs)[y]
    samples = Samples(x.reshape(len(x), -1), y.reshape(len(y), -1).astype(float))
    return NetworkObjective(net, LOSSES.create(loss), INITIALIZERS.create("zeros"), samples, samples)


def theta_of(one: NetworkObjective, named: Mapping[str, list], names: Mapping[str, str]) -> np.ndarray:
    theta = np.zeros(one.size)
    views = one.network.named(theta)
    for own, theirs in names.items():
        views[own][...] = named[theirs]
    return theta


@pytest.mark.parametrize("name", NETWORKS)
def test_loss_output_and_gradients_are_those_of_pytorch(name):
    data, names, one = DATA[name], NETWORKS[name][3], objective(name)
    theta = theta_of(one, data["parameters"], names)
    value, gradient = one.loss_and_gradient(theta)
    assert value == pytest.approx(data["loss"], rel=1e-12)
    views = one.network.named(gradient)
    assert {names[own] for own in names} == set(data["gradients"])
    for own, theirs in names.items():
        np.testing.assert_allclose(views[own], data["gradients"][theirs], rtol=1e-10, atol=1e-12, err_msg=own)
    out = one.network.forward(one.train.x, training=True).output
    z = out.a if NETWORKS[name][2] == "half_squared_error" else out.z
    np.testing.assert_allclose(z.ravel(), np.ravel(data["output"]), rtol=1e-10, atol=1e-12)


def test_every_network_is_compared():
    assert set(NETWORKS) == set(DATA)


class TestTheArticlesExample:
    """2-3-1, linear, no bias: inputs 40 and 80, target 60, weights 0.5 and 1.0, ½ squared error.

    By hand: every hidden a = 0.5·40 + 0.5·80 = 60, ŷ = 180, L = ½·120² = 7200, ∂L/∂W⁽²⁾ = 120·60 = 7200,
    ∂L/∂W⁽¹⁾ = 120·(40, 80) = (4800, 9600).  After one step at η = 1e-5: W⁽²⁾ = 0.928, W⁽¹⁾ = (0.452, 0.404),
    a = 50.4, ŷ = 3·0.928·50.4 = 140.3136.
    """

    @pytest.fixture
    def one(self):
        samples = Samples(np.array([[40.0, 80.0]]), np.array([[60.0]]))
        net = network((2, 3, 1), ("identity", "identity"), bias=False)
        loss = LOSSES.create("half_squared_error")
        return NetworkObjective(net, loss, INITIALIZERS.create("zeros"), samples, samples)

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
        work = one.forward(theta, one.train.x)
        one.network.backward(one.train.x, one.train.y, work, one.loss_function)
        np.testing.assert_array_equal(work.delta[1], [[120.0]])
        np.testing.assert_array_equal(work.delta[0], [[120.0] * 3])
        np.testing.assert_array_equal(work.a[0], [[60.0] * 3])
