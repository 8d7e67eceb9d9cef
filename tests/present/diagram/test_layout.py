"""Where the diagram's parts stand, checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.layout import Margins, Spot, column_kind, lay_out

MARGINS = Margins(40, 60, 6, 8)
NETWORKS = [
    ((2, 8, 8, 1), None),
    ((2, 5, 3, 1), None),
    ((1, 8, 1), None),
    ((2, 16, 16, 3), None),
    ((64, 50, 10), (8, 8)),
    ((784, 50, 10), (28, 28)),
    ((13, 200, 3), None),
    ((4, 3), None),
]


@pytest.mark.parametrize(("units", "shape"), NETWORKS)
@pytest.mark.parametrize(("width", "height"), [(300, 150), (640, 420), (1400, 900)])
def test_every_unit_is_inside_and_none_covers_another(units, shape, width, height):
    layout = lay_out(units, width, height, MARGINS, shape)
    assert [column.units for column in layout.columns] == list(units)
    for column in layout.columns:
        low, high = column.cells[:, :2], column.cells[:, :2] + column.cells[:, 2:]
        assert low.min() >= 0
        assert high[:, 0].max() <= width + 1
        assert high[:, 1].max() <= height + 1
        first, second = np.triu_indices(column.units, 1)
        if column.kind == "nodes":
            assert (low[second, 1] >= high[first, 1] - 0.5).all()
        across = np.minimum(high[first], high[second]) - np.maximum(low[first], low[second])
        assert not (across > 0.51).all(axis=1).any()
    edges = [column.box for column in layout.columns]
    assert all(a[0] + a[2] < b[0] for a, b in zip(edges, edges[1:], strict=False))


def test_columns_reach_from_margin_to_margin():
    layout = lay_out((2, 5, 3, 1), 640, 420, MARGINS)
    first, last = layout.columns[0].box, layout.columns[-1].box
    assert first[0] == 40
    assert last[0] + last[2] == pytest.approx(640 - 60, abs=1)


def test_nodes_grow_with_the_window():
    small, large = (lay_out((2, 5, 3, 1), w, h, MARGINS) for w, h in ((640, 420), (1280, 840)))
    assert large.columns[1].cell_size > 1.8 * small.columns[1].cell_size


def test_kind_of_a_layer():
    assert column_kind(0, 64, (8, 8)) == "picture"
    assert column_kind(0, 64, None) == "grid"
    assert column_kind(1, 64, (8, 8)) == "grid"
    assert column_kind(1, 16, None) == "nodes"
    assert column_kind(1, 17, None) == "grid"


def test_neuron_under_a_point():
    layout = lay_out((2, 5, 3, 1), 640, 420, MARGINS)
    x, y, width, height = layout.cell(1, 3)
    assert layout.neuron_at(x + width / 2, y + height / 2) == Spot(1, 3)
    assert layout.neuron_at(x + width + 20, y + height / 2) is None


def test_pixel_under_a_point_is_counted_by_rows():
    layout = lay_out((64, 50, 10), 640, 420, MARGINS, (8, 8))
    x, y, width, height = layout.columns[0].box
    assert layout.neuron_at(x + width * 2.5 / 8, y + height * 3.5 / 8) == Spot(0, 3 * 8 + 2)


def test_ports_of_nodes_are_the_middles_of_their_sides():
    column = lay_out((2, 5, 3, 1), 640, 420, MARGINS).columns[1]
    x, y, width, height = column.cells[2]
    assert column.ports_in()[2].tolist() == [x, y + height / 2]
    assert column.ports_out()[2].tolist() == [x + width, y + height / 2]


def test_weights_leave_a_picture_at_its_border_in_the_pixels_row():
    column = lay_out((64, 10), 640, 420, MARGINS, (8, 8)).columns[0]
    x, _, width, _ = column.box
    ports = column.ports_out()
    assert ports[:, 0] == pytest.approx(x + width + 3)
    assert ports[16, 1] == ports[23, 1] == column.cells[16, 1] + column.cells[16, 3] / 2


def test_spot_tells_weights_from_neurons():
    assert Spot(2, 0, 0).is_weight
    assert not Spot(2, 0).is_weight
