"""The choice of the sample whose numbers are shown: closed one line, open a table of the batch."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from bpviz.present.walk import Sample
from bpviz.present.walk_samples import SampleTable
from bpviz.views.strip_box import StripBox

_VISIBLE = 12


class SampleBox(StripBox):
    """Opens as a table: one row a sample, the mean over the batch first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = QStandardItemModel(self)
        self._shown: SampleTable | None = None
        table = QTableView(self)
        table.setObjectName("SampleTable")
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(1.5 * self.fontMetrics().height()))
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setModel(self._model)
        self.setView(table)
        self.table = table
        self.setMaxVisibleItems(_VISIBLE)

    def show_table(self, table: SampleTable, value: Sample) -> None:
        """Offer the rows of ``table``, and show the one with ``value``."""
        blocker = QSignalBlocker(self)
        if table != self._shown:
            self._shown = table
            self._fill_model(table)
        values = [row for row, _ in table.rows]
        self.setCurrentIndex(values.index(value) if value in values else -1)
        blocker.unblock()
        self.updateGeometry()

    def _fill_model(self, table: SampleTable) -> None:
        self._model.clear()
        self._model.setColumnCount(max(len(table.heads), 1))
        self._model.setHorizontalHeaderLabels(table.heads)
        self.table.horizontalHeader().setVisible(bool(table.heads))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column in range(len(table.heads)):
            side = right if column else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            self._model.horizontalHeaderItem(column).setTextAlignment(side)
        for value, cells in table.rows:
            items = [QStandardItem(cell) for cell in cells]
            items[0].setData(value, Qt.ItemDataRole.UserRole)
            for item in items[1:]:
                item.setTextAlignment(right)
            self._model.appendRow(items)

    def showPopup(self) -> None:
        self.table.resizeColumnsToContents()
        header = self.table.horizontalHeader()
        bar = self.table.verticalScrollBar().sizeHint().width()
        self.table.setMinimumWidth(header.length() + bar + 12)
        rows = min(self._model.rowCount(), _VISIBLE)
        high = rows * self.table.verticalHeader().defaultSectionSize() + header.sizeHint().height() + 8
        self.table.setMinimumHeight(high)
        super().showPopup()
