from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpviz.engine.layers import LAYERS
from bpviz.errors import UserError
from tests.helpers.one_layer import Alone

KINDS = {"maxpool": np.max, "avgpool": np.mean}


@st.composite
def pools(draw):
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    size = draw(st.integers(1, min(height, width)))
    return Alone(
        draw(st.sampled_from(sorted(KINDS))),
        (draw(st.integers(1, 3)), height, width),
        rows=draw(st.integers(1, 4)),
        seed=draw(st.integers(0, 1000)),
        size=size,
        stride=draw(st.integers(0, 4)),
    )


def windows(one):
    """Yield each output's index and the index of the pixels under its window."""
    size, stride = one.layer.size_of_window, one.layer.stride
    for n, c, r, s in np.ndindex(one.outputs.shape):
        rows, columns = (slice(at * stride, at * stride + size) for at in (r, s))
        yield (n, c, r, s), (n, c, rows, columns)


@given(pools())
@settings(max_examples=100, deadline=None)
def test_it_is_the_loop_over_the_windows(one):
    out = one.forward()
    pictures = one.pictures
    for at, under in windows(one):
        assert pictures[under].shape == (one.layer.size_of_window,) * 2
        assert out[at] == pytest.approx(KINDS[one.layer.kind](pictures[under]), rel=1e-13)
    _, height, width = one.layer.input_shape
    size, stride = one.layer.size_of_window, one.layer.stride
    assert out.shape[2:] == ((height - size) // stride + 1, (width - size) // stride + 1)


@given(pools())
@settings(max_examples=60, deadline=None)
def test_its_gradient_is_central_differences_and_complex_steps(one):
    # Distinct pixels, at least 0.1 apart: else the difference would step over another largest one.
    one.x = 0.1 * one.rng.permutation(one.x.size).reshape(one.x.shape)
    one.check()


@given(pools())
@settings(max_examples=60, deadline=None)
def test_of_equal_pixels_the_first_in_row_major_order_gets_all(one):
    one.x = one.rng.integers(0, 2, one.x.shape).astype(float)
    _, found = one.backward()
    expected = np.zeros_like(one.pictures)
    above = one.above.reshape(one.outputs.shape)
    for at, under in windows(one):
        if one.layer.kind == "maxpool":
            share = np.zeros((one.layer.size_of_window,) * 2)
            share.flat[np.argmax(one.pictures[under])] = above[at]
        else:
            share = above[at] / one.layer.size_of_window**2
        expected[under] += share
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-12, atol=1e-13)


@given(pools())
@settings(max_examples=40, deadline=None)
def test_the_winner_is_where_the_largest_pixel_was(one):
    one.x = one.rng.integers(0, 3, one.x.shape).astype(float)
    one.forward()
    for row in range(len(one.x)):
        trace = one.layer.trace(one.x, one.work, row)
        if one.layer.kind == "avgpool":
            assert trace == {}
            continue
        winner = trace["winner"]
        np.testing.assert_array_equal(one.x[row][winner], one.outputs[row])
        for (n, c, r, s), under in windows(one):
            if n == row:
                places = np.arange(one.x[0].size).reshape(one.layer.input_shape)[under[1:]]
                assert winner[c, r, s] == places.flat[np.argmax(one.pictures[under])]


def test_values_by_hand():
    picture = [[1, 5, 2, 0, 9], [3, 4, 8, 8, 9], [0, 0, 0, 0, 9]]
    for kind, out, back in (
        ("maxpool", [5, 8], [[0, 10, 0, 0, 0], [0, 0, 20, 0, 0], [0, 0, 0, 0, 0]]),
        ("avgpool", [3.25, 4.5], [[2.5, 2.5, 5, 5, 0], [2.5, 2.5, 5, 5, 0], [0, 0, 0, 0, 0]]),
    ):
        one = Alone(kind, (1, 3, 5), rows=1)
        one.x[:], one.above[:] = np.ravel(picture), [10, 20]
        np.testing.assert_array_equal(one.forward(), [[[out]]])
        np.testing.assert_array_equal(one.backward()[1].reshape(3, 5), back)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_and_z_is_a(kind):
    one = Alone(kind, (2, 5, 5), dtype=np.float32, size=3, stride=2)
    assert one.forward().dtype == one.backward()[1].dtype == np.float32
    assert one.work.z is one.work.a
    one.layer.backward(one.x, one.work, None, at_z=False)  # nothing is wanted, nothing happens
    np.testing.assert_array_equal(one.work.delta, one.above)


def test_the_largest_complex_number_is_that_of_the_largest_real_part():
    one = Alone("maxpool", (1, 2, 2), rows=1)
    x = np.array([[1 + 9j, -3 + 5j, 2 - 1j, 0]])
    work = one.layer.work(1, x.dtype)
    assert one.layer.forward(x, work, True).tolist() == [[2 - 1j]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("shape", "fields", "sentence"),
    [
        ((1, 8, 3), {"size": 4}, "a window of 4 × 4 does not fit a picture of 8 × 3. Make it smaller"),
        ((10,), {}, "it takes pictures, channels × height × width; it got 10"),
        ((5, 2), {}, "it got a sequence of 5 × 2"),
        ((1, 4, 4), {"size": 0}, "size cannot be 0"),
        ((1, 4, 4), {"stride": -1}, "stride cannot be -1"),
    ],
)
def test_what_does_not_do(kind, shape, fields, sentence):
    with pytest.raises(UserError, match=sentence):
        Alone(kind, shape, **fields)


@pytest.mark.parametrize("kind", KINDS)
def test_the_word_of_a_pool_fills_its_size(kind):
    assert LAYERS[kind].extra["positional"] == ("size",)


class TestFlatten:
    @pytest.mark.parametrize("shape", [(2, 3, 4), (5, 2), (7,)])
    def test_it_gives_the_very_array_on(self, shape):
        one = Alone("flatten", shape)
        assert one.layer.forward(one.x, one.work, True) is one.x
        assert one.work.a is one.work.z is one.x
        assert one.layer.output_shape == (np.prod(shape),)

    def test_channel_row_column_is_the_order(self):
        one = Alone("flatten", (2, 3, 4), rows=1)
        one.x[:] = np.arange(24)
        one.forward()
        assert one.work.a[0, 1 * 12 + 2 * 4 + 3] == one.pictures[0, 1, 2, 3]

    def test_its_gradient(self):
        one = Alone("flatten", (2, 3, 2))
        one.check()
        np.testing.assert_array_equal(one.backward()[1], one.above)
        assert not np.shares_memory(one.backward()[1], one.work.delta)
        one.layer.backward(one.x, one.work, None, at_z=False)


@pytest.mark.parametrize("stride", [1, 2])
def test_equal_pixels_are_told_apart_alike_by_the_complex_step_and_on_the_way_back(stride):
    one = Alone("maxpool", (2, 4, 4), rows=2, size=2, stride=stride)
    one.x = np.round(one.x)  # whole numbers: in most windows some are equal
    x_gradient = one.backward()[1]
    for index in range(one.x.size):
        moved = one.x.astype(complex)
        moved.ravel()[index] += 1e-30j
        assert one.loss(one.theta, moved).imag / 1e-30 == pytest.approx(x_gradient.ravel()[index], abs=1e-14)
