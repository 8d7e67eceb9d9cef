"""What is painted around and upon the surface: box, numbers, path, ball, arrow, read-out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QRadialGradient

from bpviz.present.palette import Palette
from bpviz.present.surface.axes import AxisLine, Box
from bpviz.present.surface.path import runs

Array = NDArray[np.floating]


def mixed(colour: str, other: str, share: float) -> QColor:
    """Return a colour with ``share`` of another in it."""
    a, b = QColor(colour), QColor(other)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def paint_walls(painter: QPainter, box: Box, palette: Palette) -> None:
    """Paint the back walls and the grid on them."""
    painter.setPen(Qt.PenStyle.NoPen)
    for index, wall in enumerate(box.walls):
        painter.setBrush(mixed(palette.card, palette.grid, (0.30, 0.13, 0.20)[index]))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in wall.tolist()]))
    painter.setPen(QPen(mixed(palette.card, palette.grid, 0.85), 1.0))
    painter.drawLines([QLineF(*line) for line in box.grid[np.isfinite(box.grid).all(axis=1)].tolist()])


def paint_axes(
    painter: QPainter, box: Box, names: Sequence[str], palette: Palette, font: QFont, room: QRectF
) -> None:
    """Paint the axes, their ticks, names and numbers; nothing leaves ``room`` or covers another text."""
    painter.setFont(font)
    taken: list[QRectF] = []
    metrics = QFontMetricsF(font)
    for axis in box.axes:
        painter.setPen(QPen(mixed(palette.grid, palette.muted, 0.75), 1.2))
        painter.drawLine(QLineF(*axis.start, *axis.end))
        for tick in axis.ticks:
            towards = (np.array(tick.label_at) - tick.at) * 0.35 + tick.at
            painter.drawLine(QLineF(*tick.at, *towards.tolist()))
    painter.setPen(QColor(palette.text))
    for axis, name in zip(box.axes, names, strict=False):
        _text(painter, metrics, name, _name_place(metrics, axis, name), room, taken)
    painter.setPen(QColor(palette.muted))
    for axis in box.axes:
        for tick in axis.ticks:
            x = tick.label_at[0] + axis.outward[0] * metrics.horizontalAdvance(tick.text) * 0.5
            _text(painter, metrics, tick.text, (x, tick.label_at[1]), room, taken)


def _name_place(metrics: QFontMetricsF, axis: AxisLine, name: str) -> tuple[float, float]:
    upright = abs(axis.end[0] - axis.start[0]) < 0.35 * abs(axis.end[1] - axis.start[1])
    if upright:
        # The height axis is named above its upper end: beside it the name would leave the picture.
        top = min(axis.start, axis.end, key=lambda p: p[1])
        return top[0], top[1] - metrics.height() * 0.85
    return axis.name_at[0] + axis.outward[0] * metrics.horizontalAdvance(name) * 0.5, axis.name_at[1]


def _text(
    painter: QPainter,
    metrics: QFontMetricsF,
    text: str,
    at: tuple[float, float],
    room: QRectF,
    taken: list[QRectF],
) -> None:
    """Write ``text`` centred at a point, pushed back into the room; not upon another text."""
    width, height = metrics.horizontalAdvance(text) + 2, metrics.height()
    left = min(max(at[0] - width / 2, room.left()), max(room.left(), room.right() - width))
    top = min(max(at[1] - height / 2, room.top()), room.bottom() - height)
    area = QRectF(left, top, width, height)
    ink = area.adjusted(0, height * 0.14, 0, -height * 0.14)
    if not any(ink.intersects(other) for other in taken):
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        taken.append(ink)


def paint_path(
    painter: QPainter, pixels: Array, hidden: NDArray[np.bool_], palette: Palette, width: float
) -> None:
    """Paint the way so far with a light edge; what the surface hides is faint and dashed."""
    valid: NDArray[np.bool_] = np.asarray(np.isfinite(pixels).all(axis=1))
    pieces = [
        (QPolygonF([QPointF(x, y) for x, y in pixels[a:b].tolist()]), faint)
        for a, b, faint in runs(hidden, valid)
    ]
    edge = QColor("#ffffff")
    edge.setAlphaF(0.80)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line, faint in pieces:
        if not faint:
            painter.setPen(_pen(edge, width * 1.8))
            painter.drawPolyline(line)
    for line, faint in pieces:
        colour = QColor(palette.path)
        colour.setAlphaF(0.45 if faint else 1.0)
        pen = _pen(colour, width * (0.7 if faint else 1.0))
        if faint:
            pen.setDashPattern([2.5, 2.0])
        painter.setPen(pen)
        painter.drawPolyline(line)


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def paint_dots(painter: QPainter, pixels: Array, palette: Palette, radius: float) -> None:
    """Paint a dot at each step, where the steps are few enough to be told apart."""
    painter.setPen(QPen(QColor("#ffffff"), max(0.8, radius * 0.4)))
    painter.setBrush(QColor(palette.path))
    for x, y in pixels[np.isfinite(pixels).all(axis=1)].tolist():
        painter.drawEllipse(QPointF(x, y), radius, radius)


def paint_ball(painter: QPainter, x: float, y: float, radius: float, palette: Palette, faint: bool) -> None:
    """Paint the ball, lit from the upper left."""
    painter.save()
    painter.setOpacity(0.5 if faint else 1.0)
    shadow = QRadialGradient(QPointF(x, y + radius * 0.75), radius * 1.5)
    shadow.setColorAt(0.0, QColor(0, 0, 0, 120))
    shadow.setColorAt(1.0, QColor(0, 0, 0, 0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shadow)
    painter.drawEllipse(QPointF(x, y + radius * 0.75), radius * 1.5, radius * 0.9)
    body = QRadialGradient(QPointF(x, y), radius, QPointF(x - radius * 0.35, y - radius * 0.4))
    body.setColorAt(0.0, mixed(palette.path, "#ffffff", 0.75))
    body.setColorAt(0.45, QColor(palette.path))
    body.setColorAt(1.0, mixed(palette.path, "#000000", 0.35))
    painter.setPen(QPen(QColor("#ffffff"), max(1.2, radius * 0.22)))
    painter.setBrush(body)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()


def paint_arrow(
    painter: QPainter,
    pixels: Array,
    hidden: NDArray[np.bool_],
    palette: Palette,
    width: float,
    opacity: float = 1.0,
) -> None:
    """Paint the direction of steepest descent as an arrow laid on the surface, faint where hidden."""
    if len(pixels) < 2:
        return
    tip, lengths = pixels[-1], np.hypot(*(pixels[-1] - pixels).T)
    # A short arrow has a short head: it is as long as it is to be.
    head = min(width * 4.2, 0.7 * float(lengths[0]))
    count = int((lengths >= head).sum())
    if not count or head < 1.0:
        return
    along = (tip - pixels[count - 1]) / max(float(lengths[count - 1]), 1e-9)
    across = np.array([-along[1], along[0]])
    neck = tip - along * head
    corners = [tip, neck + across * head * 0.5, neck - across * head * 0.5]
    triangle = QPolygonF([QPointF(*c.tolist()) for c in corners])
    shaft = np.vstack([pixels[:count], neck])
    pieces = runs(np.append(hidden[:count], hidden[-1]), np.ones(count + 1, dtype=bool))
    painter.save()
    for colour, wider in ((QColor("#ffffff"), width * 0.9), (QColor(palette.backward), 0.0)):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(colour, width + wider))
        for first, last, faint in pieces:
            painter.setOpacity(opacity * (0.4 if faint else 1.0))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in shaft[first:last].tolist()]))
        painter.setOpacity(opacity * (0.4 if hidden[-1] else 1.0))
        painter.setBrush(colour)
        painter.setPen(_pen(colour, wider + 0.5))
        painter.drawPolygon(triangle)
    painter.restore()


def paint_readout(
    painter: QPainter, at: QPointF, lines: Sequence[str], palette: Palette, font: QFont, room: QRectF
) -> None:
    """Paint a card with the numbers of a point, and a ring at the point."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#ffffff"), 3.2))
    painter.drawEllipse(at, 5.0, 5.0)
    painter.setPen(QPen(QColor(palette.accent), 1.8))
    painter.drawEllipse(at, 5.0, 5.0)
    metrics = QFontMetricsF(font)
    width = max(metrics.horizontalAdvance(line) for line in lines) + 18
    height = metrics.height() * len(lines) + 12
    left = at.x() + 12 if at.x() + 12 + width <= room.right() else at.x() - 12 - width
    top = at.y() - height - 10 if at.y() - height - 10 >= room.top() else at.y() + 12
    left = min(max(left, room.left()), max(room.left(), room.right() - width))
    top = min(max(top, room.top()), max(room.top(), room.bottom() - height))
    card = QRectF(left, top, width, height)
    shadow = QColor(0, 0, 0, 40)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shadow)
    painter.drawRoundedRect(card.translated(0, 2), 7, 7)
    painter.setPen(QPen(QColor(palette.border), 1.0))
    painter.setBrush(QColor(palette.card))
    painter.drawRoundedRect(card, 7, 7)
    painter.setFont(font)
    painter.setPen(QColor(palette.text))
    for index, line in enumerate(lines):
        row = QRectF(left + 9, top + 6 + index * metrics.height(), width - 12, metrics.height())
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
