"""Lines of single units, weights, pixels and steps: what is printed comes to the engine's own number."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.activations import ACTIVATIONS
from bpviz.engine.layers import LAYERS
from bpviz.engine.losses import LOSSES
from bpviz.engine.network import Network
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS
from bpviz.engine.samples import Samples
from bpviz.engine.trace import trace
from bpviz.present.formulas.evaluate import printed_value
from bpviz.present.formulas.layers import kind_of
from bpviz.present.formulas.loss import loss_gradient_lines, sample_loss_lines
from bpviz.present.formulas.plain import plain
from bpviz.present.formulas.traced import (
    delta_line,
    flatten_line,
    gradient_line,
    lines_at,
    norm_lines,
    recurrent_delta_lines,
)
from tests.helpers.networks import targets
from tests.helpers.random_fields import random_fields


def close(found, expected):
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def agrees(line, engine=None):
    """The tree, what is printed of it and the engine are one number."""
    close(line.evaluate(), line.result)
    close(printed_value(line.plain()), line.result)
    if engine is not None:
        close(line.result, engine)


def run(layers, *, rows=1, seed=0, loss="half_squared_error", training=False):
    """Return the trace of random samples and the objective."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, layers[0].inputs))
    y = targets(loss, rows, layers[-1].units, rng)
    samples = Samples(x, y)
    net = Network(layers, np.dtype(float))
    one = NetworkObjective(net, LOSSES.create(loss), INITIALIZERS.create("zeros"), samples, samples)
    theta = rng.normal(scale=0.6, size=one.size)
    return trace(one, theta, x, y, training=training), y


def make(kind, shape, *arguments, **fields):
    return LAYERS[kind].make(shape, *arguments, **fields)


ACTIVE = [entry.name for entry in ACTIVATIONS if entry.make().elementwise]


@pytest.mark.parametrize("activation", ACTIVE)
@pytest.mark.parametrize("rows", [1, 4])
def test_a_dense_network_line_by_line(activation, rows):
    """Every sum, activation, δ and gradient of 3-4-2, of each sample."""
    piece, out = ACTIVATIONS.create(activation), ACTIVATIONS.create("identity")
    found, y = run([make("dense", (3,), 4, activation), make("dense", (4,), 2, "identity")], rows=rows)
    first, second = found.layers
    loss = LOSSES.create("half_squared_error")
    for sample in range(rows):
        for unit in range(4):
            agrees(lines_at(first, "sum", (unit,), sample=sample)[0], first.z[sample, unit])
            line = lines_at(first, "activation", (unit,), sample=sample, activation=piece)[0]
            agrees(line, first.a[sample, unit])
            above = lines_at(second, "back", (unit,), sample=sample)[0]
            agrees(above)
            agrees(delta_line(first, (unit,), piece, above, sample=sample), first.delta[sample, unit])
        for unit in range(2):
            said = loss_gradient_lines(loss, {}, second.z[sample], second.a[sample], y[sample], unit)[-1]
            agrees(said)
            agrees(delta_line(second, (unit,), out, said, sample=sample), second.delta[sample, unit])
        for feature in range(3):
            agrees(lines_at(first, "back", (feature,), sample=sample)[0], found.x_gradient[sample, feature])
    for layer in found.layers:
        weights, bias = layer.parameters
        for unit, feature in np.ndindex(weights.values.shape):
            agrees(gradient_line(layer, "W", (unit, feature)), weights.gradient[unit, feature])
        for unit in range(len(bias.values)):
            agrees(gradient_line(layer, "b", (unit,)), bias.gradient[unit])


def test_how_a_sum_is_printed():
    found, _ = run([make("dense", (2,), 1, "tanh"), make("dense", (1,), 1, "identity")])
    line = lines_at(found.layers[0], "sum", (0,))[0]
    w, b = found.layers[0].parameters[0].values[0], found.layers[0].parameters[1].values[0]
    x, z = found.layers[0].x[0], found.layers[0].z[0, 0]
    assert plain(line.formula) == "w₁₁⁽¹⁾·x₁ + w₁₂⁽¹⁾·x₂ + b₁⁽¹⁾"

    def shown(number, first=False):
        text = repr(float(number)).replace("-", "−")
        return text if number >= 0 or first else f"({text})"

    numbers = f"{shown(w[0], True)}·{shown(x[0])} + {shown(w[1])}·{shown(x[1])} + {shown(b)}"
    assert line.plain() == f"z₁⁽¹⁾ = {plain(line.formula)} = {numbers} = {shown(z, True)}"
    assert line.printed().left == "z_{1}^{(1)}"
    assert line.symbols_tex() == r"w_{11}^{(1)}\,x_{1}+w_{12}^{(1)}\,x_{2}+b_{1}^{(1)}"


