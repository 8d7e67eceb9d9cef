"""A pointer that moves at once: an event sent to the widget, not a wish to the screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def move_pointer(widget: QWidget, pos: QPoint | None = None, delay: int = -1) -> None:
    """Do as `QTest.mouseMove`: move to ``pos`` in ``widget``, its middle where it is left out."""
    at = QPointF(pos if pos is not None and not pos.isNull() else widget.rect().center())
    buttons = QApplication.mouseButtons()
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        buttons,
        QApplication.keyboardModifiers(),
    )
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()
