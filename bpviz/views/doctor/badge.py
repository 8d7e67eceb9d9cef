"""The doctor's badge: a stethoscope, and how many findings there are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QToolButton, QWidget

from bpviz.present.findings import colour, gravest, summary
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot.diagnosis import Diagnosis
from bpviz.text import tr
from bpviz.views.icons import icon


class DoctorBadge(QToolButton):
    """Quiet while nothing is wrong; else in the colour of the gravest finding, with their number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diagnosis: Diagnosis | None = None
        self._palette = LIGHT
        self.setObjectName("DoctorBadge")
        self.setProperty("look", "flat")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space presses a button everywhere, Enter a tool button nowhere.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.animateClick()
        else:
            super().keyPressEvent(event)

    def show_diagnosis(self, diagnosis: Diagnosis | None) -> None:
        """Show how many findings there are; None before the first look at a run."""
        self._diagnosis = diagnosis
        self._show()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self._show()

    def retranslate(self) -> None:
        """Say everything again."""
        self._show()

    def _show(self) -> None:
        findings = () if self._diagnosis is None else self._diagnosis.findings
        gravity = gravest(findings)
        shade = self._palette.muted if gravity is None else colour(gravity, self._palette)
        side = round(1.05 * self.fontMetrics().height())
        self.setIconSize(QSize(side, side))
        self.setIcon(icon("doctor", shade))
        # The place of a digit is kept: what stands beside it is not to jump.
        self.setText(str(len(findings)) if findings else "\u2007")
        self.setStyleSheet(f"color: {shade}; font-weight: 600;")
        said = summary(self._diagnosis)
        self.setAccessibleName(said)
        self.setToolTip(said + "\n" + tr("Show or hide the doctor’s panel (Ctrl+D)"))
