"""“Show me”: brings the panel where a finding can be seen, and outlines there what it is about."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QRectF, Slot

from bpviz.present.palette import Palette
from bpviz.present.unrolled.rows import is_unrolled
from bpviz.snapshot import RunInfo
from bpviz.snapshot.diagnosis import Finding
from bpviz.views.decision.matrix import ConfusionMatrix
from bpviz.views.decision.panel import DecisionPanel
from bpviz.views.doctor.marks import Marks
from bpviz.views.loss.panel import LossPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network.canvas import DiagramCanvas
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.unrolled.canvas import UnrolledCanvas
from bpviz.wiring.display import Display


class Showing(QObject):
    """Points at one finding at a time, until it is clicked away, Escape is pressed or another run begins."""

    def __init__(self, window: MainWindow, display: Display) -> None:
        super().__init__(window)
        self.window, self.display = window, display
        self.marks = Marks()
        self.marks.setParent(window)
        self.marks.set_palette(window.themes.palette())
        self._shown: tuple[str, bool] | None = None
        window.themes.palette_changed.connect(self._on_themes_palette_changed)

    @Slot(object)
    def show(self, finding: Finding) -> None:
        """Show where a finding can be seen."""
        self.end()
        info = self.display.info
        self.window.host.docks[finding.seat].bring()
        self._shown = finding.name
        panel = self.window.panels().get(finding.seat)
        if isinstance(panel, NetworkPanel) and info is not None:
            self._show_units(panel, finding, info)
        elif isinstance(panel, LossPanel):
            show_losses(panel, finding)
        elif isinstance(panel, DecisionPanel):
            self._show_classes(panel, finding)

    @property
    def shown(self) -> tuple[str, bool] | None:
        """The name of the finding that is pointed at."""
        return self._shown

    @Slot()
    def end(self) -> None:
        """Point at nothing."""
        self._shown = None
        self.marks.end(self.window)

    @Slot(object)
    def _on_themes_palette_changed(self, palette: Palette) -> None:
        self.marks.set_palette(palette)

    def _show_units(self, panel: NetworkPanel, finding: Finding, info: RunInfo) -> None:
        """Outline units, without a card that would cover them."""
        panel.pin(None)
        if is_unrolled(info):
            steps = panel.unrolled.canvas
            self.marks.show_over(steps, partial(block_places, steps, finding))
        else:
            canvas = panel.canvas
            self.marks.show_over(canvas, partial(unit_places, canvas, finding, info))

    def _show_classes(self, panel: DecisionPanel, finding: Finding) -> None:
        """Turn to the confusion matrix of the training part, which the finding counts, and outline rows."""
        panel.metrics_button.setChecked(False)
        panel.test_button.setChecked(False)
        panel.matrix_button.click()
        if panel.picture is panel.matrix:
            self.marks.show_over(panel.matrix, partial(class_places, panel.matrix, finding))


def show_losses(panel: LossPanel, finding: Finding) -> None:
    """Turn to where the loss zigzags, or to where the test loss was lowest."""
    plot, numbers = panel.plot, finding.numbers
    since, at = numbers.get("since"), numbers.get("iteration")
    if since is not None:
        plot.show_range(since, plot.curves.last)
    elif at is not None:
        plot.point_at(int(at))
    else:
        plot.show_everything()
        plot.point_at(plot.curves.last)


def unit_places(canvas: DiagramCanvas, finding: Finding, info: RunInfo) -> list[QRectF]:
    """Return where the units of a finding stand, a filter as its whole map; without any, its layers."""
    layout = canvas.scene.layout
    if layout is None:
        return []
    places = []
    for one in (finding, *finding.also):
        if one.layer is None or one.layer >= len(layout.columns):
            continue
        column, shape = layout.columns[one.layer], info.shapes[one.layer] if info.shapes else ()
        size = shape[1] * shape[2] if len(shape) == 3 else 1
        groups = [(unit, min(unit + size, column.units)) for unit in one.units if unit < column.units]
        for first, last in groups or [(0, column.units)]:
            cells = column.cells[first:last]
            low, high = cells[:, :2].min(axis=0), (cells[:, :2] + cells[:, 2:4]).max(axis=0)
            places.append(QRectF(*low.tolist(), *(high - low).tolist()))
    return places


def block_places(canvas: UnrolledCanvas, finding: Finding) -> list[QRectF]:
    """Return where a layer's units stand in a network that is unrolled over time, at all of its steps."""
    layout = canvas.scene.layout
    row = None if layout is None or finding.layer is None else layout.row_of(finding.layer)
    if layout is None or row is None:
        return []
    return [QRectF(*row.box)]


def class_places(matrix: ConfusionMatrix, finding: Finding) -> list[QRectF]:
    """Return the rows of the classes of a finding."""
    counts, grid = matrix.counts(), matrix.grid
    if counts is None or grid.isEmpty():
        return []
    high = grid.height() / len(counts)
    rows = [unit for unit in finding.units if unit < len(counts)]
    return [QRectF(grid.left(), grid.top() + row * high, grid.width(), high) for row in rows]
