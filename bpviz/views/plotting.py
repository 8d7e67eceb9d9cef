"""What the painted plots share: polygons from arrays, axes, the box of numbers under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from shiboken6 import Shiboken

from bpviz.present.loss.scales import Axis, tick_label
from bpviz.present.palette import LIGHT, Palette

Floats = NDArray[np.float64]


CENTRE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return a polygon of the points, filled in one go instead of point by point."""
    points = QPolygonF()
    points.resize(len(x))
    if len(x):
        address = Shiboken.getCppPointer(points.data())[0]
        # The stub of VoidPtr lacks the size and the permission to write.
        memory = Shiboken.VoidPtr(address, 16 * len(x), True)  # type: ignore[call-arg]
        view = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)  # type: ignore[call-overload]
        view[:, 0], view[:, 1] = x, y
    return points


def faded(colour: str, alpha: float) -> QColor:
    """Return ``colour`` with an opacity from 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result


def hairline(colour: str | QColor) -> QPen:
    """Return a pen one device pixel wide at any pixel ratio."""
    pen = QPen(QColor(colour), 1)
    pen.setCosmetic(True)
    return pen


def draw_y_axis(
    painter: QPainter, axis: Axis, plot: QRectF, palette: Palette, labels: Sequence[tuple[float, str]]
) -> None:
    """Draw grid lines through ``plot`` and their numbers left of it."""
    metrics = QFontMetricsF(painter.font())
    for value, label in labels:
        y = float(axis.pixel(value))
        painter.setPen(hairline(palette.grid))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(palette.muted))
        box = QRectF(0, y - line_height(metrics) / 2, plot.left() - 5, line_height(metrics))
        painter.drawText(box, RIGHT, label)


def pixel_ratio(painter: QPainter) -> float:
    """Return how many pixels a unit has where ``painter`` paints: a picture may be finer than the screen."""
    return float(painter.deviceTransform().m11())


def draw_x_axis(
    painter: QPainter,
    axis: Axis,
    plot: QRectF,
    palette: Palette,
    labels: Sequence[tuple[float, str]],
    limit: float,
) -> None:
    """Draw the numbers below ``plot``, none beyond ``limit``, those that would touch left out."""
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(palette.muted))
    free = -1e9
    for value, label in labels:
        width = metrics.horizontalAdvance(label)
        x = float(axis.pixel(value))
        left = min(max(x - width / 2, 0.0), limit - width - 3)
        if left > free:
            painter.drawText(QPointF(left, plot.bottom() + 4 + metrics.ascent()), label)
            free = left + width + 6


def labelled(axis: Axis, spacing: float) -> list[tuple[float, str]]:
    """Return the ticks of ``axis`` with their texts."""
    return [(tick, tick_label(tick)) for tick in axis.ticks(spacing)]


def label_width(metrics: QFontMetricsF, labels: Sequence[tuple[float, str]]) -> float:
    """Return the width of the widest label."""
    return max((metrics.horizontalAdvance(label) for _, label in labels), default=0.0)


def draw_readout(
    painter: QPainter, area: QRectF, at: QPointF, lines: Sequence[tuple[str, str]], palette: Palette
) -> QRectF:
    """Draw a box of (text, colour) lines beside ``at``, within ``area``; return where it is."""
    metrics = QFontMetricsF(painter.font())
    width = max(metrics.horizontalAdvance(text) for text, _ in lines) + 16
    height = line_height(metrics) * len(lines) + 10
    left = at.x() + 12 if at.x() + 12 + width <= area.right() else at.x() - 12 - width
    left = min(max(left, area.left()), max(area.right() - width, area.left()))
    top = min(max(at.y() - height / 2, area.top()), max(area.bottom() - height, area.top()))
    box = QRectF(left, top, width, height)
    painter.setPen(hairline(palette.border))
    painter.setBrush(faded(palette.card, 0.94))
    painter.drawRoundedRect(box, 6, 6)
    for index, (text, colour) in enumerate(lines):
        painter.setPen(QColor(colour))
        painter.drawText(QPointF(left + 8, top + 5 + metrics.ascent() + index * line_height(metrics)), text)
    return box


def smaller(font: QFont) -> QFont:
    """Return ``font`` at 85 % of its size: for the numbers of axes, legends and captions."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(max(font.pointSizeF() * 0.85, 6.5))
    else:
        result.setPixelSize(max(round(font.pixelSize() * 0.85), 9))
    return result


def line_height(metrics: QFontMetricsF) -> float:
    """Return the height of a line of text; fonts with Chinese in them ask for more than is needed."""
    return float(min(metrics.height(), 1.65 * metrics.capHeight()))


class Chip(QAbstractButton):
    """A small rounded button, painted in the theme's colours; checked ones take the accent."""

    def __init__(self, parent: QWidget | None = None, *, checkable: bool = True) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, text: str, help_text: str) -> None:
        """Say what the button does, to the eye, to the pointer and to a screen reader."""
        self.setText(text)
        self.setToolTip(help_text)
        self.setAccessibleName(help_text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(smaller(self.font()))
        return QSize(round(metrics.horizontalAdvance(self.text())) + 14, round(line_height(metrics)) + 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette_in_use
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        checked = self.isChecked()
        ring = palette.text if checked else palette.accent
        painter.setPen(QPen(QColor(ring), 1.2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.accent if checked else palette.control))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.6, 0.6, -0.6, -0.6), 6, 6)
        quiet = palette.text if self.underMouse() else palette.muted
        painter.setPen(QColor(palette.on_accent if checked else quiet))
        painter.drawText(self.rect(), CENTRE, self.text())
        painter.end()
