"""Paints the walk on the diagram: what is not known yet, what is computed now, and what flows there."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.diagram.layout import Column
from bpviz.present.diagram.maps import block_box
from bpviz.present.numbers import change, short
from bpviz.present.walk.flow import Flow, along, flow_at, moving
from bpviz.present.walk.light import Lit, phase_colour
from bpviz.snapshot import LayerState
from bpviz.views.network.labels import Note, room_below
from bpviz.views.network.lines import Link, polygon
from bpviz.views.network.pill import paint_pill
from bpviz.views.network.scene import Scene
from bpviz.views.network.windows import paint_kernel_update, paint_passing, paint_window
from bpviz.views.plotting import CENTRE, faded

_UNKNOWN, _HALF = 0.84, 0.5
_TAIL = 0.16
_FEW = 24
"""Up to so many drops each has a tail."""


def paint_veils(painter: QPainter, scene: Scene) -> None:
    """Hide what the walk has not computed yet; where z is known but not a, half."""
    lit, layout = scene.lit, scene.layout
    if lit is None or layout is None or lit.light.phase != "forward":
        return
    line = QFontMetricsF(scene.font).height()
    for column in layout.columns[1:]:
        if column.layer <= lit.light.active:
            continue
        share = _HALF if column.layer <= lit.light.summed else _UNKNOWN
        area = QRectF(*block_box(column)).adjusted(-5, -3, 5, 4)
        if column.kind == "nodes":
            area.adjust(0, 0, 0, 1.1 * line)
        if column is layout.columns[-1]:
            area.setRight(layout.width)
        painter.fillRect(area, faded(scene.colours.card, share))


def paint_stream(painter: QPainter, scene: Scene) -> None:
    """Let what flows along lines flow, under the numbers that are written on them."""
    flow = _line_flow(scene)
    if flow is None:
        return
    for link in scene.links():
        if link.layer == flow.layer:
            _paint_flow(painter, scene, flow, link)


def change_note(scene: Scene) -> Note | None:
    """Return what is written beside the line that changes most, or whose gradient is largest."""
    flow, pinned = _line_flow(scene), scene.pinned
    if flow is None or flow.kind in ("values", "errors"):
        return None
    # Of a weight that is pinned the card tells; another one's number beside it would be taken for it.
    if pinned is not None and pinned.is_weight and pinned.layer == flow.layer:
        return None
    for link in scene.links():
        if link.layer == flow.layer:
            order = moving(flow, link.pairs)[0]
            return _note(scene, flow, link, int(order[0])) if len(order) else None
    return None


def _line_flow(scene: Scene) -> Flow | None:
    if scene.lit is None or scene.layout is None or scene.snapshot is None:
        return None
    flow = flow_at(scene.lit, scene.snapshot.layers)
    return flow if flow is not None and flow.strengths is not None else None


def paint_walk(painter: QPainter, scene: Scene, note: Note | None) -> None:
    """Frame the layer in hand and write the numbers that come of it; ``note`` beside its line."""
    lit, layout, snapshot = scene.lit, scene.layout, scene.snapshot
    if lit is None or layout is None or snapshot is None:
        return
    layer = lit.light.layer if lit.light.layer else len(layout.columns) - 1
    column = layout.columns[layer] if layer < len(layout.columns) else None
    if column is not None:
        # First: no line of it crosses a number.
        _paint_frame(painter, scene, lit, column)
    flow = flow_at(lit, snapshot.layers)
    if note is not None:
        paint_pill(painter, scene, note.at, note.text, note.colour)
    elif flow is not None and flow.strengths is None and flow.slides:
        paint_window(painter, scene, lit, flow)
    elif flow is not None and flow.strengths is None:
        paint_passing(painter, scene, flow)
    if lit.light.phase == "loss":
        _paint_loss(painter, scene, lit, layout.columns[-1])
    if column is not None:
        _paint_numbers(painter, scene, lit, column, snapshot.layers[layer])
        if lit.light.phase == "update":
            paint_kernel_update(painter, scene, column)


def _paint_frame(painter: QPainter, scene: Scene, lit: Lit, column: Column) -> None:
    """Frame a layer in its phase's colour, breathing."""
    area = QRectF(*block_box(column)).adjusted(-6, -5, 6, 5)
    if room_below(scene, column):
        # What is written under the last node belongs to the layer.
        area.adjust(0, 0, 0, 1.05 * QFontMetricsF(scene.font).height())
    colour = phase_colour(scene.colours, lit.light.phase)
    breath = 0.5 + 0.5 * math.sin(2 * math.pi * scene.clock)
    painter.setBrush(faded(colour, 0.05))
    painter.setPen(QPen(faded(colour, 0.55 + 0.45 * breath), 2.0))
    painter.drawRoundedRect(area, 8, 8)


def _paint_flow(painter: QPainter, scene: Scene, flow: Flow, link: Link) -> None:
    order, shares, signs = moving(flow, link.pairs)
    if not len(order):
        return
    points = link.points[order]
    if flow.kind in ("values", "errors"):
        _paint_dots(painter, scene, flow, points, shares, signs)
    else:
        _paint_glow(painter, scene, flow, points, shares)


