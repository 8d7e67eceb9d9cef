"""Numbers changed by hand in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from bpviz.present.diagram.layout import Spot
from bpviz.present.numbers import short
from bpviz.present.walk.place import Target
from bpviz.snapshot import SurfaceRequest
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training.by_hand import imagined
from bpviz.training.options import run_config
from bpviz.workers.surface import SurfaceJob, SurfaceWorker
from tests.wiring.test_walk import Walked

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Changed(Walked):
    """An open window with the hands that change numbers."""

    @property
    def panel(self):
        return self.window.panels()["network"]

    @property
    def what_ifs(self):
        return self.wiring.what_ifs

    @property
    def training(self):
        return self.wiring.training._training

    @property
    def shown(self):
        return self.wiring.display.snapshot

    def steps(self, count: int) -> None:
        for _ in range(count):
            at = self.state.position
            self.key(Qt.Key.Key_Period)
            self.qtbot.waitUntil(lambda at=at: self.state.position == at + 1, timeout=20_000)
        self.settle()
        self.qtbot.waitUntil(lambda: self.shown.iteration == self.state.position, timeout=20_000)

    def type(self, spot: Spot, text: str, field: int = 0) -> None:
        """Change a number of the card on ``spot``."""
        self.panel.canvas.pin(spot)
        self.qtbot.mouseClick(self.panel.card_view.edit_button, Qt.MouseButton.LeftButton)
        box = self.panel.number_box
        assert box.isVisible()
        line = box.fields[field][1]
        line.setText(text)
        self.qtbot.keyClick(line, Qt.Key.Key_Return)

    def wait_for(self, what_if: bool) -> None:
        self.qtbot.waitUntil(lambda: self.shown is not None and self.shown.what_if == what_if, timeout=20_000)


@pytest.fixture
def opened(qtbot) -> Iterator[Changed]:
    one = Changed(qtbot)
    one.steps(3)
    yield one
    one.window.close()
    one.window.deleteLater()


def weight(opened) -> float:
    return float(opened.shown.layers[2].weights[1, 3])


def test_a_weight_is_changed_undone_redone_and_thrown_away(opened):
    before, theta = opened.shown, opened.theta()
    old = weight(opened)
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    assert weight(opened) == 0.625
    assert opened.shown.train.loss != before.train.loss
    assert opened.what_ifs.bar.isVisible()
    assert opened.what_ifs.frame.isVisible()
    opened.type(Spot(2, 1, 3), "−2")
    opened.qtbot.waitUntil(lambda: weight(opened) == -2.0, timeout=20_000)
    opened.key(Qt.Key.Key_Z, CTRL)
    opened.qtbot.waitUntil(lambda: weight(opened) == 0.625, timeout=20_000)
    opened.key(Qt.Key.Key_Z, CTRL)
    opened.qtbot.waitUntil(lambda: weight(opened) == old, timeout=20_000)
    assert not opened.shown.what_if
    opened.key(Qt.Key.Key_Z, CTRL | SHIFT)
    opened.qtbot.waitUntil(lambda: weight(opened) == 0.625, timeout=20_000)
    opened.qtbot.mouseClick(opened.what_ifs.bar.buttons["throw"], Qt.MouseButton.LeftButton)
    opened.wait_for(False)
    assert not opened.what_ifs.bar.isVisible()
    assert opened.shown.theta.tobytes() == before.theta.tobytes() == theta
    assert opened.shown.gradient.tobytes() == before.gradient.tobytes()
    assert opened.theta() == theta


def test_an_input_and_a_target_are_changed_kept_and_left_behind(opened):
    loaded = opened.wiring.display.info
    opened.type(Spot(0, 1), "1.5")
    opened.wait_for(True)
    assert opened.shown.layers[0].a[1] == 1.5
    last = len(opened.shown.layers) - 1
    opened.type(Spot(last, 0), "0.25", field=1)
    opened.qtbot.waitUntil(lambda: opened.shown.target[0] == 0.25, timeout=20_000)
    assert opened.shown.layers[0].a[1] == 1.5
    # The point moves at once, on the map and wherever else the sample is shown.
    picture = opened.window.panels()["map"].map
    for info in (
        opened.wiring.display.info,
        picture.info,
        opened.panel._info,
        opened.panel.canvas.scene.info,
    ):
        assert info.x_train[0, 1] == 1.5
    at, theta = opened.state.position, opened.theta()
    opened.qtbot.mouseClick(opened.what_ifs.bar.buttons["keep"], Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == at + 1, timeout=20_000)
    assert opened.theta() == theta
    assert opened.shown.by_hand
    opened.steps(2)
    assert opened.shown.layers[0].a[1] == 1.5
    assert opened.training.objective.train.x[0, 1] == 1.5
    assert picture.info.x_train[0, 1] == 1.5
    opened.wiring.runs.seek(at)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == at, timeout=20_000)
    assert opened.shown.layers[0].a[1] != 1.5
    assert picture.info.x_train.tobytes() == loaded.x_train.tobytes()
    assert opened.wiring.display.info is loaded


def test_what_is_typed_in_the_data_s_units_is_what_the_network_sees_scaled(opened):
    opened.wiring.runs.start_with(run_config({"data": "iris", "layers": "3 tanh"}))
    opened.qtbot.waitUntil(
        lambda: opened.shown is not None and len(opened.shown.layers[0].a) == 4, timeout=20_000
    )
    opened.settle()
    opened.type(Spot(0, 2), "5.25", field=1)
    opened.wait_for(True)
    mean, scale = (float(each[2]) for each in opened.wiring.display.info.input_scaling)
    assert opened.shown.layers[0].a[2] == (5.25 - mean) / scale
    assert opened.wiring.display.info.x_train[0, 2] == 5.25
    lines = {line.name: line.value for line in opened.panel.card_view.card.lines}
    assert lines["by hand, in the data’s own units"] == 5.25
    assert "in the data" not in lines


def test_the_surface_is_that_of_the_changed_sample(opened):
    training, request = opened.training, SurfaceRequest(resolution=3)

    def losses(run) -> bytes:
        worker = SurfaceWorker()
        for job in (SurfaceJob.of(training, request), SurfaceJob.of(run, request)):
            worker.submit(job)
            worker._compute(job)
        return worker.grids.take().losses

    plain, changed = (
        losses(training),
        losses(imagined(training, (Change(ParameterPlace(0, "x", (0,)), 9.0, 0),))),
    )
    assert plain.tobytes() != changed.tobytes()
    assert plain.tobytes() == losses(training).tobytes()


def test_keeping_is_taken_back(opened):
    last, theta = opened.state.last, opened.theta()
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    opened.qtbot.mouseClick(opened.what_ifs.bar.buttons["keep"], Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == last + 1, timeout=20_000)
    opened.settle()
    assert "Kept as iteration" in opened.messages()
    opened.key(Qt.Key.Key_Z, CTRL)
    opened.wait_for(True)
    assert opened.what_ifs.bar.isVisible()
    assert opened.messages() == ""
    assert (opened.state.position, opened.state.last) == (last, last)
    assert weight(opened) == 0.625
    assert opened.theta() == theta
    opened.key(Qt.Key.Key_Z, CTRL)
    opened.wait_for(False)
    assert opened.shown.theta.tobytes() == theta


def test_the_walk_tells_a_change_by_hand_as_one(opened):
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    old = float(opened.training.parameters()["W2"][1, 3])
    opened.qtbot.mouseClick(opened.what_ifs.bar.buttons["keep"], Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == 4, timeout=20_000)
    opened.settle()
    opened.wiring.walks.go_to(Target(3, "update"))
    opened.arrive()
    said = f"{short(old)} → 0.625"
    assert f"changed by hand: W⁽²⁾[2,4]: {said}" in opened.window.strip.place.text()
    opened.panel.canvas.pin(Spot(2, 1, 3))
    explained = opened.window.panels()["explain"].explained
    updates = [each for each in opened.walks.dissection.operations if each.phase == "update"]
    explained.look(opened.walks.dissection, updates[1])
    explained.point(Spot(2, 1, 3))
    assert any(said in sentence for sentence in explained.words()[0])
    (block,) = explained.formulas()
    assert said in block.caption
    assert [line.plain for line in block.printed] == ["w₂₄⁽²⁾ ← 0.625"]


def test_what_is_kept_is_the_next_iteration(opened):
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    at = opened.state.position
    opened.qtbot.mouseClick(opened.what_ifs.bar.buttons["keep"], Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == at + 1, timeout=20_000)
    assert not opened.shown.what_if
    assert weight(opened) == 0.625
    assert not opened.what_ifs.bar.isVisible()
    kept = opened.theta()
    opened.steps(2)
    opened.wiring.runs.seek(at + 1)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == at + 1, timeout=20_000)
    assert opened.theta() == kept


def test_going_elsewhere_ends_it_and_says_so(opened):
    plain = opened.theta()
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    opened.settle()
    opened.wiring.runs.seek(2)
    opened.qtbot.waitUntil(lambda: not opened.what_ifs.bar.isVisible(), timeout=20_000)
    opened.qtbot.waitUntil(lambda: "thrown away" in opened.window.message_bar.label.text(), timeout=20_000)
    opened.wiring.runs.seek(3)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == 3, timeout=20_000)
    assert opened.theta() == plain
    assert not opened.shown.what_if


@pytest.mark.parametrize("grain", ["iteration", "epoch"])
def test_a_step_waits_until_it_is_kept_or_thrown_away(opened, grain):
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    opened.settle()
    opened.grain(grain)
    for key in (Qt.Key.Key_Period, Qt.Key.Key_Comma):
        opened.key(key)
        opened.settle()
        assert opened.state.position == opened.state.last == 3
        assert opened.what_ifs.present
        assert "keep them" in opened.what_ifs.bar.words.text()
    opened.key(Qt.Key.Key_Backspace, CTRL)
    opened.wait_for(False)
    opened.grain("iteration")
    opened.steps(1)


def layer_2(opened):
    """Return the shown z of layer 2, and what its input, W and b make of it."""
    found = opened.walks.dissection.layers[1]
    held = {one.name: one.values for one in found.parameters}
    return found.z, found.x @ held["W"].T + held["b"]


def test_the_walk_goes_over_the_numbers_that_are_changed(opened):
    theta = opened.theta()
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    opened.grain("operation")
    opened.on(3)
    made = opened.walks.dissection
    assert made.what_if
    assert opened.shown.what_if
    assert made.layers[1].parameters[0].values[1, 3] == 0.625
    np.testing.assert_allclose(*layer_2(opened), rtol=1e-12)
    assert opened.panel.canvas.scene.snapshot.layers[2].weights[1, 3] == 0.625
    opened.on(len(opened.walk.operations) - 3)
    assert opened.walk.operation == len(opened.walk.operations) - 1
    assert opened.walks.dissection is made
    assert opened.theta() == theta


def test_a_number_that_is_changed_in_the_walk_changes_all_that_follows_at_the_same_operation(opened):
    theta = opened.theta()
    opened.grain("phase")
    opened.on(3)
    at, plain = opened.walk.operation, opened.walks.dissection
    old = float(plain.layers[1].parameters[0].values[1, 3])

    def values() -> float:
        return float(opened.walks.dissection.layers[1].parameters[0].values[1, 3])

    opened.type(Spot(2, 1, 3), "0.625")
    opened.arrive()
    assert opened.walk.operation == at
    assert values() == 0.625
    assert opened.walks.dissection.loss != plain.loss
    assert opened.window.panels()["explain"].explained.base.dissection is opened.walks.dissection
    assert opened.panel.canvas.scene.lit.dissection is opened.walks.dissection
    assert opened.panel.canvas.scene.snapshot.layers[2].weights[1, 3] == 0.625
    opened.type(Spot(2, 1, 3), "-2")
    opened.arrive()
    changed = opened.walks.dissection
    for keys, value in ((CTRL, 0.625), (CTRL, old), (CTRL | SHIFT, 0.625), (CTRL | SHIFT, -2.0)):
        opened.key(Qt.Key.Key_Z, keys)
        opened.arrive()
        assert opened.walk.operation == at
        assert values() == value
        assert opened.walks.dissection.what_if == (value != old)
    assert opened.walks.dissection.gradient.tobytes() == changed.gradient.tobytes()
    opened.key(Qt.Key.Key_Backspace, CTRL)
    opened.arrive()
    assert opened.walk.operation == at
    assert opened.walks.dissection.gradient.tobytes() == plain.gradient.tobytes()
    assert opened.theta() == theta


def test_numbers_that_are_changed_at_once_are_all_in_what_is_shown(opened):
    opened.grain("operation")
    opened.on(2)
    for value in (0.25, 0.5, 0.75):
        opened.what_ifs.change(ParameterPlace(2, "W", (1, 3)), value)
    opened.arrive()
    assert opened.walks.dissection.layers[1].parameters[0].values[1, 3] == 0.75
    assert opened.walk.operation == 1


def test_at_its_ends_the_walk_waits_until_the_numbers_are_kept_or_thrown_away(opened):
    opened.grain("operation")
    opened.on()
    opened.type(Spot(2, 1, 3), "0.625")
    opened.arrive()
    said = opened.what_ifs.bar.words
    assert "W⁽²⁾[2,4]: " in said.text()
    assert "→ 0.625." in said.text()
    opened.back()
    assert opened.walk.operation == 0
    assert "keep them" in said.text()
    opened.on()
    opened.qtbot.waitUntil(lambda: "→ 0.625." in said.text(), timeout=20_000)
    opened.on(len(opened.walk.operations) - 1)
    last = len(opened.walk.operations) - 1
    assert opened.walk.operation == last
    assert opened.state.position == 3
    assert opened.what_ifs.present
    assert "keep them" in said.text()
    opened.key(Qt.Key.Key_Return, CTRL)
    opened.arrive()
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == 4, timeout=20_000)
    assert (opened.walk.iteration, opened.walk.operation) == (4, last)
    assert not opened.walks.dissection.what_if
    assert opened.walks.dissection.layers[1].parameters[0].values[1, 3] == 0.625
    assert not opened.what_ifs.bar.isVisible()
    opened.key(Qt.Key.Key_Z, CTRL)
    opened.qtbot.waitUntil(lambda: opened.walk.iteration == 3 and opened.walk.on, timeout=20_000)
    opened.arrive()
    assert opened.walk.operation == last
    assert opened.walks.dissection.what_if
    opened.key(Qt.Key.Key_Return, CTRL)
    opened.arrive()
    opened.on()
    opened.qtbot.waitUntil(lambda: opened.walk.iteration == 5, timeout=20_000)
    assert opened.walk.operation == 0


def test_everything_by_keys(opened):
    theta = opened.theta()
    canvas = opened.panel.canvas
    canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Return):
        opened.qtbot.keyClick(QApplication.focusWidget(), key)
    (where, field) = opened.panel.number_box.fields[0]
    assert QApplication.focusWidget() is field
    old = where.value
    opened.qtbot.keyClicks(field, "0.375")
    opened.qtbot.keyClick(field, Qt.Key.Key_Return)
    opened.wait_for(True)
    assert QApplication.focusWidget() is canvas
    assert opened.what_ifs.present == (Change(where.where, 0.375),)
    assert old != 0.375
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    opened.wait_for(False)
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Z, CTRL | SHIFT)
    opened.wait_for(True)
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Backspace, CTRL)
    opened.wait_for(False)
    assert opened.theta() == theta
    assert QApplication.focusWidget() is canvas
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Return)
    field = opened.panel.number_box.fields[0][1]
    opened.qtbot.keyClicks(field, "0.375")
    opened.qtbot.keyClick(field, Qt.Key.Key_Return)
    opened.wait_for(True)
    opened.settle()
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == 4, timeout=20_000)
    assert opened.shown.by_hand


def test_a_button_of_the_bar_that_cannot_be_pressed_any_more_hands_the_keyboard_to_its_other_half(opened):
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    buttons = opened.what_ifs.bar.buttons
    buttons["undo"].setFocus()
    buttons["undo"].click()
    assert buttons["redo"].hasFocus()
    assert not opened.what_ifs.frame.isVisible()
    buttons["redo"].click()
    assert buttons["undo"].hasFocus()
    buttons["throw"].setFocus()
    buttons["throw"].click()
    assert opened.panel.canvas.hasFocus()


def test_no_number_is_told_and_escape_leaves(opened):
    opened.panel.canvas.pin(Spot(2, 1, 3))
    card = opened.panel.card_view
    opened.qtbot.mouseDClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, card.height() - 6))
    box = opened.panel.number_box
    line = box.fields[0][1]
    line.setText("much")
    opened.qtbot.keyClick(line, Qt.Key.Key_Return)
    assert box.isVisible()
    assert "much" in line.toolTip()
    opened.qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not box.isVisible()
    assert not opened.what_ifs.changes


def test_a_check_is_of_what_is_shown(opened):
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    card = opened.panel.card_view

    def said(name: str) -> list[float]:
        return [line.value for line in card.card.lines if name in line.name]

    opened.qtbot.mouseClick(card.check_button, Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(lambda: bool(said("h = ")), timeout=20_000)
    shown = float(opened.shown.layers[2].weight_gradient[1, 3])
    assert said("h = ")[0] == pytest.approx(shown, rel=1e-6)
    opened.key(Qt.Key.Key_Z, CTRL)
    assert not said("h = ")