def test_a_long_sum_is_shortened_on_the_screen_and_whole_in_what_is_copied():
    found, _ = run([make("dense", (40,), 3, "tanh"), make("dense", (3,), 1, "identity")])
    line = lines_at(found.layers[0], "sum", (1,))[0]
    assert r"\cdots" in line.symbols_tex()
    assert r"\cdots" in line.numbers_tex()
    assert line.symbols_tex().count("x_") < 6
    assert line.plain().count("·") == 80
    agrees(line, found.layers[0].z[0, 1])


def test_softmax_reads_every_sum_of_its_layer():
    found, y = run([make("dense", (3,), 4, "softmax")], rows=2, loss="softmax_cross_entropy")
    layer, softmax = found.layers[0], ACTIVATIONS.create("softmax")
    loss = LOSSES.create("softmax_cross_entropy")
    for sample, unit in np.ndindex(2, 4):
        agrees(
            lines_at(layer, "activation", (unit,), sample=sample, activation=softmax)[0],
            layer.a[sample, unit],
        )
        said = loss_gradient_lines(
            loss, {"label_smoothing": 0.0}, layer.z[sample], layer.a[sample], y[sample], unit
        )
        agrees(said[-1], layer.delta[sample, unit])


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("entry", list(LOSSES), ids=lambda e: e.name)
def test_a_sample_s_loss_and_its_gradient(entry, seed, outputs):
    rng = np.random.default_rng(seed)
    fields = random_fields(entry.fields, rng) if seed else entry.checked({})
    loss = entry.create(**fields)
    if loss.over_outputs == "whole":
        outputs += 1
    z = rng.normal(scale=2.0, size=(1, outputs))
    y_hat = ACTIVATIONS.create(loss.output_activations[0]).value(z.copy())
    y = targets(entry.name, 1, outputs, rng)
    lines = sample_loss_lines(loss, fields, z[0], y_hat[0], y[0])
    for line in lines:
        agrees(line)
    close(lines[-1].result, loss.value(z, y_hat, y))
    for output in range(outputs):
        lines = loss_gradient_lines(loss, fields, z[0], y_hat[0], y[0], output)
        for line in lines:
            agrees(line)
        close(lines[-1].result, loss.gradient(z, y_hat, y)[0, output])


@pytest.mark.parametrize(("stride", "padding", "rows"), [(1, 0, 1), (2, 1, 1), (1, 1, 3)])
def test_a_convolution_pixel_by_pixel(stride, padding, rows):
    layer = make("conv", (2, 5, 4), 3, "3x2", stride=stride, padding=padding, activation="tanh")
    top = make("flatten", layer.output_shape), make("dense", (layer.units,), 1, "identity")
    found, _ = run([layer, *top], rows=rows)
    conv, flat, _dense = found.layers
    settings, tanh = kind_of(layer).settings, ACTIVATIONS.create("tanh")
    for place in np.ndindex(layer.output_shape):
        agrees(lines_at(conv, "sum", place, settings=settings)[0], conv.z[0][place])
        agrees(lines_at(conv, "activation", place, activation=tanh)[0], conv.a[0][place])
    for unit in range(layer.units):
        agrees(flatten_line(flat, unit), flat.a[0][unit])
    for place in np.ndindex(conv.parameters[0].values.shape):
        agrees(gradient_line(conv, "W", place, settings), conv.parameters[0].gradient[place])
    agrees(gradient_line(conv, "b", (1,), settings), conv.parameters[1].gradient[1])
    for place in np.ndindex(layer.input_shape):
        agrees(lines_at(conv, "back", place, settings=settings)[0], found.x_gradient[0][place])


@pytest.mark.parametrize(("size", "stride"), [(2, 0), (3, 1)])
@pytest.mark.parametrize("kind", ["maxpool", "avgpool"])
def test_a_pool_window_by_window(kind, size, stride):
    layer = make(kind, (2, 5, 4), size, stride)
    found, _ = run([layer, make("flatten", layer.output_shape), make("dense", (layer.units,), 1, "identity")])
    pool, settings = found.layers[0], kind_of(layer).settings
    window = {"i": range(1, size + 1), "j": range(1, size + 1)}
    for place in np.ndindex(layer.output_shape):
        agrees(lines_at(pool, "sum", place, settings=settings, extra=window)[0], pool.a[0][place])
    flat = {"dL_da(1)": pool.delta[0].ravel()} if kind == "maxpool" else {}
    for index, place in enumerate(np.ndindex(layer.input_shape)):
        at = (index,) if kind == "maxpool" else place
        line = lines_at(pool, "back", at, settings=settings, extra={**window, **flat})[0]
        agrees(line, found.x_gradient[0][place])