def _paint_dots(
    painter: QPainter,
    scene: Scene,
    flow: Flow,
    points: NDArray[np.float64],
    shares: NDArray[np.floating],
    signs: NDArray[np.bool_],
) -> None:
    """Draw a drop on each line, as large as what it carries: orange adds, blue takes away; δ is magenta."""
    at = 1 - scene.clock if flow.backward else scene.clock
    behind = at + _TAIL if flow.backward else at - _TAIL
    heads, tails = along(points, at).tolist(), along(points, behind).tolist()
    colours, few = scene.colours, len(heads) <= _FEW
    drops = list(zip(heads, tails, shares.tolist(), signs.tolist(), strict=True))
    # The largest last: they lie on top.
    for head, tail, share, positive in reversed(drops):
        name = colours.backward if flow.backward else colours.positive if positive else colours.negative
        size = 1.4 + (3.8 if few else 2.6) * share
        if few or share > 0.4:
            pen = QPen(faded(name, 0.35), size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(*tail), QPointF(*head))
        painter.setPen(QPen(QColor(colours.card), 1.0) if size > 2.4 else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(name))
        painter.drawEllipse(QPointF(*head), size, size)


def _paint_glow(
    painter: QPainter, scene: Scene, flow: Flow, points: NDArray[np.float64], shares: NDArray[np.floating]
) -> None:
    """Let the lines that change most, or whose gradient is largest, flash."""
    update = flow.kind == "updates"
    name = scene.colours.good if update else scene.colours.backward
    flash = 0.65 * (1 - scene.clock) + 0.1
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Wide lines that shine through are dear: the strongest say it.
    for way, share in zip(points[:_FEW], shares[:_FEW].tolist(), strict=True):
        painter.setPen(QPen(faded(name, flash * share), 2.0 + 7.0 * share))
        painter.drawPolyline(polygon(way))


def _note(scene: Scene, flow: Flow, link: Link, index: int) -> Note | None:
    """Return the strongest line's gradient, or its weight before and after.

    None where the layer's strongest is not drawn: it is that one which is explained beside the diagram.
    """
    assert flow.strengths is not None and scene.snapshot is not None
    unit, source = link.pairs[index].tolist()
    carried = float(flow.strengths[unit, source])
    if abs(carried) < float(np.abs(flow.strengths).max()):
        return None
    text = f"∂L/∂w {short(carried, 3)}"
    weights = scene.snapshot.layers[flow.layer].weights
    if flow.kind == "updates" and weights is not None:
        new = float(weights[unit, source])
        text = "w " + change(new + carried, new)
    x, y = link.points[index, link.points.shape[1] // 2].tolist()
    name = scene.colours.good if flow.kind == "updates" else scene.colours.backward
    return Note(QPointF(x, y), text, name, link.layer, index)


def _paint_loss(painter: QPainter, scene: Scene, lit: Lit, column: Column) -> None:
    """Write the loss at the output, and of one sample what was said and what was wanted."""
    dissection = lit.dissection
    loss = dissection.loss if lit.sample == "mean" else float(dissection.losses[lit.row])
    text = f"L = {short(loss)}"
    if lit.sample != "mean" and dissection.layers:
        said, wanted = lit.of(dissection.layers[-1].a), lit.of(dissection.y)
        if said.size == wanted.size <= 2:
            pairs = zip(said.tolist(), wanted.tolist(), strict=True)
            text = " · ".join(f"ŷ {short(a, 3)}, y {short(y, 3)}" for a, y in pairs) + " · " + text
    x, y, width, height = block_box(column)
    line = QFontMetricsF(scene.font).height()
    above = y > 1.9 * line
    at = QPointF(x + width / 2, y - 1.0 * line if above else y + height + 2.0 * line)
    paint_pill(painter, scene, at, text, phase_colour(scene.colours, "loss"), filled=True)


def _paint_numbers(painter: QPainter, scene: Scene, lit: Lit, column: Column, state: LayerState) -> None:
    """Write beside each node what has just been computed: z or a to its right, δ to its left."""
    light, layout = lit.light, scene.layout
    assert layout is not None
    if column.kind != "nodes" or light.phase not in ("forward", "backward") or light.kind == "gradient":
        return
    metrics = QFontMetricsF(scene.font)
    line = metrics.height()
    pitch = float(column.cells[1, 1] - column.cells[0, 1]) if column.units > 1 else 2 * line
    if pitch < 0.95 * line:
        return
    backward = light.phase == "backward"
    if backward and room_below(scene, column):
        return  # there δ is written already
    values = state.delta if backward else state.z if light.kind in ("sum", "normalize") else state.a
    name = "δ" if backward else "z" if values is state.z else "a"
    colour = phase_colour(scene.colours, light.phase)
    for (x, y, width, height), value in zip(column.cells.tolist(), values.tolist(), strict=True):
        text = f"{name} {short(value, 3)}"
        room = QRectF(0, y + height / 2 - line / 2, metrics.horizontalAdvance(text) + 8, line)
        # Right of the outputs stand their names.
        if backward or column is layout.columns[-1]:
            room.moveRight(x - 8)
        else:
            room.moveLeft(x + width + 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(scene.colours.card, 0.9))
        painter.drawRoundedRect(room, 4, 4)
        painter.setPen(QColor(colour))
        painter.drawText(room, CENTRE, text)
