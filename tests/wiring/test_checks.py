"""The gradient check in the whole window, used as a person uses it."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage

from bpviz.present.export_request import ExportRequest
from bpviz.text import set_language
from tests.wiring.test_window import Open


class Checked(Open):
    """An open window with the hands for the check."""

    @property
    def panel(self):
        return self.window.panels()["gradients"]

    def check(self) -> None:
        """Press Ctrl+G and wait for the report."""
        before = self.panel.report
        self.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.waitUntil(
            lambda: not self.panel.controls.busy and self.panel.report is not before, timeout=60_000
        )

    def cells(self) -> list[tuple[str, ...]]:
        """Return the table as one reads it."""
        rows = self.panel.table.model()
        return [
            tuple(rows.index(i, j).data() for j in range(rows.columnCount())) for i in range(rows.rowCount())
        ]

    def click_cell(self, row: int, column: int = 0) -> None:
        table = self.panel.table
        place = table.visualRect(table.model().index(row, column)).center()
        self.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def opened(qtbot) -> Iterator[Checked]:
    one = Checked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_the_window_opens_without_it_and_ctrl_g_brings_and_checks(opened):
    assert not opened.window.panel_visible("gradients")
    opened.check()
    panel = opened.panel
    assert opened.window.panel_visible("gradients")
    assert not opened.window.panel_visible("map")
    assert "agree" in panel.verdict.text()
    assert panel.report.check.worst_parameter in panel.verdict.text()
    assert len(opened.cells()) == 105
    assert opened.cells()[0][0] == panel.report.check.worst_parameter
    assert panel.subtitle() == "iteration 0"
    assert panel.plot.curves


def test_while_training_runs_the_check_is_of_the_iteration_at_which_it_was_asked(opened):
    opened.key(Qt.Key.Key_Space)
    opened.qtbot.waitUntil(lambda: opened.state.position > 20, timeout=20_000)
    opened.check()
    report = opened.panel.report
    opened.qtbot.waitUntil(lambda: opened.state.position > report.iteration, timeout=20_000)
    opened.key(Qt.Key.Key_Space)
    opened.settle()
    assert 20 < report.iteration < opened.state.position
    assert opened.panel.stale
    assert f"Of iteration {report.iteration}" in opened.panel.verdict.text().replace("\u2009", "")
    opened.wiring.runs.seek(report.iteration)
    opened.qtbot.waitUntil(lambda: not opened.panel.stale, timeout=20_000)
    assert "Of iteration" not in opened.panel.verdict.text()
    training = opened.wiring.training._training
    np.testing.assert_allclose(
        training.objective.clone().loss_and_gradient(training.theta, training.last_batch)[1],
        report.check.backprop,
        atol=1e-13,
    )


def test_a_new_run_forgets_the_check(opened):
    opened.check()
    run = opened.state.run_id
    opened.key(Qt.Key.Key_R)
    opened.wait_for_run(run)
    assert opened.panel.report is None
    assert opened.cells() == []


def test_a_check_under_way_is_stopped_and_another_run_gets_none_of_it(opened):
    opened.wiring.runs.take_preset("digits")
    opened.wait_for_run(opened.state.run_id)
    panel = opened.panel
    opened.window.check_gradients()
    assert panel.controls.busy
    assert panel.controls.button.text() == "Stop"
    opened.qtbot.mouseClick(panel.controls.button, Qt.MouseButton.LeftButton)
    assert not panel.controls.busy
    opened.window.check_gradients()
    run = opened.state.run_id
    opened.wiring.runs.take_preset("spiral")
    opened.wait_for_run(run)
    assert not panel.controls.busy
    opened.check()
    assert panel.report.check.parameters == 105


def test_rows_layers_and_order_are_chosen_with_the_pointer(opened):
    opened.check()
    panel = opened.panel
    opened.click_cell(1)
    row = panel.table.chosen()
    assert repr(row.backprop) in panel.note.text()
    opened.qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\t")[0] == row.name
    head = panel.table.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(3) + 10, head.height() // 2)
    opened.qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    errors = panel.report.check.absolute_error
    assert opened.cells()[0][0] == panel.report.names[int(errors.argmax())]
    panel.choice.setCurrentIndex(panel.choice.count() - 1)
    panel.choice.activated.emit(panel.choice.currentIndex())
    assert [row[:2] for row in opened.cells()] == [("1", "24"), ("2", "72"), ("3", "9")]
    opened.click_cell(2)
    assert len(opened.cells()) == 9
    assert panel.choice.currentText() == "Layer 3"


def test_the_valley_tells_its_numbers_and_a_click_takes_the_step(opened):
    opened.check()
    panel = opened.panel
    opened.qtbot.mouseClick(panel.valley_chip, Qt.MouseButton.LeftButton)
    opened.qtbot.waitUntil(panel.plot.isVisible)
    panel.plot.repaint()
    at = QPoint(round(float(panel.plot._x.pixel(1e-3))), panel.plot.height() // 2)
    opened.qtbot.mouseMove(panel.plot, at)
    opened.qtbot.waitUntil(lambda: "h = 0.001" in panel.plot.shown_lines())
    assert any(line.startswith("Central differences: max") for line in panel.plot.shown_lines())
    opened.qtbot.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=at)
    assert panel.controls.step.text() == "0.001"
    opened.check()
    assert panel.report.check.step == pytest.approx(1e-3)
    assert "too large" in panel.verdict.text()


def test_a_step_that_is_none_is_marked_and_nothing_is_asked(opened):
    panel = opened.panel
    opened.window.host.docks["gradients"].bring()
    panel.controls.step.setText("0")
    asked = []
    panel.check_requested.connect(asked.append)
    opened.qtbot.mouseClick(panel.controls.button, Qt.MouseButton.LeftButton)
    assert asked == []
    assert panel.controls.step.property("wrong") == "true"
    panel.controls.step.setText("1e-4")
    opened.qtbot.keyClick(panel.controls.step, Qt.Key.Key_Return)
    assert asked[-1].step == 1e-4
    assert panel.controls.step.property("wrong") == "false"


def test_a_function_has_no_samples_to_choose(opened):
    run = opened.state.run_id
    opened.wiring.runs.take_preset("bowl")
    opened.wait_for_run(run)
    opened.check()
    assert not opened.panel.controls.samples.isVisible()
    assert sorted(row[0] for row in opened.cells()) == ["x", "y"]


def test_it_speaks_chinese(opened):
    opened.check()
    opened.window.language_requested.emit("zh_CN")
    assert "一致" in opened.panel.verdict.text()
    assert opened.panel.controls.button.text() == "检查"
    assert opened.panel.choice.itemText(1) == "第 1 层"
    set_language("en")


def test_the_panel_is_exported_as_a_picture_but_not_as_a_sequence(opened, tmp_path, caplog):
    opened.check()
    path = tmp_path / "check.png"
    opened.wiring.exports.export(ExportRequest("gradients", (900, 600), 2.0, "picture", path))
    picture = QImage(str(path))
    assert picture.size().toTuple() == (1800, 1200)
    colours = {picture.pixelColor(x, y).name() for x in range(900, 1800, 3) for y in range(0, 1200, 7)}
    assert len(colours) > 20
    opened.wiring.exports.export(ExportRequest("gradients", (900, 600), 1.0, "sequence", tmp_path / "s"))
    opened.qtbot.waitUntil(lambda: "as a picture" in opened.messages())
    assert not opened.wiring.exports.running


def test_some_samples_are_as_many_as_are_written(opened):
    panel = opened.panel
    opened.window.host.docks["gradients"].bring()
    panel.controls.samples.setCurrentIndex(1)
    opened.qtbot.waitUntil(panel.controls.count.isVisible)
    panel.controls.count.selectAll()
    opened.qtbot.keyClicks(panel.controls.count, "37")
    opened.check()
    assert panel.report.samples == 37
    assert "samples: 37" in panel.note.text()
    panel.controls.count.clear()
    opened.check()
    assert panel.report.samples == 100
