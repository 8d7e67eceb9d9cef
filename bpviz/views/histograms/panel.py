"""The histograms panel: how weights, activations and gradients of each layer are spread, over time."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from bpviz.present.histograms import KIND_LABELS
from bpviz.present.numbers import grouped
from bpviz.present.palette import Palette
from bpviz.snapshot import RunInfo, RunState, Snapshot
from bpviz.snapshot.spread import KINDS, Histograms, Kind
from bpviz.text import N_, tr
from bpviz.views.grab import grab_widget
from bpviz.views.histograms.canvas import HistogramsCanvas
from bpviz.views.panel import Panel
from bpviz.views.plotting import Chip

_HELP: dict[Kind, str] = {
    "weights": N_("How the weights of each layer are spread; for a function its variables"),
    "activations": N_("How the activations of each layer are spread, over part of the training samples"),
    "gradients": N_("How the last update’s gradients are spread; the axis is logarithmic away from 0"),
}


class HistogramsPanel(Panel):
    """Shows the columns that come with the snapshots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = HistogramsCanvas()
        self.chips: dict[Kind, Chip] = {kind: Chip(self) for kind in KINDS}
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.canvas)
        self.area.viewport().setAutoFillBackground(False)
        group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 6, 0)
        head.setSpacing(4)
        for kind, chip in self.chips.items():
            chip.setChecked(kind == self.canvas.kind)
            chip.toggled.connect(self._on_chip_toggled)
            group.addButton(chip)
            head.addWidget(chip)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self.set_palette(self.palette_in_use)
        self.retranslate()

    def show_run(self, info: RunInfo) -> None:
        self.canvas.forget()
        self.chips["activations"].setVisible(info.kind == "network")
        if info.kind != "network" and self.canvas.kind == "activations":
            self.chips["weights"].setChecked(True)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.histograms is not None:
            self.canvas.show_column(snapshot.histograms, kept=not snapshot.what_if)

    def show_state(self, state: RunState) -> None:
        record = self.canvas.record
        if record.iterations and record.iterations[-1] > state.last:
            record.cut(state.last)
        self.canvas.show_last(state.last)

    def fill(self, column: Histograms) -> None:
        """Show the histograms of an iteration that was counted afterwards."""
        self.canvas.fill(column)

    def set_palette(self, palette: Palette) -> None:
        self.canvas.palette_in_use = palette
        for chip in self.chips.values():
            chip.palette_in_use = palette
        super().set_palette(palette)
        self.canvas.setAutoFillBackground(False)
        self.canvas.update()

    def retranslate(self) -> None:
        for kind, chip in self.chips.items():
            chip.say(tr(KIND_LABELS[kind]), tr(_HELP[kind]))
        self.canvas.setAccessibleName(tr("Histograms of each layer over time"))
        self.canvas.setAccessibleDescription(tr("Arrow keys read the values."))
        self.canvas.update()
        super().retranslate()

    def subtitle(self) -> str:
        present = self.canvas.record.present
        if present is None:
            return ""
        return tr("iteration {iteration}", iteration=grouped(present.iteration))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 100)

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        twin = HistogramsPanel()
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.resize(width, height)
        twin.canvas.record, twin.canvas.position = self.canvas.record, self.canvas.position
        twin.canvas.last = self.canvas.last
        twin.chips[self.canvas.kind].setChecked(True)
        twin.canvas.show_rows()
        twin.set_palette(self.palette_in_use)
        twin.show()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        image = grab_widget(twin, width, height, ratio)
        twin.close()
        twin.deleteLater()
        return image

    @Slot(bool)
    def _on_chip_toggled(self, checked: bool) -> None:
        if checked:
            self.canvas.kind = next(kind for kind, chip in self.chips.items() if chip.isChecked())
            self.canvas.show_rows()
