"""Paints the network: lines, cells, biases, labels."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPen,
)

from bpviz.present import diagram_colours as colours
from bpviz.present.diagram import Column, Spot
from bpviz.present.inspect import feature_name, output_name
from bpviz.present.numbers import short
from bpviz.present.palette import class_colour
from bpviz.snapshot import LayerState
from bpviz.views.network_cells import paint_column
from bpviz.views.network_scene import Link, Scene, polygon

Align = Qt.AlignmentFlag


def paint_network(painter: QPainter, scene: Scene) -> None:
    """Paint everything, from the back to the front."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None or len(snapshot.layers) != len(layout.columns):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setFont(scene.font)
    for link in scene.links():
        _paint_link(painter, scene, link)
    for column, state in zip(layout.columns, snapshot.layers, strict=True):
        paint_column(painter, scene, column, state)
    _paint_input_labels(painter, scene, layout.columns[0])
    _paint_outputs(painter, scene, layout.columns[-1], snapshot.layers[-1])
    _paint_marks(painter, scene)


def _paint_link(painter: QPainter, scene: Scene, link: Link) -> None:
    """Draw the weights between two layers, the strongest last."""
    strengths = scene.strengths(link.layer)
    if strengths is None:
        return
    values = strengths[link.pairs[:, 0], link.pairs[:, 1]]
    steps = colours.line_steps(values, float(np.abs(strengths).max(initial=0.0)))
    widest, lines = widest_line(scene, link), len(link.pairs)
    ratio = painter.device().devicePixelRatioF()
    faint = _dimmed(scene, link)
    signs = (values > 0).tolist()
    widths = [colours.line_width(step, widest) for step in range(colours.WIDTH_LEVELS + 1)]
    for index in np.lexsort((steps, ~faint)).tolist():
        step = int(steps[index])
        painter.setPen(
            line_pen(
                _line_name(scene, signs[index]), scene.colours.card, step, bool(faint[index]), lines > 100
            )
        )
        painter.drawPolyline(scene.lines.line(link.layer, link.points[index], widths[step], ratio))


def widest_line(scene: Scene, link: Link) -> float:
    """Return the width of a layer's strongest weight, in pixels."""
    assert scene.layout is not None
    sizes = [scene.layout.columns[layer].cell_size for layer in (link.layer - 1, link.layer)]
    dense = all(scene.layout.columns[layer].kind == "nodes" for layer in (link.layer - 1, link.layer))
    return max(1.6, min(0.15 * min(sizes), 9.0)) if dense else 2.4


def _dimmed(scene: Scene, link: Link) -> NDArray[np.bool_]:
    """Return which lines step back because something else is pointed at."""
    spot = scene.spot
    if spot is None:
        return np.zeros(len(link.pairs), dtype=bool)
    if spot.is_weight and link.layer == spot.layer:
        return np.asarray((link.pairs != (spot.unit, spot.source)).any(axis=1))
    if not spot.is_weight and link.layer == spot.layer:
        return np.asarray(link.pairs[:, 0] != spot.unit)
    if not spot.is_weight and link.layer == spot.layer + 1:
        return np.asarray(link.pairs[:, 1] != spot.unit)
    return np.ones(len(link.pairs), dtype=bool)


def _line_name(scene: Scene, positive: bool) -> str:
    if scene.gradients:
        return scene.colours.backward
    return scene.colours.positive if positive else scene.colours.negative


@cache
def line_pen(colour: str, ground: str, step: int, faint: bool, crowded: bool) -> QPen:
    """Return the pen of a line's threads: one device pixel wide, and opaque so that they join."""
    opacity = colours.line_opacity(step, 101 if crowded else 1) * (0.3 if faint else 1.0)
    pen = QPen(QColor(*colours.mixed(colour, ground, opacity)), 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_input_labels(painter: QPainter, scene: Scene, column: Column) -> None:
    if column.kind != "nodes" or scene.info is None:
        return
    metrics = QFontMetricsF(scene.font)
    painter.setPen(QColor(scene.colours.muted))
    for unit, (x, y, _, height) in enumerate(column.cells.tolist()):
        room = QRectF(0, y, x - 8, height)
        name = feature_name(scene.info, unit)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() - 2)
        painter.drawText(room, Align.AlignRight | Align.AlignVCenter | Qt.TextFlag.TextDontClip, text)


