"""Lines that are drawn in every frame: made once for a layout, and kept as a picture while they stay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from bpviz.present.diagram.lines import enough_points, points_on, thick_line

THREAD = 0.5
"""Distance between the threads of a thick line, in device pixels."""
LINES_KEPT = 3000
"""Some 20 MB at most: beyond it the lines are made anew."""


class LineCache:
    """Lines of a width, made once for each start, end and width while the layout stays.

    Many weights of a picture or a grid share a line, and from frame to frame mostly the same are drawn.
    """

    def __init__(self) -> None:
        self._lines: dict[tuple[int, float, float, float], QPolygonF] = {}

    def line(self, layer: int, points: NDArray[np.float64], width: float, ratio: float) -> QPolygonF:
        """Return what to draw, one device pixel wide, for a curve of ``width`` logical pixels."""
        count = max(1, round((width * ratio - 1) / THREAD) + 1)
        key = (64 * layer + count, float(points[0, 1]), float(points[-1, 1]), ratio)
        found = self._lines.get(key)
        if found is None:
            if len(self._lines) >= LINES_KEPT:
                self._lines.clear()
            found = self._lines[key] = polygon(thick_line(points, count, THREAD / ratio))
        return found

    def clear(self) -> None:
        """Forget them all."""
        self._lines.clear()


class KeptPicture:
    """A part of the picture that often stays the same from frame to frame."""

    def __init__(self) -> None:
        self._key: object = None
        self._pixmap: QPixmap | None = None

    def forget(self) -> None:
        """Draw anew the next time."""
        self._key = self._pixmap = None

    def paint(self, painter: QPainter, key: object, draw: Callable[[QPainter], None]) -> None:
        """Paint by ``draw``; from the second time with the same ``key`` on, by a copy of its picture."""
        widget = painter.device()
        if not isinstance(widget, QWidget):
            draw(painter)  # an export: it is painted once
            return
        ratio = device_ratio(painter)
        if (key, ratio) != self._key:
            self._key, self._pixmap = (key, ratio), None
            draw(painter)
            return
        if self._pixmap is None:
            self._pixmap = QPixmap(widget.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            own = QPainter(self._pixmap)
            own.setRenderHints(painter.renderHints())
            own.setFont(painter.font())
            draw(own)
            own.end()
        painter.drawPixmap(0, 0, self._pixmap)


class Link:
    """The drawn weights between two layers: which, and their curves."""

    def __init__(
        self, layer: int, pairs: NDArray[np.intp], control: NDArray[np.float64], ratio: float
    ) -> None:
        self.layer = layer
        self.pairs = pairs
        self.points = points_on(control, enough_points(control, ratio))


def polygon(points: NDArray[np.float64]) -> QPolygonF:
    """Return points (P, 2) as Qt's."""
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])


def device_ratio(painter: QPainter) -> float:
    """Return device pixels a pixel where the painter paints: a widget does not know its picture's."""
    return abs(painter.deviceTransform().m11()) or 1.0
