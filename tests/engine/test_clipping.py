from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.engine.clipping import clip_norm, clip_value


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_entry_is_brought_between_the_limits(dtype):
    gradient, out = np.array([-3.0, -0.5, 0.0, 0.5, 7.0], dtype), np.empty(5, dtype)
    assert clip_value(gradient, 0.75, out) is out
    np.testing.assert_array_equal(out, [-0.75, -0.5, 0.0, 0.5, 0.75])
    np.testing.assert_array_equal(gradient, [-3.0, -0.5, 0.0, 0.5, 7.0])
    assert out.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_is_too_long_becomes_as_long_as_the_limit(dtype):
    gradient, out = np.array([3.0, -4.0], dtype), np.empty(2, dtype)
    assert clip_norm(gradient, 5.0, 1.0, out) is out
    np.testing.assert_allclose(out, [0.6, -0.8], rtol=1e-6 if dtype == np.float32 else 1e-15)
    np.testing.assert_array_equal(gradient, [3.0, -4.0])
    assert out.dtype == dtype


@pytest.mark.parametrize("limit", [5.0, 5.1, math.inf])
def test_what_is_short_enough_stays_to_the_bit(limit):
    gradient = np.array([3.0, -4.0])
    np.testing.assert_array_equal(clip_norm(gradient, 5.0, limit, np.empty(2)), gradient)
    np.testing.assert_array_equal(clip_norm(np.zeros(2), 0.0, limit, np.ones(2)), [0.0, 0.0])


def test_pytorch_is_shorter_by_its_1e_minus_6():
    # clip_grad_norm_: g · limit / (‖g‖ + 1e-6), so 5 / (5 + 1e-6) of what is here
    pytorch = np.array([3.0, -4.0]) / (5.0 + 1e-6)
    ours = clip_norm(np.array([3.0, -4.0]), 5.0, 1.0, np.empty(2))
    np.testing.assert_allclose(pytorch / ours, 1 - 2e-7, rtol=1e-12)


@pytest.mark.parametrize("clip", [lambda g: clip_value(g, 1.0, g), lambda g: clip_norm(g, 5.0, 1.0, g)])
def test_a_gradient_may_be_clipped_in_place(clip):
    gradient = np.array([3.0, -4.0])
    assert clip(gradient) is gradient
    assert np.abs(gradient).max() <= 1.0
