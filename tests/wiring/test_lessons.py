"""Lessons in the whole window: every one to its end, left at any point, and nothing lost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from bpviz.present.diagram.layout import Spot
from bpviz.present.lessons import all_lessons
from bpviz.present.lessons.scenes import scenes
from bpviz.present.lessons.sights import value_of
from bpviz.snapshot.probing import ParameterPlace
from bpviz.views.settings import Settings
from bpviz.wiring import lessons as driver
from tests.wiring.test_window import Open

PATIENCE_MS = 40_000


class Taught(Open):
    """An open window with the hands for lessons."""

    @property
    def lessons(self):
        return self.wiring.lessons

    @property
    def panel(self):
        return self.window.lessons

    def open_panel(self) -> None:
        self.key(Qt.Key.Key_F2)
        self.qtbot.waitUntil(self.panel.isVisible)

    def choose(self, name: str) -> None:
        row = next(row for row in self.panel.list.rows if row.lesson.id == name)
        row.click()
        self.arrive()

    def arrive(self) -> None:
        """Wait until all of the step is on the screen."""
        self.qtbot.waitUntil(lambda: not self.lessons.stage.busy, timeout=PATIENCE_MS)

    def on(self) -> None:
        self.panel.step.next.click()
        if self.lessons.lesson is not None:
            self.arrive()

    def click(self, button) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def theta(self) -> bytes:
        return self.wiring.training._training.theta.tobytes()


@pytest.fixture
def opened(qtbot, monkeypatch) -> Iterator[Taught]:
    # What the learner watches takes its time; a test has seen it.
    monkeypatch.setattr(
        driver, "scenes", lambda lesson: tuple(replace(each, speed=math.inf) for each in scenes(lesson))
    )
    one = Taught(qtbot)
    one.open_panel()
    yield one
    one.window.close()
    one.window.deleteLater()


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.id)
def test_a_lesson_shows_its_numbers_in_the_window(opened, lesson):
    opened.choose(lesson.id)
    for number, step in enumerate(lesson.steps, 1):
        assert opened.lessons.at == number - 1
        sights = opened.lessons.sights()
        for claim in step.expects:
            if claim.at is None:
                found = value_of(sights, claim.what)
                assert claim.holds(found), f"step {number}: {claim.what} is {found!r}, not as said: {claim}"
        framed = opened.panel.highlight.target
        assert framed is not None
        assert framed.isVisible()
        opened.on()
    assert opened.lessons.lesson is None
    assert opened.panel.pages.currentWidget() is opened.panel.list
    assert [row.lesson.id for row in opened.panel.list.rows if row.mark.done] == [lesson.id]
    assert Settings().value("lessons_done") == [lesson.id]


def test_leaving_gives_the_run_back_as_it_was(opened):
    opened.wiring.runs.edit("learning_rate", 0.01)
    opened.wiring.runs.edit("stop.iterations", 150)
    opened.window.train_toggled.emit()
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "iterations", timeout=20_000)
    opened.wiring.runs.seek(120)
    opened.settle()
    run, config, theta = opened.state.run_id, opened.wiring.runs.config, opened.theta()
    shown = {key for key, dock in opened.window.host.docks.items() if not dock.isHidden()}
    speed, kept = opened.wiring.runs.speed, opened.wiring.display.history()
    opened.choose("momentum")
    opened.on()
    assert opened.state.run_id != run
    opened.click(opened.panel.up_button)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.info.run_id == run, timeout=PATIENCE_MS)
    opened.settle()
    assert (opened.state.position, opened.state.last) == (120, 150)
    assert opened.theta() == theta
    assert opened.wiring.runs.config == config
    assert opened.wiring.runs.speed == speed
    assert opened.wiring.display.history().loss.tobytes() == kept.loss.tobytes()
    assert {key for key, dock in opened.window.host.docks.items() if not dock.isHidden()} == shown
    assert opened.panel.highlight.target is None
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == 121)


def test_a_lesson_can_be_closed_while_it_sets_the_scene_and_another_begun(opened):
    run = opened.state.run_id
    opened.choose("digits")
    opened.lessons.go_to(5)  # some hundred iterations
    opened.key(Qt.Key.Key_F2)
    assert not opened.panel.isVisible()
    opened.qtbot.waitUntil(lambda: opened.wiring.display.info.run_id == run, timeout=PATIENCE_MS)
    opened.settle()
    assert opened.state.position == 0
    opened.open_panel()
    opened.choose("bowl")
    opened.lessons.go_to(3)
    opened.lessons.go_to(1)
    opened.lessons.go_to(2)
    opened.arrive()
    assert value_of(opened.lessons.sights(), "theta[1]") == pytest.approx(1.2, rel=1e-12)


def test_whatever_the_learner_changed_the_next_step_begins_as_it_must(opened):
    opened.choose("by_hand")
    opened.wiring.window.edited.emit("learning_rate", 1e-6)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.state.position > 2, timeout=PATIENCE_MS)
    opened.lessons.go_to(7)
    opened.arrive()
    assert value_of(opened.lessons.sights(), "y_hat") == pytest.approx(140.3136, rel=1e-12)
    opened.window.preset_requested.emit("bowl")
    opened.qtbot.waitUntil(lambda: opened.wiring.display.info.kind == "function", timeout=PATIENCE_MS)
    opened.panel.step.back.click()
    opened.arrive()
    assert opened.wiring.display.info.name == "worked_example"
    assert opened.wiring.walks.walk.current.phase == "update"


def test_next_is_lit_when_what_is_to_be_tried_is_done(opened):
    opened.choose("by_hand")
    opened.lessons.go_to(8)
    opened.arrive()
    assert opened.panel.step.tried.isVisible()
    assert opened.panel.step.next.property("primary") is False
    for _ in range(20):
        at = opened.state.position
        opened.key(Qt.Key.Key_Period)
        opened.qtbot.waitUntil(lambda at=at: opened.state.position == at + 1)
    opened.qtbot.waitUntil(lambda: opened.panel.step.next.property("primary") is True)
    assert "Done" in opened.panel.step.try_words.text()


def test_answers_are_replied_to_and_language_changes_on_the_way(opened):
    opened.choose("by_hand")
    opened.lessons.go_to(9)
    opened.arrive()
    asked = opened.panel.step.asked
    opened.panel.step.area.ensureWidgetVisible(asked)
    wrong, right = asked.buttons[1], asked.buttons[0]
    opened.click(wrong)
    assert "Not quite." in asked.reply.text()
    opened.click(right)
    assert "Yes." in asked.reply.text()
    opened.window.language_requested.emit("zh_CN")
    assert "对。" in opened.panel.step.asked.reply.text()
    assert opened.panel.title.text() == "手算一个网络"
    opened.lessons.go_to(10)
    opened.arrive()
    assert opened.panel.step.next.text() == "完成"


def test_what_is_trained_for_is_said_on_the_way_and_at_the_end(opened):
    opened.choose("learning_rate")
    told = opened.panel.step.goal
    assert not told.isVisible()
    # Slowly enough to be seen on the way.
    opened.lessons._scenes = tuple(replace(each, speed=200.0) for each in opened.lessons._scenes)
    opened.lessons.go_to(2)
    opened.qtbot.waitUntil(lambda: "iteration" in told.words.text(), timeout=PATIENCE_MS)
    assert "Training until the training accuracy is above 98\u00a0%" in told.words.text()
    assert told.bar.isVisible()
    opened.arrive()
    opened.qtbot.waitUntil(lambda: "Reached at iteration 525" in told.words.text())
    assert not told.bar.isVisible()
    opened.lessons.go_to(1)
    opened.arrive()
    opened.qtbot.waitUntil(lambda: "Not reached: after 1\u2009000" in told.words.text())
    opened.window.language_requested.emit("zh_CN")
    assert "没有达到" in told.words.text()


def test_a_training_of_a_lesson_can_be_stopped_and_the_lesson_goes_on(opened):
    opened.choose("momentum")
    opened.lessons.go_to(2)
    opened.arrive()
    step = opened.lessons.lesson.steps[2]
    opened.lessons.stage.set_scene(replace(scenes(opened.lessons.lesson)[2], speed=20.0), step)
    opened.qtbot.waitUntil(lambda: opened.state.running and opened.state.position > 2, timeout=PATIENCE_MS)
    opened.key(Qt.Key.Key_Space)
    opened.arrive()
    assert not opened.state.running
    assert opened.state.position < 216
    opened.qtbot.waitUntil(lambda: "You stopped it" in opened.panel.step.goal.words.text())
    opened.on()
    assert opened.lessons.at == 3
    assert value_of(opened.lessons.sights(), "iteration") == 0


@pytest.mark.parametrize(
    ("lesson", "step", "act"),
    [
        ("bowl", 0, lambda window, panels: panels["surface"].canvas.setFocus()),
        ("digits", 0, lambda window, panels: panels["network"].sample_changed.emit(3)),
        ("digits", 5, lambda window, panels: panels["network"].canvas.pin(Spot(1, 4))),
        ("derivatives", 6, lambda window, panels: window.edited.emit("layer.0.activation", "tanh")),
        ("equal_weights", 4, lambda window, panels: window.edited.emit("initializer", "constant")),
    ],
)
def test_the_window_answers_what_was_to_be_tried(opened, lesson, step, act):
    opened.choose(lesson)
    opened.lessons.go_to(step)
    opened.arrive()
    opened.qtbot.wait(2 * driver.LOOK_MS)
    assert "Done" not in opened.panel.step.try_words.text()
    act(opened.window, opened.window.panels())
    if lesson == "bowl":
        canvas = opened.window.panels()["surface"].canvas
        opened.qtbot.keyClick(canvas, Qt.Key.Key_Left)
        opened.qtbot.keyClick(canvas, Qt.Key.Key_Left)
    if lesson == "equal_weights":
        opened.qtbot.waitUntil(lambda: opened.state.last == 0, timeout=PATIENCE_MS)
        opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: "Done" in opened.panel.step.try_words.text(), timeout=PATIENCE_MS)


def test_the_list_is_a_key_away(opened):
    opened.choose("by_hand")
    opened.key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert opened.lessons.lesson is None
    assert opened.panel.isVisible()


def test_a_mark_of_a_picture_over_time_is_told_of(opened):
    opened.choose("through_time")
    opened.lessons.go_to(1)
    opened.arrive()
    network = opened.window.panels()["network"]
    assert network.unrolled.canvas.scene.pinned == opened.lessons.lesson.steps[1].look.mark
    opened.qtbot.waitUntil(network.card_view.isVisible)
    opened.lessons.go_to(0)
    opened.arrive()
    assert network.unrolled.canvas.scene.pinned is None


def test_what_is_told_of_covers_nothing_that_is_spoken_of(opened):
    opened.choose("convolution")
    opened.on()
    panels = opened.window.panels()
    card, canvas = panels["network"].card_view, panels["network"].canvas
    assert card.folded
    assert canvas.scene.pinned is not None
    opened.lessons.go_to(4)
    opened.arrive()
    assert canvas.scene.pinned is None
    assert not card.isVisible()
    assert panels["explain"].explained.symbol == "W⁽¹⁾₁₁₂₂"
    shown = {key for key, dock in opened.window.host.docks.items() if not dock.isHidden()}
    assert shown - {"setup"} == {"network", "explain"}
    opened.lessons.leave()
    assert not card.folded


def test_a_lesson_with_few_panels_gives_back_the_widths_of_before(opened):
    before = opened.window.host.sizes()
    opened.choose("vanishing_gradients")
    opened.on()
    opened.click(opened.panel.up_button)
    opened.settle()
    after = opened.window.host.sizes()
    assert after.keys() == before.keys()
    for key, (width, _) in before.items():
        assert after[key][0] == pytest.approx(width, abs=12)


def test_a_card_below_the_diagram_is_let_go_with_the_lesson(opened):
    opened.choose("derivatives")
    network = opened.window.panels()["network"]
    card, canvas = network.card_view, network.canvas
    assert card.isVisible()
    nodes = [canvas.target_rect(Spot(layer, unit)) for layer, unit in ((0, 0), (0, 1), (1, 0), (2, 0))]
    lowest = max(rect.bottom() for rect in nodes) + canvas.y()
    assert card.geometry().top() > lowest
    opened.lessons.leave()
    assert card.placed is None


def test_the_mean_is_walked_where_a_lesson_says_so(opened):
    opened.choose("equal_weights")
    opened.on()
    walks = opened.wiring.walks
    assert walks.walk.sample == "mean"
    assert walks.dissection.outside_of is None
    sights = opened.lessons.sights()
    # δ of equal neurons is equal, and what their weights get as well.
    assert value_of(sights, "delta1[1]") == value_of(sights, "delta1[2]")
    assert value_of(sights, "delta2[1]") == pytest.approx(value_of(sights, "db2[1]"), rel=1e-12)


def test_panels_that_come_back_have_the_room_that_they_had(opened):
    opened.choose("vanishing_gradients")
    before = opened.window.host.sizes()
    opened.on()
    assert set(opened.window.host.sizes()) == {"network"}
    opened.on()
    after = opened.window.host.sizes()
    assert after.keys() == before.keys()
    for key, (width, height) in before.items():
        assert after[key][0] == pytest.approx(width, abs=40)
        assert after[key][1] == pytest.approx(height, abs=40)


def test_what_was_changed_by_hand_is_gone_with_the_next_step(opened):
    opened.choose("by_hand")
    opened.wiring.what_ifs.change(ParameterPlace(1, "W", (0, 0)), 9.0)
    opened.wiring.what_ifs.keep()
    opened.qtbot.waitUntil(lambda: opened.state.last == 1, timeout=PATIENCE_MS)
    opened.on()
    assert value_of(opened.lessons.sights(), "W1[1,1]") == 0.5


def test_the_keyboard_is_enough(opened):
    # The first lesson that is not done has the focus.
    focused = opened.app.focusWidget()
    assert focused is opened.panel.list.rows[0]
    opened.qtbot.keyClick(focused, Qt.Key.Key_Space)
    opened.arrive()
    assert opened.lessons.lesson.id == "by_hand"
    opened.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    opened.arrive()
    assert opened.lessons.at == 1
    opened.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    opened.arrive()
    assert opened.lessons.at == 0
    opened.key(Qt.Key.Key_F2)
    assert opened.lessons.lesson is None


def test_the_window_closed_in_a_lesson_keeps_the_layout_and_the_grain_of_before(opened):
    opened.window.set_grain("phase")
    opened.choose("forward_and_backward")
    assert opened.window.grain == "operation"
    assert opened.window.host.docks["setup"].isHidden()
    opened.window.close()
    layout = Settings().value("layout")
    assert layout
    assert Settings().value("grain") == "phase"
    opened.window.host.restore_layout(layout)
    assert not opened.window.host.docks["setup"].isHidden()


def test_a_run_that_the_learner_changes_keeps_its_weights_and_its_place(opened):
    opened.choose("derivatives")
    opened.lessons.go_to(6)
    opened.arrive()
    before = opened.wiring.runs.config
    opened.window.edited.emit("layer.0.activation", "sigmoid")
    walks = opened.wiring.walks
    opened.qtbot.waitUntil(
        lambda: opened.lessons.stage.display.info.activations[0] == "sigmoid" and walks.walk.on,
        timeout=PATIENCE_MS,
    )
    opened.arrive()
    assert opened.wiring.runs.config.start == before.start == (1.0, 0.0, 1.0)
    assert (walks.walk.current.kind, walks.walk.current.layer) == ("delta", 1)
    # σ(−2) = 0.1192; δ⁽²⁾ = 0.1192, δ⁽¹⁾ = 0.1192 · 0.1050
    sights = opened.lessons.sights()
    assert value_of(sights, "delta2[1]") == pytest.approx(0.119202922022118, rel=1e-12)
    assert value_of(sights, "delta1[1] / delta2[1]") == pytest.approx(0.104993585403507, rel=1e-12)
    assert opened.window.panel_visible("explain")


def test_another_network_of_the_learner_without_that_place_is_left_alone(opened):
    opened.choose("derivatives")
    opened.lessons.go_to(6)
    opened.arrive()
    opened.window.edited.emit("layers", "")
    opened.qtbot.waitUntil(lambda: len(opened.wiring.display.info.units) == 2, timeout=PATIENCE_MS)
    opened.qtbot.waitUntil(lambda: opened.wiring.walks.walk.on, timeout=PATIENCE_MS)
    opened.arrive()
    opened.on()
    assert opened.lessons.at == 7


def test_a_lesson_shows_its_explanation_whatever_was_closed_before(opened):
    explain = opened.window.host.docks["explain"]
    for _ in range(2):
        opened.choose("bowl")
        opened.on()
        opened.qtbot.waitUntil(lambda: opened.window.panel_visible("explain"), timeout=PATIENCE_MS)
        explain.hide()
        opened.click(opened.panel.up_button)
        opened.settle()


def test_what_a_lesson_has_hidden_comes_with_the_next_walk(opened):
    opened.choose("vanishing_gradients")
    opened.on()
    assert not opened.window.panel_visible("explain")
    opened.click(opened.panel.up_button)
    opened.settle()
    opened.window.set_grain("operation")
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.window.panel_visible("explain"), timeout=PATIENCE_MS)


def test_enter_begins_a_lesson(opened):
    opened.qtbot.keyClick(opened.panel.list.rows[2], Qt.Key.Key_Return)
    opened.arrive()
    assert opened.lessons.lesson.id == "bowl"


def test_the_panels_are_as_wide_after_the_lessons_as_before(opened):
    opened.key(Qt.Key.Key_F2)
    opened.qtbot.wait(50)
    before = opened.window.host.sizes()
    opened.open_panel()
    opened.qtbot.wait(50)
    assert opened.window.host.sizes() != before
    opened.choose("by_hand")
    opened.key(Qt.Key.Key_F2)
    opened.qtbot.waitUntil(lambda: opened.window.host.sizes() == before, timeout=PATIENCE_MS)
