"""Another network, other data or another start: the run before stays as a branch, with the way back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.training.build import build
from bpviz.training.config import RunConfig
from tests.wiring.test_travel import Traveller

CONTROL = Qt.KeyboardModifier.ControlModifier


class Beside(Traveller):
    """A window in which runs are begun beside one another."""

    said = ""

    @property
    def table(self):
        return self.window.places.branches.table

    def cells(self) -> list[list[str]]:
        rows, columns = range(self.table.rowCount()), range(self.table.columnCount())
        return [[self.table.item(row, column).text() for column in columns] for row in rows]

    def begin_equal_units(self) -> None:
        """Train equal units to 60, and take the remedy that the doctor offers."""
        run = self.state.run_id
        self.window.edited.emit("initializer", "zeros")
        self.wait_for_run(run)
        self.train_to(60)
        doctor, run = self.window.panels()["doctor"], self.state.run_id
        self.wait(lambda: any(key[0] == "symmetry" for key in doctor.cards))
        self.key(Qt.Key.Key_D, CONTROL)
        card = next(card for key, card in doctor.cards.items() if key[0] == "symmetry")
        self.wait(card.try_button.isVisible)
        self.qtbot.mouseClick(card.try_button, Qt.MouseButton.LeftButton)
        self.wait(lambda: "begins" in self.messages())
        self.said = self.messages()  # it passes by itself
        self.wait_for_run(run)
        self.wait(lambda: self.state.stopped == "iterations" and self.state.position == 60)
        self.wait(lambda: self.places is not None and len(self.places.branches) == 2)

    def thetas(self, config: RunConfig, *at: int) -> list[np.ndarray]:
        training, found = build(config), []
        for iteration in training.iterations():
            if iteration.iteration in at:
                found.append(training.theta.copy())
            if iteration.iteration == max(at):
                return found
        raise AssertionError


@pytest.fixture
def opened(qtbot) -> Iterator[Beside]:
    one = Beside(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_a_remedy_that_needs_another_start_leaves_the_run_as_a_branch_to_go_back_to(opened):
    opened.begin_equal_units()
    assert "“A random start” begins; “Branch" in opened.said
    old, new = opened.cells()
    assert (old[2], new[0], new[1], new[5]) == (
        "60",
        "A random start",
        "a new start",
        "the one on the screen",
    )
    assert old[5] == "Start Zeros"
    loss = opened.window.panels()["loss"]
    assert [drawn.last for drawn in loss.plot.branches.all] == [60]
    assert opened.window.timeline.slider.forks[0][0] == 0
    # Back by the button of the message, and on: bit for bit what it would have been.
    opened.qtbot.mouseClick(opened.window.message_bar.action_button, Qt.MouseButton.LeftButton)
    opened.wait(lambda: opened.shown == 60 and opened.wiring.runs.config.initializer == "zeros")
    at_60, at_90 = opened.thetas(RunConfig(initializer="zeros"), 60, 90)
    np.testing.assert_array_equal(opened.wiring.display.snapshot.theta, at_60)
    opened.train_to(90)
    np.testing.assert_array_equal(opened.wiring.display.snapshot.theta, at_90)
    opened.go(45)
    (at_45,) = opened.thetas(RunConfig(initializer="zeros"), 45)
    np.testing.assert_array_equal(opened.wiring.display.snapshot.theta, at_45)
    opened.wait(lambda: len(loss.plot.branches.all) == 1)
    assert opened.cells()[1][5] == "Start Xavier"


def test_the_run_that_was_put_aside_can_be_renamed_and_deleted_by_keys(opened):
    opened.begin_equal_units()
    opened.key(Qt.Key.Key_T, CONTROL)
    opened.wait(opened.window.places.isVisible)
    opened.table.setCurrentCell(0, 0)
    opened.qtbot.keyClick(opened.table, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    editor.selectAll()
    opened.qtbot.keyClicks(editor, "equal")
    opened.qtbot.keyClick(editor, Qt.Key.Key_Return)
    opened.wait(lambda: opened.places.branches[0].name == "equal")
    opened.wait(lambda: opened.cells()[0][0] == "equal")
    opened.table.setCurrentCell(0, 0)
    opened.qtbot.keyClick(opened.table, Qt.Key.Key_Delete)
    opened.wait(lambda: len(opened.places.branches) == 1)
    assert opened.window.panels()["loss"].plot.branches.all == ()


def test_another_network_of_the_learners_keeps_what_was_trained(opened):
    opened.train_to(60)
    run = opened.state.run_id
    opened.window.edited.emit("layers", "5 relu")
    opened.wait_for_run(run)
    opened.wait(lambda: "“Branch 2” begins; “Branch 1” stays." in opened.messages())
    run = opened.state.run_id
    opened.window.edited.emit("layers", "4 relu")  # nothing was trained in between: no branch of its own
    opened.wait_for_run(run)
    opened.wait(lambda: opened.places is not None and len(opened.places.branches) == 2)
    assert opened.cells()[0][5] == "8 tanh, 8 tanh"
    opened.table.setCurrentCell(0, 0)
    opened.table.go()
    opened.wait(lambda: opened.shown == 60)
    np.testing.assert_array_equal(opened.wiring.display.snapshot.theta, opened.thetas(RunConfig(), 60)[0])
    run = opened.state.run_id
    opened.window.edited.emit("data.noise", 0.2)
    opened.wait_for_run(run)
    opened.wait(lambda: opened.places is not None and len(opened.places.branches) == 1)


def test_a_bookmark_leads_to_the_run_that_was_put_aside(opened):
    opened.train_to(60)
    opened.go(20)
    opened.wiring.travel.mark()
    run = opened.state.run_id
    opened.window.edited.emit("initializer", "he")
    opened.wait_for_run(run)
    opened.wait(lambda: opened.places is not None and len(opened.places.bookmarks) == 1)
    opened.window.places.bookmark_chosen.emit(opened.places.bookmarks[0].id)
    opened.wait(lambda: opened.shown == 20 and opened.state.run_id == run)


def test_the_open_list_has_the_numbers_of_the_run_and_follows_it(opened):
    opened.train_to(300)
    for _ in range(2):
        opened.key(Qt.Key.Key_T, CONTROL)
        opened.wait(opened.window.places.isVisible)
        opened.wait(lambda: opened.cells()[0][2] == "300")
        opened.qtbot.keyClick(opened.table, Qt.Key.Key_Escape)
        opened.wait(lambda: not opened.window.places.isVisible())
    opened.key(Qt.Key.Key_T, CONTROL)
    opened.window.edited.emit("stop.iterations", 340)
    opened.window.train_toggled.emit()
    opened.wait(lambda: opened.cells()[0][2] == "340")


def test_a_box_asks_for_the_name_of_a_bookmark_and_enter_keeps_the_suggested_one(opened):
    opened.train_to(40)
    box = opened.wiring.travel.name_box
    for typed, kept in (("", ""), ("before it falls", "before it falls")):
        opened.key(Qt.Key.Key_B, CONTROL)
        opened.wait(box.isVisible)
        assert box.line.selectedText() == "Iteration 40"
        opened.qtbot.keyClicks(box.line, typed)
        opened.qtbot.keyClick(box.line, Qt.Key.Key_Return)
        opened.wait(
            lambda kept=kept: bool(opened.places.bookmarks) and opened.places.bookmarks[0].name == kept
        )
        assert not box.isVisible()
    assert len(opened.places.bookmarks) == 1
    assert "“before it falls” is marked." in opened.messages()


def test_what_is_said_of_a_branch_covers_no_curve(opened):
    opened.window.resize(1280, 720)
    opened.branch_off()
    opened.wait(lambda: "“Branch 1” stays" in opened.messages())
    bar, window = opened.window.message_bar, opened.window
    loss = window.host.place_of("loss", window.content)
    assert loss is not None
    assert not loss.intersects(bar.geometry())


def test_one_message_offers_a_rate_that_surely_works(opened, caplog):
    run = opened.state.run_id
    opened.wiring.runs.take_preset("parabola")
    opened.wait_for_run(run)
    run = opened.state.run_id
    opened.window.edited.emit("learning_rate", 4000.0)
    opened.window.edited.emit("stop.iterations", 400)
    opened.window.speed_changed.emit(float("inf"))
    opened.window.train_toggled.emit()
    opened.wait(lambda: "Start again with η" in opened.window.message_bar.action_button.text())
    opened.qtbot.mouseClick(opened.window.message_bar.action_button, Qt.MouseButton.LeftButton)
    opened.wait(lambda: opened.state.stopped == "iterations" and opened.state.position == 400)
    assert opened.state.run_id == run
    opened.wait(lambda: opened.places is not None and len(opened.places.branches) == 2)
    assert "too large" not in opened.messages()
    assert opened.cells()[1][0].startswith("η = ")
