"""A function's descent from above: contour lines and path, or the table of steps along one axis."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from bpviz.present.decision.map import contour_levels, height_picture, sampled, zero_contour
from bpviz.present.loss.scales import Axis, shown
from bpviz.present.numbers import grouped, short
from bpviz.snapshot import RunInfo, Snapshot, SurfaceGrid
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.map import image_of
from bpviz.views.plotting import RIGHT, faded, hairline, line_height, polygon

# x, f(x) and f′(x) of one iteration; NaN where it is not known.
Step = tuple[float, float, float]
_KEPT = 500


class ContourPicture(DecisionCanvas):
    """Paints a loss grid from above with its contour lines, the path so far and the point."""

    def __init__(self) -> None:
        super().__init__()
        self.surface: SurfaceGrid | None = None
        self.plot = QRectF()
        self._axes: tuple[Axis, Axis] | None = None
        self._image: QImage | None = None
        self._lines: NDArray[np.floating] = np.empty((0, 2, 2))

    def show_run(self, info: RunInfo) -> None:
        self.surface = self._image = None
        super().show_run(info)

    def show_surface(self, grid: SurfaceGrid) -> None:
        if len(grid.v) < 2 or len(grid.u) < 2:
            return
        old = self.surface
        if old is None or not np.array_equal(old.losses, grid.losses, equal_nan=True):
            self._image = image_of(height_picture(grid.losses))
            levels = contour_levels(grid.losses)
            found = [zero_contour(grid.losses - level) for level in levels]
            self._lines = np.concatenate(found) if found else np.empty((0, 2, 2))
        self.surface = grid
        self.update()

    def draw(self, painter: QPainter) -> None:
        grid = self.surface
        if grid is None or self._image is None:
            self.draw_sentence(painter, tr("The contour map appears with the surface."))
            return
        x, y = (
            Axis(float(grid.u[0]), float(grid.u[-1]), 0, 1),
            Axis(float(grid.v[0]), float(grid.v[-1]), 1, 0),
        )
        self.plot = plot = self.plot_rect(grid.u_label, y, square=True)
        axes = (
            Axis(x.low, x.high, plot.left(), plot.right()),
            Axis(y.low, y.high, plot.bottom(), plot.top()),
        )
        self._axes = axes
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        source = QRectF(0.5, 0.5, self._image.width() - 1, self._image.height() - 1)
        painter.drawImage(plot, self._image, source)
        painter.setClipRect(plot)
        self._draw_lines(painter, grid)
        self._draw_path(painter, grid, axes)
        painter.setClipping(False)
        painter.setPen(hairline(self.palette_in_use.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot)
        self.draw_frame(painter, plot, axes, (grid.u_label, grid.v_label))

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        grid, axes = self.surface, self._axes
        if grid is None or axes is None or not self.plot.contains(at):
            return []
        across = (at.x() - self.plot.left()) / self.plot.width()
        up = (self.plot.bottom() - at.y()) / self.plot.height()
        height = float(sampled(grid.losses[:, :, None], across, up)[0])
        text = self.palette_in_use.text
        return [
            (f"{grid.u_label} = {shown(axes[0].value(at.x()))}", text),
            (f"{grid.v_label} = {shown(axes[1].value(at.y()))}", text),
            (tr("f ≈ {value}", value=shown(height)), self.palette_in_use.muted),
        ]

    def _draw_lines(self, painter: QPainter, grid: SurfaceGrid) -> None:
        rows, columns = grid.losses.shape
        x = self.plot.left() + self._lines[:, :, 0] * (self.plot.width() / (columns - 1))
        y = self.plot.bottom() - self._lines[:, :, 1] * (self.plot.height() / (rows - 1))
        ends = np.stack((x[:, 0], y[:, 0], x[:, 1], y[:, 1]), axis=1).tolist()
        pen = QPen(faded("#ffffff", 0.6), 1.0)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(*end) for end in ends])

    def _draw_path(self, painter: QPainter, grid: SurfaceGrid, axes: tuple[Axis, Axis]) -> None:
        path = grid.path[np.isfinite(grid.path[:, :2]).all(axis=1)]
        x, y = np.clip(axes[0].pixel(path[:, 0]), -1e4, 1e4), np.clip(axes[1].pixel(path[:, 1]), -1e4, 1e4)
        colour = QColor(self.palette_in_use.path)
        for pen in (QPen(faded("#ffffff", 0.8), 4.0), QPen(colour, 2.2)):
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(polygon(x, y))
        if len(path) <= 200:
            pen = QPen(colour, 5.0)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(polygon(x, y))
        if not np.isfinite(grid.ball[:2]).all():
            return
        ball = QPointF(float(axes[0].pixel(grid.ball[0])), float(axes[1].pixel(grid.ball[1])))
        painter.setPen(QPen(QColor("#ffffff"), 2.0))
        painter.setBrush(colour)
        painter.drawEllipse(ball, 6.0, 6.0)


class StepTable(DecisionCanvas):
    """Paints the last steps of a function of one variable: x, f(x) and the slope f′(x).

    The slope is what the step follows: x moves against it, by the learning rate times as much.
    """

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[int, Step] = {}
        self._path: dict[int, Step] = {}

    def show_run(self, info: RunInfo) -> None:
        self._steps.clear()
        self._path.clear()
        super().show_run(info)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if len(snapshot.theta) == 1:
            step = float(snapshot.theta[0]), float(snapshot.train.loss), float(snapshot.gradient[0])
            self._steps[snapshot.iteration] = step
            if len(self._steps) > _KEPT:
                del self._steps[min(self._steps)]
        super().show_snapshot(snapshot)

    def show_surface(self, grid: SurfaceGrid) -> None:
        """Take the path's points for the iterations that went by without a snapshot; they have no slope."""
        if len(grid.v) == 1:
            recent = zip(grid.path_iterations[-_KEPT:].tolist(), grid.path[-_KEPT:].tolist(), strict=True)
            self._path = {iteration: (x, height, math.nan) for iteration, (x, _, height) in recent}
            self.update()

    def forget_steps(self) -> None:
        """Forget all but the shown step: the run went back and takes another way."""
        self._steps.clear()
        self._path.clear()
        if self.snapshot is not None:
            self.show_snapshot(self.snapshot)

    def rows(self) -> list[tuple[int, Step]]:
        """Return the steps up to the shown iteration, the newest first."""
        last = self.snapshot.iteration if self.snapshot is not None else -1
        steps = self._path | self._steps
        return sorted(((i, step) for i, step in steps.items() if i <= last), reverse=True)

    def draw(self, painter: QPainter) -> None:
        rows = self.rows()
        if not rows:
            self.draw_sentence(painter, tr("The steps appear as they are made."))
            return
        metrics, palette = self.metrics(), self.palette_in_use
        line = line_height(metrics) + 6
        heads = (tr("iteration"), "x", "f(x)", "f′(x)")
        edges = 8 + (self.width() - 16) * np.array([0.0, 0.19, 0.46, 0.73, 1.0])
        flags = RIGHT
        painter.setPen(QColor(palette.muted))
        for column, head in enumerate(heads):
            box = QRectF(edges[column], 2, edges[column + 1] - edges[column] - 6, line)
            painter.drawText(box, flags, metrics.elidedText(head, Qt.TextElideMode.ElideRight, box.width()))
        fitting = max(int((self.height() - line - 4) / line), 1)
        for index, (iteration, step) in enumerate(rows[:fitting]):
            top = 2 + (index + 1) * line
            self._draw_row(
                painter, QRectF(8, top, self.width() - 16, line), iteration, step, edges, index == 0
            )

    def _draw_row(
        self,
        painter: QPainter,
        row: QRectF,
        iteration: int,
        step: Step,
        edges: NDArray[np.floating],
        newest: bool,
    ) -> None:
        palette = self.palette_in_use
        if newest:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(palette.path, 0.14))
            painter.drawRoundedRect(row, 5, 5)
        painter.setPen(hairline(palette.grid))
        painter.drawLine(row.bottomLeft(), row.bottomRight())
        colours = (palette.muted, palette.text, palette.text, palette.backward)
        # Where the columns are narrow a digit is dropped, never the head of a number.
        room = float(edges[2] - edges[1]) - 8
        digits = 4 if self.metrics().horizontalAdvance("−1.234e−5") <= room else 2
        texts = (grouped(iteration), *("–" if math.isnan(v) else short(v, digits, steady=True) for v in step))
        flags = RIGHT
        for column, (text, colour) in enumerate(zip(texts, colours, strict=True)):
            painter.setPen(QColor(colour))
            box = QRectF(edges[column], row.top(), edges[column + 1] - edges[column] - 6, row.height())
            painter.drawText(box, flags, text)