def test_dropout_number_by_number():
    layer = make("dropout", (9,), 0.4)
    found, _ = run([layer, make("dense", (9,), 2, "identity")], training=True)
    for unit in range(9):
        agrees(lines_at(found.layers[0], "sum", (unit,))[0], found.layers[0].a[0, unit])
        agrees(lines_at(found.layers[0], "back", (unit,))[0], found.x_gradient[0, unit])


@pytest.mark.parametrize("shape", [(3,), (2, 2, 3), (4, 3)])
def test_batch_norm_channel_by_channel(shape):
    layer = make("batchnorm", shape, epsilon=1e-3)
    top = [] if len(shape) == 1 else [make("flatten", shape)]
    found, _ = run([layer, *top, make("dense", (layer.units,), 1, "identity")], rows=4, training=True)
    norm = found.layers[0]
    axis = 0 if len(shape) == 3 else len(shape) - 1

    def of(array, c):
        return np.moveaxis(array, 1 + axis, 0)[c].ravel()

    for c in range(layer.channels):
        mean, variance = norm_lines(norm, c, "statistics", 0, epsilon=1e-3)
        agrees(mean, norm.extras[0]["mean"][c])
        agrees(variance, norm.extras[0]["variance"][c])
        for at in range(of(norm.x, c).size):
            x_hat, z = norm_lines(norm, c, "sum", at, epsilon=1e-3)
            agrees(x_hat)
            agrees(z, of(norm.z, c)[at])
            agrees(norm_lines(norm, c, "back", at, epsilon=1e-3)[0], of(found.x_gradient, c)[at])
        for line, state in zip(
            norm_lines(norm, c, "gradient", 0, epsilon=1e-3), norm.parameters, strict=True
        ):
            agrees(line, state.gradient[c])


@pytest.mark.parametrize("truncate", [0, 2])
@pytest.mark.parametrize("returns", ["last", "sequence"])
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_step_by_step(kind, returns, truncate):
    layer = make(kind, (5, 2), 3, returns=returns, truncate=truncate)
    top = [make("flatten", layer.output_shape)] if returns == "sequence" else []
    found, _ = run([layer, *top, make("dense", (layer.units,), 2, "identity")], rows=2)
    own, tanh = found.layers[0], ACTIVATIONS.create("tanh")
    seen = own.extras[1]
    forward = [name for name in layer.formulas if name in ("sum", "activation", "gates", "state")]
    kept = {
        "z": "z_gate" if kind == "gru" else "z",
        "delta_z": "delta_z_gate",
        "dL_dh": "delta_h",
        "dL_dc": "delta_c",
    }
    for step, unit in np.ndindex(5, 3):
        lines = [
            line
            for operation in forward
            for line in lines_at(own, operation, (unit,), step=step, sample=1, activation=tanh)
        ]
        lines += recurrent_delta_lines(own, unit, step, sample=1, activation=tanh, truncate=truncate)
        for line in lines:
            name = line.target.name
            agrees(line, seen[kept.get(name, name)][step, unit])
        assert {line.target.name for line in lines} >= {"h", "dL_dh"}
        for feature in range(2):
            back = lines_at(own, "back", (feature,), step=step, sample=1)[0]
            agrees(back, found.x_gradient[1][step, feature])


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_s_gradients_weight_by_weight(kind):
    layer = make(kind, (4, 2), 3, returns="last")
    found, _ = run([layer, make("dense", (3,), 1, "identity")], rows=2)
    own = found.layers[0]
    gates = {"rnn": ("",), "lstm": ("_i", "_f", "_g", "_o"), "gru": ("_r", "_z", "_n")}[kind]
    for state in own.parameters:
        for gate, part in zip(gates, np.split(state.gradient, len(gates)), strict=True):
            for place in np.ndindex(part.shape):
                agrees(gradient_line(own, state.name + gate, place), part[place])


def test_a_dense_layer_on_a_sequence_is_one_at_every_step():
    layers = [make("rnn", (4, 2), 3, returns="sequence"), make("dense", (4, 3), 2, "tanh")]
    found, _ = run([*layers, make("flatten", (4, 2)), make("dense", (8,), 1, "identity")], rows=2)
    dense, tanh = found.layers[1], ACTIVATIONS.create("tanh")
    for step, unit in np.ndindex(4, 2):
        agrees(lines_at(dense, "sum", (unit,), step=step, sample=1)[0], dense.z[1, step, unit])
        line = lines_at(dense, "activation", (unit,), step=step, sample=1, activation=tanh)[0]
        agrees(line, dense.a[1, step, unit])
    for unit, feature in np.ndindex(2, 3):
        agrees(gradient_line(dense, "W", (unit, feature)), dense.parameters[0].gradient[unit, feature])
