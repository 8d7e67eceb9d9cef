"""A choice in the strip of the four phases: as wide as what is chosen."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget


class StripBox(QComboBox):
    """A choice as wide as what is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "tight")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def fill(self, items: list[tuple[str, object]], value: object) -> None:
        """Offer (text, value) pairs, and show the one with ``value``."""
        blocker = QSignalBlocker(self)
        if [(self.itemText(i), self.itemData(i)) for i in range(self.count())] != items:
            self.clear()
            for text, data in items:
                self.addItem(text, data)
        self.setCurrentIndex(next((i for i, (_, data) in enumerate(items) if data == value), -1))
        blocker.unblock()
        widest = max((self.fontMetrics().horizontalAdvance(text) for text, _ in items), default=0)
        self.view().setMinimumWidth(widest + 40)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.currentText()) + 26
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
