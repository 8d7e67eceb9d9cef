"""The keyboard's way to the weights left of the steps, and back."""

from __future__ import annotations

import pytest

from bpviz.present.unrolled.keys import moved
from bpviz.present.unrolled.layout import Look, Mark, lay_out
from tests.helpers.sequences import shown


def places(view="i", data="delayed_xor", layers="lstm 4"):
    info, snapshot = shown(data, layers)
    return lay_out(info, snapshot.layers, view, Look(800, 500, 15, 8))


def weight(name, unit, source, layer=1):
    return Mark("weight", layer, unit=unit, name=name, source=source)


def go(layout, mark, *ways):
    for way in ways:
        mark = moved(layout, mark, way)
    return mark


def test_left_of_the_first_step_lie_the_weights_of_the_unit():
    layout = places("f")
    start = Mark("cell", 1, 0, 2, "f")
    assert go(layout, start, "left") == weight("b", 6, 0)
    assert go(layout, start, "left", "left") == weight("Wh", 6, 3)
    assert go(layout, start, "left", "left", "first", "left") == weight("Wx", 6, 1)
    assert go(layout, start, "left", "left", "first", "left", "first", "left") == weight("Wx", 6, 0)


def test_and_right_of_them_the_unit_again():
    layout = places("f")
    assert go(layout, weight("Wh", 6, 3), "right") == weight("b", 6, 0)
    assert go(layout, weight("b", 6, 0), "right") == Mark("cell", 1, 0, 2, "f")


@pytest.mark.parametrize(
    ("way", "mark"), [("up", weight("Wh", 1, 2)), ("down", weight("Wh", 3, 2)), ("last", weight("Wh", 2, 3))]
)
def test_within_the_weights(way, mark):
    assert moved(places(), weight("Wh", 2, 2), way) == mark


def test_past_the_last_unit_come_the_next_gates_weights():
    layout = places("all")  # i, f, g, o from below
    assert moved(layout, weight("Wx", 0, 1), "up") == weight("Wx", 7, 1)
    assert moved(layout, weight("Wx", 7, 1), "down") == weight("Wx", 0, 1)
    assert moved(layout, weight("Wx", 3, 1), "down") == weight("Wx", 3, 1)
    assert moved(layout, weight("Wh", 0, 3), "layer up") == weight("Wh", 7, 3)


def test_from_the_output_s_weights_one_comes_to_the_answer():
    layout = places()
    answer = Mark("cell", 2, 15, 0, "a")
    assert go(layout, answer, "left") == weight("b", 0, 0, 2)
    assert go(layout, weight("b", 0, 0, 2), "right") == answer
    assert go(layout, weight("W", 0, 2, 2), "down").layer == 1


def test_a_weight_that_is_not_shown_leads_to_the_first_step():
    assert moved(places("i"), weight("Wx", 7, 0), "up") == Mark("block", 1, 0, -1, "i")
