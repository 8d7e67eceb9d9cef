"""Paints the network: lines, cells, biases, labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPen,
)

from bpviz.present.cards.card_walk import error_known
from bpviz.present.diagram import colours
from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.lines import arrow_heads
from bpviz.present.numbers import short
from bpviz.views.network.cells import paint_biases, paint_column
from bpviz.views.network.changed import paint_changed
from bpviz.views.network.labels import below, paint_labels, room_below
from bpviz.views.network.lines import Link, device_ratio, polygon
from bpviz.views.network.map_links import paint_map_links, paint_map_marks
from bpviz.views.network.norms import paint_norms
from bpviz.views.network.scene import Scene
from bpviz.views.network.walk import change_note, paint_stream, paint_veils, paint_walk

Align = Qt.AlignmentFlag

STRONG_STEP = round(0.6 * colours.WIDTH_LEVELS)
"""From this width on a gradient's line carries an arrow."""


def paint_network(painter: QPainter, scene: Scene) -> None:
    """Paint everything, from the back to the front."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None or len(snapshot.layers) != len(layout.columns):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setFont(scene.font)
    paint_map_links(painter, scene)
    _paint_links(painter, scene)
    paint_stream(painter, scene)
    note = change_note(scene)
    for column, state in zip(layout.columns, snapshot.layers, strict=True):
        paint_column(painter, scene, column, state)
    paint_labels(painter, scene, note)
    paint_norms(painter, scene)
    paint_veils(painter, scene)
    _paint_marks(painter, scene)
    paint_changed(painter, scene)
    paint_walk(painter, scene, note)


@dataclass(frozen=True)
class LinkPlan:
    """How the weights between two layers are drawn: width step, sign and faintness of each line."""

    link: Link
    steps: NDArray[np.int_]
    positive: NDArray[np.bool_]
    faint: NDArray[np.bool_]

    def key(self) -> tuple[int | bytes, ...]:
        """Return what another plan of the same layout must share to look the same."""
        arrays = (self.link.pairs, self.steps, self.positive, self.faint)
        return self.link.layer, *(array.tobytes() for array in arrays)


def _paint_links(painter: QPainter, scene: Scene) -> None:
    """Draw all lines; while no weight changes enough to be seen, their last picture is used again."""
    plans = [plan for link in scene.links() if (plan := _plan(scene, link)) is not None]

    def draw(on: QPainter) -> None:
        for plan in plans:
            _paint_link(on, scene, plan)

    shown = tuple(scene.shows_gradient(plan.link.layer) for plan in plans)
    key = (scene.colours.name, shown, tuple(plan.key() for plan in plans))
    scene.kept_lines.paint(painter, key, draw)


def _plan(scene: Scene, link: Link) -> LinkPlan | None:
    strengths = scene.strengths(link.layer)
    if strengths is None:
        return None
    values = strengths[link.pairs[:, 0], link.pairs[:, 1]]
    steps = colours.line_steps(values, float(np.abs(strengths).max(initial=0.0)))
    return LinkPlan(link, steps, values > 0, _dimmed(scene, link))


def _paint_link(painter: QPainter, scene: Scene, plan: LinkPlan) -> None:
    """Draw the weights between two layers, the strongest last."""
    link, steps, faint = plan.link, plan.steps, plan.faint
    widest, many = widest_line(scene, link), len(link.pairs) > 100
    ratio = device_ratio(painter)
    signs = plan.positive.tolist()
    widths = [colours.line_width(step, widest) for step in range(colours.WIDTH_LEVELS + 1)]
    for index in np.lexsort((steps, ~faint)).tolist():
        step = int(steps[index])
        colour = _line_name(scene, link.layer, signs[index])
        painter.setPen(line_pen(colour, scene.colours.card, step, bool(faint[index]), many))
        painter.drawPolyline(scene.lines.line(link.layer, link.points[index], widths[step], ratio))
    if scene.shows_gradient(link.layer):
        _paint_arrows(painter, scene, link.points[(steps >= STRONG_STEP) & ~faint], widest)


def _paint_arrows(painter: QPainter, scene: Scene, points: NDArray[np.float64], widest: float) -> None:
    """Point back along the lines of the strongest gradients: they flow from right to left."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.backward))
    for head in arrow_heads(points, 3.5 + 0.9 * widest):
        painter.drawPolygon(polygon(head))


def widest_line(scene: Scene, link: Link) -> float:
    """Return the width of a layer's strongest weight, in pixels."""
    assert scene.layout is not None
    sizes = [scene.layout.columns[layer].cell_size for layer in (link.layer - 1, link.layer)]
    dense = all(scene.layout.columns[layer].kind == "nodes" for layer in (link.layer - 1, link.layer))
    return max(1.6, min(0.15 * min(sizes), 9.0)) if dense else 2.4


