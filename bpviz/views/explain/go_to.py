"""Where one types which unit or weight is to be explained: "3", "3,2", "b 2"."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget, QWidgetAction

from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr


class GoTo(QMenu):
    """A line to type in, below it what may be typed, and the largest of all.

    Signals
    -------
    written(str)
        What was typed; `refuse` says that there is no such.
    largest
    """

    written = Signal(str)
    largest = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ranges = ""
        self._palette: Palette = LIGHT
        self.line = QLineEdit(self)
        self.line.returnPressed.connect(self._on_line_return_pressed)
        self.line.textEdited.connect(self._on_line_text_edited)
        of_line = QWidgetAction(self)
        of_line.setDefaultWidget(self.line)
        self.addAction(of_line)
        self.all = QAction(self)
        self.all.setEnabled(False)
        self.addAction(self.all)
        self.addSeparator()
        self.top = self.addAction("")
        self.top.triggered.connect(self.largest)
        self.retranslate()

    def open(self, below: QWidget) -> None:
        """Open below a button, ready to type."""
        self.line.clear()
        self._style(wrong=False)
        self.all.setText(tr("Up to {ranges}", ranges=self.ranges))
        self.popup(below.mapToGlobal(QPoint(0, below.height())))
        self.line.setFocus()

    def refuse(self) -> None:
        """Say that there is no such number; what was typed stays to be mended."""
        self._style(wrong=True)
        self.all.setText(tr("There is none: up to {ranges}", ranges=self.ranges))
        self.line.selectAll()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self._style(wrong=False)

    def _style(self, *, wrong: bool) -> None:
        border = self._palette.danger if wrong else self._palette.border
        self.line.setStyleSheet(f"QLineEdit{{margin:3px 6px;border:1px solid {border};}}")

    def retranslate(self) -> None:
        """Say everything again."""
        self.line.setPlaceholderText(tr("Number: 3 or 3,2"))
        self.line.setAccessibleName(tr("Which unit or weight is to be explained"))
        self.top.setText(tr("The largest"))

    @Slot()
    def _on_line_return_pressed(self) -> None:
        if self.line.text().strip():
            self.written.emit(self.line.text())

    @Slot(str)
    def _on_line_text_edited(self, text: str) -> None:
        self._style(wrong=False)
