"""The loss panel: training and test loss of every iteration, and their accuracy."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from bpviz.present.loss.curves import reading_of
from bpviz.present.loss.words import LegendItem, branch_item, legend_items
from bpviz.present.numbers import short
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.places import ShownPlaces
from bpviz.present.walk.light import Lit, lit_at
from bpviz.present.walk.place import Sample
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import History, RunInfo, Snapshot
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.text import tr
from bpviz.views.loss.curve import LINE_WIDTH
from bpviz.views.loss.plot import LossPlot
from bpviz.views.loss.walk import making_of
from bpviz.views.panel import Panel
from bpviz.views.plotting import Chip, line_height, smaller


class Legend(QWidget):
    """A row of curves with their values; what does not fit is said shorter, then left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self._items: list[LegendItem] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_items(self, items: list[LegendItem]) -> None:
        """Show these curves."""
        if items != self._items:
            self._items = items
            self.setAccessibleName(", ".join(item.longest for item in items))
            self.update()

    def texts(self) -> list[str]:
        """Return what is written at the present width."""
        metrics = QFontMetricsF(smaller(self.font()))
        own = sum(item.role != "branch" for item in self._items)
        texts: list[str] = []
        for count in range(len(self._items), max(own - 1, 0), -1):
            # Values without their words come after all other branches are left out.
            for form in ("longest", "text", "value")[: 2 if count > own else 3]:
                texts = [getattr(item, form) for item in self._items[:count]]
                if sum(self._width(metrics, text) for text in texts) <= self.width():
                    return texts
        return texts

    def _width(self, metrics: QFontMetricsF, text: str) -> float:
        return metrics.horizontalAdvance(text) + 30

    def sizeHint(self) -> QSize:
        return QSize(120, round(line_height(QFontMetricsF(self.font()))) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        metrics = QFontMetricsF(painter.font())
        x, middle = 8.0, self.height() / 2
        palette = self.palette_in_use
        for item, text in zip(self._items, self.texts(), strict=False):
            colour = item.colour or (palette.accent if item.role == "train" else palette.test)
            pen = QPen(QColor(colour), 1.0 if item.role == "branch" else LINE_WIDTH)
            if item.role == "test":
                pen.setDashPattern([2.6, 1.6])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + 16, middle))
            painter.setPen(QColor(palette.muted))
            painter.drawText(QPointF(x + 20, middle + metrics.ascent() / 2 - 1), text)
            x += self._width(metrics, text)
        painter.end()


class LossPanel(Panel):
    """Shows a run's history.

    Signals
    -------
    iteration_chosen : int
        A click on the plot, or Enter on the pinned iteration: go there.
    """

    iteration_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target_scale: tuple[float, ...] = ()
        self._lit: Lit | None = None
        self.plot = LossPlot(self)
        self.legend = Legend(self)
        self.whole_button = Chip(self, checkable=False)
        self.whole_button.hide()
        self.accuracy_button = Chip(self)
        self.log_button = Chip(self)
        self._lay_out()
        self.plot.iteration_chosen.connect(self.iteration_chosen)
        self.plot.view_changed.connect(self.whole_button.setVisible)
        self.whole_button.clicked.connect(self.plot.show_everything)
        self.accuracy_button.toggled.connect(self._on_accuracy_button_toggled)
        self.log_button.clicked.connect(self._on_log_button_clicked)
        self.set_palette(self.palette_in_use)
        self.retranslate()

    def show_run(self, info: RunInfo) -> None:
        self.plot.forget_run()
        self._target_scale = info.target_scale
        self.whole_button.hide()
        classifies = info.task == "classification"
        self.accuracy_button.setVisible(classifies)
        self.plot.with_accuracy = classifies and self.accuracy_button.isChecked()
        self._refresh()

    def show_history(self, history: History) -> None:
        self.plot.curves.update(history)
        self.plot.find_scale()
        self.plot.extend()
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.plot.position = snapshot.iteration
        self.plot.shown = reading_of(snapshot)
        was_log = self.plot.log
        self.plot.find_scale()
        if self.plot.log != was_log:
            self.plot.invalidate()
        self.plot.update()
        self._refresh()

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        self._lit = lit_at(dissection, operation, sample)
        self.plot.show_making(making_of(self._lit, self.palette_in_use))

    def show_places(self, places: ShownPlaces) -> None:
        """Show the other branches' curves, and the bookmarks."""
        self.plot.branches.show(places.curves())
        self.plot.marks = places.marks()
        self.plot.find_scale()
        self.plot.invalidate()
        self._refresh()

    def set_palette(self, palette: Palette) -> None:
        self.plot.making = making_of(self._lit, palette)
        self.plot.palette_in_use = self.legend.palette_in_use = palette
        for button in (self.log_button, self.accuracy_button, self.whole_button):
            button.palette_in_use = palette
        self.plot.invalidate()
        super().set_palette(palette)

    def retranslate(self) -> None:
        self.log_button.say(tr("log"), tr("Logarithmic loss axis"))
        self.accuracy_button.say(tr("accuracy"), tr("Show the accuracy"))
        self.whole_button.say(tr("whole run"), tr("Undo the zoom and show the whole run (0)"))
        self.plot.setAccessibleName(tr("Loss of every iteration"))
        self.plot.setAccessibleDescription(
            tr("Arrow keys read the values, Enter goes to the iteration, plus and minus zoom.")
        )
        self.plot.invalidate()
        self._refresh()
        super().retranslate()

    def subtitle(self) -> str:
        if self.plot.curves.empty:
            return ""
        number = iteration_number(self.plot.position, walked=self._lit is not None)
        said = tr("iteration {iteration}", iteration=number)
        return f"{self._unit()} · {said}" if self._target_scale else said

    def _unit(self) -> str:
        """Say in which unit the losses are, where the target had to be standardized."""
        scale = ", ".join(short(one) for one in self._target_scale)
        return tr("target in deviations of {scale}", scale=scale)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 6, 0)
        head.setSpacing(4)
        head.addWidget(self.legend, 1)
        for button in (self.whole_button, self.accuracy_button, self.log_button):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)

    def _refresh(self) -> None:
        own = legend_items(self.plot.shown or self.plot.curves.reading(self.plot.position))
        others = [branch_item(branch.name, branch.colour) for branch in self.plot.branches.all]
        self.legend.set_items([*own, *others])
        self.log_button.setChecked(self.plot.log)

    @Slot(bool)
    def _on_accuracy_button_toggled(self, checked: bool) -> None:
        self.plot.with_accuracy = checked
        self.plot.invalidate()

    @Slot(bool)
    def _on_log_button_clicked(self, checked: bool) -> None:
        self.plot.log_choice = checked
        self.plot.y_views.pop("loss", None)
        self.plot.view_changed.emit(self.plot.zoomed)
        self.plot.invalidate()
