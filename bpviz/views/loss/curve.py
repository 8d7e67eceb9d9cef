"""Draws one curve of a loss plot, however long it is, in about a millisecond.

A stroke that crosses itself a thousand times costs Qt hundreds of milliseconds; cut into its
pieces the same line costs one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.loss.curves import Envelope, MinMaxPyramid, finite_runs, outline
from bpviz.present.loss.scales import Axis
from bpviz.views.plotting import polygon

Floats = NDArray[np.float64]

LINE_WIDTH = 1.8
_DASH, _PERIOD = 5, 8
# Far outside any screen, well inside what Qt's rasterizer can take.
_FAR = 2e4


@dataclass(frozen=True)
class Stroke:
    """How a curve looks: thin curves are one device pixel wide."""

    colour: QColor
    dashed: bool = False
    thin: bool = False


def draw_curve(
    painter: QPainter,
    pyramid: MinMaxPyramid,
    at: NDArray[np.int64] | np.int64,
    indices: tuple[int, int],
    axes: tuple[Axis, Axis],
    stroke: Stroke,
    since: float = -math.inf,
) -> None:
    """Draw values ``indices`` of ``pyramid``; ``at`` gives their iterations, or one in how many they are.

    Nothing is drawn that lies wholly left of the pixel ``since``.
    """
    axis_x, axis_y = axes
    width = int(abs(axis_x.end - axis_x.start))
    bins = pyramid.envelope(*indices, max(width if stroke.thin else width // 3, 16))
    if not len(bins.start):
        return
    x = axis_x.pixel(bins.centre * at if isinstance(at, np.int64) else at[bins.centre])
    x, y = _line(bins, x, axis_y)
    dense = len(x) > width / 3
    seen = slice(max(int(np.searchsorted(x, since)) - 1, 0), None)
    x, y = x[seen], y[seen]
    if stroke.dashed and dense:
        # Dashes that stand still on the screen while the curve grows under them.
        y = np.where(np.floor(x) % _PERIOD < _DASH, y, np.nan)
    painter.setPen(pen_of(stroke, dense))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if dense and not stroke.thin:
        _draw_pieces(painter, x, y)
        return
    for first, last in finite_runs(y):
        _draw_run(painter, x[first:last], y[first:last])


def _line(bins: Envelope, x: Floats, axis_y: Axis) -> tuple[Floats, Floats]:
    if bins.stride == 1:
        return x, np.clip(axis_y.pixel(bins.low), -_FAR, _FAR)
    which, values = outline(bins.low, bins.high)
    return x[which], np.clip(axis_y.pixel(values), -_FAR, _FAR)


def _draw_run(painter: QPainter, x: Floats, y: Floats) -> None:
    if len(x) == 1:
        painter.drawPoint(QPointF(x[0], y[0]))
    else:
        painter.drawPolyline(polygon(x, y))


def _draw_pieces(painter: QPainter, x: Floats, y: Floats) -> None:
    """Draw a wide, dense line as pieces of its own, in one call; where y is not finite it has a gap."""
    whole = np.isfinite(y[:-1]) & np.isfinite(y[1:])
    ends = np.stack((x[:-1], y[:-1], x[1:], y[1:]), axis=1)[whole].tolist()
    painter.drawLines([QLineF(*end) for end in ends])


def pen_of(stroke: Stroke, dense: bool = False) -> QPen:
    """Return the pen of a stroke; a dense line has its dashes cut by hand."""
    pen = QPen(stroke.colour, 1.0 if stroke.thin else LINE_WIDTH)
    pen.setCosmetic(stroke.thin)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.dashed else Qt.PenCapStyle.RoundCap)
    if stroke.dashed and not dense:
        pen.setDashPattern([_DASH / LINE_WIDTH, (_PERIOD - _DASH) / LINE_WIDTH])
    return pen
