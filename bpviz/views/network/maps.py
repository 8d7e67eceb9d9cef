"""Paints feature maps, kernels, what is laid out flat, dropped units and a batch norm's statistics."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.cards.inspect_maps import dropped
from bpviz.present.diagram.layout import Column
from bpviz.present.diagram.maps import MapColumn
from bpviz.snapshot import LayerState
from bpviz.views.network.images import MapImages
from bpviz.views.network.scene import Scene

SMALLEST_CROSS = 4.5
"""Pixels below which a dropped pixel is grey alone."""
SMALLEST_DIAGONAL = 2.5
"""Pixels below which a dropped cell of a bar is dark grey alone."""
GAUGES_KEPT = 16


def images(scene: Scene) -> MapImages:
    """Return the pictures of what the scene shows."""
    assert scene.snapshot is not None
    layers = range(len(scene.snapshot.layers))
    errors = frozenset(layer for layer in layers if scene.shows_error(layer))
    gradients = frozenset(layer for layer in layers if scene.shows_gradient(layer))
    scene.images.take(scene.snapshot, errors, gradients, scene.colours)
    return scene.images


def paint_maps(painter: QPainter, scene: Scene, column: MapColumn, state: LayerState) -> None:
    """Paint a layer's maps with what stands beside them."""
    _, rows, columns = column.shape
    back = bool(column.layer) and scene.shows_error(column.layer)
    edge = QColor(scene.colours.backward if back else scene.colours.muted)
    picture = images(scene).maps(column.layer)
    if picture is not None:
        _paint_tiles(painter, column.tiles.tolist(), picture, (rows, columns), edge)
    kernels = images(scene).kernels(column.layer) if len(column.slices) else None
    if kernels is not None:
        _paint_tiles(painter, column.slices.tolist(), kernels, column.window, edge)
    missing = dropped(state)
    if missing is not None and column.cell_size >= SMALLEST_CROSS:
        paint_crosses(painter, scene.colours.card, column.cells[missing].tolist())
    if len(column.gauges):
        paint_gauges(painter, scene, column.gauges.tolist(), state)


def _paint_tiles(
    painter: QPainter, tiles: list[list[float]], picture: object, size: tuple[int, int], edge: QColor
) -> None:
    """Draw each tile out of a picture that holds them below one another, with a thin frame."""
    rows, columns = size
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for index, (x, y, width, height) in enumerate(tiles):
        painter.drawImage(QRectF(x, y, width, height), picture, QRectF(0, index * rows, columns, rows))  # type: ignore[call-overload]
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    edge.setAlpha(150)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(edge, 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRects([QRectF(x - 0.5, y - 0.5, width + 1, height + 1) for x, y, width, height in tiles])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_flat(painter: QPainter, scene: Scene, column: Column) -> None:
    """Paint what is laid out flat as a bar: its numbers, or the weights into the unit that is pointed at."""
    picture = images(scene).bar(column.layer, _unit_behind(scene, column.layer))
    if picture is None:
        return
    box = QRectF(*column.box)
    fine = column.cell_size * scene.ratio < 1.5
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, fine)
    painter.drawImage(box, picture)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    _paint_diagonals(painter, scene, column)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge = QColor(scene.colours.backward if scene.shows_error(column.layer) else scene.colours.muted)
    edge.setAlpha(150)
    painter.setPen(QPen(edge, 1.0))
    painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))


def _paint_diagonals(painter: QPainter, scene: Scene, column: Column) -> None:
    """Strike the dropped cells of a bar out, where they are large enough for a line."""
    assert scene.snapshot is not None
    missing = dropped(scene.snapshot.layers[column.layer])
    if missing is None or column.cell_size < SMALLEST_DIAGONAL:
        return
    painter.setPen(QPen(QColor(scene.colours.card), 0.8))
    painter.drawLines([QLineF(x, y + h, x + w, y) for x, y, w, h in column.cells[missing].tolist()])


def _unit_behind(scene: Scene, layer: int) -> int | None:
    """Return the dense unit behind a bar that is pointed at: the bar then shows its weights."""
    spot, snapshot = scene.spot, scene.snapshot
    if spot is None or snapshot is None or spot.kernel or spot.layer != layer + 1:
        return None
    return spot.unit if snapshot.layers[spot.layer].weights is not None else None


def paint_dropped(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Cover dropped neurons in grey, each with a cross."""
    missing = dropped(state)
    if missing is None or column.kind not in ("nodes", "grid") or not missing.any():
        return
    cells = column.cells[missing].tolist()
    painter.setPen(Qt.PenStyle.NoPen)
    # The cells of a grid are small: beside their colours a pale grey would be a small value.
    small = column.kind == "grid"
    painter.setBrush(QColor(scene.colours.muted if small else scene.colours.border))
    for x, y, width, height in cells:
        painter.drawRoundedRect(QRectF(x, y, width, height), 0.2 * width, 0.2 * width)
    paint_crosses(painter, scene.colours.card if small else scene.colours.muted, cells)


def paint_crosses(painter: QPainter, colour: str, cells: list[list[float]]) -> None:
    """Draw a cross in each cell."""
    if not cells:
        return
    inset = 0.24 * cells[0][2]
    lines = []
    for x, y, width, height in cells:
        left, top, right, bottom = x + inset, y + inset, x + width - inset, y + height - inset
        lines += [QLineF(left, top, right, bottom), QLineF(left, bottom, right, top)]
    painter.setPen(QPen(QColor(colour), min(max(0.09 * cells[0][2], 0.8), 2.2)))
    painter.drawLines(lines)


def paint_gauges(painter: QPainter, scene: Scene, places: list[list[float]], state: LayerState) -> None:
    """Draw each channel's μ ± √v as two thin bars, the batch's and the running one, over a line for 0.

    One scale for all channels of the layer.
    """
    held = state.arrays
    names = (("mean", "variance"), ("running_mean", "running_variance"))
    if any(name not in held for pair in names for name in pair):
        return
    pairs = [(np.asarray(held[mean]), np.sqrt(np.maximum(held[variance], 0))) for mean, variance in names]
    largest = max(float((np.abs(mean) + spread).max(initial=0.0)) for mean, spread in pairs)
    if not 0.0 < largest < math.inf:
        return
    for channel, (x, y, width, height) in enumerate(places):
        middle = y + height / 2
        painter.setPen(QPen(QColor(scene.colours.grid), 1.0))
        painter.drawLine(QPointF(x, middle), QPointF(x + width, middle))
        for index, (mean, spread) in enumerate(pairs):
            name = scene.colours.accent if index == 0 else scene.colours.muted
            at = x + width * (0.25 + 0.5 * index)
            centre = middle - float(mean[channel]) / largest * height / 2
            reach = float(spread[channel]) / largest * height / 2
            painter.setPen(QPen(QColor(name), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(QPointF(at, centre - reach), QPointF(at, centre + reach))
            painter.drawLine(QPointF(at - 2.4, centre), QPointF(at + 2.4, centre))


def paint_node_gauges(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Draw a batch norm's statistics left of its nodes."""
    if column.kind != "nodes" or state.kind != "batchnorm" or column.units > GAUGES_KEPT:
        return
    places = [[x - 13.0, y, 11.0, height] for x, y, _, height in column.cells.tolist()]
    paint_gauges(painter, scene, places, state)
