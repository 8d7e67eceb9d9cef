"""The strip of the four phases: where the walk through an iteration stands, and the way on and back."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.light import phase_shares
from bpviz.present.walk.place import GRAIN_LABELS, GRAINS, OUTSIDE, Grain, Sample, Walk
from bpviz.present.walk.samples import sample_table
from bpviz.present.walk.words import place_parts, steps_of
from bpviz.snapshot import RunInfo
from bpviz.snapshot.dissection import PHASES, Dissection
from bpviz.text import tr
from bpviz.views.icons import icon
from bpviz.views.quiet_text import QuietText
from bpviz.views.walk.phase_chip import PhaseChip
from bpviz.views.walk.sample_box import SampleBox
from bpviz.views.walk.strip_box import StripBox

PACES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Steps a second."""


class PlaceText(QuietText):
    """Where the walk stands; in the text's colour while there is one."""

    lit = False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.card))
        painter.setPen(QColor(self._palette.text if self.lit else self._palette.muted))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 2)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class PhaseStrip(QWidget):
    """Phases, the place in words, whose numbers are shown, the step's grain; back, play, on.

    Signals
    -------
    phase_chosen(str)
        To the end of a phase.
    stepped(bool)
        A step on, or back (False).
    play_toggled, pace_chosen(float), grain_chosen(str), sample_chosen(object)
    """

    phase_chosen = Signal(str)
    stepped = Signal(bool)
    play_toggled = Signal()
    pace_chosen = Signal(float)
    grain_chosen = Signal(str)
    sample_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("PhaseStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._palette = LIGHT
        self._walk = Walk()
        self._dissection: Dissection | None = None
        self._playing, self._grain, self._pace = False, "iteration", 1.0
        self._note = ""
        self.chips = {phase: PhaseChip(phase, self) for phase in PHASES}
        self.place = PlaceText(self)
        self.sample, self.grain, self.pace = SampleBox(self), StripBox(self), StripBox(self)
        self._info: RunInfo | None = None
        self.buttons = {name: self._button(name) for name in ("previous", "play", "next")}
        self._lay_out()
        self._connect()
        self.retranslate()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"walk_{name}")
        button.setProperty("look", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAutoRepeat(name != "play")
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 14, 3)
        row.setSpacing(4)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addSpacing(6)
        row.addWidget(self.place, 1)
        for box in (self.sample, self.grain):
            row.addWidget(box)
        row.addSpacing(4)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addWidget(self.pace)
        chain = [*self.chips.values(), self.sample, self.grain, *self.buttons.values(), self.pace]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        for chip in self.chips.values():
            chip.clicked.connect(self._on_chip_clicked)
        self.buttons["previous"].clicked.connect(self._on_previous_clicked)
        self.buttons["next"].clicked.connect(self._on_next_clicked)
        self.buttons["play"].clicked.connect(self.play_toggled)
        self.grain.activated.connect(self._on_grain_activated)
        self.pace.activated.connect(self._on_pace_activated)
        self.sample.activated.connect(self._on_sample_activated)

    # --- what it shows ---

    def show_run(self, info: RunInfo) -> None:
        """Take what the samples are called by."""
        self._info = info

    def show_walk(self, walk: Walk, dissection: Dissection | None, note: str = "") -> None:
        """Show where the walk stands; ``note`` is what else is to be said of whose numbers are shown."""
        anew = dissection is not self._dissection or walk.sample != self._walk.sample
        self._walk, self._dissection, self._note = walk, dissection, note
        for phase, (share, lit) in phase_shares(walk).items():
            self.chips[phase].show_share(share, lit)
        if anew:
            self._fill_samples()
        self._say()

    def show_playing(self, playing: bool) -> None:
        """Show whether the walk goes on by itself."""
        if playing != self._playing:
            self._playing = playing
            self._dress_play()

    def set_grain(self, grain: Grain) -> None:
        """Show how far a step goes."""
        self._grain = grain
        self._fill_boxes()

    @property
    def chosen_pace(self) -> float:
        """Steps a second."""
        return self._pace

    def _fill_boxes(self) -> None:
        self.grain.fill([(tr(GRAIN_LABELS[grain]), grain) for grain in GRAINS], self._grain)
        self.pace.fill([(tr("{pace}/s", pace=f"{pace:g}"), pace) for pace in PACES], self._pace)

    def _fill_samples(self) -> None:
        table = sample_table(self._info, self._dissection if self._walk.on else None)
        self.sample.setVisible(bool(table.rows))
        outside = self._dissection is not None and self._dissection.outside_of is not None
        self.sample.show_table(table, OUTSIDE if outside else self._walk.sample)
        self._fit()

    def _say(self) -> None:
        walk = self._walk
        parts = place_parts(walk, steps_of(walk.operations))
        if self._note and parts:
            # Before how many operations there are, which can best be missed.
            parts = (*parts[:-1], self._note, parts[-1])
        quiet = tr("“.” walks through the next iteration, a phase or an operation at a time, “,” back")
        self.place.lit = bool(parts)
        self.place.set_text(" · ".join(parts) if parts else quiet)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.place.set_palette(palette)
        side = round(0.9 * self.fontMetrics().height())
        for chip in self.chips.values():
            chip.palette_in_use = palette
            chip.updateGeometry()
            chip.update()
        for button in self.buttons.values():
            button.setIconSize(QSize(side, side))
        self.buttons["previous"].setIcon(icon("previous", palette.text, palette.border))
        self.buttons["next"].setIcon(icon("next", palette.text, palette.border))
        self._dress_play()
        self._fill_boxes()
        self._fit()

    def _dress_play(self) -> None:
        play = self.buttons["play"]
        play.setIcon(icon("pause" if self._playing else "train", self._palette.accent))
        name = tr("Rest here") if self._playing else tr("Walk on by itself, step by step")
        play.setToolTip(name)
        play.setAccessibleName(name)

    def retranslate(self) -> None:
        """Say everything again."""
        for chip in self.chips.values():
            chip.retranslate()
        for name, words in (("previous", tr("A step back ( , )")), ("next", tr("A step on ( . )"))):
            self.buttons[name].setToolTip(words)
            self.buttons[name].setAccessibleName(words)
        for box, words in (
            (self.grain, tr("How far a step goes")),
            (self.pace, tr("Steps a second when it walks by itself")),
            (self.sample, tr("Whose numbers are shown: one sample of the batch, or the mean over it")),
        ):
            box.setToolTip(words)
            box.setAccessibleName(words)
        self._dress_play()
        self._fill_boxes()
        self._fill_samples()
        self._say()

    def _fit(self) -> None:
        """Take the names off the phases where there is no room for the place in words."""
        self.setFixedHeight(self.chips["loss"].sizeHint().height() + 6)
        wide = self.fontMetrics().horizontalAdvance(tr("layer {layer}", layer=2) + 20 * " 0")
        boxes = sum(
            box.sizeHint().width() for box in (self.sample, self.grain, self.pace) if not box.isHidden()
        )
        for chip in self.chips.values():
            chip.set_short(False)
        names = sum(chip.sizeHint().width() for chip in self.chips.values())
        for chip in self.chips.values():
            chip.set_short(names + boxes + wide + 130 > self.width())

    # --- what the user did ---

    @Slot()
    def _on_chip_clicked(self) -> None:
        for phase, chip in self.chips.items():
            if chip is self.sender():
                self.phase_chosen.emit(phase)

    @Slot()
    def _on_previous_clicked(self) -> None:
        self.stepped.emit(False)

    @Slot()
    def _on_next_clicked(self) -> None:
        self.stepped.emit(True)

    @Slot(int)
    def _on_grain_activated(self, index: int) -> None:
        self.grain_chosen.emit(self.grain.itemData(index))

    @Slot(int)
    def _on_pace_activated(self, index: int) -> None:
        self._pace = float(self.pace.itemData(index))
        self.pace.updateGeometry()
        self.pace_chosen.emit(self._pace)

    @Slot(int)
    def _on_sample_activated(self, index: int) -> None:
        chosen: Sample = self.sample.itemData(index)
        self.sample_chosen.emit(chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