def _paint_outputs(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Write what each output stands for and its answer; a probability is a bar as well."""
    if column.kind != "nodes" or scene.info is None:
        return
    classes = scene.info.task == "classification" and state.activation in ("softmax", "sigmoid")
    metrics = QFontMetricsF(scene.font)
    for unit, (x, y, width, height) in enumerate(column.cells.tolist()):
        left = x + width + 8
        room = QRectF(left, y, max(scene.output_room - 12, 4), height)
        painter.setPen(QColor(scene.colours.text if _is_target(scene, unit) else scene.colours.muted))
        name = metrics.elidedText(output_name(scene.info, unit), Qt.TextElideMode.ElideRight, room.width())
        line = metrics.height()
        two_lines = height >= 1.6 * line and not classes
        where = QRectF(room.x(), room.center().y() - (line if two_lines else line / 2), room.width(), line)
        if classes and height >= 1.15 * line:
            where.translate(0, -0.16 * line)
        painter.drawText(where, Align.AlignLeft | Align.AlignVCenter, name)
        if classes:
            _paint_bar(painter, scene, where, unit, float(state.a[unit]))
        elif two_lines:
            painter.setPen(QColor(scene.colours.text))
            painter.drawText(
                where.translated(0, line), Align.AlignLeft | Align.AlignVCenter, short(float(state.a[unit]))
            )


def _is_target(scene: Scene, unit: int) -> bool:
    """Whether this output is the right class of the chosen sample."""
    snapshot = scene.snapshot
    if snapshot is None or snapshot.target is None or snapshot.target.size <= unit:
        return False
    return snapshot.target.size > 1 and bool(snapshot.target[unit] == snapshot.target.max())


def _paint_bar(painter: QPainter, scene: Scene, room: QRectF, unit: int, share: float) -> None:
    assert scene.info is not None
    several = scene.info.units[-1] > 1
    track = QRectF(room.left(), room.bottom() - 1, room.width(), max(3.0, 0.2 * room.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.control))
    painter.drawRoundedRect(track, 1.5, 1.5)
    track.setWidth(track.width() * min(max(share, 0.0), 1.0))
    painter.setBrush(QColor(class_colour(unit if several else 1)))
    painter.drawRoundedRect(track, 1.5, 1.5)


def _paint_marks(painter: QPainter, scene: Scene) -> None:
    """Draw rings round what is pointed at, pinned and under the keyboard, and δ where it is asked for."""
    if scene.gradients:
        _paint_deltas(painter, scene)
    if scene.spot is not None and scene.spot.is_weight:
        _paint_weight_mark(painter, scene, scene.spot)
    elif scene.spot is not None:
        _ring(painter, scene, scene.spot, scene.colours.backward, 0.0)
    if scene.cursor is not None:
        _ring(painter, scene, scene.cursor, scene.colours.accent, 3.5)


def _ring(painter: QPainter, scene: Scene, spot: Spot, colour: str, off: float) -> None:
    assert scene.layout is not None
    rect = QRectF(*scene.layout.cell(spot.layer, spot.unit)).adjusted(-off, -off, off, off)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.5 if rect.width() < 14 else 2.6))
    radius = 0.2 * rect.width()
    painter.drawRoundedRect(rect, radius, radius)


def _paint_deltas(painter: QPainter, scene: Scene) -> None:
    """Ring each neuron in magenta by |δ| over the layer's largest, and write δ where there is room."""
    assert scene.layout is not None and scene.snapshot is not None
    metrics = QFontMetricsF(scene.font)
    magenta = QColor(scene.colours.backward)
    for column, state in zip(scene.layout.columns[1:], scene.snapshot.layers[1:], strict=True):
        share = np.abs(colours.levels(state.delta, "identity")).tolist()
        gap = column.cells[1, 1] - column.cells[0, 1] - column.cell_size if column.units > 1 else 99.0
        written = column.kind == "nodes" and gap >= 0.85 * metrics.height()
        for cell, size, delta in zip(column.cells.tolist(), share, state.delta.tolist(), strict=True):
            rect = QRectF(*cell)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(magenta, 0.6 + 0.07 * min(rect.width(), 40.0) * size))
            painter.drawRoundedRect(rect, 0.2 * rect.width(), 0.2 * rect.width())
            if written:
                under = QRectF(rect.center().x() - 60, rect.bottom(), 120, metrics.height())
                painter.drawText(under, Align.AlignCenter, f"δ {short(delta, 3)}")


def _paint_weight_mark(painter: QPainter, scene: Scene, spot: Spot) -> None:
    """Lift the pointed weight out, dashed in magenta, with δ flowing back along it."""
    assert scene.snapshot is not None
    for link in scene.links():
        if link.layer != spot.layer:
            continue
        at = np.flatnonzero((link.pairs == (spot.unit, spot.source)).all(axis=1))
        if not at.size:
            continue
        pen = QPen(QColor(scene.colours.backward), 2.4)
        pen.setDashPattern([2.0, 1.6])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon(link.points[int(at[0])]))