def _dimmed(scene: Scene, link: Link) -> NDArray[np.bool_]:
    """Return which lines step back because something else is pointed at."""
    spot = scene.line_spot(link.layer)
    if scene.spot is None:
        return np.zeros(len(link.pairs), dtype=bool)
    if spot is None:
        return np.ones(len(link.pairs), dtype=bool)
    if spot.is_weight and link.layer == spot.layer:
        return np.asarray((link.pairs != (spot.unit, spot.source)).any(axis=1))
    if not spot.is_weight and link.layer == spot.layer:
        return np.asarray(link.pairs[:, 0] != spot.unit)
    if not spot.is_weight and link.layer == spot.layer + 1:
        return np.asarray(link.pairs[:, 1] != spot.unit)
    return np.ones(len(link.pairs), dtype=bool)


def _line_name(scene: Scene, layer: int, positive: bool) -> str:
    if scene.shows_gradient(layer):
        return scene.colours.backward
    return scene.colours.positive if positive else scene.colours.negative


@cache
def line_pen(colour: str, ground: str, step: int, faint: bool, crowded: bool) -> QPen:
    """Return the pen of a line's threads: one device pixel wide, and opaque so that they join."""
    opacity = colours.line_opacity(step, 101 if crowded else 1) * (0.3 if faint else 1.0)
    pen = QPen(QColor(*colours.mixed(colour, ground, opacity)), 1.0)
    pen.setCosmetic(True)
    return pen


def _paint_marks(painter: QPainter, scene: Scene) -> None:
    """Draw rings round what is pointed at, pinned and under the keyboard, and δ where it is asked for."""
    _paint_deltas(painter, scene)
    paint_map_marks(painter, scene)
    if scene.spot is not None and scene.spot.is_weight:
        _paint_weight_mark(painter, scene, scene.spot)
    elif scene.spot is not None:
        _ring(painter, scene, scene.spot, scene.colours.backward, 0.0)
    if scene.cursor is not None:
        _ring(painter, scene, scene.cursor, scene.colours.accent, 3.5)


def _ring(painter: QPainter, scene: Scene, spot: Spot, colour: str, off: float) -> None:
    assert scene.layout is not None
    cell = scene.layout.spot_cell(spot)
    if cell is None:
        return
    rect = QRectF(*cell).adjusted(-off, -off, off, off)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.5 if rect.width() < 14 else 2.6))
    radius = 0.2 * rect.width()
    painter.drawRoundedRect(rect, radius, radius)


def _paint_deltas(painter: QPainter, scene: Scene) -> None:
    """Ring each neuron in magenta by |δ| over the layer's largest, and write δ where there is room."""
    assert scene.layout is not None and scene.snapshot is not None
    magenta = QColor(scene.colours.backward)
    for column, state in zip(scene.layout.columns[1:], scene.snapshot.layers[1:], strict=True):
        if column.kind in ("maps", "flat") or not scene.shows_error(column.layer):
            continue  # their colours are δ already
        share = np.abs(colours.levels(state.delta, "identity")).tolist()
        written = room_below(scene, column)
        rects = [QRectF(*cell) for cell in column.cells.tolist()]
        for rect, size, delta in zip(rects, share, state.delta.tolist(), strict=True):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(magenta, 0.6 + 0.07 * min(rect.width(), 40.0) * size))
            painter.drawRoundedRect(rect, 0.2 * rect.width(), 0.2 * rect.width())
            if written:
                painter.drawText(below(scene, rect), Qt.AlignmentFlag.AlignCenter, f"δ {short(delta, 3)}")
        if column.kind == "nodes" and state.bias is not None:
            # The rings went over the dots.
            paint_biases(painter, scene, rects, state.bias)


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
        points = link.points[int(at[0])]
        painter.drawPolyline(polygon(points))
        for end in (Spot(spot.layer, spot.unit), Spot(spot.layer - 1, spot.source)):
            _ring(painter, scene, end, scene.colours.backward, 0.0)
        # In a walk δ is written once it has been computed.
        known = scene.lit is None or error_known(scene.lit.light, spot.layer)
        if known:
            delta = float(scene.snapshot.layers[spot.layer].delta[spot.unit])
            _paint_flow(painter, scene, points, delta)


def _paint_flow(painter: QPainter, scene: Scene, points: NDArray[np.float64], delta: float) -> None:
    """Write the δ that comes back along a weight beside the middle of its line."""
    metrics = QFontMetricsF(scene.font)
    text = f"δ ← {short(delta)}"
    room = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
    x, y = points[len(points) // 2].tolist()
    steep = abs(points[-1, 1] - points[0, 1]) > abs(points[-1, 0] - points[0, 0])
    room.moveCenter(QPointF(x, y - (0 if steep else 0.8 * metrics.height())))
    ground = QColor(scene.colours.card)
    ground.setAlpha(215)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(room, 4, 4)
    painter.setPen(QColor(scene.colours.backward))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
