"""Paints the window that slides over feature maps: forward it makes a pixel, back it carries δ or gathers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from bpviz.present.cards.inspect_maps import parameter
from bpviz.present.diagram import marks
from bpviz.present.diagram.colours import diverging_argb, indices, levels, on_ground
from bpviz.present.diagram.layout import Column, Spot
from bpviz.present.diagram.map_windows import POOLINGS
from bpviz.present.diagram.maps import MapColumn, block_box, tiles_of
from bpviz.present.numbers import short
from bpviz.present.walk.flow import Flow
from bpviz.present.walk.light import Lit, phase_colour
from bpviz.present.walk.windows import place_text
from bpviz.views.network.pill import paint_pill
from bpviz.views.network.scene import Scene
from bpviz.views.plotting import faded

_MOST_RAYS = 8
_MOST_PASSED = 64


def paint_window(painter: QPainter, scene: Scene, lit: Lit, flow: Flow) -> None:
    """Draw the window where it is now, and veil what it has not reached."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None:
        return
    columns, count = flow.places[1], flow.count
    unit = scene.window_unit(flow)
    channel, place = divmod(unit, count)
    target = layout.columns[flow.layer]
    if not isinstance(target, MapColumn):
        return
    name = phase_colour(scene.colours, lit.light.phase)
    if flow.kind == "values":
        _veil_rest(painter, scene, target, place, columns)
    elif flow.kind == "gradients":
        _paint_gathered(painter, scene, target, place + 1)
    state = snapshot.layers[flow.layer]
    channels = range(len(target.tiles)) if state.kind in POOLINGS else (channel,)
    for each in channels:
        spot = Spot(flow.layer, each * count + place)
        _paint_frames(painter, scene, lit, flow, spot, name, rays=len(channels) <= _MOST_RAYS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for index, (x, y, width, height) in enumerate(target.tiles.tolist()):
        side_x, side_y = width / columns, height / flow.places[0]
        row, column = divmod(place, columns)
        # The one that the line of numbers speaks of stands out.
        painter.setPen(QPen(faded(name, 1.0 if index == channel else 0.55), 2.4 if index == channel else 1.2))
        painter.drawRect(QRectF(x + column * side_x, y + row * side_y, side_x, side_y))
    _write_place(painter, scene, flow, target, unit, name)


def _write_place(
    painter: QPainter, scene: Scene, flow: Flow, target: MapColumn, unit: int, name: str
) -> None:
    """Write over the layer what happens where the window is."""
    assert scene.snapshot is not None
    gathered = scene.gathering(flow.layer) if flow.kind == "gradients" else None
    text = place_text(scene.snapshot.layers, flow, unit, gathered)
    if not text:
        return
    paint_pill(painter, scene, _beside(scene, target), text, name)


def _beside(scene: Scene, target: MapColumn) -> QPointF:
    """Return where a layer's line of numbers stands: over it, else under the layer before, else under it."""
    assert scene.layout is not None
    line = QFontMetricsF(scene.font).height()
    x, y, width, height = target.block_box
    if y > 1.9 * line:
        return QPointF(x + width / 2, y - line)
    left, top, wide, high = block_box(scene.layout.columns[target.layer - 1])
    if top + high + 3.4 * line < scene.layout.height:
        return QPointF(left + wide / 2, top + high + 2.4 * line)
    return QPointF(x + width / 2, y + height + 2 * line)


def _veil_rest(painter: QPainter, scene: Scene, target: MapColumn, place: int, columns: int) -> None:
    """Hide the pixels after ``place``, row by row."""
    veil = faded(scene.colours.card, 0.8)
    row, column = divmod(place, columns)
    for x, y, width, height in target.tiles.tolist():
        side_x, side_y = width / columns, height / target.shape[1]
        right, below = x + (column + 1) * side_x, y + (row + 1) * side_y
        painter.fillRect(QRectF(right, below - side_y, x + width - right, side_y), veil)
        painter.fillRect(QRectF(x, below, width, y + height - below), veil)


def _paint_frames(
    painter: QPainter, scene: Scene, lit: Lit, flow: Flow, spot: Spot, name: str, rays: bool
) -> None:
    """Frame what a pixel looks at on the maps before it; a pooling's winner gets a dot."""
    assert scene.layout is not None and scene.snapshot is not None
    found = marks.seen(scene.layout, scene.snapshot.layers, spot)
    cell = scene.layout.spot_cell(spot)
    if found is None:
        return
    frames = [QRectF(*frame) for frame in found.frames.tolist()]
    if cell is not None and rays and len(frames) <= _MOST_RAYS:
        pixel = QRectF(*cell)
        ways = [
            QLineF(frame.right(), frame.center().y(), pixel.left(), pixel.center().y()) for frame in frames
        ]
        painter.setPen(QPen(faded(name, 0.5), 1.0))
        painter.drawLines(ways)
        _paint_drops(painter, scene, flow, ways, name)
    painter.setBrush(faded(name, 0.12))
    for colour, width in ((QColor(scene.colours.card), 3.0), (QColor(name), 1.6)):
        painter.setPen(QPen(colour, width))
        painter.drawRects(frames)
    winner = _winner(scene, lit, spot)
    if winner is not None:
        won = QRectF(*winner)
        size = max(0.36 * won.width(), 2.5)
        painter.setPen(QPen(QColor(scene.colours.card), 1.0))
        painter.setBrush(QColor(name))
        painter.drawEllipse(won.center(), size, size)


def _paint_drops(painter: QPainter, scene: Scene, flow: Flow, ways: list[QLineF], name: str) -> None:
    """Draw a drop on each way: to the right forward, to the left with δ."""
    if flow.kind == "gradients":
        return
    share = scene.clock * flow.count % 1.0 if scene.held_unit(flow) is None else scene.clock
    painter.setPen(QPen(QColor(scene.colours.card), 1.0))
    painter.setBrush(QColor(name))
    for way in ways:
        painter.drawEllipse(way.pointAt(1.0 - share if flow.backward else share), 3.0, 3.0)


def _winner(scene: Scene, lit: Lit, spot: Spot) -> tuple[float, float, float, float] | None:
    """Return the place of the pixel that a pooling took of the sample, of the first one of a mean."""
    winners = lit.dissection.layers[spot.layer - 1].extras[lit.row].get("winner")
    if winners is None or scene.layout is None:
        return None
    return scene.layout.spot_cell(Spot(spot.layer - 1, int(np.asarray(winners).ravel()[spot.unit])))


def _paint_gathered(painter: QPainter, scene: Scene, target: MapColumn, places: int) -> None:
    """Draw over the kernels what of their gradient is gathered so far."""
    assert scene.snapshot is not None
    state = scene.snapshot.layers[target.layer]
    if not len(target.slices):
        return
    whole = next((each.gradient for each in state.parameters if each.role == "weight"), None)
    found = scene.gathering(target.layer)
    if found is None or whole is None or found.parts[0].size != whole.size:
        return
    part = found.until(places)
    largest = max(float(np.abs(part).max(initial=0.0)), float(np.abs(whole).max(initial=0.0)), 1e-300)
    shares = np.append(part.ravel(), largest)
    pixels = diverging_argb()[indices(levels(shares, "identity"))][:-1].reshape(-1, target.window[1])
    pixels = np.ascontiguousarray(on_ground(pixels, scene.colours.name == "dark"))
    image = QImage(
        pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGB32
    )
    rows, columns = target.window
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for index, (x, y, width, height) in enumerate(target.slices.tolist()):
        painter.drawImage(QRectF(x, y, width, height), image, QRectF(0, index * rows, columns, rows))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)


