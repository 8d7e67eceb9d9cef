"""Where a parameter, an input or a target stands in the unrolled picture, and back."""

from __future__ import annotations

import pytest

from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.layout import Look, Mark, lay_out
from bpviz.present.unrolled.places import mark_of, mark_of_spot, mark_of_unit, view_of, where_of
from bpviz.snapshot.probing import ParameterPlace
from tests.helpers.sequences import shown


def layout(data="delayed_xor", layers="lstm 4", view="h"):
    info, snapshot = shown(data, layers)
    return info, lay_out(info, snapshot.layers, view, Look(800, 500, 15, 8))


def test_an_input_counts_over_the_steps():
    info, places = layout()
    mark = mark_of(places, ParameterPlace(0, "x", (7,)))  # two channels: step 4, the second one
    assert mark == Mark("cell", 0, 3, 1)
    assert places.target_of(mark) is not None
    assert where_of(info, mark) == ParameterPlace(0, "x", (7,))
    assert mark_of(places, ParameterPlace(0, "x", (32,))) is None


def test_the_only_target_stands_at_the_last_step():
    _, places = layout()
    mark = mark_of(places, ParameterPlace(0, "y", (0,)))
    assert mark == Mark("cell", 2, 15, 0, "a")


def test_each_step_has_its_target():
    _, places = layout("binary_addition", "rnn 4")
    mark = mark_of(places, ParameterPlace(0, "y", (5,)))
    assert mark == Mark("cell", 2, 5, 0, "a")


@pytest.mark.parametrize(
    ("where", "mark"),
    [
        (ParameterPlace(1, "Wh", (5, 2)), Mark("weight", 1, unit=5, name="Wh", source=2)),
        (ParameterPlace(1, "b", (9,)), Mark("weight", 1, unit=9, name="b", source=0)),
        (ParameterPlace(2, "W", (0, 3)), Mark("weight", 2, unit=0, name="W", source=3)),
    ],
)
def test_parameters_are_found_and_found_again(where, mark):
    info, places = layout()
    assert mark_of(places, where) == mark
    assert where_of(info, mark) == where
    assert places.target_of(mark) is not None


def test_a_spot_of_the_diagram_has_its_mark():
    _, places = layout()
    assert mark_of_spot(places, Spot(1, 5, 1)) == Mark("weight", 1, unit=5, name="Wx", source=1)
    assert mark_of_spot(places, Spot(1, 5, 1), name="Wh") == Mark("weight", 1, unit=5, name="Wh", source=1)
    assert mark_of_spot(places, Spot(2, 0, 2)) == Mark("weight", 2, unit=0, name="W", source=2)
    assert mark_of_spot(places, Spot(1, 2), 6, "c") == Mark("cell", 1, 6, 2, "c")


def test_a_unit_without_a_step_is_meant_at_the_last_one():
    _, places = layout()
    assert mark_of_unit(places, 1, 2) == Mark("cell", 1, 15, 2, "h")
    # Of all numbers of a layer over time the eleventh: step 3, unit 3.
    assert mark_of_unit(places, 1, 10) == Mark("cell", 1, 2, 2, "h")
    assert mark_of_unit(places, 2, 1) is None
    assert mark_of_unit(places, 7, 0) is None


def test_a_weight_is_seen_where_its_gate_is():
    assert view_of("lstm", 4, Mark("weight", 1, unit=5, name="Wh", source=2)) == "f"
    assert view_of("gru", 3, Mark("weight", 1, unit=8, name="Wx", source=0)) == "n"
    assert view_of("lstm", 4, Mark("cell", 1, 3, 1, "c")) == "c"
    assert view_of("lstm", 4, Mark("weight", 1, unit=3, name="b", source=0)) == "b"
