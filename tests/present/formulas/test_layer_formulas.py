"""The matrix form of every layer's operations, worked out from what is printed, is what the engine did."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.layers import LAYERS
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES
from bpviz.engine.samples import Samples
from bpviz.engine.trace import trace
from bpviz.present.formulas.evaluate import choices, evaluate, key
from bpviz.present.formulas.layers import delta_lines, kind_of, layer_lines
from bpviz.present.formulas.plain import plain
from bpviz.present.formulas.tree import Number, Over, Symbol


def traced(layers, rows=1, seed=0, training=False):
    """Return a trace of random samples through ``layers`` and a dense output."""
    rng = np.random.default_rng(seed)
    outputs = layers[-1].units
    layers = [
        *layers,
        LAYERS["flatten"].make(layers[-1].output_shape),
        LAYERS["dense"].make((outputs,), 2, "tanh"),
    ]
    x, y = rng.normal(size=(rows, layers[0].inputs)), rng.normal(size=(rows, 2))
    samples = Samples(x, y)
    net = Network(layers, np.dtype(float))
    one = NetworkObjective(
        net, LOSSES.create("half_squared_error"), INITIALIZERS.create("zeros"), samples, samples
    )
    theta = rng.normal(scale=0.6, size=one.size)
    return trace(one, theta, x, y, training=training), layers


def make(kind, shape, *arguments, **fields):
    return LAYERS[kind].make(shape, *arguments, **fields)


def known(layer, found, number=1, row=0):
    """Return a sample's numbers under the names of the formulas."""
    values = {state.name: state.values for state in found.parameters}
    values |= {f"dL_d{state.name}": state.gradient for state in found.parameters}
    values |= dict(found.extras[row])
    values |= {"x": found.x[row], "z": found.z[row], "a": found.a[row], "delta": found.delta[row]}
    if layer.activation is not None:
        activation = layer.activation
        values["sigma"] = lambda z: elementwise(activation.value, z)
        values["sigma_prime"] = lambda z: elementwise(
            lambda z: activation.slope(z, activation.value(z.copy())), z
        )
    return values


def elementwise(function, z):
    flat = np.array(z, float).ravel()
    return function(flat).reshape(np.shape(z))[()]


def assert_lines(lines, values, within=1e-12):
    """Work out every line wherever its indices may stand, and compare it with what its target is."""
    assert lines
    for line in lines:
        expected = np.asarray(values[target_key(line.target, values)])
        free = tuple(each.name for each in line.target.index)
        if not free:
            np.testing.assert_allclose(evaluate(line.formula, values), expected, rtol=within, atol=within)
            continue
        places = [range(1, 1 + side) for side in expected.shape[: len(free)]]
        for place in choices(Over("sum", Number(0), free), dict(zip(free, places, strict=True))):
            at = tuple(place[name] - 1 for name in free)
            found = evaluate(line.formula, {**values, **place})
            np.testing.assert_allclose(found, expected[at], rtol=within, atol=within, err_msg=plain(line))


def target_key(target, values):
    bare = key(Symbol(target.name, (), target.layer))
    return bare if bare in values else target.name


class TestDense:
    @pytest.mark.parametrize("bias", [True, False])
    @pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu"])
    def test_every_operation(self, activation, bias):
        layer = make("dense", (4,), 3, activation, bias=bias)
        found, layers = traced([layer])
        values = known(layer, found.layers[0])
        column = {"W(1)": values["W"], "a(0)": values["x"][:, None]}
        column |= {f"{name}(1)": values[name][:, None] for name in ("z", "a", "delta")}
        column |= {
            "dL_dW(1)": values["dL_dW"],
            "sigma": values["sigma"],
            "sigma_prime": values["sigma_prime"],
        }
        if bias:
            column |= {"b(1)": values["b"][:, None], "dL_db(1)": values["dL_db"][:, None]}
        last = found.layers[2]
        column["dL_da(1)"] = (last.parameters[0].values.T @ last.delta[0])[:, None]
        column["dL_da(0)"] = found.x_gradient[0][:, None]
        for operation in layer.formulas:
            assert_lines(layer_lines(kind_of(layer), operation, 1), column)
        column |= {"W(2)": last.parameters[0].values, "delta(2)": last.delta[0][:, None]}
        assert_lines(delta_lines(kind_of(layer), kind_of(layers[2]), 1), column)
        assert ("b" in plain(layer_lines(kind_of(layer), "sum", 1)[0])) is bias

    def test_delta_by_the_layer_above_is_the_textbook_s(self):
        layer = make("dense", (4,), 3)
        line = delta_lines(kind_of(layer), kind_of(layer))[0]
        assert plain(line) == "δ⁽ˡ⁾ = W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾ ⊙ σ′(z⁽ˡ⁾)"
        assert plain(layer_lines(kind_of(layer), "gradient", 3)[0]) == "∂L/∂W⁽³⁾ = δ⁽³⁾ a⁽²⁾ᵀ"