def paint_kernel_update(painter: QPainter, scene: Scene, column: Column) -> None:
    """Frame the kernel's number that changes most, and write it before and after."""
    assert scene.snapshot is not None
    if not isinstance(column, MapColumn) or not column.entries_each:
        return
    weights = parameter(scene.snapshot.layers[column.layer], "W")
    if weights is None or weights.update.size != len(column.entries):
        return
    entry = int(np.argmax(np.abs(weights.update)))
    new, taken = float(weights.values.ravel()[entry]), float(weights.update.ravel()[entry])
    rect = QRectF(*column.entries[entry].tolist())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(scene.colours.good), 2.0))
    painter.drawRect(rect)
    at = _beside(scene, column)
    paint_pill(painter, scene, at, f"w {short(new + taken, 3)} → {short(new, 3)}", scene.colours.good)


def paint_passing(painter: QPainter, scene: Scene, flow: Flow) -> None:
    """Let a layer that only passes on carry a drop from each map, or each unit, to its own."""
    assert scene.layout is not None
    source, target = scene.layout.columns[flow.layer - 1], scene.layout.columns[flow.layer]
    starts, ends = _pieces(source, target)
    if not len(starts):
        return
    share = 1.0 - scene.clock if flow.backward else scene.clock
    painter.setPen(QPen(QColor(scene.colours.card), 1.0))
    painter.setBrush(QColor(scene.colours.backward if flow.backward else scene.colours.accent))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        painter.drawEllipse(QLineF(*start, *end).pointAt(share), 3.0, 3.0)


def _pieces(source: Column, target: Column) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (k, 2) where drops start, at the right of ``source``, and end, at the left of ``target``."""
    first, last = tiles_of(source), tiles_of(target)
    if not len(first) or not len(last):
        first = first if len(first) else source.cells
        last = last if len(last) else target.cells
        # A bar has a stretch for each map.
        if len(first) != len(last) and len(last) % max(len(first), 1) == 0:
            last = last.reshape(len(first), -1, 4)[:, len(last) // len(first) // 2]
    if len(first) != len(last) or len(first) > _MOST_PASSED:
        return np.empty((0, 2)), np.empty((0, 2))
    right = np.stack([first[:, 0] + first[:, 2], first[:, 1] + first[:, 3] / 2], axis=1)
    left = np.stack([last[:, 0], last[:, 1] + last[:, 3] / 2], axis=1)
    return right, left
