"""Paints the units of a layer: a picture, a grid of cells, or nodes with what they have learnt."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from bpviz.present.diagram import colours
from bpviz.present.diagram.layout import Column
from bpviz.present.diagram.maps import MapColumn
from bpviz.present.numbers import short
from bpviz.snapshot import LayerState
from bpviz.views.network.lines import device_ratio, polygon
from bpviz.views.network.maps import paint_dropped, paint_flat, paint_maps, paint_node_gauges
from bpviz.views.network.scene import Scene

Align = Qt.AlignmentFlag
SMALLEST_TEXT = 7.5
"""Pixels below which a number is left to the card."""

SMALLEST_MAP = 14.0
"""Pixels below which a map of a grid's cell says no more than its activation."""
MOST_MAPS = 64
"""Units of a grid with a map each: more would cost too much thirty times a second."""


def paint_column(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Paint one layer: a picture, a grid of cells, or nodes with their maps, curves or numbers."""
    if column.kind == "picture":
        _paint_picture(painter, scene, column)
    elif isinstance(column, MapColumn):
        paint_maps(painter, scene, column, state)
    elif column.kind == "flat":
        paint_flat(painter, scene, column)
    elif column.kind == "grid":
        _paint_grid(painter, scene, column, state)
    else:
        _paint_nodes(painter, scene, column, state)
    paint_dropped(painter, scene, column, state)
    paint_node_gauges(painter, scene, column, state)


def _paint_picture(painter: QPainter, scene: Scene, column: Column) -> None:
    image = scene.picture()
    if image is None:
        return
    box = QRectF(*column.box)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(box, image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(scene.colours.muted), 1.0))
    painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 3, 3)


def _paint_grid(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    planes = state.maps is not None and state.maps.shape[1] > 1
    if planes and column.cell_size >= SMALLEST_MAP and state.units <= MOST_MAPS:
        _paint_maps(painter, scene, _whole_pixels(column), column.layer)
        return
    fills = _fills(scene, state)
    painter.setPen(QPen(_outline(scene), 0.8))
    radius = 0.22 * column.cell_size
    for (x, y, width, height), fill in zip(column.cells.tolist(), fills, strict=True):
        painter.setBrush(QColor.fromRgb(fill))
        painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)


def _fills(scene: Scene, state: LayerState) -> list[int]:
    """Return each unit's colour, as the theme shows it."""
    pixels = colours.unit_argb(state.a, state.activation)
    fills: list[int] = colours.on_ground(pixels, scene.colours.name == "dark").tolist()
    return fills


def _whole_pixels(column: Column) -> list[QRectF]:
    """Return the cells as squares of one size on whole pixels: their frames are pictures."""
    side = round(column.cell_size)
    return [QRectF(round(x), round(y), side, side) for x, y, _, _ in column.cells.tolist()]


def _paint_nodes(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    rects = [QRectF(*cell) for cell in column.cells.tolist()]
    if state.maps is not None and state.maps.shape[1] > 1:
        _paint_maps(painter, scene, rects, column.layer)
    elif state.maps is not None:
        _paint_plain(painter, scene, rects, None)
        _paint_curves(painter, scene, rects, state)
    else:
        fills = _fills(scene, state)
        _paint_plain(painter, scene, rects, fills)
        if column.cell_size >= 1.7 * QFontMetricsF(scene.font).height():
            _paint_values(painter, rects, state, fills)
    if state.bias is not None:
        paint_biases(painter, scene, rects, state.bias)


def _paint_maps(painter: QPainter, scene: Scene, rects: list[QRectF], layer: int) -> None:
    """Draw response maps out of the atlas, each under a frame with round corners.

    The values are samples at the grid's points, so a map reaches from the first point to the last:
    half a pixel is left off all round, which also keeps the neighbours in the atlas out.
    """
    image = scene.atlas()
    if image is None:
        return
    ratio = device_ratio(painter)
    frame = node_frame(round(rects[0].width()), scene.colours.card, scene.colours.text, ratio)
    for unit, rect in enumerate(rects):
        first, height = scene.map_rows(layer, unit)
        painter.drawImage(rect, image, QRectF(0.5, first + 0.5, image.width() - 1, height - 1))
        painter.drawPixmap(QPointF(rect.x() - 1, rect.y() - 1), frame)


@lru_cache(maxsize=64)
def node_frame(side: int, ground: str, ink: str, ratio: float) -> QPixmap:
    """Return the frame of a node, one pixel larger all round: its outline, and ground at the corners.

    Clipping every map to a rounded square would take ten times as long.
    """
    frame = QPixmap(round((side + 2) * ratio), round((side + 2) * ratio))
    frame.setDevicePixelRatio(ratio)
    frame.fill(Qt.GlobalColor.transparent)
    inner = QRectF(1, 1, side, side)
    corners, hole = QPainterPath(), QPainterPath()
    corners.addRect(inner)
    hole.addRoundedRect(inner, 0.2 * side, 0.2 * side)
    painter = QPainter(frame)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(corners.subtracted(hole), QColor(ground))
    outline = QColor(ink)
    outline.setAlpha(100)
    painter.setPen(QPen(outline, max(1.0, 0.022 * side)))
    painter.drawRoundedRect(inner, 0.2 * side, 0.2 * side)
    painter.end()
    return frame


def _paint_plain(painter: QPainter, scene: Scene, rects: list[QRectF], fills: list[int] | None) -> None:
    """Draw nodes of one colour each, or of the card's."""
    side = rects[0].width()
    painter.setPen(QPen(_outline(scene), max(1.0, 0.022 * side)))
    painter.setBrush(QColor(scene.colours.card))
    for unit, rect in enumerate(rects):
        if fills is not None:
            painter.setBrush(QColor.fromRgb(fills[unit]))
        painter.drawRoundedRect(rect, 0.2 * side, 0.2 * side)


def _outline(scene: Scene) -> QColor:
    colour = QColor(scene.colours.text)
    colour.setAlpha(90)
    return colour


def _paint_curves(painter: QPainter, scene: Scene, rects: list[QRectF], state: LayerState) -> None:
    """Draw each unit's response to the single input as a small curve, 0 as a line."""
    assert state.maps is not None
    heights = colours.levels(state.maps[:, 0, :], state.activation)
    along = np.linspace(0.08, 0.92, heights.shape[1])
    width = max(1.2, 0.05 * rects[0].width())
    for rect, level in zip(rects, heights, strict=True):
        painter.setPen(QPen(QColor(scene.colours.grid), 1.0))
        painter.drawLine(
            QPointF(rect.left() + 2, rect.center().y()), QPointF(rect.right() - 2, rect.center().y())
        )
        x = rect.left() + along * rect.width()
        y = rect.center().y() - 0.42 * rect.height() * level
        positive = float(level.mean()) >= 0
        painter.setPen(QPen(QColor(scene.colours.positive if positive else scene.colours.negative), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(np.stack([x, y], axis=1)))


def _paint_values(painter: QPainter, rects: list[QRectF], state: LayerState, fills: list[int]) -> None:
    """Write each unit's activation in it, small enough to fit."""
    font = painter.font()
    small = painter.font()
    room = 0.84 * rects[0].width()
    shares = state.activation in ("softmax", "sigmoid")
    for rect, value, fill in zip(rects, state.a.tolist(), fills, strict=True):
        text = f"{value:.2f}" if shares else short(value, 3)
        # A digit is about 0.62 of a font's height wide; measuring each number would cost more.
        size = min(0.3 * rect.height(), room / (0.64 * len(text)))
        if size < SMALLEST_TEXT:
            text = short(value, 1)
            size = min(0.36 * rect.height(), room / (0.64 * len(text)))
        if size < SMALLEST_TEXT:
            continue
        small.setPixelSize(round(size))
        painter.setFont(small)
        dark = QColor.fromRgb(fill).lightnessF() > 0.55
        painter.setPen(QColor("#1b1d23" if dark else "#ffffff"))
        painter.drawText(rect, Align.AlignCenter, text)
    painter.setFont(font)


def paint_biases(painter: QPainter, scene: Scene, rects: list[QRectF], bias: NDArray[np.floating]) -> None:
    """Draw each bias as a dot at the lower left corner: colour by sign, area by size."""
    radii = colours.bias_radius(bias, rects[0].height()).tolist()
    painter.setPen(QPen(QColor(scene.colours.card), max(1.0, 0.03 * rects[0].height())))
    for rect, value, radius in zip(rects, bias.tolist(), radii, strict=True):
        name = scene.colours.positive if value >= 0 else scene.colours.negative
        painter.setBrush(QColor(name))
        inset = 0.03 * rect.height()
        painter.drawEllipse(QPointF(rect.left() + inset, rect.bottom() - inset), radius, radius)
