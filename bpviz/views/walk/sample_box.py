"""The choice of the sample whose numbers are shown: closed one line, open a table of the batch."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from bpviz.present.walk.place import Sample
from bpviz.present.walk.samples import SampleTable
from bpviz.views.walk.strip_box import StripBox

_VISIBLE = 12
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NO_INDEX = QModelIndex()


class SampleModel(QAbstractTableModel):
    """A `SampleTable` for a view: no item is made for what nobody looks at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = SampleTable((), ())

    def show(self, table: SampleTable) -> None:
        """Have other rows."""
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:
        return 0 if parent.isValid() else max(len(self.table.heads), 1)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        value, cells = self.table.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cells[index.column()]
        if role == Qt.ItemDataRole.UserRole and index.column() == 0:
            return value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() else _LEFT
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.table.heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.heads[section]
        return (_RIGHT if section else _LEFT) if role == Qt.ItemDataRole.TextAlignmentRole else None


class SampleBox(StripBox):
    """Opens as a table: one row a sample, the mean over the batch first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SampleModel(self)
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
            self._model.show(table)
            self.table.horizontalHeader().setVisible(bool(table.heads))
        values = [row for row, _ in table.rows]
        self.setCurrentIndex(values.index(value) if value in values else -1)
        blocker.unblock()
        self.updateGeometry()

    def showPopup(self) -> None:
        self.table.resizeColumnsToContents()
        header = self.table.horizontalHeader()
        bar = self.table.verticalScrollBar().sizeHint().width()
        self.table.setMinimumWidth(header.length() + bar + 12)
        rows = min(self._model.rowCount(), _VISIBLE)
        high = rows * self.table.verticalHeader().defaultSectionSize() + header.sizeHint().height() + 8
        self.table.setMinimumHeight(high)
        super().showPopup()
