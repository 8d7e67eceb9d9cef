"""The arrow keys lead everywhere."""

from __future__ import annotations

import pytest

from bpviz.present.diagram.layout import Margins, Spot
from bpviz.present.diagram.maps import lay_out_maps
from bpviz.present.diagram.steps import moved, stops
from tests.helpers.picture_networks import MANY, RICH, SMALL, trained

KEYS = [(-1, 0), (1, 0), (0, -1), (0, 1)]


def laid_out(layers: str):
    return lay_out_maps(trained(layers)[0], 900, 560, Margins(12, 60, 6, 22))


@pytest.mark.parametrize("layers", [SMALL, RICH])
def test_every_pixel_and_number_is_reached(layers):
    layout = laid_out(layers)
    wanted = {Spot(column.layer, unit) for column in layout.columns for unit in range(column.units)}
    for column in layout.columns:
        entries = getattr(column, "entries", ())
        wanted |= {column.kernel_spot(entry) for entry in range(len(entries))}
    found, new = {Spot(0, 0)}, [Spot(0, 0)]
    while new:
        spot = new.pop()
        for key in KEYS:
            there = moved(layout, spot, *key)
            if there not in found:
                found.add(there)
                new.append(there)
    assert found == wanted


def test_keys_inside_a_map_go_by_pixels():
    layout = laid_out(SMALL)
    assert moved(layout, Spot(1, 7), 1, 0) == Spot(1, 8)
    assert moved(layout, Spot(1, 7), -1, 0) == Spot(1, 6)
    assert moved(layout, Spot(1, 7), 0, 1) == Spot(1, 13)
    assert moved(layout, Spot(1, 13), 0, -1) == Spot(1, 7)
    assert moved(layout, Spot(1, 30 + 2), 0, 1) == Spot(1, 36 + 2)


def test_left_of_a_map_is_its_kernel_and_beyond_it_the_layer_before():
    layout = laid_out(SMALL)
    spot = moved(layout, Spot(1, 36 + 18), -1, 0)
    assert spot.kernel
    assert spot.unit == 1
    for _ in range(3):
        spot = moved(layout, spot, -1, 0)
    assert spot.layer == 0


def test_ends_stay():
    layout = laid_out(SMALL)
    assert moved(layout, Spot(0, 0), -1, 0) == Spot(0, 0)
    assert moved(layout, Spot(1, 0), 0, -1) == Spot(1, 0)
    assert moved(layout, Spot(6, 9), 0, 1) == Spot(6, 9)


def test_tab_stops_once_at_maps_and_once_at_kernels():
    found = stops(laid_out(SMALL).columns)
    assert found[:5] == [Spot(0, 0), Spot(1, 0, 0, True), Spot(1, 0), Spot(2, 0), Spot(3, 0)]
    assert len(found) == 5 + 16 + 16 + 10
    assert stops(laid_out(MANY).columns)[:2] == [Spot(0, 0), Spot(1, 0)]
