"""The metrics in the decision panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config
from bpviz.views.decision.panel import DecisionPanel


@pytest.fixture
def panel(qtbot):
    training = build(run_config({"data": "digits", "layers": "8 relu", "optimizer": "adam"}))
    going = training.iterations()
    for _ in range(40):
        next(going)
    panel = DecisionPanel()
    qtbot.addWidget(panel)
    panel.resize(430, 220)
    panel.show_run(training.info)
    panel.show_snapshot(training.snapshot(SnapshotRequest()))
    panel.show()
    return panel


def test_the_line_below_the_picture_tells_the_metrics(panel):
    assert "F1" in panel.caption.text


def test_a_click_shows_the_table_and_another_chip_the_picture_again(panel, qtbot):
    qtbot.mouseClick(panel.metrics_button, Qt.MouseButton.LeftButton)
    assert panel.picture is panel.metrics
    on_test = panel.metrics.table()
    qtbot.mouseClick(panel.test_button, Qt.MouseButton.LeftButton)
    assert panel.metrics.table().rows != on_test.rows
    assert "F1" not in panel.caption.text
    qtbot.mouseClick(panel.matrix_button, Qt.MouseButton.LeftButton)
    assert panel.picture is panel.matrix
    assert not panel.metrics_button.isChecked()


def test_the_wheel_goes_through_the_rows_that_do_not_fit(panel, qtbot):
    qtbot.mouseClick(panel.metrics_button, Qt.MouseButton.LeftButton)
    picture = panel.metrics
    before = picture.grab().toImage()
    assert "more by the wheel" in picture._note(picture.table())
    at = QPointF(100, 100)
    event = QWheelEvent(
        at,
        picture.mapToGlobal(at),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    picture.wheelEvent(event)
    assert picture.grab().toImage() != before