@pytest.mark.parametrize(
    ("stride", "padding", "bias"), [(1, 0, True), (2, 1, True), (1, 2, False), (3, 0, True)]
)
def test_convolution(stride, padding, bias):
    layer = make("conv", (2, 6, 5), 3, "3x2", stride=stride, padding=padding, activation="tanh", bias=bias)
    found, _ = traced([layer])
    values = known(layer, found.layers[0])
    numbers = {f"{name}(1)": each for name, each in values.items() if isinstance(each, np.ndarray)}
    last = found.layers[2]
    above = (last.parameters[0].values.T @ last.delta[0]).reshape(layer.output_shape)
    numbers |= {"a(0)": values["x"], "dL_da(1)": above, "dL_da(0)": found.x_gradient[0]}
    numbers |= {"sigma": values["sigma"], "sigma_prime": values["sigma_prime"]}
    for operation in layer.formulas:
        assert_lines(layer_lines(kind_of(layer), operation, 1), numbers)


@pytest.mark.parametrize(("size", "stride"), [(2, 0), (3, 2), (2, 1)])
@pytest.mark.parametrize("kind", ["maxpool", "avgpool"])
def test_pooling(kind, size, stride):
    layer = make(kind, (2, 6, 5), size, stride)
    found, _ = traced([layer])
    values = known(layer, found.layers[0])
    numbers = {"a(0)": values["x"], "a(1)": values["a"], "dL_da(1)": values["delta"]}
    numbers |= {"dL_da(0)": found.x_gradient[0], "i": range(1, size + 1), "j": range(1, size + 1)}
    assert_lines(layer_lines(kind_of(layer), "sum", 1), numbers)
    if kind == "maxpool":
        numbers |= {"winner": values["winner"].ravel() + 1, "dL_da(1)": values["delta"].ravel()}
        numbers["dL_da(0)"] = found.x_gradient[0].ravel()
    assert_lines(layer_lines(kind_of(layer), "back", 1), numbers)


def test_flatten():
    layer = make("flatten", (2, 3, 2))
    found, _ = traced([layer])
    values = known(layer, found.layers[0])
    numbers = {"a(0)": values["x"], "a(1)": values["a"], "dL_da(1)": values["delta"]}
    numbers["dL_da(0)"] = found.x_gradient[0].ravel()
    for operation in layer.formulas:
        assert_lines(layer_lines(kind_of(layer), operation, 1), numbers)


