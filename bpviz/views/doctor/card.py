"""One finding as a card: what is seen, why, and two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.findings import colour, flow_bars, seen
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot.diagnosis import Finding
from bpviz.text import tr
from bpviz.views.doctor.flow import FlowPicture
from bpviz.views.naming import named

_FADED = 0.45


class CardButton(QPushButton):
    """A button that Enter presses, too."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.animateClick()
        else:
            super().keyPressEvent(event)


class FindingCard(QFrame):
    """Shows a finding; one that is no longer seen is faded.

    Signals
    -------
    remedy_asked(Finding), place_asked(Finding)
        Try what may help; show where it is.
    """

    remedy_asked = Signal(object)
    place_asked = Signal(object)

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding, self.gone = finding, False
        self._palette = LIGHT
        self.title = QLabel(self)
        self.seen = QLabel(self, wordWrap=True)
        self.why = named(QLabel(self, wordWrap=True), "Quiet")
        self.flow = FlowPicture(self)
        self.try_button, self.show_button = CardButton(self), CardButton(self)
        self.try_button.clicked.connect(self._on_try_button_clicked)
        self.show_button.clicked.connect(self._on_show_button_clicked)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.try_button)
        buttons.addWidget(self.show_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 8)
        column.setSpacing(3)
        for widget in (self.title, self.seen, self.why):
            widget.setMinimumWidth(1)
        column.addWidget(self.title)
        column.addWidget(self.seen)
        column.addWidget(self.flow)
        # Before the reason: in a low panel it is the buttons that must be seen.
        column.addLayout(buttons)
        column.addWidget(self.why)

    def show_finding(self, finding: Finding) -> None:
        """Show the same finding with newer numbers."""
        if finding != self.finding or self.gone:
            self.finding = finding
            self.gone = False
            self.setGraphicsEffect(None)  # type: ignore[arg-type]  # None takes the effect away
            self.retranslate()

    def fade(self) -> None:
        """The finding is gone."""
        if not self.gone:
            self.gone = True
            effect = QGraphicsOpacityEffect(self)
            effect.setOpacity(_FADED)
            self.setGraphicsEffect(effect)
            self.retranslate()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = self.flow.palette_in_use = palette
        self.flow.update()
        self._colour()

    def tab_chain(self) -> list[QWidget]:
        """Return what Tab reaches, in order."""
        return [self.try_button, self.show_button]

    def _colour(self) -> None:
        shade = self._palette.muted if self.gone else colour(self.finding.severity, self._palette)
        self.setStyleSheet(
            f"FindingCard {{ border: none; border-left: 3px solid {shade}; background: transparent; }}"
        )
        self.title.setStyleSheet(f"color: {shade}; font-weight: 600;")

    def retranslate(self) -> None:
        """Say everything again."""
        finding = self.finding
        title = tr(finding.title)
        self.title.setText(tr("{finding} – no longer seen", finding=title) if self.gone else title)
        self.seen.setText(seen(finding))
        self.flow.show_bars(flow_bars(finding))
        self.why.setText(str(finding.why))
        remedy = finding.remedy
        self.try_button.setVisible(remedy is not None)
        self.try_button.setEnabled(not self.gone)
        self.show_button.setEnabled(not self.gone)
        if remedy is not None:
            self.try_button.setText(tr("Try: {remedy}", remedy=remedy.label))
            self.try_button.setToolTip(
                tr("Train with this change, from the start: on a branch where that can be, else as a new run")
            )
        self.show_button.setText(tr("Show me"))
        self.show_button.setToolTip(tr("Point at where this can be seen"))
        self._colour()

    @Slot()
    def _on_try_button_clicked(self) -> None:
        self.remedy_asked.emit(self.finding)

    @Slot()
    def _on_show_button_clicked(self) -> None:
        self.place_asked.emit(self.finding)
