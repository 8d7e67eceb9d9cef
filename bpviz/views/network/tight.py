"""Text in which ∂ takes the room of its strokes: fonts made for Chinese give it a whole character's."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

_SIGN = "∂"
_BESIDE = 0.8
"""Left free at either side of the strokes, in pixels."""


def text_width(metrics: QFontMetricsF, text: str) -> float:
    """Return how wide :func:`draw_text` writes ``text``."""
    width = metrics.horizontalAdvance(text)
    return width - text.count(_SIGN) * sum(_spare(metrics)) if _SIGN in text else width


def draw_text(painter: QPainter, at: QPointF, text: str) -> None:
    """Write ``text`` from ``at`` on, a point of its baseline."""
    metrics = QFontMetricsF(painter.font())
    left, right = _spare(metrics) if _SIGN in text else (0.0, 0.0)
    if left + right == 0.0:
        painter.drawText(at, text)
        return
    x = at.x()
    for number, piece in enumerate(text.split(_SIGN)):
        if number:
            painter.drawText(QPointF(x - left, at.y()), _SIGN)
            x += metrics.horizontalAdvance(_SIGN) - left - right
        painter.drawText(QPointF(x, at.y()), piece)
        x += metrics.horizontalAdvance(piece)


def draw_centred(painter: QPainter, room: QRectF, text: str) -> None:
    """Write ``text`` into the middle of ``room``."""
    metrics = QFontMetricsF(painter.font())
    x = room.center().x() - text_width(metrics, text) / 2
    y = room.center().y() + (metrics.ascent() - metrics.descent()) / 2
    draw_text(painter, QPointF(x, y), text)


def _spare(metrics: QFontMetricsF) -> tuple[float, float]:
    """Return what may be taken away left and right of the sign, 0 in a font that sets it close."""
    strokes = metrics.tightBoundingRect(_SIGN)
    left = strokes.left() - _BESIDE
    right = metrics.horizontalAdvance(_SIGN) - strokes.right() - _BESIDE
    return (left, right) if left + right > 0.12 * metrics.height() else (0.0, 0.0)
