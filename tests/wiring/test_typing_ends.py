"""Once a field is done with, the keys are the window's again: “.” walks, Space trains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from bpviz.training.layer_spec import format_layers
from tests.wiring.test_window import Open


@pytest.fixture
def opened(qtbot) -> Iterator[Open]:
    one = Open(qtbot)
    one.window.activateWindow()
    qtbot.waitUntil(lambda: one.window.isActiveWindow(), timeout=10_000)
    yield one
    one.window.close()
    one.window.deleteLater()


def layers_field(opened: Open) -> QLineEdit:
    return opened.window.setup.row_view("layers").control


def begin_typing(opened: Open) -> QLineEdit:
    field = layers_field(opened)
    field.setFocus()
    opened.qtbot.waitUntil(field.hasFocus, timeout=10_000)
    return field


def press(key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), key)


def test_after_enter_the_dot_walks_on(opened):
    field = begin_typing(opened)
    before = opened.wiring.display.info.run_id
    field.selectAll()
    QTest.keyClicks(field, "6 relu")
    press(Qt.Key.Key_Return)
    opened.wait_for_run(before)
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    press(Qt.Key.Key_Period)
    opened.qtbot.waitUntil(lambda: opened.state.position == 1, timeout=10_000)
    assert layers_field(opened).text() == "6 relu"


def test_escape_takes_back_what_was_typed_and_gives_the_keys_back(opened):
    field = begin_typing(opened)
    QTest.keyClicks(field, "xyz")
    press(Qt.Key.Key_Escape)
    assert field.text() == format_layers(opened.wiring.runs.config.layers)
    assert not field.hasFocus()


@pytest.mark.parametrize("find", ["walk_next", "network"])
def test_a_click_elsewhere_ends_the_typing(opened, find):
    field = begin_typing(opened)
    if find == "network":
        target: QWidget = opened.window.panels()["network"].canvas
    else:
        target = opened.window.strip.findChild(QWidget, find)
    QTest.mouseClick(target, Qt.MouseButton.LeftButton)
    assert not field.hasFocus()


def test_what_cannot_be_keeps_the_keyboard_where_it_is_mended(opened):
    field = begin_typing(opened)
    field.selectAll()
    QTest.keyClicks(field, "6 nonsense")
    press(Qt.Key.Key_Return)
    assert layers_field(opened).hasFocus()
    assert layers_field(opened).text() == "6 nonsense"
