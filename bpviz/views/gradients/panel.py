"""The gradient check: backpropagation beside differences, parameter by parameter, and why they differ."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bpviz.present.gradients.check import (
    MOST_ROWS,
    CheckReport,
    CheckRequest,
    CheckRow,
    grade,
    short_verdict,
    timing,
    verdict,
)
from bpviz.present.gradients.valley import advice, curves, explanation
from bpviz.present.numbers import exact, grouped
from bpviz.present.palette import Palette
from bpviz.snapshot import ErrorValley, RunInfo, RunState
from bpviz.text import Text, tr
from bpviz.views.grab import grab_widget
from bpviz.views.gradients.controls import CheckControls
from bpviz.views.gradients.plot import ValleyPlot
from bpviz.views.gradients.table import CheckTable
from bpviz.views.naming import named
from bpviz.views.panel import Panel
from bpviz.views.plotting import Chip

# From this width on table and valley stand side by side, from this height on one above the other.
_BESIDE, _ABOVE = 620, 520
_EXPLAINED_FROM = 300
_ALL, _LAYERS = -1, -2


class GradientsPanel(Panel):
    """Shows one check; the check itself is made elsewhere.

    Signals
    -------
    check_requested(CheckRequest)
        Compare the gradients where the run stands now.
    check_cancelled()
        Give up the check under way.
    """

    check_requested = Signal(object)
    check_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report: CheckReport | None = None
        self._failure: Text | Exception | None = None
        self._position = 0
        self.controls = CheckControls(self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.verdict = QLabel(self, wordWrap=True)
        self.note = named(QLabel(self, wordWrap=True), "Quiet")
        self.table = CheckTable(self)
        self.plot = ValleyPlot(self)
        self.explanation = named(QLabel(self, wordWrap=True), "Quiet")
        self.choice = QComboBox(self)
        self.table_chip, self.valley_chip = Chip(self), Chip(self)
        self._lay_out()
        self._connect()
        self.show_progress(None)
        self.set_palette(self.palette_in_use)
        self.retranslate()

    # --- what it shows ---

    def show_run(self, info: RunInfo) -> None:
        self.report = self._failure = None
        self._position = 0
        self.controls.show_run(info)
        self.show_progress(None)
        self._offer_layers()
        self._refresh()

    def show_state(self, state: RunState) -> None:
        if state.position != self._position:
            was = self.stale
            self._position = state.position
            if was != self.stale:
                self._refresh()

    def show_progress(self, done: float | None) -> None:
        """Show the share that is done; None when nothing is under way."""
        busy = done is not None
        if busy != self.controls.busy:
            self.controls.show_busy(busy)
        # Its place stays, so that nothing jumps.
        self.progress.setRange(0, 100)
        self.progress.setValue(round(100 * (done or 0.0)))
        self.progress.setEnabled(busy)
        self._place_progress(busy)

    def show_report(self, report: CheckReport) -> None:
        """Show a check that was made."""
        self.report, self._failure = report, None
        self.show_progress(None)
        self._offer_layers()
        self._refresh()

    def show_failure(self, failure: Text | Exception) -> None:
        """Say why there is no check."""
        self._failure = failure
        self.show_progress(None)
        self._refresh()

    @property
    def stale(self) -> bool:
        """Whether the run has gone on since the check."""
        return self.report is not None and self.report.iteration != self._position

    def subtitle(self) -> str:
        if self.report is None:
            return ""
        return tr("iteration {iteration}", iteration=grouped(self.report.iteration))

    @Slot()
    def ask(self) -> None:
        """Ask for a check, as the button does; the one under way goes on."""
        if not self.controls.busy:
            self.controls.ask()

    def set_palette(self, palette: Palette) -> None:
        super().set_palette(palette)
        self.plot.palette_in_use = palette
        for chip in (self.table_chip, self.valley_chip):
            chip.palette_in_use = palette
        self._refresh()

    def retranslate(self) -> None:
        self.controls.say()
        self.table_chip.say(tr("parameters"), tr("Show the parameters with the largest errors"))
        self.valley_chip.say(tr("valley"), tr("Show the error against the step h"))
        self.choice.setToolTip(tr("Whose parameters are listed"))
        self.choice.setAccessibleName(tr("Whose parameters are listed"))
        self.table.setAccessibleName(tr("Parameters by their error"))
        self.plot.setAccessibleName(tr("Relative error against the step h"))
        self.plot.setAccessibleDescription(tr("Arrow keys read the values, a click takes the step."))
        self.progress.setAccessibleName(tr("Progress of the check"))
        self._offer_layers()
        self._refresh()
        super().retranslate()

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        # By another one: were this one rearranged for a moment, its dock would take the size back.
        twin = GradientsPanel()
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.resize(width, height)
        twin.show_like(self)
        twin.show()
        # Labels that wrap ask once more for their height when they know their width.
        for _ in range(2):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        image = grab_widget(twin, width, height, ratio)
        twin.close()
        twin.deleteLater()
        return image

    def show_like(self, other: GradientsPanel) -> None:
        """Show what another one shows."""
        self.controls.show_like(other.controls)
        self.report, self._failure, self._position = other.report, other._failure, other._position
        self._offer_layers()
        self.choice.setCurrentIndex(max(self.choice.findData(other.choice.currentData()), 0))
        self.table.order = other.table.order
        self.valley_chip.setChecked(other.valley_chip.isChecked())
        self.set_palette(other.palette_in_use)

    # --- how it is laid out ---

    def _lay_out(self) -> None:
        chips = QButtonGroup(self)
        for chip in (self.table_chip, self.valley_chip):
            chips.addButton(chip)
        self.table_chip.setChecked(True)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 6, 0)
        head.setSpacing(4)
        head.addWidget(self.choice)
        head.addStretch(1)
        head.addWidget(self.table_chip)
        head.addWidget(self.valley_chip)
        valley = QVBoxLayout()
        valley.setSpacing(0)
        valley.addWidget(self.plot, 1)
        valley.addWidget(self.explanation)
        self._pictures = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pictures.setSpacing(10)
        self._pictures.addWidget(self.table, 4)
        self._pictures.addLayout(valley, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(4)
        column.addWidget(self.controls)
        column.addWidget(self.verdict)
        column.addLayout(head)
        column.addLayout(self._pictures, 1)
        column.addWidget(self.note)
        for label in (self.verdict, self.note, self.explanation):
            label.setContentsMargins(6, 0, 6, 0)
            label.setMinimumWidth(1)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def _place_progress(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.progress.setGeometry(6, self.controls.geometry().bottom(), max(self.width() - 12, 1), 4)
        self.progress.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.controls.show_width(self.width())
        self._say_verdict()
        self._arrange()

    def _arrange(self) -> None:
        beside, above = self.width() >= _BESIDE, self.height() >= _ABOVE
        ways = QBoxLayout.Direction
        self._pictures.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        both = beside or above
        empty = self.report is None
        for chip in (self.table_chip, self.valley_chip):
            chip.setVisible(not both and not empty)
        self.choice.setVisible(not empty)
        self.plot.setToolTip("" if empty or self.height() >= _EXPLAINED_FROM else self.explanation.text())
        self.table.setVisible(not empty and (both or self.table_chip.isChecked()))
        valley = both or self.valley_chip.isChecked() or empty
        self.plot.setVisible(valley)
        explained = valley and not empty and self.height() >= _EXPLAINED_FROM
        self.explanation.setVisible(explained)
        self.note.setVisible(not empty and self.height() >= _EXPLAINED_FROM)

    # --- what it says ---

    def _offer_layers(self) -> None:
        chosen = self.choice.currentData()
        self.choice.clear()
        self.choice.addItem(tr("All parameters"), _ALL)
        layers = [] if self.report is None else self.report.layer_numbers()
        if len(layers) > 1:
            for layer in layers:
                self.choice.addItem(tr("Layer {number}", number=layer), layer)
            self.choice.addItem(tr("Layers at a glance"), _LAYERS)
        self.choice.setCurrentIndex(max(self.choice.findData(chosen), 0))

    def _refresh(self) -> None:
        report, palette = self.report, self.palette_in_use
        stale = self.stale
        self.plot.stale = stale
        self.table.set_colours(palette, stale=stale)
        chosen = self.choice.currentData()
        layer = chosen if chosen is not None and chosen >= 0 else None
        self.table.show_report(report, layer, layers=chosen == _LAYERS)
        valley = None if report is None else report.valley
        self.plot.show_curves([] if valley is None else curves(valley))
        self.explanation.setText("" if valley is None else self._explained(valley))
        self._say_verdict()
        self._say_note(None)
        self._arrange()

    def _explained(self, valley: ErrorValley) -> str:
        """Return what explains the valley, each sentence in the colour of its method."""
        check = None if self.report is None else self.report.check
        said = explanation(valley, 0 if check is None else check.of or check.parameters)
        palette = self.palette_in_use
        colours = [
            self.plot.colour(method) if method and not self.stale else palette.muted for method, _ in said
        ]
        spans = zip(colours, said, strict=True)
        return " ".join(
            f'<span style="color:{colour}">{escape(words)}</span>' for colour, (_, words) in spans
        )

    def _say_verdict(self) -> None:
        report, palette = self.report, self.palette_in_use
        colour = palette.muted
        if self._failure is not None:
            words, colour = str(self._failure), palette.danger
        elif report is None:
            words = tr("Is the gradient right? Check finds it a second way and compares.")
        else:
            said = (self._verdict(report), advice(report), *map(str, report.remarks))
            words = " ".join(part for part in said if part)
            if self.stale:
                words = tr("Of iteration {iteration}:", iteration=grouped(report.iteration)) + " " + words
            else:
                colour = getattr(palette, grade(report.check))
        self.verdict.setText(words)
        self.verdict.setToolTip("" if report is None else verdict(report.check))
        self.verdict.setStyleSheet(f"color: {colour};")

    def _verdict(self, report: CheckReport) -> str:
        """Return the verdict; in a low panel, where the method and h stand just above, the short one."""
        choice = self.controls.request_shown()
        same = choice == (report.check.method, report.check.step)
        low = self.height() < _EXPLAINED_FROM and same
        return short_verdict(report.check) if low else verdict(report.check)

    def _say_note(self, row: CheckRow | None) -> None:
        """Say all digits of the chosen parameter, else what was looked at."""
        report = self.report
        if report is None:
            self.note.setText("")
        elif row is not None:
            self.note.setText(
                tr(
                    "{name}: backpropagation {backprop}, differences {differences}",
                    name=row.name,
                    backprop=exact(row.backprop),
                    differences=exact(row.numerical),
                )
            )
        else:
            at = tr("iteration {iteration}", iteration=grouped(report.iteration))
            words = f"{at} · {timing(report)}"
            if report.check.parameters > MOST_ROWS and self.choice.currentData() != _LAYERS:
                words += " · " + tr("the worst {count} are listed", count=MOST_ROWS)
            self.note.setText(words)

    # --- what the user did ---

    def _connect(self) -> None:
        self.controls.asked.connect(self._on_controls_asked)
        self.controls.cancelled.connect(self.check_cancelled)
        self.controls.step_changed.connect(self._on_controls_step_changed)
        self.plot.step_chosen.connect(self.controls.set_step)
        self.plot.show_step(self.controls.h)
        self.choice.activated.connect(self._on_choice_activated)
        self.table.row_chosen.connect(self._on_table_row_chosen)
        self.table.layer_chosen.connect(self._on_table_layer_chosen)
        for chip in (self.table_chip, self.valley_chip):
            chip.toggled.connect(self._on_chip_toggled)

    @Slot(object)
    def _on_controls_asked(self, request: CheckRequest) -> None:
        self._failure = None
        self._say_verdict()
        self.show_progress(0.0)
        self.check_requested.emit(request)

    @Slot(float)
    def _on_controls_step_changed(self, h: float) -> None:
        self.plot.show_step(h)
        self._say_verdict()

    @Slot()
    def _on_choice_activated(self) -> None:
        self._refresh()

    @Slot(object)
    def _on_table_row_chosen(self, row: CheckRow | None) -> None:
        self._say_note(row)

    @Slot(int)
    def _on_table_layer_chosen(self, layer: int) -> None:
        self.choice.setCurrentIndex(self.choice.findData(layer))
        self._refresh()

    @Slot(bool)
    def _on_chip_toggled(self, _checked: bool) -> None:
        self._arrange()
