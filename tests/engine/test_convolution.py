from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.engine.layers.conv_back import TapByTap
from bpviz.engine.layers.fields import hidden_activations
from bpviz.engine.registries import ACTIVATIONS, INITIALIZERS
from bpviz.errors import UserError
from tests.helpers.networks import reference
from tests.helpers.one_layer import Alone, Row

KINKED = {name for name in hidden_activations() if ACTIVATIONS.create(name).kinks}
SMOOTH = sorted(set(hidden_activations()) - KINKED)


def by_loops(pictures, weights, bias, stride, padding):
    """The definition, a sample, filter, row and column at a time."""
    padded = np.pad(pictures, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    filters, _, rows, columns = weights.shape
    height = (padded.shape[2] - rows) // stride + 1
    width = (padded.shape[3] - columns) // stride + 1
    z = np.empty((len(pictures), filters, height, width))
    for n, f, r, s in np.ndindex(z.shape):
        seen = padded[n, :, r * stride : r * stride + rows, s * stride : s * stride + columns]
        z[n, f, r, s] = np.sum(weights[f] * seen) + bias[f]
    return z


@st.composite
def convolutions(draw, activations=("identity",)):
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    padding = draw(st.integers(0, 2))
    kernel = tuple(draw(st.integers(1, min(4, side + 2 * padding))) for side in (height, width))
    return Alone(
        "conv",
        (draw(st.integers(1, 3)), height, width),
        rows=draw(st.integers(1, 4)),
        seed=draw(st.integers(0, 1000)),
        filters=draw(st.integers(1, 3)),
        kernel="{}x{}".format(*kernel),
        stride=draw(st.integers(1, 3)),
        padding=padding,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(activations)),
    )


@given(convolutions())
@settings(max_examples=100, deadline=None)
def test_it_is_the_loop_of_the_definition(one):
    layer = one.layer
    bias = layer.p.get("b", np.zeros(layer.output_shape[0]))
    expected = by_loops(one.pictures, layer.p["W"], bias, layer.stride, layer.padding)
    np.testing.assert_allclose(one.forward(), expected, rtol=1e-12, atol=1e-13)
    assert layer.output_shape == expected.shape[1:]


@given(convolutions(SMOOTH))
@settings(max_examples=60, deadline=None)
def test_its_gradients_are_central_differences_and_complex_steps(one):
    one.check()


@pytest.mark.parametrize("activation", sorted(KINKED))
def test_kinked_activations_away_from_the_kink(activation):
    kinks = np.array(ACTIVATIONS.create(activation).kinks)
    for seed in range(100):
        one = Alone("conv", (2, 4, 5), seed=seed, filters=2, activation=activation)
        one.forward()
        if np.abs(one.work.z[..., None] - kinks).min() > 1e-3:  # else the difference would straddle it
            break
    one.check()


@given(convolutions(["tanh", "relu"]))
@settings(max_examples=60, deadline=None)
def test_the_quick_way_back_is_the_plain_one(one):
    _, quick = one.backward()
    plain = np.empty_like(quick)
    layer = one.layer
    weights = layer.p["W"].reshape(layer.output_shape[0], -1)
    TapByTap(layer, len(plain), plain.dtype).fill(weights, one.work.delta, plain)
    np.testing.assert_allclose(quick, plain, rtol=1e-12, atol=1e-13)


def test_more_samples_than_the_way_back_takes_at_once():
    one = Alone("conv", (6, 20, 20), rows=30, filters=2, kernel="5", activation="tanh")
    assert one.work.way_back.at_once < 30
    _, found = (each.copy() for each in one.backward())
    for row in (0, 7, 29):
        alone = Alone("conv", (6, 20, 20), rows=1, filters=2, kernel="5", activation="tanh")
        alone.theta[:] = one.theta
        alone.x, alone.above = one.x[row : row + 1], one.above[row : row + 1]
        np.testing.assert_allclose(alone.backward()[1][0], found[row], rtol=1e-12, atol=1e-13)


def test_values_by_hand():
    # 3 × 3 picture 1 … 9, kernel (1 0; 0 −1): every window gives x − (x + 4) = −4, and b = 1.
    one = Alone("conv", (1, 3, 3), rows=1, filters=1, kernel="2", activation="identity")
    one.theta[:] = [1, 0, 0, -1, 1]
    one.x[:] = np.arange(1, 10)
    one.above[:] = [1, 0, 0, 2]
    np.testing.assert_array_equal(one.forward(), [[[[-3, -3], [-3, -3]]]])
    gradient, x_gradient = one.backward()
    # δ is 1 for the window 1 2 4 5 and 2 for 5 6 8 9.
    np.testing.assert_array_equal(gradient, [11, 14, 20, 23, 3])
    np.testing.assert_array_equal(x_gradient.reshape(3, 3), [[1, 0, 0], [0, 2 - 1, 0], [0, 0, -2]])


def test_no_input_gradient_where_none_is_wanted_and_delta_stays():
    one = Alone("conv", (1, 4, 4), filters=2, activation="tanh")
    expected = one.backward()[0].copy()
    delta = one.work.delta.copy()
    one.gradient.fill(np.nan)
    one.layer.backward(one.x, one.work, None, at_z=True)
    np.testing.assert_array_equal(one.gradient, expected)
    np.testing.assert_array_equal(one.work.delta, delta)
    np.testing.assert_allclose(delta, one.above * (1 - one.work.a**2), rtol=1e-14)


