"""What is in a file, and which of its columns is the target."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.palette import LIGHT, Palette, rgb
from bpviz.present.preview import DELIMITER_LABELS, OpenChoice, Preview
from bpviz.text import tr
from bpviz.views.naming import named

_ROWS = 8
_COLUMNS = 40


class OpenDialog(QDialog):
    """Shows the first rows and asks for the target.  ``chosen`` carries an ``OpenChoice``."""

    chosen = Signal(object)

    def __init__(self, preview: Preview, palette: Palette = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview = preview
        self._palette = palette
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.found = named(QLabel(self, wordWrap=True), "Quiet")
        self.table = self._make_table()
        self.target = QComboBox(self)
        self.target.addItems(preview.columns)
        self.target.setCurrentText(preview.default_target())
        self.target.currentTextChanged.connect(self._on_target_current_text_changed)
        self.drop = QCheckBox(self)
        self.target_label = QLabel(self)
        self.target_label.setBuddy(self.target)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._on_self_accepted)
        self._lay_out()
        self._say()
        self._on_target_current_text_changed(self.target.currentText())
        self.target.setFocus()

    def _make_table(self) -> QTableWidget:
        rows, columns = self._preview.rows[:_ROWS], self._preview.columns[:_COLUMNS]
        table = QTableWidget(len(rows), len(columns), self)
        table.setHorizontalHeaderLabels(list(columns))
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.verticalHeader().hide()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row[: len(columns)]):
                table.setItem(i, j, QTableWidgetItem(cell))
        table.resizeColumnsToContents()
        return table

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.found)
        column.addWidget(self.table, 1)
        form = QFormLayout()
        form.addRow(self.target_label, self.target)
        form.addRow("", self.drop)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.resize(620, 420)

    def _say(self) -> None:
        preview = self._preview
        self.setWindowTitle(tr("Open {name}", name=preview.path.name))
        delimiter = tr(DELIMITER_LABELS.get(preview.delimiter, preview.delimiter))
        header = tr("the first row names the columns") if preview.header else tr("no header row")
        self.found.setText(
            tr(
                "Found: {columns} columns · delimiter: {delimiter} · encoding: {encoding} · {header}",
                columns=len(preview.columns),
                delimiter=delimiter,
                encoding=preview.encoding,
                header=header,
            )
        )
        self.table.setAccessibleName(tr("First rows of the file"))
        self.table.setToolTip(tr("First rows of the file"))
        self.target_label.setText(tr("Target column"))
        self.target.setToolTip(tr("The column that the network is to predict."))
        self.target.setAccessibleName(tr("Target column"))
        self.drop.setText(tr("Drop rows with a blank or broken cell"))
        self.drop.setToolTip(tr("Otherwise such a row is an error that names it."))
        self.drop.setAccessibleName(self.drop.text())
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setText(tr("Open"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))

    def choice(self) -> OpenChoice:
        """Return what is chosen now."""
        return OpenChoice(self._preview.path, self.target.currentText(), self.drop.isChecked())

    @Slot(str)
    def _on_target_current_text_changed(self, target: str) -> None:
        tint = QColor(*rgb(self._palette.accent), 50)
        for j in range(self.table.columnCount()):
            for i in range(self.table.rowCount()):
                item = self.table.item(i, j)
                if item is not None:
                    item.setBackground(tint if self._preview.columns[j] == target else QColor(0, 0, 0, 0))
        shown = self._preview.columns[:_COLUMNS]
        first = self.table.item(0, shown.index(target)) if target in shown else None
        if first is not None:
            self.table.scrollToItem(first)

    @Slot()
    def _on_self_accepted(self) -> None:
        self.chosen.emit(self.choice())
