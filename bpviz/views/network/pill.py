"""A short text on a ground of its own, somewhere in the diagram."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.views.network.scene import Scene
from bpviz.views.network.tight import draw_centred, text_width
from bpviz.views.plotting import faded


def paint_pill(
    painter: QPainter, scene: Scene, at: QPointF, text: str, colour: str, filled: bool = False
) -> None:
    """Write a short text on a ground of its own, within the diagram."""
    room = pill_room(scene, at, text)
    painter.setPen(QPen(QColor(colour), 1.2))
    painter.setBrush(QColor(colour) if filled else faded(scene.colours.card, 0.93))
    painter.drawRoundedRect(room, 0.5 * room.height(), 0.5 * room.height())
    painter.setPen(QColor(scene.colours.card if filled else colour))
    painter.setFont(scene.font)
    draw_centred(painter, room, text)


def pill_room(scene: Scene, at: QPointF, text: str) -> QRectF:
    """Return what a pill about a point covers."""
    assert scene.layout is not None
    metrics = QFontMetricsF(scene.font)
    room = QRectF(0, 0, text_width(metrics, text) + 12, 1.2 * metrics.height())
    room.moveCenter(at)
    room.moveLeft(min(max(room.left(), 2.0), max(scene.layout.width - room.width() - 2.0, 2.0)))
    room.moveTop(min(max(room.top(), 2.0), max(scene.layout.height - room.height() - 2.0, 2.0)))
    return room
