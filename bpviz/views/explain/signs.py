"""The signs on the benches of the story: what kind of work is done there, small and without words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.palette import Palette
from bpviz.views.plotting import faded


def paint_sign(painter: QPainter, room: QRectF, kind: str, palette: Palette) -> bool:
    """Draw the sign of a kind of layer into a square; return whether it has one."""
    maker = _SIGNS.get(kind)
    if maker is not None:
        painter.setPen(QPen(QColor(palette.muted), 0.9))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        maker(painter, room, palette)
    return maker is not None


def paint_notebook(painter: QPainter, room: QRectF, filled: float, palette: Palette) -> None:
    """Draw a notebook that is written full as far as ``filled`` says, 0 to 1."""
    painter.setPen(QPen(QColor(palette.border), 0.9))
    painter.setBrush(QColor(palette.card))
    painter.drawRect(room)
    inner = room.adjusted(0.14 * room.width(), 0, -0.14 * room.width(), 0)
    for line in range(4):
        share = min(max(4 * filled - line, 0.0), 1.0)
        y = room.top() + (line + 1) * room.height() / 5
        painter.setPen(QPen(QColor(palette.grid), 0.8))
        painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right(), y))
        if share > 0:
            painter.setPen(QPen(QColor(palette.accent), 1.3))
            painter.drawLine(QPointF(inner.left(), y), QPointF(inner.left() + share * inner.width(), y))


def _grid(
    painter: QPainter, room: QRectF, cells: int, filled: Callable[[int, int], float], colour: str
) -> None:
    side = room.width() / cells
    pen = painter.pen()
    for row in range(cells):
        for column in range(cells):
            painter.setBrush(faded(colour, filled(row, column)))
            painter.drawRect(QRectF(room.left() + column * side, room.top() + row * side, side, side))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _window(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw a picture with a window on it."""
    _grid(painter, room, 3, lambda row, column: 0.0, palette.accent)
    painter.setPen(QPen(QColor(palette.accent), 1.6))
    painter.drawRect(QRectF(room.left(), room.top(), room.width() * 2 / 3, room.height() * 2 / 3))


def _largest(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw four pixels, one of them the winner."""
    _grid(painter, room, 2, lambda row, column: 0.9 if (row, column) == (0, 1) else 0.12, palette.accent)


def _mixed(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw four pixels, all of them alike."""
    _grid(painter, room, 2, lambda row, column: 0.4, palette.accent)


def _even(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw three bars that reach the same line."""
    painter.setBrush(faded(palette.accent, 0.5))
    for place in range(3):
        width = room.width() / 4
        painter.drawRect(
            QRectF(
                room.left() + place * 1.4 * width,
                room.top() + 0.3 * room.height(),
                width,
                0.7 * room.height(),
            )
        )
    line = room.top() + 0.3 * room.height()
    painter.drawLine(QPointF(room.left(), line), QPointF(room.right() + 2, line))


def _row(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw boxes side by side."""
    painter.setBrush(faded(palette.accent, 0.35))
    side = room.width() / 3
    for place in range(4):
        painter.drawRect(
            QRectF(room.left() + (place - 0.5) * side, room.center().y() - side / 2, 0.8 * side, side)
        )


def _die(painter: QPainter, room: QRectF, palette: Palette) -> None:
    """Draw a die: the lot decides."""
    painter.drawRoundedRect(room, 0.2 * room.width(), 0.2 * room.width())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.accent))
    for share in (0.25, 0.5, 0.75):
        at = QPointF(room.left() + share * room.width(), room.top() + share * room.height())
        painter.drawEllipse(at, 0.11 * room.width(), 0.11 * room.width())


_SIGNS: dict[str, Callable[[QPainter, QRectF, Palette], None]] = {
    "conv": _window,
    "maxpool": _largest,
    "avgpool": _mixed,
    "batchnorm": _even,
    "flatten": _row,
    "dropout": _die,
}
