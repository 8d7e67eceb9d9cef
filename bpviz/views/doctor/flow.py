"""The small picture in a card: how much of a gradient arrives at each layer, or at each step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.findings import FlowBars
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.plotting import CENTRE, RIGHT, faded, hairline, line_height, smaller

_BARS_HEIGHT = 44.0
_WIDEST = 26.0


class FlowPicture(QWidget):
    """Paints bars on a logarithmic axis, from the first place to the last, with the ratio of these two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: FlowBars | None = None
        self.palette_in_use: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: FlowBars | None) -> None:
        """Show these bars; nothing is shown without any."""
        if bars != self.bars:
            self.bars = bars
            self.updateGeometry()
            self.update()
        self.setVisible(bars is not None)
        if bars is not None:
            said = tr("Size of the gradient, logarithmic: {sizes}", sizes=bars.spoken())
            self.setAccessibleName(said)
            self.setToolTip(said)

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(smaller(self.font()))

    def sizeHint(self) -> QSize:
        return QSize(160, round(_BARS_HEIGHT + 2 * line_height(self._metrics()) + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def plot(self) -> QRectF:
        """Return where the bars stand: above their names, below the ratio, right of the axis."""
        metrics, bars = self._metrics(), self.bars
        line = line_height(metrics)
        ends = () if bars is None else (bars.low, bars.high)
        left = max((metrics.horizontalAdvance(text) for text in ends), default=0.0) + 6
        return QRectF(left, line + 2, max(self.width() - left - 6, 10), self.height() - 2 * line - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        bars = self.bars
        if bars is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        plot, line = self.plot(), line_height(self._metrics())
        pitch = min(plot.width() / len(bars.heights), 2.2 * _WIDEST)
        self._draw_axis(painter, bars, plot, pitch * len(bars.heights))
        self._draw_bars(painter, bars, plot, pitch)
        self._draw_names(painter, bars, plot, pitch)
        painter.setPen(QColor(self.palette_in_use.text))
        room = QRectF(plot.left(), 0, plot.width(), line)
        said = f"{bars.names[-1]} → {bars.names[0]}: {bars.ratio}"
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)
        painter.end()

    def _draw_axis(self, painter: QPainter, bars: FlowBars, plot: QRectF, width: float) -> None:
        line = line_height(self._metrics())
        for y, text in ((plot.top(), bars.high), (plot.bottom(), bars.low)):
            painter.setPen(hairline(faded(self.palette_in_use.muted, 0.35)))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.left() + width, y))
            painter.setPen(QColor(self.palette_in_use.muted))
            painter.drawText(QRectF(0, y - line / 2, plot.left() - 4, line), RIGHT, text)

    def _draw_bars(self, painter: QPainter, bars: FlowBars, plot: QRectF, pitch: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.palette_in_use.backward))
        thick = max(min(0.7 * pitch, _WIDEST), 1.0)
        for index, height in enumerate(bars.heights):
            left = plot.left() + (index + 0.5) * pitch - thick / 2
            painter.drawRect(
                QRectF(left, plot.bottom() - height * plot.height(), thick, height * plot.height())
            )

    def _draw_names(self, painter: QPainter, bars: FlowBars, plot: QRectF, pitch: float) -> None:
        metrics = self._metrics()
        widest = max(metrics.horizontalAdvance(name) for name in bars.names) + 3
        every = max(1, -int(-widest // pitch))
        painter.setPen(QColor(self.palette_in_use.muted))
        last = len(bars.names) - 1
        for index, name in enumerate(bars.names):
            # The last one is always named, and nothing runs into it.
            if index != last and (index % every or last - index < every):
                continue
            middle = plot.left() + (index + 0.5) * pitch
            painter.drawText(
                QRectF(middle - widest, plot.bottom() + 1, 2 * widest, line_height(metrics)), CENTRE, name
            )
