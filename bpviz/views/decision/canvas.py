"""What the decision panel's pictures share: the run, the snapshot, the pointer, the square of the plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.loss.scales import Axis
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot import RunInfo, Snapshot, SurfaceGrid
from bpviz.views.plotting import (
    CENTRE,
    RIGHT,
    draw_readout,
    draw_x_axis,
    hairline,
    label_width,
    labelled,
    line_height,
    pixel_ratio,
    smaller,
)

# Below this height every row of text counts.
_LOW = 300
# Where a name beside the numbers begins: clear of a number that is centred on the plot's edge.
_BESIDE = 22.0


class DecisionCanvas(QWidget):
    """Base of the pictures; each paints itself in `draw` and explains a point in `lines_at`."""

    sample_chosen = Signal(int)
    point_limit: int | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self.info: RunInfo | None = None
        self.snapshot: Snapshot | None = None
        self.pointer: QPointF | None = None
        self.pinned: QPointF | None = None
        self._name_beside = False
        self._ratio = 1.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 80)
        # It fills itself, so that what lies below is not painted thirty times a second.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_run(self, info: RunInfo) -> None:
        """Set up for a new run."""
        self.info, self.snapshot, self.pinned = info, None, None
        self.forget_cache()

    def show_data(self, info: RunInfo) -> None:
        """Show the run's samples as they stand now."""
        self.info = info
        self.forget_cache()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration."""
        self.snapshot = snapshot
        self.update()

    def show_surface(self, grid: SurfaceGrid) -> None:
        """Take the loss over a plane; most pictures have no use for it."""

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.palette_in_use = palette
        self.forget_cache()

    def forget_cache(self) -> None:
        """Draw everything anew at the next painting."""
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Paint the picture."""

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        """Return (text, colour) lines for a point of the picture, none where there is nothing."""
        return []

    def act_on_click(self, at: QPointF) -> bool:
        """Do what a click at a point asks for; return whether it was something."""
        return False

    def act_on_step(self, step: int) -> bool:
        """Choose the sample before (−1) or after (+1) the chosen one; return whether there is one."""
        rows = self.rows_to_choose()
        if rows is None or not len(rows) or self.snapshot is None:
            return False
        side: Literal["left", "right"] = "left" if step < 0 else "right"
        place = int(np.searchsorted(rows, self.snapshot.sample, side=side)) + min(step, 0)
        self.sample_chosen.emit(int(rows[place % len(rows)]))
        return True

    def rows_to_choose(self) -> NDArray[np.intp] | None:
        """Return the rows of the samples that can be chosen here, in order."""
        return None

    def metrics(self) -> QFontMetricsF:
        """Return the measures of the small font in which numbers are written."""
        return QFontMetricsF(smaller(self.font()))

    def draw_sentence(self, painter: QPainter, sentence: str) -> None:
        """Write one quiet sentence where there is nothing to draw yet."""
        painter.setPen(QColor(self.palette_in_use.muted))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(12, 0, -12, 0), flags, sentence)

    def plot_rect(self, x_name: str, y: Axis, *, square: bool, right: float = 0.0) -> QRectF:
        """Return where the plot lies, room for the axes' numbers and names left around it.

        Parameters
        ----------
        x_name : str
            In a low panel it stands at the end of the numbers instead of below them, if it fits.
        y : Axis
            Its values; the pixels are not looked at.
        right : float
            Room to leave for a legend, taken with the plot when it is centred.
        """
        name_width = self.metrics().horizontalAdvance(x_name)
        if square and self.height() < _LOW:
            plot = self._fitted(y, 1, right, square=True)
            self._name_beside = self.width() - plot.right() - _BESIDE >= name_width
            if self._name_beside:
                return plot
        self._name_beside = False
        return self._fitted(y, 2, right, square=square)

    def _fitted(self, y: Axis, rows: int, right: float, *, square: bool) -> QRectF:
        """Return the plot's place above so many rows of text."""
        metrics = self.metrics()
        height = self.height() - rows * line_height(metrics) - 13
        probe = Axis(y.low, y.high, height, 0)
        left = label_width(metrics, labelled(probe, 2.2 * line_height(metrics))) + line_height(metrics) + 12
        width = self.width() - left - right - 10
        if square:
            side = max(min(width, height), 16.0)
            offset = max((width - side) / 2, 0.0)
            return QRectF(left + offset, 6 + (height - side) / 2, side, side)
        return QRectF(left, 6, max(width, 16.0), max(height, 16.0))

    def placed(self, x: Axis, y: Axis, plot: QRectF) -> tuple[Axis, Axis]:
        """Return the same axes with their pixels along ``plot``."""
        return (
            Axis(x.low, x.high, plot.left(), plot.right()),
            Axis(y.low, y.high, plot.bottom(), plot.top()),
        )

    def draw_frame(
        self, painter: QPainter, plot: QRectF, axes: tuple[Axis, Axis], names: tuple[str, str]
    ) -> None:
        """Draw the numbers and names of both axes around ``plot``."""
        palette, metrics = self.palette_in_use, self.metrics()
        axis_x, axis_y = axes
        draw_x_axis(painter, axis_x, plot, palette, labelled(axis_x, 36.0), self.width())
        labels = labelled(axis_y, 2.2 * line_height(metrics))
        painter.setPen(QColor(palette.muted))
        for value, text in labels:
            y = float(axis_y.pixel(value))
            box = QRectF(0, y - line_height(metrics) / 2, plot.left() - 5, line_height(metrics))
            painter.drawText(box, RIGHT, text)
        painter.setPen(QColor(palette.text))
        self._draw_x_name(painter, plot, names[0])
        painter.save()
        painter.translate(
            plot.left() - label_width(metrics, labels) - line_height(metrics) - 10, plot.center().y()
        )
        painter.rotate(-90)
        elided = metrics.elidedText(names[1], Qt.TextElideMode.ElideMiddle, plot.height())
        side = QRectF(-plot.height() / 2, 0, plot.height(), line_height(metrics))
        painter.drawText(side, CENTRE, elided)
        painter.restore()

    def _draw_x_name(self, painter: QPainter, plot: QRectF, name: str) -> None:
        metrics = self.metrics()
        line = line_height(metrics)
        if self._name_beside:
            painter.drawText(QPointF(plot.right() + _BESIDE - 4, plot.bottom() + 4 + metrics.ascent()), name)
            return
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, plot.width() + 40)
        foot = QRectF(plot.left() - 20, plot.bottom() + line + 3, plot.width() + 40, line)
        painter.drawText(foot, CENTRE, elided)

    def _draw_pointer(self, painter: QPainter) -> None:
        at = self.pointer or self.pinned
        lines: Sequence[tuple[str, str]] = self.lines_at(at) if at is not None else []
        if at is not None and lines:
            if self.pointer is None:
                painter.setPen(hairline(self.palette_in_use.text))
                painter.drawEllipse(at, 2.5, 2.5)
            draw_readout(painter, QRectF(self.rect()), at, lines, self.palette_in_use)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.palette_in_use.card))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        self._ratio = pixel_ratio(painter)
        self.draw(painter)
        self._draw_pointer(painter)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.act_on_click(event.position()):
            self.pinned = event.position() if self.lines_at(event.position()) else None
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.pointer or self.pinned
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.matches(QKeySequence.StandardKey.Copy) and at is not None and self.lines_at(at):
            QGuiApplication.clipboard().setText("\n".join(text for text, _ in self.lines_at(at)))
        elif event.key() == Qt.Key.Key_Escape and self.pinned is not None:
            self.pinned = None
            self.update()
        elif event.key() not in steps or not self.act_on_step(steps[Qt.Key(event.key())]):
            super().keyPressEvent(event)
