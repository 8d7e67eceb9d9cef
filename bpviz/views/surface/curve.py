"""Paints a function of one variable: the curve, the path down it, the ball and the tangent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from bpviz.present.numbers import short
from bpviz.present.surface.curve import Curve
from bpviz.snapshot.dissection import Phase
from bpviz.text import tr
from bpviz.views.plotting import faded
from bpviz.views.surface.drawing import Look
from bpviz.views.surface.overlay import mixed, paint_ball, paint_dots, paint_path, paint_readout
from bpviz.views.surface.walk import light_of, paint_glow

_MOST_DOTS = 80


@dataclass(frozen=True)
class CurveArea:
    """The rectangle in which the curve is drawn, in logical pixels."""

    left: float
    top: float
    width: float
    height: float


def curve_area(look: Look) -> CurveArea:
    """Return the rectangle that leaves room for the numbers."""
    line = QFontMetricsF(look.small_font()).height()
    left, top = line * 3.4, line * 1.5
    return CurveArea(left, top, look.width - left - line, look.height - top - line * 2.6)


def paint_curve(
    painter: QPainter, curve: Curve, look: Look, picked: int | None, phase: Phase | None = None
) -> None:
    """Paint everything into the rectangle from (0, 0) to the look's size."""
    area, unit = curve_area(look), look.growth
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_axes(painter, curve, look, area)
    painter.save()
    painter.setClipRect(QRectF(area.left, area.top, area.width, area.height))
    line = _pixels(curve, curve.line, area)
    _paint_line(painter, line, QColor(look.palette.accent), 2.6 * unit)
    if len(curve.tangent):
        light = light_of(phase)
        colour = faded(look.palette.backward, light.opacity)
        painter.setPen(QPen(colour, 2.0 * unit * light.width, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(*_pixels(curve, curve.tangent, area).ravel().tolist()))
    path = _pixels(curve, curve.path, area)
    paint_path(painter, path, np.zeros(len(path), dtype=bool), look.palette, 1.5 * unit)
    if len(path) <= _MOST_DOTS:
        paint_dots(painter, path[:-1], look.palette, 2.8 * unit)
    painter.restore()
    x, y = _pixels(curve, curve.ball, area).tolist()
    if np.isfinite([x, y]).all() and area.left <= x <= area.left + area.width:
        y = min(max(y, area.top), area.top + area.height)
        paint_glow(painter, QPointF(x, y), 6 * unit, phase, look.palette)
        paint_ball(painter, x, y, 6 * unit, look.palette, curve.beyond)
    if picked is not None:
        _paint_picked(painter, curve, look, area, picked)


def _pixels(curve: Curve, points: np.ndarray, area: CurveArea) -> np.ndarray:
    return curve.to_pixels(points, area.left, area.top, area.width, area.height)


def _paint_line(painter: QPainter, pixels: np.ndarray, colour: QColor, width: float) -> None:
    """Paint a line with gaps where it has no finite value."""
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    finite = np.isfinite(pixels).all(axis=1)
    for piece in np.split(np.arange(len(pixels)), np.flatnonzero(np.diff(finite)) + 1):
        if len(piece) > 1 and finite[piece[0]]:
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in pixels[piece].tolist()]))


def _paint_axes(painter: QPainter, curve: Curve, look: Look, area: CurveArea) -> None:
    font, palette = look.small_font(), look.palette
    metrics = QFontMetricsF(font)
    line, bottom = metrics.height(), area.top + area.height
    painter.setFont(font)
    us, u_texts = curve.u_ticks(max(2, int(area.width / 52)))
    losses, loss_texts = curve.loss_ticks(max(2, int(area.height / 30)))
    xs = _pixels(curve, np.column_stack([us, np.full(len(us), curve.range[0])]), area)[:, 0]
    ys = _pixels(curve, np.column_stack([np.full(len(losses), curve.u_range[0]), losses]), area)[:, 1]
    grid, text = QPen(mixed(palette.card, palette.grid, 0.75), 1.0), QPen(QColor(palette.muted))
    for x, label in zip(xs.tolist(), u_texts, strict=True):
        painter.setPen(grid)
        painter.drawLine(QLineF(x, area.top, x, bottom))
        painter.setPen(text)
        painter.drawText(QRectF(x - 60, bottom + 3, 120, line), Qt.AlignmentFlag.AlignCenter, label)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for y, label in zip(ys.tolist(), loss_texts, strict=True):
        painter.setPen(grid)
        painter.drawLine(QLineF(area.left, y, area.left + area.width, y))
        painter.setPen(text)
        painter.drawText(QRectF(0, y - line / 2, area.left - 5, line), right, label)
    painter.setPen(QPen(mixed(palette.grid, palette.muted, 0.75), 1.2))
    painter.drawLine(QLineF(area.left, bottom, area.left + area.width, bottom))
    painter.setPen(QColor(palette.text))
    names = QRectF(area.left, bottom + line + 3, area.width, line)
    painter.drawText(names, Qt.AlignmentFlag.AlignCenter, curve.grid.u_label)
    above = QRectF(4, 0, area.left + area.width, line * 1.3)
    painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tr("loss"))


def _paint_picked(painter: QPainter, curve: Curve, look: Look, area: CurveArea, index: int) -> None:
    x, y = _pixels(curve, curve.line[index], area).tolist()
    if not np.isfinite([x, y]).all():
        return
    lines = [
        f"{curve.grid.u_label} = {short(float(curve.grid.u[index]))}",
        tr("loss {value}", value=short(float(curve.grid.losses[0, index]))),
    ]
    room = QRectF(2, 2, look.width - 4, look.height - 4)
    paint_readout(painter, QPointF(x, y), lines, look.palette, look.small_font(), room)
