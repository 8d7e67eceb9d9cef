"""The walk through an iteration in the whole window, used as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt

from bpviz.dissection import PHASES
from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig
from tests.wiring.test_window import Open


class Walked(Open):
    """An open window with the hands for the walk."""

    @property
    def walks(self):
        return self.wiring.walks

    @property
    def walk(self):
        return self.wiring.walks.walk

    def grain(self, name: str) -> None:
        """Choose how far a step goes, in the strip."""
        box = self.window.strip.grain
        box.setCurrentIndex(box.findData(name))
        box.activated.emit(box.currentIndex())

    def arrive(self) -> None:
        """Wait until the walk stands where it was asked to go."""
        self.qtbot.waitUntil(lambda: self.walks._asked is None, timeout=20_000)

    def on(self, times: int = 1) -> None:
        for _ in range(times):
            self.key(Qt.Key.Key_Period)
            self.arrive()

    def back(self, times: int = 1) -> None:
        for _ in range(times):
            self.key(Qt.Key.Key_Comma)
            self.arrive()

    def theta(self) -> bytes:
        return self.wiring.training._training.theta.tobytes()


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_operations_step_by_step_make_the_iterations_that_training_makes(opened):
    opened.grain("operation")
    start = opened.theta()
    opened.on()
    count = len(opened.walk.operations)
    assert (opened.walk.iteration, opened.walk.operation) == (0, 0)
    opened.on(count - 1)
    assert (opened.walk.iteration, opened.walk.operation) == (0, count - 1)
    assert opened.theta() == start
    opened.on()
    assert (opened.walk.iteration, opened.walk.operation) == (1, 0)
    assert opened.state.position == 1
    bare = build(RunConfig(stop=StopConfig(iterations=1)))
    for _ in bare.iterations():
        pass
    assert opened.theta() == bare.theta.tobytes()


def test_back_from_the_first_operation_enters_the_last_one_of_the_iteration_before(opened):
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == 1)
    opened.settle()
    opened.grain("operation")
    opened.on()
    first = opened.walks.dissection
    opened.back()
    assert (opened.walk.iteration, opened.walk.operation) == (0, len(opened.walk.operations) - 1)
    opened.on()
    assert (opened.walk.iteration, opened.walk.operation) == (1, 0)
    np.testing.assert_array_equal(opened.walks.dissection.gradient, first.gradient)
    opened.back()
    opened.back(len(opened.walk.operations))
    assert not opened.walk.on
    assert opened.state.position == 0
    opened.back()
    assert opened.state.position == 0


def test_phases_are_lit_one_after_the_other_in_strip_and_state(opened):
    opened.grain("phase")
    for phase in PHASES:
        opened.on()
        assert [name for name, chip in opened.window.strip.chips.items() if chip.lit] == [phase]
        assert opened.walk.current.phase == phase
        assert opened.state.operation == opened.walk.operation
        assert f"operation {opened.walk.operation + 1} of" in opened.window.strip.place.text()
    assert opened.state.position == 0
    opened.on()
    assert opened.state.position == 1
    assert opened.walk.current.phase == "forward"


@pytest.mark.parametrize("way", ["train", "seek", "reset", "edit"])
def test_the_walk_ends_when_something_else_is_wanted(opened, way):
    opened.grain("phase")
    opened.on(2)
    run = opened.state.run_id
    if way == "train":
        opened.key(Qt.Key.Key_Space)
        opened.qtbot.waitUntil(lambda: opened.state.position > 3, timeout=20_000)
        opened.key(Qt.Key.Key_Space)
    elif way == "seek":
        opened.window.timeline.seek_requested.emit(0)
    elif way == "reset":
        opened.key(Qt.Key.Key_R)
        opened.wait_for_run(run)
    else:
        opened.window.edited.emit("learning_rate", 0.2)
    opened.settle()
    assert not opened.walk.on
    assert opened.state.operation is None
    assert not any(chip.lit for chip in opened.window.strip.chips.values())


def test_it_plays_by_itself_at_the_chosen_pace_and_rests_when_asked(opened):
    opened.grain("operation")
    pace = opened.window.strip.pace
    pace.setCurrentIndex(pace.findData(8.0))
    pace.activated.emit(pace.currentIndex())
    play = opened.window.strip.buttons["play"]
    opened.qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.walk.on and opened.walk.operation >= 2, timeout=20_000)
    opened.qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    at = opened.walk.operation
    assert play.accessibleName() == "Walk on by itself, step by step"
    opened.qtbot.wait(300)
    assert opened.walk.operation == at


def test_train_at_a_slow_speed_walks_where_steps_are_operations(opened):
    opened.grain("operation")
    opened.window.speed_changed.emit(8.0)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.walk.on and opened.walk.operation >= 1, timeout=20_000)
    assert not opened.state.running
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: not opened.walks._timer.isActive(), timeout=5_000)


def test_the_grain_is_remembered(opened):
    opened.grain("phase")
    assert opened.window.settings.value("grain") == "phase"
    ticked = [a.data() for a in opened.window.toolbar.buttons["step"].menu().actions() if a.isChecked()]
    assert ticked == ["phase"]


def test_a_sample_of_the_batch_is_shown_and_the_mean_where_it_has_none(opened):
    opened.grain("operation")
    opened.on()
    rows = opened.walks.dissection.rows
    assert opened.walk.sample == "mean"
    assert f"mean over {len(rows)} samples" == opened.window.strip.sample.currentText()
    inside = int(rows[3])
    opened.window.panels()["map"].sample_chosen.emit(inside)
    assert opened.walk.sample == 3
    assert opened.window.strip.sample.currentText() == f"sample {inside}"
    outside = next(i for i in range(1000) if i not in rows)
    opened.window.panels()["network"].sample_changed.emit(outside)
    assert opened.walk.sample == "mean"
    assert f"sample {outside} is not among" in opened.window.strip.place.text()
