"""Paints the window that slides over feature maps: forward it makes a pixel, back it carries δ or gathers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from bpviz.present import diagram_marks as marks
from bpviz.present.diagram import Spot
from bpviz.present.diagram_colours import diverging_argb, indices, levels
from bpviz.present.diagram_maps import MapColumn
from bpviz.present.map_windows import POOLINGS
from bpviz.present.walk_flow import Flow, gathered
from bpviz.present.walk_light import Lit, phase_colour
from bpviz.views.network_scene import Scene
from bpviz.views.plotting import faded

_MOST_RAYS = 8


def paint_window(painter: QPainter, scene: Scene, lit: Lit, flow: Flow) -> None:
    """Draw the window where it is now, and veil what it has not reached."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None:
        return
    rows, columns = flow.places
    count = rows * columns
    place = min(int(scene.clock * count), count - 1)
    target = layout.columns[flow.layer]
    if not isinstance(target, MapColumn):
        return
    name = phase_colour(scene.colours, lit.light.phase)
    if flow.kind == "values":
        _veil_rest(painter, scene, target, place, columns)
    elif flow.kind == "gradients":
        _paint_gathered(painter, scene, lit, target, place + 1)
    state = snapshot.layers[flow.layer]
    channels = range(len(target.tiles)) if state.kind in POOLINGS else range(1)
    for channel in channels:
        spot = Spot(flow.layer, channel * count + place)
        _paint_frames(painter, scene, lit, spot, name, rays=len(channels) <= _MOST_RAYS)
    painter.setPen(QPen(QColor(name), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for x, y, width, height in target.tiles.tolist():
        side_x, side_y = width / columns, height / rows
        row, column = divmod(place, columns)
        painter.drawRect(QRectF(x + column * side_x, y + row * side_y, side_x, side_y))


def _veil_rest(painter: QPainter, scene: Scene, target: MapColumn, place: int, columns: int) -> None:
    """Hide the pixels after ``place``, row by row."""
    veil = faded(scene.colours.card, 0.8)
    row, column = divmod(place, columns)
    for x, y, width, height in target.tiles.tolist():
        side_x, side_y = width / columns, height / target.shape[1]
        right, below = x + (column + 1) * side_x, y + (row + 1) * side_y
        painter.fillRect(QRectF(right, below - side_y, x + width - right, side_y), veil)
        painter.fillRect(QRectF(x, below, width, y + height - below), veil)


def _paint_frames(painter: QPainter, scene: Scene, lit: Lit, spot: Spot, name: str, rays: bool) -> None:
    """Frame what a pixel looks at on the maps before it; a pooling's winner gets a dot."""
    assert scene.layout is not None and scene.snapshot is not None
    found = marks.seen(scene.layout, scene.snapshot.layers, spot)
    cell = scene.layout.spot_cell(spot)
    if found is None:
        return
    frames = [QRectF(*frame) for frame in found.frames.tolist()]
    if cell is not None and rays and len(frames) <= _MOST_RAYS:
        painter.setPen(QPen(faded(name, 0.5), 1.0))
        pixel = QRectF(*cell)
        painter.drawLines(
            [QLineF(frame.right(), frame.center().y(), pixel.left(), pixel.center().y()) for frame in frames]
        )
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


def _winner(scene: Scene, lit: Lit, spot: Spot) -> tuple[float, float, float, float] | None:
    """Return the place of the pixel that a pooling took of the sample, of the first one of a mean."""
    winners = lit.dissection.layers[spot.layer - 1].extras[lit.row].get("winner")
    if winners is None or scene.layout is None:
        return None
    return scene.layout.spot_cell(Spot(spot.layer - 1, int(np.asarray(winners).ravel()[spot.unit])))


def _paint_gathered(painter: QPainter, scene: Scene, lit: Lit, target: MapColumn, places: int) -> None:
    """Draw over the kernels what of their gradient is gathered so far."""
    assert scene.snapshot is not None
    state = scene.snapshot.layers[target.layer]
    if not len(target.slices):
        return
    whole = next((each.gradient for each in state.parameters if each.role == "weight"), None)
    part = gathered(lit, state, target.layer, places)
    if part is None or whole is None or part.size != whole.size:
        return
    largest = max(float(np.abs(part).max(initial=0.0)), float(np.abs(whole).max(initial=0.0)), 1e-300)
    shares = np.append(part.ravel(), largest)
    pixels = diverging_argb()[indices(levels(shares, "identity"))][:-1].reshape(-1, target.window[1])
    pixels = np.ascontiguousarray(pixels)
    image = QImage(
        pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGB32
    )
    rows, columns = target.window
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for index, (x, y, width, height) in enumerate(target.slices.tolist()):
        painter.drawImage(QRectF(x, y, width, height), image, QRectF(0, index * rows, columns, rows))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
