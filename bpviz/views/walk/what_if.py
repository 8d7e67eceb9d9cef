"""What marks a what-if: a frame round everything, and a strip with the way to keep it or throw it away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr

_WIDE = 3


class WhatIfFrame(QWidget):
    """A frame inside its parent's borders; it is never in the way of the pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.colour = LIGHT.warning
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def fit(self) -> None:
        """Lie round the parent, with nothing but the frame."""
        whole = self._owner.rect()
        self.setGeometry(whole)
        self.setMask(QRegion(whole) - QRegion(whole.adjusted(_WIDE, _WIDE, -_WIDE, -_WIDE)))
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.colour))
        painter.end()


class WhatIfBar(QWidget):
    """Says that numbers were changed by hand, and which.

    Signals
    -------
    undone, redone, kept, thrown
        What was pressed.
    """

    undone, redone = Signal(), Signal()
    kept, thrown = Signal(), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("WhatIfBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._count, self._urged, self._told = 0, False, ""
        self._palette = LIGHT
        self.badge, self.words = QLabel(self), QLabel(self)
        self.buttons = {name: QPushButton(self) for name in ("undo", "redo", "keep", "throw")}
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 14, 3)
        row.addWidget(self.badge)
        row.addWidget(self.words, 1)
        for name, signal in zip(
            self.buttons, (self.undone, self.redone, self.kept, self.thrown), strict=True
        ):
            self.buttons[name].setObjectName(f"what_if_{name}")
            self.buttons[name].clicked.connect(signal)
            row.addWidget(self.buttons[name])
        self.set_palette(LIGHT)
        self.retranslate()
        self.hide()

    def show_changes(self, count: int, *, redo: bool) -> None:
        """Show how many numbers are changed, and what can be done."""
        self._count, self._urged, self._told = count, False, ""
        # A button that has the keyboard must not hand it on to whatever comes next.
        if not redo and self.buttons["redo"].hasFocus():
            self.buttons["undo"].setEnabled(True)
            self.buttons["undo"].setFocus()
        elif not count and (self.buttons["undo"].hasFocus() or self.buttons["keep"].hasFocus()):
            self.buttons["redo"].setEnabled(redo)
            self.buttons["redo"].setFocus()
        self.buttons["undo"].setEnabled(count > 0)
        self.buttons["redo"].setEnabled(redo)
        self.buttons["keep"].setEnabled(count > 0)
        self.badge.setVisible(count > 0)
        self._say()
        self.show()

    def tell(self, changes: str, every: str) -> None:
        """Name the changes in short, and every one where the pointer asks for it."""
        self._told = changes
        self.words.setToolTip(every)
        self._say()

    def urge(self) -> None:
        """Say that the run goes on only once the changes are kept or thrown away."""
        self._urged = True
        self._say()

    def calm(self) -> None:
        """Say again which numbers are changed."""
        if self._urged:
            self._urged = False
            self._say()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.setStyleSheet(f"#WhatIfBar{{background:{palette.card};border-top:1px solid {palette.border};}}")
        self.badge.setStyleSheet(
            f"background:{palette.warning};color:{palette.card};border-radius:6px;padding:1px 8px;"
            "font-weight:600;"
        )
        self._say()

    def _say(self) -> None:
        """Say which numbers are changed, or why the run stays."""
        if self._urged:
            said = tr(
                "The run goes on from here only with these numbers kept: keep them, or throw them away."
            )
        elif self._count and self._told:
            said = tr("{change}. All that follows is shown.", change=self._told)
        elif self._count == 1:
            said = tr("One number is changed by hand. All that follows from it is shown.")
        elif self._count:
            said = tr(
                "{count} numbers are changed by hand. All that follows from them is shown.", count=self._count
            )
        else:
            said = tr("Nothing is changed by hand now: the run is shown as it is.")
        self.words.setText(said)
        self.words.setStyleSheet(f"color:{self._palette.warning};font-weight:600;" if self._urged else "")

    def retranslate(self) -> None:
        """Say everything again."""
        self.badge.setText(tr("what if"))
        self._say()
        tips = {
            "undo": (tr("Undo"), tr("Take the last change back (Ctrl+Z)")),
            "redo": (tr("Redo"), tr("Make it again (Ctrl+Shift+Z)")),
            "keep": (
                tr("Keep"),
                tr(
                    "Train on with the changed numbers: the next iteration is this change, and the samples "
                    "stay changed from it on. A new run, and pictures written of a whole run, begin "
                    "without it."
                )
                + " (Ctrl+Enter)",
            ),
            "throw": (tr("Throw away"), tr("Show the run as it is, bit for bit") + " (Ctrl+Backspace)"),
        }
        for name, (label, tip) in tips.items():
            self.buttons[name].setText(label)
            self.buttons[name].setToolTip(tip)
