"""The predictions of sequences: the chosen one over its steps, and beside the matrix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from bpviz.present import palette
from bpviz.text import set_language
from bpviz.views.decision.panel import DecisionPanel
from tests.helpers.sequences import shown

DATA = ["noisy_sine", "adding", "delayed_xor", "parity", "echo", "binary_addition"]


@pytest.fixture
def panel(qtbot):
    panel = DecisionPanel()
    qtbot.addWidget(panel)
    panel.resize(434, 240)
    return panel


def show(panel, data, **options):
    info, snapshot = shown(data, "gru 4", **options)
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.show()
    panel.picture.grab()
    return info, snapshot


def at_step(panel, step: int) -> QPoint:
    lanes = panel.sequence.lanes
    return QPoint(round(lanes.x(step)), round(lanes.lanes[0].top + 3))


@pytest.mark.parametrize("size", [(434, 240), (200, 120), (900, 500)])
@pytest.mark.parametrize("data", DATA)
def test_every_sequence_is_painted_at_any_size(panel, data, size):
    show(panel, data)
    panel.resize(*size)
    for chip in (panel.map_button, panel.matrix_button):
        chip.click()
        for colours in (palette.LIGHT, palette.DARK):
            panel.set_palette(colours)
            seen = panel.picture.grab().toImage()
            used = {seen.pixelColor(x, y).name() for x in range(0, size[0], 9) for y in range(0, 80, 3)}
            assert len(used) > 3


def test_what_is_shown_first_is_what_says_most(panel):
    for data, picture in (
        ("noisy_sine", panel.sequence),
        ("binary_addition", panel.sequence),
        ("delayed_xor", panel.matrix),
    ):
        show(panel, data)
        assert panel.picture is picture
    assert panel.map_button.text() == "sequence"
    assert not panel.first_feature.isVisible()
    QTest.mouseClick(panel.map_button, Qt.MouseButton.LeftButton)
    assert panel.picture is panel.sequence
    assert not panel.test_button.isVisible()


def test_the_pointer_reads_a_step(panel):
    info, snapshot = show(panel, "binary_addition")
    QTest.mouseMove(panel.sequence, at_step(panel, 2))
    lines = [text for text, _ in panel.sequence.lines_at(panel.sequence.pointer)]
    a, b = info.x_train[3].reshape(8, 2)[2]
    assert lines[:4] == [
        "step 3",
        f"a = {a:g}",
        f"b = {b:g}",
        f"true class: {info.y_train[3, 2]}",
    ]
    p = float(snapshot.layers[-1].a[2])
    assert f"{100 * max(p, 1 - p):.1f} %" in lines[4].replace("\u2009", " ")


def test_wrong_answers_are_framed(panel):
    _, snapshot = show(panel, "binary_addition")
    info = panel.info
    target = info.y_train[3]
    a = np.where(target == 1, 0.9, 0.1)
    a[5] = 1 - a[5]
    panel.show_snapshot(replace(snapshot, layers=(*snapshot.layers[:-1], replace(snapshot.layers[-1], a=a))))
    seen = panel.sequence.grab().toImage()
    lanes = panel.sequence.lanes
    chances = lanes.lanes[-1]
    y = round(chances.top + chances.height / 2)
    red = QColor(palette.LIGHT.danger)
    framed = []
    for step in range(8):
        x = round(lanes.left + step * lanes.column) + 1
        near = [seen.pixelColor(x + dx, y) for dx in (-1, 0, 1)]
        framed.append(any(abs(c.red() - red.red()) + abs(c.green() - red.green()) < 40 for c in near))
    assert framed[5]
    assert sum(framed) <= 2  # the frame's right edge may touch the next column


def test_triangles_and_arrow_keys_choose_the_sample(panel, qtbot):
    info, _ = show(panel, "noisy_sine")
    with qtbot.waitSignal(panel.sample_chosen) as chosen:
        QTest.mouseClick(
            panel.sequence, Qt.MouseButton.LeftButton, pos=panel.sequence.after.center().toPoint()
        )
    assert chosen.args == [4]
    with qtbot.waitSignal(panel.sample_chosen) as chosen:
        QTest.keyClick(panel.sequence, Qt.Key.Key_Left)
    assert chosen.args == [2]
    show(panel, "noisy_sine", sample=0)
    with qtbot.waitSignal(panel.sample_chosen) as chosen:
        QTest.mouseClick(
            panel.sequence, Qt.MouseButton.LeftButton, pos=panel.sequence.before.center().toPoint()
        )
    assert chosen.args == [len(info.x_train) - 1]


def test_a_matrix_has_the_chosen_sequence_beside_it(panel, qtbot):
    show(panel, "delayed_xor")
    panel.matrix.grab()
    place = panel.matrix._picture
    assert place.left() > panel.matrix.grid.right()
    assert place.right() <= panel.matrix.width()
    with qtbot.waitSignal(panel.sample_chosen) as chosen:
        QTest.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert chosen.args == [4]


def test_the_line_runs_through_the_values(panel):
    info, _ = show(panel, "noisy_sine")
    seen = panel.sequence.grab().toImage()
    lanes = panel.sequence.lanes
    values = info.x_train[3]
    for step in (0, 5, 10):
        spot = QPoint(round(lanes.x(step)), round(lanes.lanes[0].y(float(values[step]))))
        colour = seen.pixelColor(spot)
        assert colour.red() > colour.blue() + 60


def test_another_language_reaches_the_sequence(panel):
    show(panel, "binary_addition")
    set_language("zh_CN")
    panel.retranslate()
    assert panel.map_button.text() == "序列"
    assert "步" in panel.sequence.lines_at(at_step(panel, 1).toPointF())[0][0]
