"""Which unit or weight is explained: typed by its number, or pointed at in a network unrolled over time."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain import choice
from bpviz.present.explain.choice import Chosen
from bpviz.present.unrolled.layout import Mark
from tests.helpers.explained import moments


def moment(run, kind, layer, step=-1):
    return next(
        each
        for each in moments(run, places=0)
        if (each.operation.kind, each.number, each.step) == (kind, layer, step)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W 3,2", Chosen((2, 1), "W")),
        ("W[3,2]", Chosen((2, 1), "W")),
        ("3, 2", Chosen((2, 1), "W")),
        ("w(3 2)", Chosen((2, 1), "W")),
        ("b 4", Chosen((3,), "b")),
        ("W 5", Chosen((2, 0), "W")),
        ("W 5,1", None),
        ("b 0", None),
        ("V 1,1", None),
        ("third", None),
        ("", None),
    ],
)
def test_a_weight_is_typed(text, expected):
    assert choice.written(moment("dense", "gradient", 1), text) == expected


def test_a_unit_and_a_pixel_are_typed():
    assert choice.written(moment("dense", "sum", 1), "2") == Chosen((1,))
    assert choice.written(moment("dense", "sum", 1), "z 2") == Chosen((1,))
    of_map = moment("pictures", "sum", 1)
    assert choice.written(of_map, "2,3,1") == Chosen((1, 2, 0))
    assert choice.written(of_map, "2,9,1") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wxi 1,1", Chosen((0, 0), "Wx")),
        ("Wxo 2,1", Chosen((10, 0), "Wx")),
        ("Whf 3,2", Chosen((5, 1), "Wh")),
        ("Wx 12,1", Chosen((11, 0), "Wx")),
        ("Wxo 4,1", None),
    ],
)
def test_a_weight_of_a_gate_is_typed(text, expected):
    assert choice.written(moment("lstm", "gradient", 1), text) == expected


def test_what_is_said_may_be_typed_all_of_it_is_there():
    for each in moments("lstm", places=0):
        for part in choice.ranges(each).split("], "):
            assert choice.written(each, part.strip("]") + "]") is not None, part


def test_a_mark_in_the_unrolled_network_is_explained():
    of_weights = moment("lstm", "update", 1)
    assert choice.of_mark(of_weights, Mark("weight", 1, unit=7, name="Wh", source=2)) == Chosen((7, 2), "Wh")
    assert choice.of_mark(of_weights, Mark("cell", 1, 2, 0)) is None
    of_cells = moment("lstm", "cell", 1, 2)
    assert choice.of_mark(of_cells, Mark("cell", 1, 2, 1, "c")) == Chosen((1,))
    assert choice.of_mark(of_cells, Mark("cell", 2, 2, 1, "c")) is None
    every_step = moment("every step", "sum", 5)
    assert choice.of_mark(every_step, Mark("cell", 5, 2, 0, "z")) == Chosen((2, 0))


@pytest.mark.parametrize("name", ["dense", "pictures", "winners", "lstm"])
def test_of_parameters_a_weight_is_looked_at_before_a_bias(name):
    for moment in moments(name, places=0):
        if moment.operation.kind not in ("gradient", "update"):
            continue
        state = moment.state(moment.parameter)
        assert state.role != "bias"
        name = moment.operation.kind
        others = [one for one in moment.trace.parameters if one.role != "bias"]
        most = max(float(np.abs(getattr(one, name)).max()) for one in others)
        assert abs(getattr(state, name)[moment.place]) == most
