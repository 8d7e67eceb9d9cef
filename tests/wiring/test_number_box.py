"""The box in which a number is typed lies over the card, however it was opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bpviz.present.diagram.layout import Spot
from bpviz.snapshot.probing import ParameterPlace
from bpviz.training.options import run_config
from tests.wiring.test_what_ifs import Changed


@pytest.fixture
def opened(qtbot) -> Iterator[Changed]:
    one = Changed(qtbot)
    one.steps(1)
    yield one
    one.window.close()
    one.window.deleteLater()


def on_top(opened) -> bool:
    """Whether the pointer would meet each field of the box, in its middle and near its ends."""
    fields = [field for _, field in opened.panel.number_box.fields]
    assert opened.panel.number_box.isVisible()
    opened.settle()
    for field in fields:
        for x in (3, field.width() // 2, field.width() - 4):
            point = field.rect().center()
            point.setX(x)
            if opened.window.childAt(field.mapTo(opened.window, point)) is not field:
                return False
    return QApplication.focusWidget() is fields[0]


@pytest.mark.parametrize("ways", [(), (Qt.Key.Key_Right,), (Qt.Key.Key_Down,)])
def test_opened_by_keys(opened, ways):
    canvas = opened.panel.canvas
    canvas.setFocus()
    for key in (Qt.Key.Key_Right, *ways, Qt.Key.Key_Return, Qt.Key.Key_Return):
        opened.qtbot.keyClick(QApplication.focusWidget(), key)
    assert opened.panel.card_view.isVisible()
    assert on_top(opened)


def test_opened_by_the_pointer(opened):
    canvas = opened.panel.canvas
    middle = canvas.target_rect(Spot(0, 1)).center().toPoint()
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    opened.qtbot.mouseClick(opened.panel.card_view.edit_button, Qt.MouseButton.LeftButton)
    assert on_top(opened)


def test_it_stays_there_when_the_card_is_shown_anew(opened):
    opened.panel.canvas.pin(Spot(0, 1))
    opened.qtbot.mouseClick(opened.panel.card_view.edit_button, Qt.MouseButton.LeftButton)
    opened.panel._show_card()
    assert on_top(opened)


def test_in_a_network_unrolled_over_time(opened):
    options = {"data": "delayed_xor", "layers": "rnn 3", "points": 60}
    before = opened.wiring.display.info.run_id
    opened.wiring.runs.start_with(run_config(options))
    opened.qtbot.waitUntil(
        lambda: opened.panel._info.run_id != before and opened.panel.shown_sample >= 0, timeout=20_000
    )
    opened.settle()
    canvas = opened.panel.unrolled.canvas
    opened.panel.pin(ParameterPlace(0, "x", (2,)))
    opened.panel.take_focus()
    opened.qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert on_top(opened)
    # What is typed is ringed at its step.
    field = opened.panel.number_box.fields[0][1]
    field.setText("0.75")
    opened.qtbot.keyClick(field, Qt.Key.Key_Return)
    (made,) = canvas.scene.by_hand
    assert (made.where, made.after) == (ParameterPlace(0, "x", (2,)), 0.75)
    left, top, width, _ = canvas.scene.layout.target_of(canvas.scene.pinned)
    warning = QColor(canvas.scene.colours.warning)
    at = QPoint(round(left + width / 2), round(top - 4))
    opened.qtbot.waitUntil(lambda: _near(canvas.grab().toImage().pixelColor(at), warning), timeout=20_000)


def _near(colour: QColor, other: QColor) -> bool:
    return max(abs(a - b) for a, b in zip(colour.getRgb(), other.getRgb(), strict=True)) < 60
