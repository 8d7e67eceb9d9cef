"""The walk through an iteration in the whole window, used as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from bpviz.present.walk.function import knows_slope, moved_text
from bpviz.snapshot.dissection import PHASES
from bpviz.training.build import build
from bpviz.training.config import RunConfig, StopConfig
from bpviz.training.options import run_config
from bpviz.views.network.scene import STILL
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


@pytest.mark.parametrize("way", ["train", "seek", "reset", "edit", "replay"])
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
    elif way == "edit":
        opened.window.edited.emit("learning_rate", 0.2)
    else:
        opened.wiring.training.step("iteration")  # whoever has the run go on
        opened.qtbot.waitUntil(lambda: opened.state.position == 1 and not opened.walk.on, timeout=20_000)
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


def test_every_panel_names_the_iteration_in_the_making_alike(opened):
    panels = opened.window.panels()
    opened.grain("phase")
    opened.on()
    opened.settle()
    said = "0 → 1"
    assert panels["network"].subtitle().endswith(f"iteration {said}")
    assert panels["loss"].subtitle() == f"iteration {said}"
    assert panels["explain"].subtitle().endswith(said)
    opened.window.host.docks["map"].bring()
    opened.qtbot.waitUntil(lambda: said in panels["map"].caption.text, timeout=20_000)
    opened.qtbot.waitUntil(lambda: said in panels["surface"].caption.accessibleName(), timeout=20_000)
    opened.qtbot.waitUntil(lambda: said in opened.window.timeline.reading.text(), timeout=20_000)
    opened.walks.leave()
    opened.qtbot.waitUntil(lambda: said not in panels["surface"].caption.accessibleName(), timeout=20_000)
    assert panels["network"].subtitle().endswith("iteration 0")
    assert said not in panels["map"].caption.text


def test_the_choice_opens_as_a_table_and_its_keys_choose(opened):
    opened.grain("operation")
    opened.on()
    box = opened.window.strip.sample
    box.setFocus()
    opened.qtbot.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    opened.qtbot.waitUntil(box.table.isVisible, timeout=10_000)
    rows = opened.walks.dissection.rows
    assert box.model().rowCount() == len(rows) + 1
    assert box.model().columnCount() == 6
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        opened.qtbot.keyClick(box.table, key)
    opened.qtbot.waitUntil(lambda: opened.walk.sample == 1, timeout=10_000)
    assert box.currentText() == f"sample {rows[1]}"


def test_other_data_forget_the_sample(opened):
    opened.grain("operation")
    opened.on()
    box = opened.window.strip.sample
    box.setCurrentIndex(1)
    box.activated.emit(1)
    before = opened.wiring.display.info.run_id
    opened.window.preset_requested.emit("digits")
    opened.qtbot.waitUntil(lambda: opened.wiring.display.info.run_id > before, timeout=10_000)
    opened.on()
    assert opened.walk.sample == "mean"
    assert "not in this batch" not in opened.window.strip.place.text()


def test_a_click_on_a_point_of_the_map_shows_that_sample_s_numbers_everywhere(opened):
    opened.grain("operation")
    opened.on(2)
    network, decision = (opened.window.panels()[key] for key in ("network", "map"))
    opened.window.host.docks["map"].bring()
    opened.qtbot.waitUntil(lambda: decision.map.lit is not None, timeout=20_000)
    rows, info = opened.walks.dissection.rows, opened.wiring.display.info
    decision.map.grab()
    place = 4
    x, y = (
        float(axis.pixel(info.x_train[rows[place], feature]))
        for feature, axis in enumerate(decision.map._axes)
    )
    opened.qtbot.mouseClick(decision.map, Qt.MouseButton.LeftButton, pos=QPointF(x, y).toPoint())
    assert opened.walk.sample == place
    opened.qtbot.waitUntil(lambda: network.footer.sample.value == rows[place], timeout=20_000)
    trace = opened.walks.dissection.layers[0]
    np.testing.assert_array_equal(network.canvas.scene.snapshot.layers[1].a, trace.a[place])
    opened.on()
    assert opened.walk.sample == place


def network_lit(opened: Walked):
    return opened.window.panels()["network"]._lit


def test_the_diagram_lights_the_layer_in_hand_and_hides_what_is_not_known(opened):
    opened.grain("operation")
    canvas = opened.window.panels()["network"].canvas
    opened.settle()
    opened.on(2)
    scene = canvas.scene
    opened.qtbot.wait(300)  # the explanation comes to the front: all have their places
    canvas._flowing.stop()
    now = canvas.grab().toImage()
    lit, scene.lit = scene.lit, None
    before = canvas.grab().toImage()
    scene.lit = lit
    x, y, width, height = (round(v) for v in scene.layout.columns[2].cells[0])
    ratio = before.devicePixelRatio()
    middle = round((x + width / 2) * ratio), round((y + height / 2) * ratio)
    assert now.pixelColor(*middle).lightness() > before.pixelColor(*middle).lightness()
    light = scene.lit.light
    assert (light.layer, light.active, light.summed) == (1, 1, 1)
    np.testing.assert_array_equal(
        scene.snapshot.layers[1].z, opened.walks.dissection.layers[0].z.mean(axis=0)
    )
    opened.window.strip.phase_chosen.emit("backward")
    # What was computed on the way is run through, from the output to the first layer.
    assert scene.lit.light.phase != "forward"
    opened.qtbot.waitUntil(lambda: scene.shows_gradient(2) and not scene.shows_error(1), timeout=20_000)
    opened.qtbot.waitUntil(lambda: not canvas._stages, timeout=20_000)
    assert scene.lit is network_lit(opened)
    assert scene.shows_error(1)
    assert scene.shows_gradient(1)
    opened.window.strip.phase_chosen.emit("update")
    opened.qtbot.waitUntil(lambda: scene.lit.light.phase == "update", timeout=20_000)
    assert not scene.shows_gradient(1)
    opened.window.train_toggled.emit()
    opened.qtbot.waitUntil(lambda: opened.state.running, timeout=20_000)
    opened.window.train_toggled.emit()
    opened.settle()
    assert scene.lit is None
    assert not canvas._flowing.isActive()


def test_what_flows_moves_only_where_the_desktop_wants_movement(opened, monkeypatch):
    opened.grain("operation")
    canvas = opened.window.panels()["network"].canvas
    opened.on()
    assert canvas._flowing.isActive()
    monkeypatch.setattr(type(canvas.style()), "styleHint", lambda *_: 0)
    opened.on()
    assert not canvas._flowing.isActive()
    assert canvas.scene.clock == STILL


def test_loss_and_surface_are_lit_with_the_phase(opened):
    opened.grain("phase")
    loss, surface = (opened.window.panels()[key] for key in ("loss", "surface"))
    opened.on()
    assert loss.plot.making.iteration == 1
    assert loss.plot.making.loss is None
    opened.on()
    assert loss.plot.making.loss == opened.walks.dissection.loss
    assert surface.canvas._drawing.phase == "loss"
    opened.on()
    assert surface.canvas._drawing.phase == "backward"
    opened.window.seek_requested.emit(0)
    opened.settle()
    assert loss.plot.making is None
    assert surface.canvas._drawing.phase is None


def test_time_stands_where_the_walk_does_in_a_recurrent_network(opened):
    run = opened.state.run_id
    config = run_config({"data": "binary_addition", "layers": "rnn 4", "points": 60, "batch_size": 5})
    opened.wiring.runs.start_with(config)
    opened.wait_for_run(run)
    opened.grain("operation")
    opened.on(3)
    scene = opened.window.panels()["network"].unrolled.canvas.scene
    assert opened.walk.sample == 0  # a sequence has more to show than a mean
    operation = opened.walk.current
    assert (scene.clock.step, scene.clock.backward) == (operation.step, False)
    opened.window.strip.phase_chosen.emit("loss")
    assert scene.clock is None
    while opened.walk.current.step < 0 or opened.walk.current.phase != "backward":
        opened.on()
    assert (scene.clock.step, scene.clock.backward) == (7, True)
    opened.window.reset_requested.emit()
    opened.qtbot.waitUntil(lambda: scene.lit is None, timeout=20_000)


def test_a_function_shows_its_slope_when_it_is_known_and_where_it_goes(opened):
    run = opened.state.run_id
    opened.wiring.runs.start_with(run_config({"function": "parabola"}))
    opened.wait_for_run(run)
    opened.grain("operation")
    opened.on()
    lit = opened.window.panels()["network"].canvas.scene.lit
    assert not knows_slope(lit)
    opened.on(2)
    lit = opened.window.panels()["network"].canvas.scene.lit
    assert knows_slope(lit)
    theta = opened.wiring.training._training.theta
    assert moved_text(lit, theta, 0).startswith(f"{theta[0]:g} → ")
    opened.on()
    assert opened.state.position == 1


def test_every_word_of_the_strip_is_there_in_chinese(opened):
    opened.wiring._set_language("zh_CN")
    opened.grain("operation")
    opened.on(3)
    assert opened.window.strip.place.text() == "第 2 层 · 加权和 z · 第 3/16 个运算"
    assert opened.window.strip.chips["backward"].text() == "③ 反向传播"
    assert opened.window.strip.sample.currentText() == "10 个样本的平均"


def test_the_keyboard_alone_reaches_everything_in_the_strip(opened):
    opened.grain("operation")
    opened.on()
    strip = opened.window.strip
    strip.chips["forward"].setFocus(Qt.FocusReason.TabFocusReason)
    reached = [opened.app.focusWidget()]
    for _ in range(8):
        opened.key(Qt.Key.Key_Tab)
        reached.append(opened.app.focusWidget())
    expected = [*strip.chips.values(), strip.sample, strip.grain, *strip.buttons.values(), strip.pace]
    assert reached == expected[: len(reached)]
    strip.chips["backward"].setFocus(Qt.FocusReason.TabFocusReason)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.walk.current.phase == "backward", timeout=20_000)


def test_a_walk_into_a_divergence_ends_at_the_last_good_iteration(opened, caplog):
    run = opened.state.run_id
    opened.wiring.runs.start_with(run_config({"function": "parabola", "learning_rate": 1e12}))
    opened.wait_for_run(run)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.state.stopped == "diverged", timeout=20_000)
    opened.grain("phase")
    at = opened.state.position
    opened.on(3)
    assert opened.walk.on
    opened.on()
    assert not opened.walk.on
    assert opened.state.position == at
    assert "grew too large" in opened.messages()
    assert "grew too large" in caplog.text


def test_back_into_the_iteration_before_its_last_operation_is_lit_at_once(opened):
    opened.grain("operation")
    count = 16
    opened.on(count + 1)
    assert opened.walk.iteration == 1
    canvas = opened.window.panels()["network"].canvas
    opened.qtbot.waitUntil(lambda: canvas.goal is not None and not canvas._stages, timeout=20_000)
    opened.back()
    assert (opened.walk.iteration, opened.walk.operation) == (0, count - 1)
    assert canvas.goal.operation == canvas.scene.lit.operation == opened.walk.operations[-1]
    assert canvas._stages == []


def test_steps_by_hand_go_past_the_stop_of_the_training(opened):
    opened.wiring.runs.edit("stop.iterations", 1)
    opened.grain("phase")
    opened.on(9)
    assert (opened.walk.iteration, opened.walk.current.phase) == (2, "forward")
    assert opened.state.position == 2
    opened.grain("iteration")
    opened.key(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == 3, timeout=20_000)
    assert opened.messages() == ""
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: "as set" in opened.messages(), timeout=20_000)
    assert opened.state.position == 3


def test_a_panel_that_comes_back_is_lit_as_the_others_are(opened):
    dock = opened.window.host.docks["loss"]
    dock.hide()
    opened.grain("phase")
    opened.on(2)
    assert dock.panel.plot.making is None
    dock.show()
    opened.qtbot.waitUntil(lambda: dock.panel.plot.making is not None, timeout=20_000)


def test_of_a_batch_of_one_there_is_no_mean(opened):
    run = opened.state.run_id
    opened.window.preset_requested.emit("worked_example")
    opened.wait_for_run(run)
    opened.grain("operation")
    opened.on()
    assert opened.walk.sample == 0
    assert opened.window.strip.sample.count() == 1


def test_played_it_goes_from_one_iteration_into_the_next(opened):
    opened.grain("phase")
    opened.window.speed_changed.emit(10.0)
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.walk.iteration == 2 and opened.walk.on, timeout=20_000)
    assert opened.walks._timer.isActive()
