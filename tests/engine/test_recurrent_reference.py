"""Recurrent networks against PyTorch's outputs and gradients; by hand where a number is enough."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import INITIALIZERS
from tests.helpers.networks import reference, relative_error
from tests.helpers.recurrent import Alone, complex_step

NAMES = {"Wx": "weight_ih_l0", "Wh": "weight_hh_l0", "bx": "bias_ih_l0", "bh": "bias_hh_l0"}


def bound(kind, x, units, parameters, **fields):
    """Return a layer with the given parameters, its gradient vector and work."""
    layer = LAYERS[kind].make(x.shape[1:], units, **fields)
    theta, gradient = np.empty(layer.size), np.full(layer.size, np.nan)
    layer.bind(theta, gradient)
    assert set(layer.p) == set(parameters)
    for name, value in parameters.items():
        layer.p[name][...] = value
    return layer, layer.work(len(x), np.dtype(float))


def close(got, expected):
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gates_are_those_of_pytorch(kind):
    data = reference("networks")["networks"][f"{kind}_last"]
    x, y = np.array(data["x"]), np.array(data["y"])
    parameters = {name: data["parameters"][theirs] for name, theirs in NAMES.items()}
    layer, work = bound(kind, x, 4, parameters, biases="two")
    a = layer.forward(x.reshape(5, -1), work, training=True)
    close(a, data["output"])
    close(0.5 * np.sum((a - y) ** 2) / 5, data["loss"])
    work.delta[...] = (a - y) / 5
    layer.backward(x.reshape(5, -1), work, None, at_z=False)
    for name, theirs in NAMES.items():
        close(layer.g[name], data["gradients"][theirs])


@pytest.mark.parametrize(("name", "returns"), [("rnn_many_to_one", "last"), ("rnn_many_to_many", "sequence")])
def test_simple_networks_are_those_of_pytorch(name, returns):
    data = reference("networks")["networks"][name]
    x, y, theirs = np.array(data["x"]), np.array(data["y"]), data["parameters"]
    parameters = {"Wx": theirs["Wx"], "Wh": theirs["Wh"], "b": theirs["bh"]}
    layer, work = bound("rnn", x, 4, parameters, returns=returns)
    layer.forward(x.reshape(5, -1), work, training=True)
    h = work.a.reshape(-1, 4)
    output = h @ np.transpose(theirs["Wy"]) + theirs["by"]
    close(output.reshape(y.shape), data["output"])
    delta = (output - y.reshape(output.shape)) / 5
    work.delta[...] = (delta @ theirs["Wy"]).reshape(5, -1)
    layer.backward(x.reshape(5, -1), work, None, at_z=False)
    close(delta.T @ h, data["gradients"]["Wy"])
    for mine, name in (("Wx", "Wx"), ("Wh", "Wh"), ("b", "bh")):
        close(layer.g[mine], data["gradients"][name])


def test_two_steps_by_hand():
    """ReLU, Wx = 2, Wh = 3, b = 1, x = (1, 2): h_1 = 3, h_2 = 4 + 9 + 1 = 14.

    L = h_2: δ_2 = 1, δ_1 = 3; ∂L/∂Wx = 2 + 3·1 = 5, ∂L/∂Wh = 3, ∂L/∂b = 1 + 3 = 4, ∂L/∂x = (6, 2).
    """
    x = np.array([[[1.0], [2.0]]])
    layer, work = bound("rnn", x, 1, {"Wx": 2.0, "Wh": 3.0, "b": 1.0}, activation="relu")
    assert layer.forward(x.reshape(1, 2), work, training=True) == 14.0
    work.delta[...] = 1.0
    x_gradient = np.empty((1, 2))
    layer.backward(x.reshape(1, 2), work, x_gradient, at_z=False)
    assert {name: array.item() for name, array in layer.g.items()} == {"Wx": 5.0, "Wh": 3.0, "b": 4.0}
    assert x_gradient.tolist() == [[6.0, 2.0]]
    seen = layer.trace(x, work, 0)
    assert [seen[name].ravel().tolist() for name in ("z", "h", "delta", "delta_h")] == [
        [3.0, 14.0], [3.0, 14.0], [3.0, 1.0], [3.0, 1.0],
    ]  # fmt: skip


@pytest.mark.parametrize("returns", ["last", "sequence"])
def test_relu_away_from_the_kink(returns):
    alone = Alone("rnn", 5, 2, 4, 3, activation="relu", returns=returns, seed=2)
    gradient, x_gradient = alone.backward()
    assert 0.2 < np.mean(alone.work.z > 0) < 0.8
    assert relative_error(gradient, complex_step(alone.loss, alone.theta)) < 1e-12
    assert relative_error(x_gradient, complex_step(lambda x: alone.loss(x=x), alone.x)) < 1e-12


@pytest.mark.parametrize("returns", ["last", "sequence"])
def test_z_and_delta_are_those_of_the_steps_it_returns(returns):
    alone = Alone("rnn", 4, 2, 3, 2, returns=returns)
    alone.backward()
    np.testing.assert_allclose(np.tanh(alone.work.z), alone.work.a, rtol=1e-15)
    seen = alone.layer.trace(alone.x, alone.work, 1)
    steps = slice(None) if returns == "sequence" else slice(-1, None)
    np.testing.assert_array_equal(alone.work.delta[1], seen["delta"][steps].ravel())
    np.testing.assert_array_equal(alone.work.z[1], seen["z"][steps].ravel())


def test_the_cell_of_an_lstm_adds_up_and_its_gradient_is_told():
    """Shut gates: with f, i, o all ½ (no weights, no bias) and g = tanh 1: c = ½ g, ¾ g, h = ½ tanh c."""
    x = np.ones((1, 2, 1))
    weights = np.zeros((4, 1))
    weights[2] = 1.0
    layer, work = bound("lstm", x, 1, {"Wx": weights, "Wh": np.zeros((4, 1))}, biases="none")
    layer.forward(x.reshape(1, 2), work, training=True)
    work.delta[...] = 1.0
    layer.backward(x.reshape(1, 2), work, None, at_z=False)
    seen = layer.trace(x, work, 0)
    g = np.tanh(1.0)
    np.testing.assert_allclose(seen["c"].ravel(), [0.5 * g, 0.75 * g], rtol=1e-15)
    np.testing.assert_allclose(seen["h"].ravel(), 0.5 * np.tanh([0.5 * g, 0.75 * g]), rtol=1e-15)
    by_c = 0.5 * (1 - np.tanh(0.75 * g) ** 2)
    np.testing.assert_allclose(seen["delta_c"].ravel(), [0.5 * by_c, by_c], rtol=1e-15)
    np.testing.assert_allclose(seen["delta_g"][-1], by_c * 0.5 * (1 - g * g), rtol=1e-14)


def test_the_forget_gate_starts_open():
    for fields, expected in (({}, 1.0), ({"forget_bias": -2.5, "biases": "two"}, -2.5)):
        layer = Alone("lstm", 3, 2, 2, 1, **fields).layer
        layer.initialize(np.random.default_rng(0), INITIALIZERS.create("xavier"))
        first = next(name for name in layer.p if name.startswith("b"))
        assert layer.p[first].tolist() == [0, 0, expected, expected, 0, 0, 0, 0]
        if "biases" in fields:
            assert not layer.p["bh"].any()


def test_one_bias_of_an_lstm_is_the_sum_of_two():
    one, two = (Alone("lstm", 4, 2, 3, 2, biases=biases) for biases in ("one", "two"))
    one.layer.p["Wx"][...], one.layer.p["Wh"][...] = two.layer.p["Wx"], two.layer.p["Wh"]
    one.layer.p["b"][...] = two.layer.p["bx"] + two.layer.p["bh"]
    one.x, one.upstream = two.x, two.upstream
    one.backward(), two.backward()
    np.testing.assert_allclose(one.work.a, two.work.a, rtol=1e-13)
    for name in ("bx", "bh"):
        np.testing.assert_allclose(two.layer.g[name], one.layer.g["b"], rtol=1e-12)


def test_large_sums_saturate_without_a_warning():
    for kind in ("lstm", "gru"):
        alone = Alone(kind, 3, 2, 3, 2)
        alone.theta *= 1e6
        gradient, _ = alone.backward()
        assert np.isfinite(gradient).all()
