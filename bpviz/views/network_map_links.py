"""Paints what leads from maps to maps and into a bar, and what stands out with a pixel or a kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from bpviz.present import diagram_marks as marks
from bpviz.present import map_colours
from bpviz.present.diagram import Column, Spot
from bpviz.present.diagram_colours import mixed
from bpviz.present.diagram_maps import MapColumn, block_box, tiles_of
from bpviz.present.inspect_maps import dropped
from bpviz.present.map_windows import PASSING, POOLINGS
from bpviz.views.network_scene import Scene

Point = tuple[float, float]
MOST_FRAMES = 8
"""Up to so many windows have a line each to the pixel that they make."""


def paint_map_links(painter: QPainter, scene: Scene) -> None:
    """Draw, behind everything, which maps and units each layer without weights of its own takes."""
    assert scene.layout is not None and scene.snapshot is not None
    columns, layers = scene.layout.columns, scene.snapshot.layers
    for layer in range(1, len(columns)):
        source, target, kind = columns[layer - 1], columns[layer], layers[layer].kind
        if kind == "conv" and isinstance(target, MapColumn):
            _paint_kernel_links(painter, scene, source, target)
        elif kind in POOLINGS or (kind in PASSING and isinstance(target, MapColumn)):
            _paint_each(painter, scene, tiles_of(source), tiles_of(target), layer)
        elif target.kind == "flat":
            _paint_bands(painter, scene, source, target)
        elif kind in PASSING and source.kind == target.kind == "nodes":
            _paint_each(painter, scene, source.cells, target.cells, layer)
        elif kind in PASSING:
            _paint_band(painter, scene, QRectF(*source.box), QRectF(*target.box))


def _ends(source: Column, target: Column, from_box: list[float], to_box: list[float]) -> tuple[Point, Point]:
    """Return where a line leaves and arrives: at the border of a block, in the row of the map."""
    left = block_box(source)
    right = block_box(target)
    start = left[0] + left[2] + 2.0, from_box[1] + from_box[3] / 2
    return start, (right[0] - 2.0, to_box[1] + to_box[3] / 2)


def _curve(start: Point, end: Point) -> QPainterPath:
    path = QPainterPath(QPointF(*start))
    reach = (end[0] - start[0]) / 2
    path.cubicTo(start[0] + reach, start[1], end[0] - reach, end[1], end[0], end[1])
    return path


def _pen(scene: Scene, strength: float, lit: bool) -> QPen:
    """Return the pen of a link: grey, magenta where what flows back is shown, strong where pointed at."""
    colour = scene.colours.backward if scene.gradients else scene.colours.muted
    opacity = 0.35 + 0.6 * strength if lit else 0.10 + 0.38 * strength
    return QPen(QColor(*mixed(colour, scene.colours.card, opacity)), 1.6 if lit else 1.0)


def _paint_kernel_links(painter: QPainter, scene: Scene, source: Column, target: MapColumn) -> None:
    """Draw from each map to the kernels that look at it: the strongest, or those of the filter pointed at."""
    assert scene.snapshot is not None
    layer = target.layer
    kernels = map_colours.kernel_values(scene.snapshot.layers[layer], scene.gradients)
    tiles = tiles_of(source)
    if kernels is None or len(tiles) != kernels.shape[1]:
        return
    lit = marks.filter_of(scene.snapshot.layers, scene.spot, layer)
    strengths = map_colours.slice_strengths(kernels)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for filter_, channel in map_colours.strongest_slices(strengths, lit)[::-1].tolist():
        start, end = _ends(source, target, tiles[channel].tolist(), target.tiles[filter_].tolist())
        painter.setPen(_pen(scene, float(strengths[filter_, channel]), lit is not None))
        painter.drawPath(_curve(start, end))


def _paint_each(
    painter: QPainter, scene: Scene, sources: NDArray[np.float64], targets: NDArray[np.float64], layer: int
) -> None:
    """Draw from each map or node to its own; none to those that are dropped."""
    assert scene.layout is not None and scene.snapshot is not None
    if len(sources) != len(targets) or len(sources) > map_colours.MOST_LINES:
        return
    missing = dropped(scene.snapshot.layers[layer])
    columns = scene.layout.columns[layer - 1], scene.layout.columns[layer]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(scene, 0.5, lit=False))
    for unit, (start_box, end_box) in enumerate(zip(sources.tolist(), targets.tolist(), strict=True)):
        if missing is not None and len(missing) == len(sources) and missing[unit]:
            continue
        painter.drawPath(_curve(*_ends(*columns, start_box, end_box)))


def _paint_bands(painter: QPainter, scene: Scene, source: Column, target: Column) -> None:
    """Draw each map as a band into its stretch of the bar; maps in several columns as one."""
    tiles, box = tiles_of(source), QRectF(*target.box)
    if source.kind == "flat" or not len(tiles) or len({round(x) for x in tiles[:, 0].tolist()}) > 1:
        _paint_band(painter, scene, QRectF(*block_box(source)), box)
        return
    tall = box.height() / len(tiles)
    for index, tile in enumerate(tiles.tolist()):
        part = QRectF(box.left(), box.top() + index * tall + 1, box.width(), tall - 2)
        _paint_band(painter, scene, QRectF(*tile), part)


def _paint_band(painter: QPainter, scene: Scene, start: QRectF, end: QRectF) -> None:
    """Fill between the right edge of one box and the left edge of another."""
    left, right = start.right() + 2.0, end.left() - 2.0
    reach = (right - left) / 2
    path = QPainterPath(QPointF(left, start.top()))
    path.cubicTo(left + reach, start.top(), right - reach, end.top(), right, end.top())
    path.lineTo(right, end.bottom())
    path.cubicTo(right - reach, end.bottom(), left + reach, start.bottom(), left, start.bottom())
    path.closeSubpath()
    colour = scene.colours.backward if scene.gradients else scene.colours.muted
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*mixed(colour, scene.colours.card, 0.12)))
    painter.drawPath(path)


def paint_map_marks(painter: QPainter, scene: Scene) -> None:
    """Frame what the pixel that is pointed at looks at, and ring what is the same number elsewhere."""
    assert scene.layout is not None and scene.snapshot is not None
    layers = scene.snapshot.layers
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for twin in marks.twins(layers, scene.spot):
        _outline(painter, scene, twin)
    if scene.spot is not None and scene.spot.kernel:
        column = scene.layout.columns[scene.spot.layer]
        if isinstance(column, MapColumn) and column.entries_each:
            painter.setPen(QPen(QColor(scene.colours.backward), 1.4))
            x, y, width, height = column.tiles[scene.spot.unit].tolist()
            painter.drawRect(QRectF(x - 1, y - 1, width + 2, height + 2))
    found = marks.seen(scene.layout, layers, scene.spot)
    if found is not None and scene.spot is not None:
        _paint_seen(painter, scene, found, scene.spot)


def _outline(painter: QPainter, scene: Scene, spot: Spot) -> None:
    assert scene.layout is not None
    cell = scene.layout.spot_cell(spot)
    if cell is None:
        return
    rect = QRectF(*cell)
    if scene.layout.columns[spot.layer].kind == "nodes":
        painter.setPen(QPen(QColor(scene.colours.backward), 2.0))
        painter.drawRoundedRect(rect, 0.2 * rect.width(), 0.2 * rect.width())
        return
    grown = max(3.0 - rect.height(), 0.0) / 2
    painter.setPen(QPen(QColor(scene.colours.backward), 1.4))
    painter.drawRect(rect.adjusted(-1, -grown, 1, grown))


def _paint_seen(painter: QPainter, scene: Scene, found: marks.Seen, spot: Spot) -> None:
    """Frame the windows, lead from them to the pixel, and mark the pixel that won."""
    assert scene.layout is not None
    cell = scene.layout.spot_cell(spot)
    frames = [QRectF(*frame) for frame in found.frames.tolist()]
    ground, ink = QColor(scene.colours.card), QColor(scene.colours.backward)
    if cell is not None and len(frames) <= MOST_FRAMES:
        pen = QPen(ink, 1.0)
        for frame in frames:
            lines = [
                QLineF(frame.topRight(), QPointF(cell[0], cell[1])),
                QLineF(frame.bottomRight(), QPointF(cell[0], cell[1] + cell[3])),
            ]
            faint = QColor(ink)
            faint.setAlpha(190 if len(frames) == 1 else 90)
            pen.setColor(faint)
            painter.setPen(pen)
            painter.drawLines(lines)
    for colour, width in ((ground, 3.4), (ink, 1.8)):
        painter.setPen(QPen(colour, width))
        painter.drawRects(frames)
    if found.winner is not None:
        won = QRectF(*found.winner)
        painter.setPen(QPen(ground, 1.0))
        painter.setBrush(ink)
        size = max(0.42 * won.width(), 3.0)
        painter.drawEllipse(won.center(), size / 2, size / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
