"""A function of one or two variables as a small computation diagram, its numbers in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from bpviz.present.cards.inspect import variable_name
from bpviz.present.diagram.colours import levels
from bpviz.present.diagram.layout import Column, Layout
from bpviz.present.numbers import raised, short
from bpviz.present.walk.function import knows_slope, moved_text
from bpviz.views.network.scene import Scene
from bpviz.views.network.tight import draw_centred, text_width

Align = Qt.AlignmentFlag
Point = NDArray[np.float64]


def lay_out_function(scene: Scene, width: float, height: float) -> Layout:
    """Place the variables at the left and the function at the right."""
    info = scene.info
    count = max(info.size if info is not None else 1, 1)
    line = QFontMetricsF(scene.font).height()
    box_w = min(max(0.24 * width, 5.2 * line), 15 * line, 0.26 * width)
    box_h = min(max(0.24 * height, 3.0 * line), 7 * line, 0.8 * height / count)
    left = max(0.06 * width, 8.0)
    pitch = min(box_h * 1.9, height / count)
    top = height / 2 - pitch * count / 2 + (pitch - box_h) / 2
    variables = np.array([[left, top + i * pitch, box_w, box_h] for i in range(count)])
    function_w = min(1.35 * box_w, 0.36 * width)
    result = np.array([[width - left - function_w, height / 2 - box_h * 0.6, function_w, box_h * 1.2]])
    return Layout(width, height, (Column(0, "nodes", variables), Column(1, "nodes", result)))


def paint_function(painter: QPainter, scene: Scene) -> None:
    """Paint the variables, the function, the way forward and the gradients back."""
    layout, snapshot, info = scene.layout, scene.snapshot, scene.info
    if layout is None or snapshot is None or info is None or len(layout.columns) != 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(scene.font)
    variables, result = layout.columns
    steepest = np.abs(levels(snapshot.gradient, "identity"))
    ends = _spread(result, variables.units)
    for index, (start, end) in enumerate(zip(variables.ports_out(), ends, strict=True)):
        gradient = float(snapshot.gradient[index])
        name = variable_name(info, index)
        width = 1.5 + 3.5 * float(steepest[index]) if gradient else 1.0
        text = f"∂f/∂{name} = {short(gradient)}" if knows_slope(scene.lit) else ""
        _paint_edge(painter, scene, start, end, text, width)
    for index, cell in enumerate(variables.cells.tolist()):
        name = variable_name(info, index)
        value = moved_text(scene.lit, snapshot.theta, index)
        positive = float(snapshot.theta[index]) >= 0
        colour = scene.colours.positive if positive else scene.colours.negative
        _paint_box(painter, scene, QRectF(*cell), name, value, colour, _lit(scene, 0, index))
    formula = raised(info.formula or info.name)
    box = QRectF(*result.cells[0].tolist())
    _paint_box(
        painter,
        scene,
        box,
        f"f = {formula}",
        short(snapshot.train.loss),
        scene.colours.accent,
        _lit(scene, 1, 0),
    )


def _lit(scene: Scene, layer: int, unit: int) -> str | None:
    """Return the ring's colour where something is pointed at or under the keyboard."""
    if scene.cursor is not None and (scene.cursor.layer, scene.cursor.unit) == (layer, unit):
        return scene.colours.accent
    spot = scene.spot
    if spot is not None and not spot.is_weight and (spot.layer, spot.unit) == (layer, unit):
        return scene.colours.backward
    return None


def _spread(result: Column, count: int) -> Point:
    """Return where the lines arrive: one height each, so that two do not meet in one point."""
    x, y, _, height = result.cells[0]
    share = (np.arange(count) + 0.5) / count
    return np.stack([np.full(count, x), y + (0.2 + 0.6 * share) * height], axis=1)


