"""The doctor's panel: what is wrong with the run, why, and what may help."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from bpviz.present.numbers import grouped
from bpviz.present.palette import Palette
from bpviz.snapshot import RunInfo
from bpviz.snapshot.diagnosis import Diagnosis
from bpviz.text import tr
from bpviz.views.doctor.card import FindingCard
from bpviz.views.grab import grab_widget
from bpviz.views.naming import named
from bpviz.views.panel import Panel

FADES_MS = 6000
"""So long a finding that is gone stays, faded."""


class DoctorPanel(Panel):
    """Lists the findings, the gravest first.

    Signals
    -------
    remedy_asked(Finding), place_asked(Finding)
        Try what may help; show where it is.
    left
        Escape: back to where one was.
    """

    remedy_asked = Signal(object)
    place_asked = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diagnosis: Diagnosis | None = None
        self.cards: dict[tuple[str, bool], FindingCard] = {}
        self.nothing = named(QLabel(self, wordWrap=True), "Quiet")
        self.nothing.setMinimumWidth(1)
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(2, 2, 6, 2)
        self._column.setSpacing(10)
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._holder)
        self._holder.setObjectName("SetupRows")  # without a ground of its own, as those rows are
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)
        self._fading = QTimer(self, singleShot=True, interval=FADES_MS)
        self._fading.timeout.connect(self._on_fading_timeout)
        self.retranslate()

    def show_run(self, info: RunInfo) -> None:
        self.diagnosis = None
        for name in list(self.cards):
            self._drop(name)
        self._say()

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Show the newest findings; those that are gone fade."""
        self.diagnosis = diagnosis
        there = {finding.name for finding in diagnosis.findings}
        for place, finding in enumerate(diagnosis.findings):
            card = self.cards.get(finding.name)
            if card is None:
                card = self.cards[finding.name] = self._card(finding.name, place)
            card.show_finding(finding)
            if self._column.indexOf(card) != place + 1:
                self._column.insertWidget(place + 1, card)
        for name, card in self.cards.items():
            if name not in there and not card.gone:
                card.fade()
                self._fading.start()
        self._order_tabs()
        self._say()

    def _shown_cards(self) -> list[FindingCard]:
        """Return the cards from the top to the bottom."""
        return sorted(self.cards.values(), key=self._column.indexOf)

    def _order_tabs(self) -> None:
        chain = [self.area, *(one for card in self._shown_cards() for one in card.tab_chain())]
        for first, second in zip(chain, chain[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def take_focus(self) -> None:
        """Give the keyboard to the first button, else to the list."""
        buttons = (one for card in self._shown_cards() for one in card.tab_chain())
        first = next((one for one in buttons if one.isEnabled() and not one.isHidden()), self.area)
        first.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(first)

    def event(self, event: QEvent) -> bool:
        # Before the window dismisses its message.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _card(self, name: tuple[str, bool], place: int) -> FindingCard:
        assert self.diagnosis is not None
        finding = next(one for one in self.diagnosis.findings if one.name == name)
        card = FindingCard(finding, self._holder)
        card.set_palette(self.palette_in_use)
        card.remedy_asked.connect(self.remedy_asked)
        card.place_asked.connect(self.place_asked)
        self._column.insertWidget(place + 1, card)
        return card

    def _drop(self, name: tuple[str, bool]) -> None:
        card = self.cards.pop(name)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()

    @Slot()
    def _on_fading_timeout(self) -> None:
        for name in [name for name, card in self.cards.items() if card.gone]:
            self._drop(name)
        self._say()

    def _say(self) -> None:
        found = self.diagnosis is not None and bool(self.diagnosis.findings)
        self.nothing.setVisible(not found)
        self.nothing.setText(
            tr(
                "Nothing is wrong. The doctor goes on watching: gradients that vanish or explode, units that "
                "are dead, saturated or all alike, a rate too high or too low, overfitting, and more."
            )
        )

    def set_palette(self, palette: Palette) -> None:
        super().set_palette(palette)
        for card in self.cards.values():
            card.set_palette(palette)

    def retranslate(self) -> None:
        for card in self.cards.values():
            card.retranslate()
        self.area.setAccessibleName(tr("Findings"))
        self._say()
        super().retranslate()

    def subtitle(self) -> str:
        if self.diagnosis is None:
            return ""
        return tr("iteration {iteration}", iteration=grouped(self.diagnosis.iteration))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 90)

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        twin = DoctorPanel()
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.set_palette(self.palette_in_use)
        twin.resize(width, height)
        if self.diagnosis is not None:
            twin.show_diagnosis(self.diagnosis)
        twin.show()
        image = grab_widget(twin, width, height, ratio)
        twin.close()
        twin.deleteLater()
        return image
