"""A card about a step tells what the walk has come to: forward through time, then back."""

from __future__ import annotations

import pytest

from bpviz.present.unrolled.cards import card
from bpviz.present.unrolled.known import known_card
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.dissection import Operation
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from tests.helpers.sequences import training

STEP = 5


@pytest.fixture(scope="module", params=["rnn", "lstm", "gru"])
def walked(request):
    run = training("delayed_xor", f"{request.param} 3")
    return request.param, run, dissect(run, RunConfig())


def names(walked, operation, mark):
    _, run, dissection = walked
    lit = lit_at(dissection, operation, 2)
    found = card(run.info, walked_snapshot(run.snapshot(SnapshotRequest(sample=3)), lit), mark)
    return [line.name for line in known_card(found, lit, mark, 16).lines]


def unit(step):
    return Mark("cell", 1, step, 1, "h")


def test_a_later_step_is_not_told_and_an_earlier_one_is(walked):
    first = {"rnn": "sum", "lstm": "gates", "gru": "gates"}[walked[0]]
    going = Operation("forward", first, 1, STEP)
    assert not any(name.startswith(("h₇", "c₇", "z₇")) for name in names(walked, going, unit(STEP + 1)))
    assert any(name.startswith("h₅") for name in names(walked, going, unit(STEP - 1)))
    assert not any(name.startswith("h₆ ") for name in names(walked, going, unit(STEP)))


def test_the_state_is_told_once_it_is_made(walked):
    last = "activation" if walked[0] == "rnn" else "hidden"
    assert any(
        name.startswith("h₆ ") for name in names(walked, Operation("forward", last, 1, STEP), unit(STEP))
    )


@pytest.mark.parametrize("layer", [0, 1])
def test_errors_are_told_from_where_they_have_come_back(walked, layer):
    back = Operation("backward", "delta", 1, STEP)
    for step, known in ((STEP - 1, False), (STEP, True), (STEP + 1, True)):
        mark = unit(step) if layer else Mark("cell", 0, step, 0)
        assert any("∂L/∂" in name for name in names(walked, back, mark)) == known