def _paint_edge(painter: QPainter, scene: Scene, start: Point, end: Point, text: str, width: float) -> None:
    """Draw the value's way forward, and below it, with its number, the gradient's way back where known."""
    metrics = QFontMetricsF(scene.font)
    off = 0.28 * metrics.height()
    down = np.array([0.0, off])
    forward = _curve(start - down, end - down)
    back = _curve(start + down, end + down)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(scene.colours.muted), 1.6))
    painter.drawPath(forward)
    _arrow(painter, QColor(scene.colours.muted), QPointF(*(end - down)), 1, 0.4 * metrics.height())
    if not text:
        return
    pen = QPen(QColor(scene.colours.backward), width)
    pen.setDashPattern([2.2, 1.4])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(back)
    _arrow(painter, QColor(scene.colours.backward), QPointF(*(start + down)), -1, 0.45 * metrics.height())
    middle = (start + end) / 2
    font = _fitting(scene.font, text, float(end[0] - start[0]) - 14.0)
    metrics = QFontMetricsF(font)
    label = QRectF(0, 0, text_width(metrics, text) + 12, 1.25 * metrics.height())
    label.moveCenter(QPointF(middle[0], middle[1]))
    painter.setPen(QPen(QColor(scene.colours.backward), 1.0))
    painter.setBrush(QColor(scene.colours.card))
    painter.drawRoundedRect(label, label.height() / 2, label.height() / 2)
    painter.setFont(font)
    draw_centred(painter, label, text)
    painter.setFont(scene.font)


def _curve(start: Point, end: Point) -> QPainterPath:
    path = QPainterPath(QPointF(*start))
    reach = (end[0] - start[0]) / 2
    path.cubicTo(QPointF(start[0] + reach, start[1]), QPointF(end[0] - reach, end[1]), QPointF(*end))
    return path


def _arrow(painter: QPainter, colour: QColor, tip: QPointF, direction: int, size: float) -> None:
    """Fill an arrow head whose tip touches a box; ``direction`` is 1 to the right, −1 to the left."""
    back = tip.x() - direction * size
    head = QPolygonF([tip, QPointF(back, tip.y() - 0.6 * size), QPointF(back, tip.y() + 0.6 * size)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(head)


def _paint_box(
    painter: QPainter, scene: Scene, box: QRectF, title: str, value: str, colour: str, ring: str | None
) -> None:
    """Draw a box with what it is above and its number below."""
    fill = QColor(colour)
    fill.setAlpha(36)
    painter.setBrush(QColor(scene.colours.card))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(box, 10, 10)
    painter.setBrush(fill)
    painter.setPen(QPen(QColor(ring or colour), 3.0 if ring else 1.6))
    painter.drawRoundedRect(box, 10, 10)
    half = box.height() / 2
    painter.setPen(QColor(scene.colours.muted))
    upper = QRectF(box.x() + 10, box.y() + 0.06 * box.height(), box.width() - 20, half)
    heading = QFont(scene.font)
    heading.setPointSizeF(max(1.2 * heading.pointSizeF(), 1.0))
    painter.setFont(_fitting(heading, title, upper.width()))
    painter.drawText(upper, Align.AlignCenter | Qt.TextFlag.TextDontClip, title)
    large = QFont(scene.font)
    large.setPointSizeF(max(1.7 * large.pointSizeF(), 1.0))
    large.setBold(True)
    painter.setFont(_fitting(large, value, upper.width()))
    painter.setPen(QColor(scene.colours.text))
    painter.drawText(upper.translated(0, 0.84 * half), Align.AlignCenter, value)
    painter.setFont(scene.font)


def _fitting(font: QFont, text: str, room: float) -> QFont:
    """Return the font, smaller where the text would not fit."""
    wanted = QFontMetricsF(font).horizontalAdvance(text)
    if wanted <= room:
        return font
    fitted = QFont(font)
    fitted.setPointSizeF(max(font.pointSizeF() * room / wanted, 5.0))
    # Hinted letters do not shrink in proportion.
    while fitted.pointSizeF() > 5.0 and QFontMetricsF(fitted).horizontalAdvance(text) > room:
        fitted.setPointSizeF(fitted.pointSizeF() - 0.25)
    return fitted
