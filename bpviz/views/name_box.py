"""A small box that asks for a name, where the thing is that gets it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

_LARGEST_NAME = 60
_LETTERS = 26


class NameBox(QFrame):
    """A line to write in, with the suggested name chosen; Enter, Esc or a click beside it closes it.

    Signals
    -------
    answered(str)
        Once for each time that it was opened: the name; empty where the suggested one stays.
    """

    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("NameBox")
        self._suggested = self._answer = ""
        self.label = QLabel(self)
        self.line = QLineEdit(self)
        self.line.setMaxLength(_LARGEST_NAME)
        self.line.returnPressed.connect(self._on_line_return_pressed)
        self.label.setBuddy(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.line, 1)

    def ask(self, question: str, suggested: str, anchor: QWidget) -> None:
        """Open above ``anchor`` and let the user write."""
        self._suggested, self._answer = suggested, ""
        self.label.setText(question)
        self.line.setAccessibleName(question)
        self.line.setMinimumWidth(_LETTERS * self.fontMetrics().averageCharWidth())
        self.line.setText(suggested)
        self.line.selectAll()
        self.adjustSize()
        screen, corner = anchor.screen().availableGeometry(), anchor.mapToGlobal(QPoint(0, -4))
        x = max(screen.left(), min(corner.x(), screen.right() - self.width()))
        self.move(x, max(corner.y() - self.height(), screen.top()))
        self.show()
        self.line.setFocus()

    @Slot()
    def _on_line_return_pressed(self) -> None:
        name = self.line.text().strip()
        self._answer = "" if name == self._suggested else name
        self.close()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.answered.emit(self._answer)
