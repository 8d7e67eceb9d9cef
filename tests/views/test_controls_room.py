"""What is chosen can be read in little room."""

from PySide6.QtWidgets import QHeaderView

from bpviz.views.gradients.controls import CheckControls
from bpviz.views.gradients.table import CheckTable
from tests.present.gradients.test_check import made


def test_the_method_and_the_samples_are_read_whole(qtbot):
    controls = CheckControls()
    qtbot.addWidget(controls)
    controls.show_width(400)
    for box in (controls.method, controls.samples):
        assert box.minimumWidth() >= box.fontMetrics().horizontalAdvance(box.currentText()) + 20
    controls.show_width(240)
    assert max(box.minimumWidth() for box in (controls.method, controls.samples)) <= 70


def test_the_gradients_stand_whole_beside_each_other_in_a_narrow_table(qtbot):
    table = CheckTable()
    qtbot.addWidget(table)
    report = made([1.0, 2.0, 3.0, 4.000001])
    table.show_report(report, None, layers=False)
    table.show()
    for width, hidden in ((900, False), (200, True), (900, False)):
        table.resize(width, 200)
        assert table.isColumnHidden(3) == hidden
        for column in (0, 1, 2):
            assert table.columnWidth(column) >= table.sizeHintForColumn(column)
    table.show_report(report, None, layers=True)
    assert not table.isColumnHidden(3)
    assert table.horizontalHeader().sectionResizeMode(1) == QHeaderView.ResizeMode.Stretch
