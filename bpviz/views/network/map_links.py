"""Paints what leads from maps to maps and into a bar, and what stands out with a pixel or a kernel."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from bpviz.present.cards.inspect_maps import dropped
from bpviz.present.diagram import map_colours, marks
from bpviz.present.diagram.colours import mixed
from bpviz.present.diagram.layout import Column, Spot
from bpviz.present.diagram.lines import enough_points, points_on
from bpviz.present.diagram.map_windows import PASSING, POOLINGS
from bpviz.present.diagram.maps import MapColumn, block_box, tiles_of
from bpviz.views.network.lines import device_ratio
from bpviz.views.network.scene import Scene

Boxes = NDArray[np.float64]
LEVELS = 40
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


def _pen(scene: Scene, strength: float, lit: bool) -> QPen:
    """Return the pen of a link: grey, magenta where what flows back is shown, strong where pointed at."""
    step = round(LEVELS * (0.35 + 0.6 * strength if lit else 0.10 + 0.38 * strength))
    return _thread_pen(
        scene.colours.backward if scene.gradients else scene.colours.muted, scene.colours.card, step
    )


@cache
def _thread_pen(colour: str, ground: str, step: int) -> QPen:
    """Return the pen of a line's threads: one device pixel wide, and opaque."""
    pen = QPen(QColor(*mixed(colour, ground, step / LEVELS)), 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_curves(
    painter: QPainter, scene: Scene, layer: int, starts: Boxes, ends: Boxes, pens: list[QPen], width: float
) -> None:
    """Draw from the right border of the layer before, in the row of each start, to the row of each end."""
    assert scene.layout is not None
    if not len(starts):
        return
    left, right = block_box(scene.layout.columns[layer - 1]), block_box(scene.layout.columns[layer])
    control = np.empty((len(starts), 4, 2))
    control[:, :, 0] = np.array([0.0, 0.5, 0.5, 1.0])
    control[:, :, 0] *= right[0] - left[0] - left[2] - 4.0
    control[:, :, 0] += left[0] + left[2] + 2.0
    control[:, :2, 1] = (starts[:, 1] + starts[:, 3] / 2)[:, None]
    control[:, 2:, 1] = (ends[:, 1] + ends[:, 3] / 2)[:, None]
    ratio = device_ratio(painter)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for points, pen in zip(points_on(control, enough_points(control, ratio)), pens, strict=True):
        painter.setPen(pen)
        painter.drawPolyline(scene.lines.line(layer, points, width, ratio))


def _paint_kernel_links(painter: QPainter, scene: Scene, source: Column, target: MapColumn) -> None:
    """Draw from the maps to the kernels: the strongest links, or those of what is pointed at."""
    assert scene.snapshot is not None
    layer = target.layer
    kernels = map_colours.kernel_values(scene.snapshot.layers[layer], scene.shows_gradient(layer))
    tiles = tiles_of(source)
    if kernels is None or len(tiles) != kernels.shape[1]:
        return
    lit = marks.filter_of(scene.snapshot.layers, scene.spot, layer)
    channel = marks.channel_into(scene.snapshot.layers, scene.spot, layer) if len(tiles) > 1 else None
    strengths = map_colours.slice_strengths(kernels)
    pairs = map_colours.strongest_slices(strengths, lit, channel)[::-1]
    stands_out = lit is not None or channel is not None
    pens = [_pen(scene, float(strengths[unit, source]), stands_out) for unit, source in pairs.tolist()]
    starts, ends = tiles[pairs[:, 1]], target.tiles[pairs[:, 0]]
    _paint_curves(painter, scene, layer, starts, ends, pens, 1.6 if stands_out else 1.0)


def _paint_each(painter: QPainter, scene: Scene, sources: Boxes, targets: Boxes, layer: int) -> None:
    """Draw from each map or node to its own; none to those that are dropped."""
    assert scene.snapshot is not None
    if len(sources) != len(targets) or len(sources) > map_colours.MOST_LINES:
        return
    missing = dropped(scene.snapshot.layers[layer])
    kept = np.ones(len(sources), dtype=bool)
    if missing is not None and len(missing) == len(sources):
        kept = ~missing
    pens = [_pen(scene, 0.5, lit=False)] * int(kept.sum())
    _paint_curves(painter, scene, layer, sources[kept], targets[kept], pens, 1.0)


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
        ink.setAlpha(190 if len(frames) == 1 else 120)
        painter.setPen(QPen(ink, 1.0))
        painter.drawLines(_rays(frames, QRectF(*cell)))
        ink.setAlpha(255)
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


def _rays(frames: list[QRectF], pixel: QRectF) -> list[QLineF]:
    """Return the lines from the windows to the pixel: from one its corners, from several the middle."""
    if len(frames) > 1:
        middle = QPointF(pixel.left(), pixel.center().y())
        return [QLineF(QPointF(frame.right(), frame.center().y()), middle) for frame in frames]
    frame = frames[0]
    return [
        QLineF(frame.topRight(), pixel.topLeft()),
        QLineF(frame.bottomRight(), pixel.bottomLeft()),
    ]
