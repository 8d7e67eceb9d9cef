"""The export dialog, filled in with the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from bpviz.present.export_request import ExportRequest
from bpviz.views.export_dialog import ExportDialog


@pytest.fixture
def dialog(qtbot, tmp_path):
    dialog = ExportDialog((("window", "The whole window"), ("loss", "Loss")), tmp_path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.asked = []
    dialog.chosen.connect(dialog.asked.append)
    dialog.show()
    return dialog


def save(dialog):
    return dialog.buttons.button(dialog.buttons.StandardButton.Save)


def test_return_exports_the_window(dialog, qtbot, tmp_path):
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.asked == [
        ExportRequest("window", (1280, 720), 1.0, "picture", tmp_path / "bpviz_window.png", 1, 1)
    ]


def test_a_sequence_of_a_panel(dialog, qtbot, tmp_path):
    qtbot.keyClick(dialog.what, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.ratio, Qt.Key.Key_Down)
    assert not dialog.every.isVisible()
    qtbot.keyClick(dialog.sequence, Qt.Key.Key_Space)
    for box, text in ((dialog.every, "25"), (dialog.count, "40")):
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, text)
    dialog.size_box.lineEdit().selectAll()
    qtbot.keyClicks(dialog.size_box, "640 x 480")
    assert dialog.pixels.text() == "1280 × 960 pixels"
    save(dialog).click()
    request = ExportRequest("loss", (640, 480), 2.0, "sequence", tmp_path / "bpviz_loss", 25, 40)
    assert dialog.asked == [request]
    assert request.pixels == (1280, 960)


@pytest.mark.parametrize("size", ["", "big", "1280", "10x10", "99999x100", "-5x7"])
def test_a_wrong_size_is_said_and_nothing_is_exported(dialog, qtbot, size):
    dialog.size_box.setEditText(size)
    assert dialog.problem.text()
    assert not save(dialog).isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.asked == []


def test_ones_own_path_stays_and_gets_its_ending(dialog, qtbot, tmp_path):
    dialog.path.selectAll()
    qtbot.keyClicks(dialog.path, str(tmp_path / "my.picture"))
    qtbot.keyClick(dialog.what, Qt.Key.Key_Down)
    save(dialog).click()
    assert dialog.asked[0].path == tmp_path / "my.picture.png"


def test_no_path_is_said(dialog, qtbot):
    dialog.path.selectAll()
    qtbot.keyClick(dialog.path, Qt.Key.Key_Delete)
    assert "where" in dialog.problem.text()
    assert not save(dialog).isEnabled()


def test_escape_exports_nothing(dialog, qtbot):
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.asked == []
    assert not dialog.isVisible()


def test_a_sequence_says_that_it_is_a_run_of_its_own(dialog, qtbot):
    assert not dialog.about.isVisible()
    qtbot.keyClick(dialog.sequence, Qt.Key.Key_Space)
    assert dialog.about.isVisible()
    assert "starts at iteration 0" in dialog.about.text()
