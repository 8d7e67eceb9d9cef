"""The colours of maps, kernels and bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.diagram import map_colours
from bpviz.present.diagram.colours import diverging_argb
from tests.helpers.picture_networks import RICH, SMALL, trained


def test_maps_share_one_scale_and_nought_is_white():
    state = trained(SMALL)[1].layers[1]
    pixels = map_colours.map_argb(state, "relu", False, "#e2e4ea").reshape(4, 6, 6)
    assert pixels.ravel()[state.a.argmax()] == diverging_argb()[255]
    assert (pixels.ravel()[state.a == 0] == diverging_argb()[128]).all()
    best = int(state.a.argmax())
    louder = state.a.copy()
    louder[best] *= 4
    faded = map_colours.map_argb(replace(state, a=louder), "relu", False, "#e2e4ea").reshape(4, 6, 6)
    others = [
        channel for channel in range(4) if channel != best // 36 and state.a.reshape(4, -1)[channel].any()
    ]
    assert all((faded[channel] != pixels[channel]).any() for channel in others)
    assert others


def test_gradients_show_delta_by_sign():
    state = trained(SMALL)[1].layers[2]
    pixels = map_colours.map_argb(state, "relu", True, "#e2e4ea").ravel()
    assert pixels[np.abs(state.delta).argmax()] in (diverging_argb()[0], diverging_argb()[255])


def test_dropped_units_are_grey():
    state = trained(RICH)[1].layers[6]
    missing = state.arrays["mask"].ravel() == 0
    assert 0 < missing.sum() < missing.size
    pixels = map_colours.line_argb(state, "relu", False, "#e2e4ea")
    assert (pixels[missing] == 0xFFE2E4EA).all()
    assert (pixels[~missing] != 0xFFE2E4EA).all()


@pytest.mark.parametrize("gradients", [False, True])
def test_kernels_are_their_weights_or_gradients(gradients):
    state = trained(RICH)[1].layers[4]
    values = state.parameters[0].gradient if gradients else state.parameters[0].values
    assert map_colours.kernel_values(state, gradients) is values
    pixels = map_colours.kernel_argb(state, gradients)
    assert pixels.shape == (4 * 3 * 2, 3)
    largest = np.abs(values).argmax()
    assert pixels.ravel()[largest] == diverging_argb()[255 if values.ravel()[largest] > 0 else 0]


def test_layers_without_kernels_have_none():
    layers = trained(RICH)[1].layers
    assert map_colours.kernel_argb(layers[2], False) is None
    assert map_colours.kernel_argb(layers[7], False) is None


def test_strongest_slices_are_few_and_those_of_the_filter_pointed_at():
    kernels = np.zeros((30, 20, 1, 1))
    kernels[:, :, 0, 0] = np.arange(600).reshape(30, 20)
    strengths = map_colours.slice_strengths(kernels)
    assert strengths.max() == 1
    pairs = map_colours.strongest_slices(strengths, None)
    assert len(pairs) == map_colours.MOST_LINES
    assert pairs[0].tolist() == [29, 19]
    out = map_colours.strongest_slices(strengths, None, 7)
    assert out.tolist() == [[unit, 7] for unit in range(29, -1, -1)]
    own = map_colours.strongest_slices(strengths, 2)
    assert set(own[:, 0].tolist()) == {2}
    assert len(own) == 20


def test_kernels_of_nought_have_no_strength():
    assert map_colours.slice_strengths(np.zeros((2, 1, 3, 3))).tolist() == [[0.0], [0.0]]
