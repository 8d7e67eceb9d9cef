"""Guess first: the walk waits for an answer, and the score is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from bpviz.snapshot.probing import ParameterPlace
from tests.wiring.test_walk import Walked


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    one.grain("operation")
    one.wiring.guessing.switch.setChecked(True)
    yield one
    one.window.close()
    one.window.deleteLater()


def answer(opened, right: bool) -> None:
    guessing = opened.wiring.guessing
    way = guessing._waiting[0].way * (1 if right else -1)
    button = guessing.bar.up if way > 0 else guessing.bar.down
    assert button.isVisible()
    opened.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def to_the_question(opened) -> None:
    for _ in range(40):
        if opened.wiring.guessing._waiting is not None:
            return
        opened.on()
    pytest.fail("nothing was asked")


def state_of(opened, asked):
    trace = opened.walks.dissection.layers[asked.where.layer - 1]
    return next(each for each in trace.parameters if each.name == asked.where.name)


def test_the_walk_waits_for_the_answer_going_back_and_before_each_update(opened):
    guessing, answers = opened.wiring.guessing, [True, False, True, True, False, True]
    phases, asked_of = [], []
    for right in answers:
        to_the_question(opened)
        at, asked = opened.walk.operation, guessing._waiting[0]
        phases.append(opened.walk.operations[at + 1].phase)
        asked_of.append(asked.where)
        state = state_of(opened, asked)
        assert float(state.update[asked.where.place]) == asked.update
        assert float(state.values[asked.where.place]) == asked.value
        answer(opened, right)
        assert opened.walk.operation == at + 1
        said = guessing.bar.words.text()
        assert said.startswith("Right" if right else "No")
        assert asked.name in said
    assert phases == ["backward"] * 3 + ["update"] * 3
    assert len(set(asked_of)) == len(asked_of), "the same is asked twice"
    assert (guessing.score.right, guessing.score.asked) == (4, 6)
    assert "4 of 6" in guessing.bar.score.text()
    count = len(opened.walk.operations)
    while opened.walk.operation < count - 1:
        opened.on()
    assert guessing.score.asked == 6


def test_of_the_layer_the_weight_that_is_pinned_is_asked(opened):
    panel = opened.window.panels()["network"]
    opened.on()
    where = ParameterPlace(3, "W", (0, 4))
    panel.pin(where)
    opened.qtbot.waitUntil(lambda: panel.pinned_parameter == where, timeout=10_000)
    to_the_question(opened)
    assert opened.wiring.guessing._waiting[0].where == where


def test_one_step_more_waits_all_the_same_and_skipping_counts_for_nothing(opened):
    guessing = opened.wiring.guessing
    to_the_question(opened)
    at = opened.walk.operation
    opened.window.step_requested.emit("operation")
    assert opened.walk.operation == at
    assert "waits" in guessing.bar.words.text()
    opened.qtbot.keyClick(guessing.bar.up, Qt.Key.Key_Escape)
    assert opened.walk.operation == at + 1
    assert (guessing.score.right, guessing.score.asked) == (0, 0)


@pytest.mark.parametrize(("key", "way"), [(Qt.Key.Key_Up, 1), (Qt.Key.Key_Down, -1), (Qt.Key.Key_Return, 1)])
def test_the_keys_answer(opened, key, way):
    guessing = opened.wiring.guessing
    to_the_question(opened)
    asked = guessing._waiting[0]
    opened.qtbot.keyClick(guessing.bar.up, key)
    assert (guessing.score.right, guessing.score.asked) == (int(asked.way == way), 1)


def test_walking_by_itself_goes_on_after_the_answer(opened):
    opened.on()
    opened.walks.play(20)
    guessing = opened.wiring.guessing
    opened.qtbot.waitUntil(lambda: guessing._waiting is not None, timeout=20_000)
    assert not opened.walks.playing
    answer(opened, True)
    assert opened.walks.playing
    opened.walks.stop()


def test_back_and_off_nothing_is_asked(opened):
    to_the_question(opened)
    at = opened.walk.operation
    opened.back()
    assert opened.wiring.guessing._waiting is None
    assert opened.walk.operation == at - 1
    opened.wiring.guessing.switch.setChecked(False)
    assert not opened.wiring.guessing.bar.isVisible()
    opened.on(8)
    assert opened.wiring.guessing._waiting is None
