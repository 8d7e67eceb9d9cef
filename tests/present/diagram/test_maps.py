"""Where maps, kernels and bars stand."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.layout import Margins, Spot
from bpviz.present.diagram.map_windows import has_maps
from bpviz.present.diagram.maps import MapColumn, block_box, lay_out_maps, tiles_of
from tests.helpers.picture_networks import MANY, PLAIN, RICH, SMALL, trained

MARGINS = Margins(12, 60, 6, 22)
SIZES = [(220, 110), (300, 200), (480, 240), (900, 560), (1600, 900)]


def laid_out(layers: str, width: float = 900, height: float = 560):
    return lay_out_maps(trained(layers)[0], width, height, MARGINS)


@pytest.mark.parametrize("layers", [SMALL, RICH, MANY])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_is_inside_and_nothing_covers_anything(layers, width, height):
    layout = laid_out(layers, width, height)
    boxes = [block_box(column) for column in layout.columns]
    for x, y, w, h in boxes:
        assert x >= 11
        assert y >= 5
        assert x + w <= width
        assert y + h <= height - 20
    assert all(a[0] + a[2] + 8 < b[0] for a, b in zip(boxes, boxes[1:], strict=False))
    for column in layout.columns:
        if isinstance(column, MapColumn):
            parts = np.concatenate([column.tiles, column.slices, column.gauges])
            assert not overlapping(parts)


def overlapping(boxes: np.ndarray) -> bool:
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    first, second = np.triu_indices(len(boxes), 1)
    shared = np.minimum(high[first], high[second]) - np.maximum(low[first], low[second])
    return bool((shared > 0.01).all(axis=1).any())


def test_kinds_of_columns():
    assert [column.kind for column in laid_out(SMALL).columns] == [
        "picture", "maps", "maps", "flat", "nodes", "nodes", "nodes",
    ]  # fmt: skip
    assert [column.kind for column in laid_out(RICH).columns] == [
        "picture", "maps", "maps", "maps", "maps", "flat", "flat", "nodes",
    ]  # fmt: skip


def test_only_pictures_that_are_looked_at_make_maps():
    assert has_maps(trained(SMALL)[0])
    assert not has_maps(trained(PLAIN)[0])
    assert not has_maps(trained(PLAIN, "spiral")[0])


def test_every_pixel_and_every_number_of_a_kernel_is_found_where_it_stands():
    layout = laid_out(RICH)
    for column in layout.columns:
        if not isinstance(column, MapColumn):
            continue
        spots = [Spot(column.layer, unit) for unit in range(column.units)]
        spots += [column.kernel_spot(entry) for entry in range(len(column.entries))]
        for spot in spots:
            x, y, width, height = layout.spot_cell(spot)
            assert layout.neuron_at(x + width / 2, y + height / 2) == spot


def test_kernels_stand_left_of_their_maps():
    column = laid_out(RICH).columns[4]
    assert column.entries_each == 3 * 2 * 3
    for filter_ in range(4):
        x, y, width, height = column.kernel_box(filter_)
        tile = column.tiles[filter_]
        assert x + width < tile[0]
        assert tile[1] - 1 <= y
        assert y + height <= tile[1] + tile[3] + 1


def test_many_maps_are_a_mosaic_without_kernels():
    column = laid_out(MANY).columns[1]
    assert len(column.tiles) == 40
    assert len(column.slices) == 0
    assert column.spot_cell(Spot(1, 0, 0, kernel=True)) is None
    assert len(np.unique(column.tiles[:, 0])) > 1


def test_bar_holds_its_units_from_top_to_bottom():
    bar = laid_out(SMALL).columns[3]
    x, y, width, height = bar.box
    assert width < 12
    assert bar.unit_at(x + 1, y + 0.001) == 0
    assert bar.unit_at(x + 1, y + height - 0.01) == 35
    assert (np.diff(bar.cells[:, 1]) > 0).all()


def test_tiles_of_a_picture_and_of_nodes():
    layout = laid_out(SMALL)
    assert len(tiles_of(layout.columns[0])) == 1
    assert len(tiles_of(layout.columns[1])) == 4
    assert len(tiles_of(layout.columns[4])) == 0


def test_maps_grow_with_the_window():
    small, large = laid_out(SMALL, 480, 240), laid_out(SMALL, 1600, 900)
    assert large.columns[1].cell_size > 2.5 * small.columns[1].cell_size


def test_spots_that_do_not_exist_have_no_place():
    layout = laid_out(SMALL)
    assert layout.spot_cell(Spot(1, 144)) is None
    assert layout.spot_cell(Spot(1, 4, 0, kernel=True)) is None
    assert layout.spot_cell(Spot(1, 0, 9, kernel=True)) is None
    assert layout.spot_cell(Spot(4, 0, 0, kernel=True)) is None
    assert layout.spot_cell(Spot(9, 0)) is None
