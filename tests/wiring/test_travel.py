"""Time travel in the whole window: branches, bookmarks, the replay, and dragging the slider."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt

from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig
from tests.wiring.test_window import Open


class Traveller(Open):
    """A window in which some iterations were trained."""

    @property
    def places(self):
        return self.wiring.travel.places

    @property
    def shown(self) -> int:
        snapshot = self.wiring.display.snapshot
        return -1 if snapshot is None else snapshot.iteration

    def wait(self, ready) -> None:
        self.qtbot.waitUntil(ready, timeout=20_000)

    def train_to(self, iterations: int) -> None:
        self.window.edited.emit("stop.iterations", iterations)
        self.window.train_toggled.emit()
        self.wait(lambda: self.state.position == iterations and not self.state.running)
        self.wait(lambda: self.shown == iterations)

    def go(self, iteration: int) -> None:
        self.window.seek_requested.emit(iteration)
        self.wait(lambda: self.shown == iteration)

    def branch_off(self) -> None:
        """Train to 100, go back to 40, and train to 70 at another rate."""
        self.train_to(100)
        self.go(40)
        self.window.edited.emit("learning_rate", 0.5)
        self.train_to(70)
        self.wait(lambda: self.places is not None and self.places.present == 2)


@pytest.fixture
def opened(qtbot) -> Iterator[Traveller]:
    one = Traveller(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def directly(iterations: int) -> np.ndarray:
    training = build(RunConfig(stop=StopConfig(iterations=iterations)))
    for _ in training.iterations():
        pass
    return training.theta


def test_going_back_and_on_with_another_rate_makes_a_branch_and_the_way_back_is_one_press(opened):
    opened.branch_off()
    # What the run's end says stands below: it does not push the way back away.
    opened.wait(lambda: "“Branch 1” stays" in opened.messages())
    rows = opened.window.places.branches.table
    assert [rows.item(row, 0).text() for row in range(rows.rowCount())] == ["Branch 1", "Branch 2"]
    assert rows.item(0, 5).text() == "η 0.03"
    assert "Branch 2" in opened.window.timeline.reading.text()
    assert opened.window.timeline.slider.forks[0][0] == 40
    loss = opened.window.panels()["loss"]
    assert loss.plot.branches.last == 100
    opened.qtbot.mouseClick(opened.window.message_bar.action_button, Qt.MouseButton.LeftButton)
    opened.wait(lambda: opened.shown == 100 and opened.places.present == 1)
    np.testing.assert_array_equal(opened.wiring.display.snapshot.theta, directly(100))
    # The form follows: training goes on as it went on that branch.
    assert opened.wiring.runs.config.live.learning_rate == 0.03


def test_a_bookmark_leads_back_to_its_branch_and_its_name_can_be_changed(opened):
    opened.branch_off()
    opened.key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    opened.wait(lambda: len(opened.places.bookmarks) == 1)
    popup = opened.window.places
    popup.branch_chosen.emit(1)
    opened.wait(lambda: opened.shown == 100)
    opened.wait(lambda: opened.places.present == 1)
    assert opened.window.timeline.slider.marks == ()
    table = popup.bookmarks.table
    table.item(0, 0).setText("the fast one")
    opened.wait(lambda: opened.places.bookmarks[0].name == "the fast one")
    table.setCurrentCell(0, 0)
    opened.qtbot.keyClick(table, Qt.Key.Key_Return)
    opened.wait(lambda: opened.shown == 70 and opened.places.present == 2)
    assert opened.window.timeline.slider.marks == (70,)
    popup.branch_deleted.emit(1)
    opened.wait(lambda: len(opened.places.branches) == 1)
    opened.qtbot.keyClick(table, Qt.Key.Key_Delete)
    opened.wait(lambda: not opened.places.bookmarks)


def test_it_plays_backwards_to_the_start_and_every_frame_is_what_was(opened):
    opened.train_to(60)
    frames: list[tuple[int, bytes]] = []
    show = opened.window.show_snapshot

    def note(snapshot) -> None:
        frames.append((snapshot.iteration, snapshot.theta.tobytes()))
        show(snapshot)

    opened.window.show_snapshot = note
    opened.wiring.runs.set_speed(40.0)
    opened.key(Qt.Key.Key_J)
    opened.wait(lambda: opened.shown == 0 and opened.wiring.travel.replay.direction == 0)
    iterations = [iteration for iteration, _ in frames]
    assert iterations == sorted(iterations, reverse=True)
    assert len(iterations) >= 3
    for iteration, theta in frames[:: max(1, len(frames) // 4)]:
        assert theta == directly(iteration).tobytes()
    opened.key(Qt.Key.Key_L)
    opened.wait(lambda: opened.shown == 60 and opened.wiring.travel.replay.direction == 0)
    assert opened.state.last == 60  # nothing was trained
    del opened.window.show_snapshot


def test_anything_else_that_is_asked_ends_the_replay(opened):
    opened.train_to(60)
    opened.wiring.runs.set_speed(5.0)
    opened.qtbot.mouseClick(opened.window.timeline.buttons["rewind"], Qt.MouseButton.LeftButton)
    assert opened.wiring.travel.replay.direction == -1
    opened.go(30)
    assert opened.wiring.travel.replay.direction == 0
    opened.window.train_toggled.emit()
    opened.wait(lambda: opened.shown == 60)


def test_of_many_places_asked_in_a_row_the_last_is_shown(opened):
    opened.train_to(300)
    for iteration in range(299, 100, -1):
        opened.window.seek_requested.emit(iteration)
    opened.wait(lambda: opened.shown == 101)
    opened.settle()
    assert opened.state.position == 101


def test_while_the_slider_is_dragged_something_is_seen_on_the_way(opened):
    opened.train_to(300)
    seen: set[int] = set()
    for iteration in range(299, 150, -1):
        opened.window.seek_requested.emit(iteration)
        opened.qtbot.wait(4)  # more often than the display looks
        seen.add(opened.shown)
    assert len(seen) > 10
    opened.wait(lambda: opened.shown == 151)


def test_a_new_run_has_no_branches_of_the_old_one(opened):
    opened.branch_off()
    before = opened.wiring.display.info.run_id
    opened.window.reset_requested.emit()
    opened.wait_for_run(before)
    opened.wait(lambda: opened.places is not None and len(opened.places.branches) == 1)
    assert opened.window.timeline.slider.forks == ()
    assert opened.window.panels()["loss"].plot.branches.all == ()
