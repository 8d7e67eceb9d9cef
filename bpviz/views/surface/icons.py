"""The small pictures on the surface's buttons, drawn in the theme's colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

_SIDE = 16


def _plus(painter: QPainter) -> None:
    painter.drawLines([QLineF(8, 3, 8, 13), QLineF(3, 8, 13, 8)])


def _minus(painter: QPainter) -> None:
    painter.drawLine(QLineF(3, 8, 13, 8))


def _home(painter: QPainter) -> None:
    painter.drawPolyline(QPolygonF([QPointF(2, 8), QPointF(8, 2.5), QPointF(14, 8)]))
    painter.drawPolyline(QPolygonF([QPointF(4, 7), QPointF(4, 13.5), QPointF(12, 13.5), QPointF(12, 7)]))


def _top(painter: QPainter) -> None:
    """A square seen from above, and the arrow that looks down on it."""
    painter.drawPolygon(QPolygonF([QPointF(8, 8.5), QPointF(14, 11), QPointF(8, 14), QPointF(2, 11)]))
    painter.drawLine(QLineF(8, 1, 8, 6.5))
    painter.drawPolyline(QPolygonF([QPointF(5.8, 4.4), QPointF(8, 6.8), QPointF(10.2, 4.4)]))


def _dice(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(2.5, 2.5, 11, 11), 2.5, 2.5)
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    for x, y in ((5.5, 5.5), (10.5, 5.5), (8, 8), (5.5, 10.5), (10.5, 10.5)):
        painter.drawEllipse(QPointF(x, y), 1.1, 1.1)


def _wider(painter: QPainter) -> None:
    _arrows(painter, outwards=True)


def _narrower(painter: QPainter) -> None:
    _arrows(painter, outwards=False)


def _arrows(painter: QPainter, outwards: bool) -> None:
    painter.drawLines([QLineF(2.5, 2.5, 6.5, 6.5), QLineF(13.5, 13.5, 9.5, 9.5)])
    path = QPainterPath()
    for side in (-1, 1):
        tip = 8 + side * (5.5 if outwards else 1.5)
        foot = tip - side * 3.5 if outwards else tip + side * 3.5
        path.moveTo(foot, tip)
        path.lineTo(tip, tip)
        path.lineTo(tip, foot)
    painter.drawPath(path)


_DRAWINGS: dict[str, Callable[[QPainter], None]] = {
    "plus": _plus,
    "minus": _minus,
    "home": _home,
    "top": _top,
    "dice": _dice,
    "wider": _wider,
    "narrower": _narrower,
}


def icon(name: str, colour: str) -> QIcon:
    """Return a picture in one colour, for pixel ratios up to 3."""
    made = QIcon()
    for ratio in (1, 2, 3):
        made.addPixmap(_pixmap(name, colour, ratio))
    return made


def _pixmap(name: str, colour: str, ratio: int) -> QPixmap:
    pixmap = QPixmap(_SIDE * ratio, _SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(colour), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _DRAWINGS[name](painter)
    painter.end()
    return pixmap
