"""The picture of the valley: a numerical gradient's relative error against its step h, both logarithmic."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.gradients.check import SHORT_WORDS
from bpviz.present.gradients.valley import ValleyCurve, error_bounds, nearest, power_labels, reading
from bpviz.present.loss.scales import Axis
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.plotting import (
    draw_readout,
    draw_x_axis,
    draw_y_axis,
    faded,
    label_width,
    line_height,
    polygon,
    smaller,
)

_STALE = 0.4
# Where a slope is named: the step, the method, its words.
_NAMES = ((1e-4, "forward", "∝ h"), (1e-3, "central", "∝ h²"), (1e-10, "forward", "∝ 1/h"))
_NAMES_FROM = 150


class ValleyPlot(QWidget):
    """Paints max (solid) and median (dashed) of every method, and marks the h in use.

    Signals
    -------
    step_chosen(float)
        A click takes the h under the pointer.
    """

    step_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: list[ValleyCurve] = []
        self.h = 1e-5
        self.stale = False
        self.palette_in_use: Palette = LIGHT
        self.pointer: float | None = None
        self.plot = QRectF()
        self._x = Axis(1e-12, 1e-1, 0, 1, log=True)
        self._y = Axis(1e-16, 1.0, 1, 0, log=True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 60)

    def sizeHint(self) -> QSize:
        return QSize(260, 180)

    def show_curves(self, curves: list[ValleyCurve]) -> None:
        """Show other curves, or none."""
        self.curves = curves
        self.update()

    def show_step(self, h: float) -> None:
        """Mark h."""
        self.h = h
        self.update()

    def colour(self, method: str) -> str:
        """Return a method's colour."""
        palette = self.palette_in_use
        colours = {"forward": palette.warning, "central": palette.accent, "complex": palette.good}
        return colours.get(method, palette.muted)

    def shown_lines(self) -> list[str]:
        """Return the words under the pointer."""
        return [text for _method, text in self._reading()]

    def _reading(self) -> list[tuple[str, str]]:
        if self.pointer is None or not self.curves:
            return []
        return reading(self.curves, nearest(self.curves[0].steps, self._x, self.pointer))

    def _place(self, metrics: QFontMetricsF) -> None:
        low, high = error_bounds(self.curves)
        foot = line_height(metrics) + 5
        head = line_height(metrics) + 4
        self._y = Axis(low, high, self.height() - foot, head, log=True)
        labels = power_labels(self._y, 2.2 * line_height(metrics))
        left = 8 + max(label_width(metrics, labels), metrics.horizontalAdvance("1e−16"))
        self.plot = QRectF(left, head, max(self.width() - left - 10, 8), max(self._y.start - head, 8))
        steps = self.curves[0].steps
        self._x = Axis(float(steps[0]), float(steps[-1]), self.plot.left(), self.plot.right(), log=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        if not self.curves:
            painter.setPen(QColor(self.palette_in_use.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(
                QRectF(self.rect()).adjusted(8, 0, -8, 0), flags, tr("The error against h is drawn here.")
            )
        else:
            self._draw(painter)
        painter.end()

    def _draw(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(painter.font())
        self._place(metrics)
        palette = self.palette_in_use
        draw_y_axis(painter, self._y, self.plot, palette, power_labels(self._y, 2.2 * line_height(metrics)))
        spacing = metrics.horizontalAdvance("1e−12") + 14
        draw_x_axis(painter, self._x, self.plot, palette, power_labels(self._x, spacing), self.width())
        self._draw_head(painter)
        painter.save()
        painter.setOpacity(_STALE if self.stale else 1.0)
        painter.setClipRect(self.plot.adjusted(-2, -3, 2, 3))
        self._draw_step(painter)
        # Where central differences and the complex step are equal, the broader line shows beneath the other.
        for curve in reversed(self.curves):
            self._draw_curve(painter, curve)
        painter.setClipping(False)
        if self.plot.height() >= _NAMES_FROM:
            self._draw_names(painter)
        painter.restore()
        self._draw_reading(painter)

    def _draw_head(self, painter: QPainter) -> None:
        """Write what is drawn, and each method in its colour; where both do not fit, the methods alone."""
        metrics = QFontMetricsF(painter.font())
        right = self.plot.right()
        for curve in reversed(self.curves):
            words = tr(SHORT_WORDS[curve.method])
            right -= metrics.horizontalAdvance(words)
            painter.setPen(QColor(self.colour(curve.method)))
            painter.drawText(QPointF(right, metrics.ascent()), words)
            right -= 10
        words = tr("relative error against h")
        if self.plot.left() + metrics.horizontalAdvance(words) <= right:
            painter.setPen(QColor(self.palette_in_use.muted))
            painter.drawText(QPointF(self.plot.left(), metrics.ascent()), words)

    def _draw_curve(self, painter: QPainter, curve: ValleyCurve) -> None:
        colour = QColor(self.colour(curve.method))
        x = self._x.pixel(curve.steps)
        width = 3.2 if curve.method == "complex" else 2.0
        dashed = QPen(faded(colour.name(), 0.75), 1.3)
        dashed.setDashPattern([3.0, 2.0])
        for pen, errors in ((dashed, curve.median), (QPen(colour, width), curve.largest)):
            painter.setPen(pen)
            painter.drawPolyline(polygon(x, self._y.pixel(errors)))

    def _draw_step(self, painter: QPainter) -> None:
        """Mark the h in use, at the edge where it lies beyond."""
        x = min(max(float(self._x.pixel(self.h)), self.plot.left()), self.plot.right())
        painter.setPen(QPen(QColor(self.palette_in_use.path), 1.6))
        painter.drawLine(QPointF(x, self.plot.top()), QPointF(x, self.plot.bottom()))

    def _draw_names(self, painter: QPainter) -> None:
        """Write the slopes beside the curves."""
        metrics = QFontMetricsF(painter.font())
        by_method = {curve.method: curve for curve in self.curves}
        for h, method, words in _NAMES:
            curve = by_method.get(method)
            if curve is None:
                continue
            at = nearest(curve.steps, self._x, float(self._x.pixel(h)))
            x, y = float(self._x.pixel(curve.steps[at])), float(self._y.pixel(curve.largest[at]))
            painter.setPen(QColor(self.colour(method)))
            # Rounding falls to the right: its name stands right of it; of two that rise the lower's, too.
            if words == "∝ h":
                place = QPointF(x - metrics.horizontalAdvance(words) - 2, y - 4)
            else:
                place = QPointF(x + 6, y - 5 if words == "∝ 1/h" else y + metrics.ascent())
            painter.drawText(place, words)

    def _draw_reading(self, painter: QPainter) -> None:
        lines = self._reading()
        if not lines or self.pointer is None:
            return
        at = nearest(self.curves[0].steps, self._x, self.pointer)
        x = float(self._x.pixel(self.curves[0].steps[at]))
        painter.setPen(QPen(QColor(self.palette_in_use.card), 1))
        for curve in self.curves:
            painter.setBrush(QColor(self.colour(curve.method)))
            painter.drawEllipse(QPointF(x, float(self._y.pixel(curve.largest[at]))), 3.5, 3.5)
        coloured = [(text, self.colour(m) if m else self.palette_in_use.text) for m, text in lines]
        middle = QPointF(x, self.plot.center().y())
        draw_readout(painter, QRectF(self.rect()), middle, coloured, self.palette_in_use)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position().x()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.curves:
            steps = self.curves[0].steps
            self.step_chosen.emit(float(steps[nearest(steps, self._x, event.position().x())]))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not self.curves or not way:
            super().keyPressEvent(event)
            return
        steps = self.curves[0].steps
        here = float(self._x.pixel(self.h)) if self.pointer is None else self.pointer
        at = min(max(nearest(steps, self._x, here) + way, 0), len(steps) - 1)
        self.pointer = float(self._x.pixel(steps[at]))
        self.update()
