"""Numbers changed by hand in the whole window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt

from bpviz.present.diagram import Spot
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


def test_an_input_and_a_target_can_be_changed_but_not_kept(opened):
    opened.type(Spot(0, 1), "1.5")
    opened.wait_for(True)
    assert opened.shown.layers[0].a[1] == 1.5
    assert not opened.what_ifs.bar.buttons["keep"].isEnabled()
    last = len(opened.shown.layers) - 1
    opened.type(Spot(last, 0), "0.25", field=1)
    opened.qtbot.waitUntil(lambda: opened.shown.target[0] == 0.25, timeout=20_000)
    assert opened.shown.layers[0].a[1] == 1.5


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


def test_going_on_ends_it(opened):
    plain = opened.theta()
    opened.type(Spot(2, 1, 3), "0.625")
    opened.wait_for(True)
    opened.settle()
    opened.steps(1)
    opened.qtbot.waitUntil(lambda: not opened.what_ifs.bar.isVisible(), timeout=20_000)
    opened.key(Qt.Key.Key_Comma)
    opened.qtbot.waitUntil(lambda: opened.shown.iteration == 3, timeout=20_000)
    assert opened.theta() == plain
    assert not opened.shown.what_if


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
