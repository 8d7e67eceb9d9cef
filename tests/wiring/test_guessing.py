"""Guess first: the walk waits for an answer, and the score is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

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


def test_the_walk_waits_for_the_answer_once_a_layer(opened):
    guessing, answers = opened.wiring.guessing, [True, False, True]
    for right in answers:
        to_the_question(opened)
        at, asked = opened.walk.operation, guessing._waiting[0]
        assert opened.walk.operations[at + 1].phase == "backward"
        trace = opened.walks.dissection.layers[asked.where.layer - 1]
        state = next(each for each in trace.parameters if each.name == asked.where.name)
        assert float(state.update[asked.where.place]) == asked.update
        answer(opened, right)
        assert opened.walk.operation == at + 1
        said = guessing.bar.words.text()
        assert said.startswith("Right" if right else "No")
        assert asked.name in said
    assert (guessing.score.right, guessing.score.asked) == (2, 3)
    assert "2 of 3" in guessing.bar.score.text()
    count = len(opened.walk.operations)
    while opened.walk.operation < count - 1:
        opened.on()
    assert guessing.score.asked == 3


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
