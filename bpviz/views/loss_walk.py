"""The iteration in the making, marked in the loss plot."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.curve_scales import Axis
from bpviz.present.numbers import short
from bpviz.present.palette import Palette
from bpviz.present.walk_light import Lit, phase_colour
from bpviz.views.plotting import CENTRE, faded, line_height


@dataclass(frozen=True)
class Making:
    """What is marked: the iteration that comes next, its loss where that is known, and the phase it is in."""

    iteration: int
    loss: float | None
    colour: str


def making_of(lit: Lit | None, palette: Palette) -> Making | None:
    """Return what to mark, None at rest."""
    if lit is None:
        return None
    loss = lit.dissection.loss if lit.light.compared or lit.light.phase != "forward" else None
    return Making(lit.dissection.iteration, loss, phase_colour(palette, lit.light.phase))


def paint_making(
    painter: QPainter, making: Making | None, x_axis: Axis, y_axis: Axis, plot: QRectF, palette: Palette
) -> None:
    """Dash a line where the iteration will stand, and ring the loss that it descends from."""
    if making is None:
        return
    x = min(max(float(x_axis.pixel(making.iteration)), plot.left()), plot.right())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(faded(making.colour, 0.8), 1.4, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    if making.loss is None or not math.isfinite(making.loss):
        return
    y = min(max(float(y_axis.pixel(making.loss)), plot.top() + 4), plot.bottom() - 4)
    painter.setPen(QPen(QColor(making.colour), 2.0))
    painter.setBrush(QColor(palette.card))
    painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
    metrics = QFontMetricsF(painter.font())
    text = f"L = {short(making.loss)}"
    room = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, line_height(metrics))
    room.moveCenter(QPointF(0, y))
    room.moveLeft(x + 8 if x + 8 + room.width() <= plot.right() else x - 8 - room.width())
    painter.fillRect(room, faded(palette.card, 0.85))
    painter.setPen(QColor(making.colour))
    painter.drawText(room, CENTRE, text)
