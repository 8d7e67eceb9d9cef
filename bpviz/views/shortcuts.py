"""The keys, in one place: the menus, the toolbar's tooltips and the help page follow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

from bpviz.text import N_

KEYS: tuple[tuple[str, str], ...] = (
    ("Space", N_("Start or pause the training")),
    (".", N_("A step on: an operation, a phase or an iteration")),
    ("Shift+.", N_("One epoch on")),
    (",", N_("A step back")),
    ("J", N_("Play backwards through what is recorded; again to rest")),
    ("L", N_("Play forwards through what is recorded; again to rest")),
    ("Ctrl+B", N_("Mark this iteration")),
    ("Ctrl+T", N_("Branches and bookmarks")),
    ("R", N_("Start anew from the first weights")),
    ("Ctrl+O", N_("Open a table")),
    ("Ctrl+S", N_("Save the weights")),
    ("Ctrl+E", N_("Export pictures")),
    ("Ctrl+G", N_("Check the gradient")),
    ("Ctrl+1 … 7", N_("Show or hide a panel")),
    ("Ctrl+Alt+1 … 3", N_("Explain what happens as a story, in words, in formulas")),
    ("Ctrl+Z  Ctrl+Shift+Z", N_("Take a change by hand back, make it again")),
    ("Ctrl+D", N_("Show or hide what the doctor sees")),
    ("Ctrl+H", N_("Show or hide the histograms")),
    ("Ctrl++  Ctrl+−  Ctrl+0", N_("Larger, smaller, normal text")),
    ("Esc", N_("Dismiss the message")),
    ("F11", N_("Full screen")),
    ("F1", N_("This help")),
    ("F2", N_("Lessons: open, or leave them")),
    ("Alt+←  Alt+→", N_("A step of a lesson back, on")),
    ("Alt+↑", N_("Leave the lesson for the list")),
)


class SpaceKey(QObject):
    """Space starts and pauses, but on a button or a choice that has the focus it presses that.

    A field in which one types takes its keys before any shortcut sees them, so nothing is needed for it.
    """

    def __init__(self, window: QWidget, action: Callable[[], None]) -> None:
        super().__init__(window)
        self._action = action
        self._shortcut = QShortcut(QKeySequence(Qt.Key.Key_Space), window)
        self._shortcut.setAutoRepeat(False)
        self._shortcut.activated.connect(self._on_shortcut_activated)

    @Slot()
    def _on_shortcut_activated(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton):
            focused.animateClick()
        elif isinstance(focused, QComboBox):
            focused.showPopup()
        else:
            self._action()
