"""A list of named places: go there, rename, delete, by mouse and by keys."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.places import PlaceRow
from bpviz.text import tr

_LARGEST_NAME = 60
_SPOT = 10


class PlaceTable(QTableWidget):
    """Rows whose first cell is a name.  Enter goes there, F2 renames, Delete deletes."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    deleted = Signal(int)

    def __init__(self, heads: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(0, len(heads), parent)
        self._heads = heads
        self._rows: tuple[PlaceRow, ...] = ()
        self.present_colour = ""
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setIconSize(QSize(_SPOT, _SPOT))
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.itemChanged.connect(self._on_self_item_changed)
        self.cellDoubleClicked.connect(self._on_self_cell_double_clicked)

    def show_rows(self, rows: tuple[PlaceRow, ...]) -> None:
        """Show these; the same one stays chosen."""
        key = self.key()
        if self.state() == QAbstractItemView.State.EditingState:
            return  # a name is being written
        blocker = QSignalBlocker(self)
        self._rows = rows
        self.setHorizontalHeaderLabels([tr(words) for words in self._heads])
        self._set_count(len(rows))
        for place, row in enumerate(rows):
            for column, words in enumerate(row.cells):
                item = self.item(place, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(place, column, item)
                self._dress(item, row, column, words)
        blocker.unblock()
        at = next((place for place, row in enumerate(rows) if row.key == key), None)
        present = next((place for place, row in enumerate(rows) if row.present), 0)
        self.setCurrentCell(present if at is None else at, 0)

    def _set_count(self, count: int) -> None:
        # An item is taken out before its row goes, and written anew rather than replaced: those that the
        # table deletes itself have ended the program, once there were many.
        for place in range(count, self.rowCount()):
            for column in range(self.columnCount()):
                self.takeItem(place, column)
        self.setRowCount(count)

    def _dress(self, item: QTableWidgetItem, row: PlaceRow, column: int, words: str) -> None:
        item.setText(words)
        item.setToolTip(words)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if column == 0:
            flags |= Qt.ItemFlag.ItemIsEditable
            item.setIcon(_spot((row.present and self.present_colour) or row.colour))
        item.setFlags(flags)
        font = item.font()
        font.setBold(row.present)
        item.setFont(font)

    def choose_present(self) -> None:
        """Choose the row of what is on the screen, if any."""
        for place, row in enumerate(self._rows):
            if row.present:
                self.setCurrentCell(place, 0)

    def row_chosen(self) -> PlaceRow | None:
        """Return the row that is chosen."""
        place = self.currentRow()
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def key(self) -> int | None:
        """Return the key of the row that is chosen."""
        row = self.row_chosen()
        return None if row is None else row.key

    @Slot()
    def go(self) -> None:
        """Go to the chosen place."""
        key = self.key()
        if key is not None:
            self.chosen.emit(key)

    @Slot()
    def rename(self) -> None:
        """Write another name in the row."""
        item = self.item(self.currentRow(), 0)
        if item is not None:
            self.setFocus()
            self.editItem(item)

    @Slot()
    def delete(self) -> None:
        """Take the chosen place away."""
        row = self.row_chosen()
        if row is not None and not row.fixed:
            self.deleted.emit(row.key)

    @Slot(QTableWidgetItem)
    def _on_self_item_changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0 and item.row() < len(self._rows):
            row = self._rows[item.row()]
            if item.text() != row.cells[0]:
                self.renamed.emit(row.key, item.text().strip()[:_LARGEST_NAME])

    @Slot(int, int)
    def _on_self_cell_double_clicked(self, _row: int, _column: int) -> None:
        self.go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()  # Enter ended the writing of a name, and is not to do more
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go()
        elif key == Qt.Key.Key_Delete:
            self.delete()
        else:
            super().keyPressEvent(event)


class PlaceList(QWidget):
    """A table of places, and the buttons for what its keys do."""

    def __init__(self, heads: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = PlaceTable(heads, self)
        self.go_button, self.rename_button, self.delete_button = (QPushButton(self) for _ in range(3))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(6)
        for button, slot in (
            (self.go_button, self.table.go),
            (self.rename_button, self.table.rename),
            (self.delete_button, self.table.delete),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            self.buttons.addWidget(button)
        self.buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addLayout(self.buttons)
        self.table.itemSelectionChanged.connect(self._on_table_item_selection_changed)

    def show_rows(self, rows: tuple[PlaceRow, ...]) -> None:
        """Show these."""
        self.table.show_rows(rows)
        self._on_table_item_selection_changed()

    def retranslate(self) -> None:
        """Say everything again."""
        for button, words, keys in (
            (self.go_button, tr("Go there"), tr("Enter")),
            (self.rename_button, tr("Rename"), "F2"),
            (self.delete_button, tr("Delete"), tr("Delete key")),
        ):
            button.setText(words)
            button.setAccessibleName(words)
            button.setToolTip(f"{words} ({keys})")

    @Slot()
    def _on_table_item_selection_changed(self) -> None:
        row = self.table.row_chosen()
        self.go_button.setEnabled(row is not None)
        self.rename_button.setEnabled(row is not None)
        self.delete_button.setEnabled(row is not None and not row.fixed)


def _spot(colour: str) -> QIcon:
    """Return a round spot in a colour."""
    image = QPixmap(2 * _SPOT, 2 * _SPOT)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(1, 1, 2 * _SPOT - 2, 2 * _SPOT - 2)
    painter.end()
    return QIcon(image)
