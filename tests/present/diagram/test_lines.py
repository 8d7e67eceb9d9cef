"""Which weights are drawn, and along which curves."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.layout import Column, Margins, Spot, lay_out
from bpviz.present.diagram.lines import (
    EDGE_LIMIT,
    UNIT_EDGE_LIMIT,
    all_pairs,
    arrow_heads,
    curves,
    nearest_curve,
    points_on,
    strongest_pairs,
    thick_line,
    visible_pairs,
)

CURVE = np.array([[[0.0, 0.0], [5.0, 0.0], [5.0, 10.0], [10.0, 10.0]]])


@pytest.fixture
def grids() -> tuple[Column, Column]:
    layout = lay_out((64, 50, 10), 640, 420, Margins(12, 60, 6, 8), (8, 8))
    return layout.columns[0], layout.columns[1]


def test_points_of_a_curve_by_hand():
    points = points_on(CURVE, 3)
    # B(½) = (P₀ + 3P₁ + 3P₂ + P₃) / 8
    assert points[0].tolist() == [[0, 0], [5, 5], [10, 10]]


def test_all_pairs_are_unit_and_source():
    assert all_pairs(2, 3).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


def test_strongest_pairs_come_weakest_first():
    weights = np.array([[0.1, -5.0, 2.0], [3.0, 0.0, -0.2]])
    assert strongest_pairs(weights, 3).tolist() == [[0, 2], [1, 0], [0, 1]]
    assert len(strongest_pairs(weights, 99)) == 6


def test_between_nodes_all_weights_are_drawn():
    layout = lay_out((2, 16, 16, 3), 640, 420, Margins(40, 60, 6, 8))
    pairs = visible_pairs(layout.columns[1], layout.columns[2], np.zeros((16, 16)), Spot(1, 1))
    assert len(pairs) == 256


def test_between_grids_only_the_strongest_are_drawn(grids):
    weights = np.random.default_rng(0).normal(size=(50, 64))
    pairs = visible_pairs(*grids, weights, None)
    drawn = np.abs(weights[pairs[:, 0], pairs[:, 1]])
    assert len(pairs) == EDGE_LIMIT
    assert drawn.min() == np.sort(np.abs(weights).ravel())[-EDGE_LIMIT]


def test_a_units_own_strongest_are_drawn_while_it_is_pointed_at(grids):
    weights = np.random.default_rng(0).normal(size=(50, 64))
    into = visible_pairs(*grids, weights, Spot(1, 7))
    assert set(into[:, 0]) == {7}
    assert len(into) == UNIT_EDGE_LIMIT
    assert into[-1, 1] == np.abs(weights[7]).argmax()
    out_of = visible_pairs(*grids, weights, Spot(0, 5))
    assert set(out_of[:, 1]) == {5}
    assert out_of[-1, 0] == np.abs(weights[:, 5]).argmax()


def test_a_pinned_weight_stays_drawn_however_weak_it_grows(grids):
    weights = np.ones((50, 64))
    weights[7, 3] = 0.0
    pairs = visible_pairs(*grids, weights, Spot(1, 7, 3))
    assert [7, 3] in pairs.tolist()


def test_curves_join_the_ports_and_are_level_there(grids):
    source, target = grids
    (curve,) = curves(source, target, np.array([[4, 9]]))
    assert curve[0].tolist() == source.ports_out()[9].tolist()
    assert curve[3].tolist() == target.ports_in()[4].tolist()
    assert curve[1, 1] == curve[0, 1]
    assert curve[2, 1] == curve[3, 1]


def test_nearest_curve_and_its_distance():
    lines = np.array([[[0.0, 0.0], [10.0, 0.0]], [[0.0, 8.0], [10.0, 8.0]]])
    assert nearest_curve(lines, 5.0, 6.0) == (1, 2.0)
    assert nearest_curve(lines, 13.0, 4.0 - 4.0) == (0, 3.0)
    assert nearest_curve(np.empty((0, 2, 2)), 1, 1) == (-1, float("inf"))


def test_thick_line_fills_its_width():
    points = points_on(CURVE)[0]
    line = thick_line(points, 5, 0.5).reshape(5, -1, 2)
    # To and fro: the second thread runs backwards, and the middle one is the curve itself.
    assert line[2] == pytest.approx(points)
    assert line[1, ::-1] - line[0] == pytest.approx(line[2] - line[1, ::-1])
    assert np.hypot(*(line[4] - line[0]).T) == pytest.approx(2.0)


def test_a_level_thick_line_has_no_joints():
    points = points_on(np.array([[[0.0, 3.0], [5.0, 3.0], [5.0, 3.0], [10.0, 3.0]]]))[0]
    line = thick_line(points, 2, 0.6)
    assert line == pytest.approx(np.array([[0, 2.7], [10, 2.7], [10, 3.3], [0, 3.3]]))


def test_arrow_heads_point_back_to_the_start():
    points = points_on(np.array([[[0.0, 3.0], [5.0, 3.0], [5.0, 3.0], [10.0, 3.0]]]))
    assert arrow_heads(points, 4.0)[0] == pytest.approx(np.array([[3, 3], [7, 0.8], [7, 5.2]]))
    assert arrow_heads(np.empty((0, 17, 2)), 4.0).shape == (0, 3, 2)
