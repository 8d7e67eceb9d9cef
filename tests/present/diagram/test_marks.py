"""What stands out with a pixel."""

from __future__ import annotations

import pytest

from bpviz.present.diagram.layout import Margins, Spot
from bpviz.present.diagram.maps import lay_out_maps
from bpviz.present.diagram.marks import channel_into, filter_of, seen, twins
from tests.helpers.picture_networks import RICH, SMALL, trained


def shown(layers: str):
    info, snapshot = trained(layers)
    return lay_out_maps(info, 900, 560, Margins(12, 60, 6, 22)), snapshot.layers


def test_window_of_a_convolution_is_framed_on_the_picture():
    layout, layers = shown(SMALL)
    found = seen(layout, layers, Spot(1, 6 * 2 + 3))
    assert found.winner is None
    first = layout.cell(0, 8 * 2 + 3)
    last = layout.cell(0, 8 * 4 + 5)
    expected = [first[0], first[1], last[0] + last[2] - first[0], last[1] + last[3] - first[1]]
    assert found.frames.tolist() == [pytest.approx(expected)]


def test_window_over_the_edge_is_framed_as_far_as_the_picture_goes():
    layout, layers = shown(RICH)
    x, y, width, height = layout.cell(0, 0)
    assert seen(layout, layers, Spot(1, 0)).frames.tolist() == [pytest.approx([x, y, 2 * width, 2 * height])]


def test_convolution_of_several_maps_sees_all_of_them_and_pooling_its_own():
    layout, layers = shown(RICH)
    assert len(seen(layout, layers, Spot(4, 0)).frames) == 3
    pooled = seen(layout, layers, Spot(3, 16 + 1))
    x, y, width, height = layout.cell(2, 64 + 2)
    assert pooled.frames.tolist() == [pytest.approx([x, y, 2 * width, 2 * height])]


def test_winner_is_the_largest_pixel_of_the_window():
    layout, layers = shown(SMALL)
    unit = 9 * 2 + 4
    found = seen(layout, layers, Spot(2, unit))
    x, y, width, height = found.frames[0]
    best = max(
        (
            pixel
            for pixel in range(144)
            if x - 0.1 <= layout.cell(1, pixel)[0] < x + width - 1
            and y - 0.1 <= layout.cell(1, pixel)[1] < y + height - 1
        ),
        key=lambda pixel: layers[1].a[pixel],
    )
    assert found.winner == layout.cell(1, best)


@pytest.mark.parametrize(
    "spot", [None, Spot(0, 3), Spot(3, 1), Spot(4, 1), Spot(4, 1, 2), Spot(1, 0, 0, True), Spot(1, 999)]
)
def test_nothing_else_has_a_window(spot):
    layout, layers = shown(SMALL)
    assert seen(layout, layers, spot) is None


def test_twins_are_the_same_number_in_layers_that_pass_it_on():
    layers = trained(RICH)[1].layers
    assert set(twins(layers, Spot(5, 2))) == {Spot(4, 2), Spot(6, 2)}
    assert twins(layers, Spot(1, 7)) == [Spot(2, 7)]
    assert twins(layers, Spot(7, 1)) == []
    assert twins(layers, Spot(1, 0, 0, kernel=True)) == []
    assert twins(layers, None) == []


def test_filter_that_a_spot_is_about():
    layers = trained(RICH)[1].layers
    assert filter_of(layers, Spot(1, 64 + 3), 1) == 1
    assert filter_of(layers, Spot(4, 3, 5, kernel=True), 4) == 3
    assert filter_of(layers, Spot(3, 3), 3) is None
    assert filter_of(layers, Spot(1, 3), 4) is None


def test_channel_that_leads_into_a_convolution():
    layers = trained(RICH)[1].layers
    assert channel_into(layers, Spot(3, 16 + 2), 4) == 1
    assert channel_into(layers, Spot(0, 9), 1) == 0
    assert channel_into(layers, Spot(4, 0), 4) is None
    assert channel_into(layers, Spot(3, 0, 0, kernel=True), 4) is None
    passing = trained("conv 2 3x3 relu, batchnorm, conv 3 3x3 relu, flatten")[1].layers
    assert channel_into(passing, Spot(1, 36), 3) == 1
