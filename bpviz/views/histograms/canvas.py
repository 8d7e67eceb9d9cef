"""The strips of the histograms panel: each layer's distribution over time, and the present one beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.histograms import (
    KIND_LABELS,
    Record,
    Scale,
    inks,
    layer_title,
    masses,
    reach,
    reading,
    shades,
    strip_pixels,
    summary,
)
from bpviz.present.numbers import grouped, short
from bpviz.present.palette import LIGHT, Palette
from bpviz.snapshot.spread import Histograms, Kind, LayerSpread, Spread
from bpviz.text import tr
from bpviz.views.network.images import image_of
from bpviz.views.plotting import RIGHT, draw_readout, faded, hairline, line_height, polygon, smaller

LEAST_ROW = 50
_PRESENT_SHARE = 0.2


class HistogramsCanvas(QWidget):
    """Paints one strip a layer, the output's first; what is pointed at is read out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.record = Record()
        self.kind: Kind = "weights"
        self.position = self.last = 0
        self.palette_in_use: Palette = LIGHT
        self.pointer: QPointF | None = None
        self._cells: dict[tuple[int, int, Kind], tuple[object, NDArray[np.float64]]] = {}
        self._keep: list[NDArray[np.uint32]] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def forget(self) -> None:
        """Begin a new record."""
        self.record = Record()
        self.position = self.last = 0
        self._cells.clear()
        self.pointer = None
        self.show_rows()

    def show_column(self, column: Histograms, *, kept: bool = True) -> None:
        """Take the present column in; one that is only imagined is not kept."""
        rows = self._count()
        if kept:
            self.record.add(column)
        else:
            self.record.present = column
        self.position = column.iteration
        if self._count() != rows:
            self.show_rows()
        self.update()

    def fill(self, column: Histograms) -> None:
        """Take a column of the past in."""
        self.record.fill(column)
        self.update()

    def show_last(self, last: int) -> None:
        """The whole run goes as far as ``last``."""
        if last != self.last:
            self.last = last
            self.update()

    def show_rows(self) -> None:
        """Ask for the height that the rows need."""
        self.setMinimumHeight(LEAST_ROW * max(self._count(), 1) + 16)
        self.update()

    def layers(self) -> list[LayerSpread]:
        """Return the layers that have something of the kind in force."""
        present = self.record.present
        return [] if present is None else [one for one in present.layers if self.kind in one.of]

    def _count(self) -> int:
        return len(self.layers())

    def sizeHint(self) -> QSize:
        return QSize(300, LEAST_ROW * max(self._count(), 1) + 16)

    # --- places ---

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(smaller(self.font()))

    def _strips(self) -> list[tuple[LayerSpread, QRectF, QRectF]]:
        """Return each layer with the places of its strip and of its present histogram."""
        metrics, layers = self._metrics(), self.layers()
        head = line_height(metrics) + 2
        left = 6 + metrics.horizontalAdvance("−0.0005")
        foot = head if layers else 0.0
        height = (self.height() - foot) / max(len(layers), 1)
        present = _PRESENT_SHARE * self.width()
        width = max(self.width() - left - present - 14, 20)
        return [
            (
                layer,
                QRectF(left, index * height + head, width, max(height - head - 5, 8)),
                QRectF(left + width + 8, index * height + head, present, max(height - head - 5, 8)),
            )
            for index, layer in enumerate(layers)
        ]

    def _last(self) -> int:
        return max([self.position, self.last, *self.record.iterations[-1:], 1])

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        strips = self._strips()
        self._keep = []
        if not strips:
            self._say_nothing(painter)
        for layer, strip, present in strips:
            self._draw_row(painter, layer, strip, present)
        if strips:
            self._draw_foot(painter, strips[-1][1])
        self._draw_reading(painter)
        painter.end()

    def _say_nothing(self, painter: QPainter) -> None:
        painter.setPen(QColor(self.palette_in_use.muted))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        said = tr("The histograms are drawn here while the panel is open.")
        if self.record.present is not None:
            said = tr("There are no {kind} here.", kind=tr(KIND_LABELS[self.kind]))
        painter.drawText(QRectF(self.rect()).adjusted(8, 0, -8, 0), flags, said)

    def _draw_row(self, painter: QPainter, layer: LayerSpread, strip: QRectF, present: QRectF) -> None:
        palette, metrics = self.palette_in_use, QFontMetricsF(painter.font())
        scale, spread = self.record.scale(layer.layer, self.kind), layer.of[self.kind]
        base = strip.top() - 4
        painter.setPen(QColor(palette.text))
        title = layer_title(layer, self.kind)
        painter.drawText(QPointF(strip.left(), base), title)
        painter.setPen(QColor(palette.muted))
        start = strip.left() + metrics.horizontalAdvance(title) + 10
        room = present.right() - start
        words = metrics.elidedText(summary(spread), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(start, base), words)
        self._draw_strip(painter, layer, scale, strip)
        self._draw_ticks(painter, scale, strip, present)
        self._draw_present(painter, spread, scale, present)
        self._draw_position(painter, strip)

    def _draw_strip(self, painter: QPainter, layer: LayerSpread, scale: Scale, strip: QRectF) -> None:
        rows, width = max(round(strip.height()), 4), max(round(strip.width()), 4)
        columns, iterations = [], []
        for iteration, column in zip(self.record.iterations, self.record.columns, strict=True):
            spread = next((one.of.get(self.kind) for one in column.layers if one.layer == layer.layer), None)
            if spread is not None:
                columns.append(self._cell(iteration, layer.layer, spread, scale, rows))
                iterations.append(iteration)
        if not columns:
            return
        ink = inks(scale, self.kind, rows, self.palette_in_use)
        pixels = strip_pixels(columns, iterations, width, self._last(), ink, self.palette_in_use.card)
        self._keep.append(pixels)
        painter.drawImage(strip, image_of(pixels))

    def _cell(
        self, iteration: int, layer: int, spread: Spread, scale: Scale, rows: int
    ) -> NDArray[np.float64]:
        """Return a column's shades; they are found anew only where its range or its height changed."""
        key, made_for = (iteration, layer, self.kind), (id(spread), scale, rows)
        kept = self._cells.get(key)
        if kept is None or kept[0] != made_for:
            if len(self._cells) > 20_000:
                self._cells.clear()
            kept = self._cells[key] = (made_for, shades(masses(spread, scale, rows)))
        return kept[1]

    def _draw_ticks(self, painter: QPainter, scale: Scale, strip: QRectF, present: QRectF) -> None:
        palette, metrics = self.palette_in_use, QFontMetricsF(painter.font())
        height = line_height(metrics)
        free = strip.bottom() + height
        for tick in sorted(scale.ticks(int(strip.height() / (1.3 * height)))):
            y = strip.bottom() - float(scale.share(tick)) * strip.height()
            painter.setPen(hairline(faded(palette.muted, 0.45 if tick == 0 else 0.2)))
            painter.drawLine(QPointF(strip.left(), y), QPointF(present.right(), y))
            if not strip.top() - 2 <= y <= strip.bottom() + 2 or y + 0.9 * height > free:
                continue
            free = y
            painter.setPen(QColor(palette.muted))
            painter.drawText(QRectF(0, y - height / 2, strip.left() - 5, height), RIGHT, short(tick, 3))

    def _draw_present(self, painter: QPainter, spread: Spread, scale: Scale, box: QRectF) -> None:
        rows = max(round(box.height() / 2), 4)
        mass = masses(spread, scale, rows)
        peak = float(mass.max(initial=0.0))
        if peak <= 0:
            return
        y = box.top() + (np.arange(rows) + 0.5) * box.height() / rows
        x = box.left() + mass / peak * box.width()
        ends = np.array([box.left(), box.left()])
        shade = self.palette_in_use.backward if self.kind == "gradients" else self.palette_in_use.accent
        painter.setPen(QPen(QColor(shade), 1.2))
        painter.setBrush(faded(shade, 0.25))
        outline = np.concatenate([ends[:1], x, ends[1:]])
        painter.drawPolygon(polygon(outline, np.concatenate([[box.top()], y, [box.bottom()]])))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_position(self, painter: QPainter, strip: QRectF) -> None:
        x = strip.left() + self.position / self._last() * strip.width()
        painter.setPen(QPen(QColor(self.palette_in_use.path), 1.4))
        painter.drawLine(QPointF(x, strip.top()), QPointF(x, strip.bottom()))

    def _draw_foot(self, painter: QPainter, strip: QRectF) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(self.palette_in_use.muted))
        base = self.height() - 4.0
        painter.drawText(QPointF(strip.left(), base), "0")
        last = grouped(self._last())
        painter.drawText(QPointF(strip.right() - metrics.horizontalAdvance(last), base), last)
        words = tr("now")
        painter.drawText(QPointF(strip.right() + 8, base), words)

    # --- reading ---

    def shown_lines(self) -> list[str]:
        """Return what is said of the place under the pointer."""
        if self.pointer is None:
            return []
        for layer, strip, present in self._strips():
            over_strip = strip.contains(self.pointer)
            if not over_strip and not present.contains(self.pointer):
                continue
            share = (strip.bottom() - self.pointer.y()) / strip.height()
            value = self.record.scale(layer.layer, self.kind).value(share)
            column = self._column_at(self.pointer.x(), strip) if over_strip else self.record.present
            return [] if column is None else reading(column, layer.layer, self.kind, value)
        return []

    def _column_at(self, x: float, strip: QRectF) -> Histograms | None:
        iterations = np.array(self.record.iterations)
        if not len(iterations):
            return None
        distances = np.abs(iterations - (x - strip.left()) / strip.width() * self._last())
        nearest = int(distances.argmin())
        return self.record.columns[nearest] if distances[nearest] <= reach(self._last()) else None

    def _draw_reading(self, painter: QPainter) -> None:
        lines = self.shown_lines()
        if lines and self.pointer is not None:
            palette = self.palette_in_use
            coloured = [(text, palette.text if index else palette.muted) for index, text in enumerate(lines)]
            draw_readout(painter, QRectF(self.rect()), self.pointer, coloured, palette)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }.get(Qt.Key(event.key()))
        strips = self._strips()
        if way is None or not strips:
            super().keyPressEvent(event)
            return
        box = strips[0][1]
        at = self.pointer or box.center()
        x = min(max(at.x() + way[0] * box.width() / 40, box.left()), box.right() - 1)
        y = min(max(at.y() + way[1] * box.height() / 12, 0.0), float(self.height()))
        self.pointer = QPointF(x, y)
        self.update()
