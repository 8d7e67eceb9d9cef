"""When typing in a field ends: by Enter or Escape, or by a click anywhere else.

Else the field would keep the keyboard while it is out of sight, and “.” would be typed into it instead of
walking on.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget


def ends_typing(event: QKeyEvent) -> bool:
    """Whether a key says that one has done with a field."""
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


def rest(field: QWidget) -> None:
    """Give the keyboard to what holds ``field``: keys are the window's again, Tab goes on from there."""
    holder = field.parentWidget()
    if field.hasFocus() and holder is not None:
        holder.setFocus()


class ClickAway(QObject):
    """Ends the typing in a window's field when something else is clicked, also what takes no focus itself."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_application_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        # Every event of the program passes a filter of the application: there is one only while one types.
        application = QApplication.instance()
        if application is None:
            return
        application.removeEventFilter(self)
        if isinstance(now, QLineEdit) and now.window() is self._window:
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            field = QApplication.focusWidget()
            elsewhere = watched is not field and watched.window() is self._window
            if isinstance(field, QLineEdit) and elsewhere and not field.isAncestorOf(watched):
                rest(field)
        return False