@pytest.mark.parametrize("training", [True, False])
def test_dropout(training):
    layer = make("dropout", (40,), 0.3)
    found, _ = traced([layer], training=training)
    values = known(layer, found.layers[0])
    numbers = {"a(0)": values["x"], "a(1)": values["a"], "m": values["mask"], "dL_da(1)": values["delta"]}
    numbers["dL_da(0)"] = found.x_gradient[0]
    assert_lines(layer_lines(kind_of(layer), "sum", 1), numbers)
    assert_lines(layer_lines(kind_of(layer), "back", 1), numbers)
    mask = layer_lines(kind_of(layer), "mask")[0].formula
    allowed = [evaluate(mask, {"u": np.array([u]), "i": 1, "rate": 0.3}) for u in (0.29, 0.31)]
    assert set(np.unique(values["mask"])) <= ({*allowed} if training else {1.0})


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(3,), (2, 3, 2)])
def test_batch_norm(shape, training):
    layer = make("batchnorm", shape, activation="tanh", epsilon=1e-3)
    found, _ = traced([layer], rows=5, training=training)
    own, last = found.layers[0], found.layers[2]
    values, rows = known(layer, own), range(5)
    above = np.array([last.parameters[0].values.T @ last.delta[row] for row in rows]).reshape(own.a.shape)
    x_hat = np.array([own.extras[row]["x_hat"] for row in rows])
    for c in range(shape[0]):
        numbers = {name: each[:, c].ravel() for name, each in (("x", own.x), ("z", own.z), ("a", own.a))}
        numbers |= {"delta": own.delta[:, c].ravel(), "x_hat": x_hat[:, c].ravel()}
        numbers |= {"dL_dx": found.x_gradient[:, c].ravel(), "dL_da": above[:, c].ravel()}
        numbers |= {name: values[name][c] for name in ("gamma", "beta", "dL_dgamma", "dL_dbeta")}
        numbers |= {
            "mu": values["mean"][c],
            "variance": values["variance"][c],
            "epsilon": 1e-3,
            "N": own.x[:, c].size,
            "B": 5,
        }
        numbers |= {"sigma": values["sigma"], "sigma_prime": values["sigma_prime"]}
        operations = set(layer.formulas) - ({"back_running"} if training else {"back", "statistics"})
        for operation in operations:
            assert_lines(layer_lines(kind_of(layer), operation), numbers)


GATES = {"lstm": "ifgo", "gru": "rzn"}


def of_steps(layer, found, x_gradient):
    """Return the numbers of a recurrent layer by step, columns, under the names of its formulas."""
    values = known(layer, found)
    kept = {"x": values["x"], "dL_dx": x_gradient[0], "dL_dh": values["delta_h"]}
    kept |= {
        name: values[name]
        for name in ("h", "z", "delta", "c", "i", "f", "g", "o", "r", "q", "n")
        if name in values
    }
    kept |= {name: values[name] for name in values if name.startswith("delta_") and name != "delta_h"}
    if layer.kind == "gru":
        kept |= {"z": values["z_gate"], "delta_z": values["delta_z_gate"]}
        kept.pop("delta")
    if "delta_c" in kept:
        kept["dL_dc"] = kept["delta_c"]
    numbers = {name: each[:, :, None] for name, each in kept.items()}
    if layer.kind == "rnn":
        numbers |= {name: values[name] for name in ("Wx", "Wh", "dL_dWx", "dL_dWh")}
        numbers |= {name: values[name][:, None] for name in ("b", "dL_db") if name in values}
        return numbers | {"sigma": values["sigma"], "sigma_prime": values["sigma_prime"]}
    for name in [each for each in values if each.removeprefix("dL_d") in ("Wx", "Wh", "b", "bx", "bh")]:
        matrix = values[name] if values[name].ndim == 2 else values[name][:, None]
        parts = np.split(matrix, len(GATES[layer.kind]))
        numbers |= {f"{name}_{gate}": part for gate, part in zip(GATES[layer.kind], parts, strict=True)}
    return numbers


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("rnn", {}),
        ("rnn", {"bias": False, "activation": "relu"}),
        ("lstm", {"biases": "one"}),
        ("lstm", {"biases": "two"}),
        ("lstm", {"biases": "none"}),
        ("gru", {"biases": "one"}),
        ("gru", {"biases": "two"}),
        ("gru", {"biases": "none"}),
    ],
)
def test_recurrent(kind, fields):
    """All steps are given on, so that the δ of the layer above reach every one of them."""
    layer = make(kind, (4, 2), 3, returns="sequence", **fields)
    found, _ = traced([layer])
    numbers = of_steps(layer, found.layers[0], found.x_gradient)
    last = found.layers[2]
    numbers["dL_dh_above"] = (last.parameters[0].values.T @ last.delta[0]).reshape(4, 3, 1)
    done = {line.target.name for each in layer.formulas for line in layer_lines(kind_of(layer), each)}
    for operation in layer.formulas:
        assert_lines(layer_lines(kind_of(layer), operation), numbers)
    assert {name for name in numbers if name.startswith("dL_d")} - done <= {"dL_dh_above"}
