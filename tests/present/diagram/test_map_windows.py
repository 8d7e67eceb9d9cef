"""The window of a pixel, by hand and against the engine's own convolution."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.map_windows import Window, looks, place, source_pixel, window_of
from tests.helpers.picture_networks import RICH, SMALL, trained


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("conv 4 3x3 relu", Window(3, 3)),
        ("conv 4 2x5 tanh stride 2 padding 1", Window(2, 5, 2, 1)),
        ("maxpool 2", Window(2, 2, 2)),
        ("avgpool 3 stride 1", Window(3, 3, 1)),
        ("flatten", None),
        ("16 relu", None),
        ("", None),
        ("no layer", None),
    ],
)
def test_what_was_written_says_the_window(text, window):
    assert window_of(text) == window


def test_window_on_the_padding_is_cut_off_and_reads_zeros():
    window = Window(3, 3, stride=2, padding=1)
    assert window.start(0, 1) == (-1, 1)
    assert window.clipped(0, 1, 4, 4) == (0, 1, 2, 3)
    assert window.clipped(1, 1, 4, 4) == (1, 1, 3, 3)
    picture = np.arange(16.0).reshape(1, 4, 4)
    np.testing.assert_array_equal(window.cut(picture, 0, 1), [[[0, 0, 0], [1, 2, 3], [5, 6, 7]]])


def test_place_counts_by_channel_row_and_column():
    assert place(0, (2, 3, 4)) == (0, 0, 0)
    assert place(12 + 4 + 2, (2, 3, 4)) == (1, 1, 2)


@pytest.mark.parametrize("layers", [SMALL, RICH])
def test_windows_times_kernels_are_the_engines_sums(layers):
    _, snapshot = trained(layers)
    for number, state in enumerate(snapshot.layers):
        if state.kind != "conv":
            continue
        before = snapshot.layers[number - 1]
        kernel, bias = (part.values for part in state.parameters)
        window = window_of(state.text)
        for unit in range(state.units):
            channel, row, column = place(unit, state.shape)
            seen = window.cut(before.a.reshape(before.shape), row, column)
            assert (seen * kernel[channel]).sum() + bias[channel] == pytest.approx(state.z[unit], abs=1e-12)


def test_what_passes_on_is_shown_as_what_it_was():
    _, snapshot = trained(RICH)
    assert looks(snapshot.layers) == (
        "", "tanh", "identity", "identity", "relu", "relu", "relu", "softmax",
    )  # fmt: skip


def test_maps_behind_a_bar():
    _, snapshot = trained(RICH)
    assert source_pixel(snapshot.layers, 6) == snapshot.layers[4].shape
    assert source_pixel(snapshot.layers, 7) is None
