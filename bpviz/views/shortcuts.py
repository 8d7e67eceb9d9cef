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
    ("Ctrl+Enter  Ctrl+Backspace", N_("Keep what is changed by hand; throw it away")),
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

PANEL_KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("Network"),
        (
            ("← ↑ → ↓", N_("From neuron to neuron, through weights, maps and steps of time")),
            ("Enter", N_("Pin the card; once more: change its number by hand")),
            ("PgUp PgDn Home End", N_("Hold a convolution’s window, and move it place by place")),
            ("T", N_("Let time run through an unrolled network, or rest")),
            ("Esc", N_("Let go of what is pinned")),
        ),
    ),
    (
        N_("A pinned card"),
        (
            ("↑ ↓", N_("Choose a line; PgUp and PgDn turn the pages")),
            ("Ctrl+C", N_("Copy it with all its digits")),
            ("Ctrl+← ↑ → ↓", N_("Move the card")),
        ),
    ),
    (
        N_("Loss"),
        (
            ("← →", N_("Move the pinned mark")),
            ("Enter", N_("Go to its iteration")),
            ("+ − Home", N_("Nearer, farther, the whole curve")),
        ),
    ),
    (
        N_("Loss surface"),
        (
            ("← ↑ → ↓", N_("Turn it")),
            ("+ −", N_("Nearer, farther")),
            ("Home  T", N_("The first view; from above")),
        ),
    ),
    (N_("Decision map"), (("← →", N_("The sample before, the next one")),)),
    (N_("Guess first, then see"), (("↑ ↓", N_("It grows; it gets less")), ("Esc", N_("Skip the question")))),
)
"""Keys of what has the keyboard; Tab and Shift+Tab lead from one to the next."""


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
