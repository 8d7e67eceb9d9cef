"""The iteration in the making, marked in the loss plot."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.loss.scales import Axis
from bpviz.present.numbers import grouped, short
from bpviz.present.palette import Palette
from bpviz.present.walk.light import Lit, phase_colour
from bpviz.views.plotting import CENTRE, faded, line_height

_NARROW = 40.0
"""Where the next iteration is nearer than this, the way to it is shown larger than it is."""
_GAUGE, _NUMBER = 64.0, 58.0
"""The larger bar's width, and the room for a number beside it."""
_THICK = 5.0


@dataclass(frozen=True)
class Making:
    """What is marked: the iteration that comes next, its loss where that is known, and the phase it is in.

    ``share`` is how much of it is done, in (0, 1]: the walk stands at ``iteration`` − 1 + ``share``.
    ``level`` is the loss whether known yet or not: what is painted keeps clear of it from the start.
    """

    iteration: int
    loss: float | None
    colour: str
    share: float = 1.0
    level: float = math.nan


def making_of(lit: Lit | None, palette: Palette) -> Making | None:
    """Return what to mark, None at rest."""
    if lit is None:
        return None
    known = lit.light.compared or lit.light.phase != "forward"
    operations = lit.dissection.operations
    share = (operations.index(lit.operation) + 1) / len(operations)
    level, colour = lit.dissection.loss, phase_colour(palette, lit.light.phase)
    return Making(lit.dissection.iteration, level if known else None, colour, share, level)


def gauge_of(making: Making, x_axis: Axis, y_axis: Axis, plot: QRectF) -> tuple[QRectF, float]:
    """Return the bar from iteration k to k + 1, and the x in it where the walk stands.

    It lies between the two where that is wide enough to be seen; otherwise it is wider, about them.  It is at
    the plot's foot, or at its top where the loss is low.
    """
    ends = x_axis.pixel([making.iteration - 1, making.iteration])
    left, right = float(ends[0]), float(ends[1])
    if right - left < _NARROW:
        last = max(plot.left(), plot.right() - _GAUGE - _NUMBER)
        left = min(max((left + right - _GAUGE) / 2, min(plot.left() + _NUMBER, last)), last)
        right = left + _GAUGE
    low = math.isfinite(making.level) and float(y_axis.pixel(making.level)) > plot.center().y()
    top = plot.top() + 2 if low else plot.bottom() - _THICK - 2
    return QRectF(left, top, right - left, _THICK), left + making.share * (right - left)


def paint_making(
    painter: QPainter, making: Making | None, x_axis: Axis, y_axis: Axis, plot: QRectF, palette: Palette
) -> None:
    """Dash a line where the iteration will stand, ring the loss it descends from, and show how far it is."""
    if making is None:
        return
    x = min(max(float(x_axis.pixel(making.iteration)), plot.left()), plot.right())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(faded(making.colour, 0.8), 1.4, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    _paint_gauge(painter, making, x_axis, y_axis, plot, palette)
    if making.loss is not None and math.isfinite(making.loss):
        _paint_loss(painter, making, making.loss, x, y_axis, plot, palette)


def _paint_gauge(
    painter: QPainter, making: Making, x_axis: Axis, y_axis: Axis, plot: QRectF, palette: Palette
) -> None:
    begin, end = x_axis.pixel([making.iteration - 1, making.iteration])
    if end < plot.left() or begin > plot.right():
        return  # zoomed to elsewhere
    bar, at = gauge_of(making, x_axis, y_axis, plot)
    painter.save()
    painter.setClipRect(plot.adjusted(-5, -4, 5, 4))
    painter.setPen(QPen(QColor(palette.card), 2.0))
    painter.setBrush(QColor(palette.grid))
    painter.drawRoundedRect(bar, 2.5, 2.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(making.colour))
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), at - bar.left(), bar.height()), 2.5, 2.5)
    painter.setPen(QPen(QColor(palette.card), 1.5))
    painter.drawEllipse(QPointF(at, bar.center().y()), 4.5, 4.5)
    painter.restore()
    if end - begin < _NARROW:
        _paint_ends(painter, making, bar, palette)


def _paint_ends(painter: QPainter, making: Making, bar: QRectF, palette: Palette) -> None:
    """Write k and k + 1 beside the ends of a bar that is larger than the way from one to the other."""
    metrics = QFontMetricsF(painter.font())
    height = line_height(metrics)
    for number, at in ((making.iteration - 1, bar.left()), (making.iteration, bar.right())):
        text = grouped(number)
        width = metrics.horizontalAdvance(text) + 6
        room = QRectF(0, bar.center().y() - height / 2, width, height)
        room.moveLeft(at - width - 4 if number < making.iteration else at + 4)
        painter.fillRect(room, faded(palette.card, 0.85))
        painter.setPen(QColor(palette.muted))
        painter.drawText(room, CENTRE, text)


def _paint_loss(
    painter: QPainter, making: Making, loss: float, x: float, y_axis: Axis, plot: QRectF, palette: Palette
) -> None:
    y = min(max(float(y_axis.pixel(loss)), plot.top() + 4), plot.bottom() - 4)
    painter.setPen(QPen(QColor(making.colour), 2.0))
    painter.setBrush(QColor(palette.card))
    painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
    metrics = QFontMetricsF(painter.font())
    text = f"L = {short(loss)}"
    room = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, line_height(metrics))
    room.moveCenter(QPointF(0, y))
    room.moveLeft(x + 8 if x + 8 + room.width() <= plot.right() else x - 8 - room.width())
    painter.fillRect(room, faded(palette.card, 0.85))
    painter.setPen(QColor(making.colour))
    painter.drawText(room, CENTRE, text)