@pytest.mark.parametrize("padding", [0, 1])
def test_float32_stays_float32(padding):
    one = Alone("conv", (2, 5, 5), dtype=np.float32, filters=3, padding=padding, activation="tanh")
    exact = Alone("conv", (2, 5, 5), filters=3, padding=padding, activation="tanh")
    assert one.forward().dtype == np.float32
    np.testing.assert_allclose(one.forward(), exact.forward(), rtol=1e-4, atol=1e-5)
    for found, expected in zip(one.backward(), exact.backward(), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_theta_is_kernel_and_bias_filter_by_filter():
    one = Alone("conv", (2, 4, 4), filters=3, kernel="2x3")
    row = 2 * 2 * 3 + 1
    assert one.layer.size == 3 * row
    np.testing.assert_array_equal(one.layer.p["W"][1].ravel(), one.theta[row : 2 * row - 1])
    np.testing.assert_array_equal(one.layer.p["b"], one.theta[row - 1 :: row])
    one.layer.initialize(np.random.default_rng(0), INITIALIZERS.create("xavier"))
    assert (one.layer.p["b"] == 0).all()
    assert (one.layer.p["W"] != 0).all()


def test_a_clone_is_bound_to_its_own():
    one = Alone("conv", (1, 4, 4), filters=2)
    expected = one.forward().copy()
    other = one.layer.clone()
    other.bind(np.zeros_like(one.theta), np.empty_like(one.theta))
    assert (other.forward(one.x, other.work(len(one.x), one.x.dtype), False) == 0).all()
    np.testing.assert_array_equal(one.forward(), expected)


def test_the_trace_has_the_picture():
    one = Alone("conv", (2, 3, 4), filters=1)
    one.forward()
    np.testing.assert_array_equal(one.layer.trace(one.x, one.work, 1)["x"], one.pictures[1])


@pytest.mark.parametrize(
    ("text", "shape"), [("3x2", (3, 2)), ("3", (3, 3)), (" 3 × 2 ", (3, 2)), ("2*1", (2, 1)), ("1X3", (1, 3))]
)
def test_kernels_as_they_are_written(text, shape):
    assert Alone("conv", (1, 4, 4), kernel=text).layer.kernel == shape


@pytest.mark.parametrize(
    "text", ["", "x", "3x", "0", "0x3", "3x0", "-1", "3x3x3", "2.5", "three", "３x3", "9" * 30]
)
def test_what_is_no_kernel(text):
    with pytest.raises(UserError, match="is no kernel. Write its height and width like 3x3"):
        Alone("conv", (1, 4, 4), kernel=text)


@pytest.mark.parametrize(
    ("shape", "fields", "sentence"),
    [
        ((1, 8, 8), {"kernel": "9x9"}, "kernel 9x9 does not fit a picture of 8 × 8 with padding 0. Make"),
        (
            (1, 8, 4),
            {"kernel": "7", "padding": 1},
            "kernel 7x7 does not fit a picture of 8 × 4 with",
        ),
        ((64,), {}, "it takes pictures, channels × height × width; it got 64 features. Use picture data"),
        ((6, 2), {}, "it got a sequence of 6 × 2"),
    ],
)
def test_shapes_that_do_not_do(shape, fields, sentence):
    with pytest.raises(UserError, match=sentence):
        Alone("conv", shape, **fields)


def test_a_kernel_as_large_as_the_padded_picture_fits():
    assert Alone("conv", (1, 3, 3), kernel="5", padding=1, stride=7).layer.output_shape == (8, 1, 1)


@pytest.mark.parametrize(
    "fields", [{"filters": 0}, {"stride": 0}, {"padding": -1}, {"activation": "softmax"}]
)
def test_fields_that_cannot_be(fields):
    with pytest.raises(UserError, match=next(iter(fields))):
        Alone("conv", (1, 4, 4), **fields)


def test_the_words_of_a_layer_fill_filters_and_kernel():
    assert LAYERS["conv"].extra["positional"] == ("filters", "kernel")


class TestAgainstPyTorch:
    """Whole networks, layer by layer: output, loss and every gradient."""

    def test_convolution_relu_max_pooling_dense(self):
        data = reference("networks")["networks"]["conv_relu_maxpool_dense"]
        row = Row.of(
            (1, 8, 8),
            [
                ("conv", {"filters": 2}, "K1", "c1"),
                ("maxpool", {}),
                ("flatten", {}),
                ("dense", {"units": 3, "activation": "identity"}, "W2", "b2"),
            ],
            data,
        )
        z = row.forward()
        t = np.eye(3)[data["y"]]
        exponentials = np.exp(z - z.max(axis=1, keepdims=True))
        y_hat = exponentials / exponentials.sum(axis=1, keepdims=True)
        row.check(-np.log((y_hat * t).sum(axis=1)).mean(), (y_hat - t) / len(t))

    def test_stride_padding_and_average_pooling(self):
        data = reference("networks")["networks"]["conv_stride_padding_avgpool"]
        row = Row.of(
            (2, 7, 7),
            [
                ("conv", {"filters": 3, "stride": 2, "padding": 1, "activation": "tanh"}, "K1", "c1"),
                ("conv", {"filters": 2, "kernel": "2", "activation": "identity"}, "K2", "c2"),
                ("avgpool", {"stride": 1}),
                ("flatten", {}),
                ("dense", {"units": 2, "activation": "identity"}, "W3", "b3"),
            ],
            data,
        )
        error = row.forward() - data["y"]
        row.check(0.5 * (error**2).sum(axis=1).mean(), error / len(error))
