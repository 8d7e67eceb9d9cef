"""The data's points, painted once and kept: they stay where they are for a whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from bpviz.views.plotting import faded

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Points:
    """Points in pixels with an index into ``colours`` each; ``rows`` are their rows in the data."""

    rows: NDArray[np.intp]
    at: Floats
    colour: NDArray[np.intp]


def radius_for(count: int, side: float) -> float:
    """Return the radius of a point: smaller where there are many, larger in a large plot."""
    wanted = 3.4 * np.sqrt(250 / max(count, 250)) * np.sqrt(max(side, 100) / 180)
    return float(np.clip(wanted, 1.5, 6.0))


def stamp(colour: QColor, radius: float, ratio: float, *, hollow: bool) -> QPixmap:
    """Return one point: filled in its colour, or white in a ring of its colour; outlined in dark.

    A point of training mostly lies on ground of its own colour, and one of testing, too: the dark
    outline parts both from it, the white the two from each other.
    """
    side = 2 * int(np.ceil(radius + 2))
    picture = QPixmap(QSize(side, side) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre = QPointF(side / 2, side / 2)
    outline = faded("#1b1d23", 0.8)
    if hollow:
        painter.setPen(QPen(outline, 2.6))
        painter.setBrush(QColor("#ffffff"))
        painter.drawEllipse(centre, radius - 0.4, radius - 0.4)
        painter.setPen(QPen(colour, 1.2))
        painter.drawEllipse(centre, radius - 0.9, radius - 0.9)
        painter.end()
        return picture
    painter.setPen(QPen(outline, 1.0))
    painter.setBrush(colour)
    painter.drawEllipse(centre, radius, radius)
    painter.end()
    return picture


def draw_points(
    painter: QPainter,
    points: Points,
    colours: list[QColor],
    radius: float,
    *,
    hollow: bool,
) -> None:
    """Stamp every point; a stamp is ten times faster than an ellipse."""
    ratio = painter.device().devicePixelRatio()
    stamps = [stamp(colour, radius, ratio, hollow=hollow) for colour in colours]
    half = int(np.ceil(radius + 2))
    corners = (points.at - half).tolist()
    for (x, y), index in zip(corners, points.colour.tolist(), strict=True):
        painter.drawPixmap(QPointF(x, y), stamps[index])


def draw_ring(painter: QPainter, at: QPointF, radius: float, colour: str) -> None:
    """Ring the chosen sample so that it stands out on any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#ffffff"), 4.5))
    painter.drawEllipse(at, radius + 3.5, radius + 3.5)
    painter.setPen(QPen(QColor(colour), 2.2))
    painter.drawEllipse(at, radius + 3.5, radius + 3.5)


def layer(size: QSize, ratio: float) -> QPixmap:
    """Return an empty transparent picture."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def inside(points: Points, plot: QRectF) -> Points:
    """Return the points that lie within ``plot``."""
    x, y = points.at[:, 0], points.at[:, 1]
    kept = (x >= plot.left() - 1) & (x <= plot.right() + 1) & (y >= plot.top() - 1) & (y <= plot.bottom() + 1)
    return Points(points.rows[kept], points.at[kept], points.colour[kept])
