"""Paints the walk on a network unrolled over time: what is not known yet, and the layer in hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.unrolled.cells import shown_name
from bpviz.present.unrolled.gather import sums_argb
from bpviz.present.unrolled.layout import Row, Unrolled
from bpviz.present.walk.light import Lit, phase_colour
from bpviz.present.walk.time import Way, errors_from, known_steps, way_of
from bpviz.views.plotting import faded
from bpviz.views.unrolled.scene import UnrolledScene, crisp, image_of

_VEIL = 0.84


def paint_unknown(painter: QPainter, scene: UnrolledScene) -> None:
    """Hide the steps of each layer that are not computed yet, and frame the layer in hand."""
    lit, layout = scene.lit, scene.layout
    if lit is None or layout is None:
        return
    lit_layer = lit.light.layer or len(lit.dissection.layers)
    whole = QRectF()
    for row in layout.rows:
        layer = row.spec.layer
        if row.spec.name == "delta_h":
            _hide_errors(painter, scene, lit, row)
        else:
            known = known_steps(lit, layer, layout.steps, shown_name(lit, layer, row.spec.name))
            if known < layout.steps:
                area = _area(row)
                # What is said beside an answer is as unknown as the answer.
                area.setLeft(_edge(scene, known))
                painter.fillRect(area, faded(scene.colours.card, _VEIL))
        if layer == lit_layer:
            whole = whole.united(_area(row).adjusted(-1, -1, 1, 1))
    if not whole.isNull():
        colour = phase_colour(scene.colours, lit.light.phase)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(faded(colour, 0.8), 1.6))
        painter.drawRect(whole)


def paint_gathered(painter: QPainter, scene: UnrolledScene) -> None:
    """Paint in place of a layer's weights as much of their gradient as is gathered back to a step."""
    step, gathered = scene.gather_step, scene.gathered
    if step is None or gathered is None or scene.lit is None or scene.layout is None:
        return
    crisp(painter)
    for row in scene.layout.rows:
        for matrix in row.matrices if row.spec.layer == scene.lit.light.layer else ():
            sums = gathered.sums.get(matrix.name)
            if sums is None:
                continue
            pixels = sums_argb(sums.reshape(*sums.shape[:2], -1), step)
            part = np.ascontiguousarray(pixels[matrix.first : matrix.first + matrix.count])
            painter.drawImage(QRectF(*matrix.box), image_of(scene.on_ground(part)))
            painter.setPen(QPen(QColor(scene.colours.backward), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(*matrix.box))


def paint_drops(painter: QPainter, scene: UnrolledScene) -> None:
    """Let values come from below and from the step before, δ from above and from the step after."""
    lit, layout = scene.lit, scene.layout
    way = None if lit is None else way_of(lit)
    if way is None or layout is None:
        return
    colour = scene.colours.backward if way.backward else scene.colours.accent
    painter.setPen(QPen(QColor(scene.colours.card), 1.0))
    painter.setBrush(QColor(colour))
    for line in drop_ways(layout, way):
        painter.drawEllipse(QLineF(*line).pointAt(scene.share), 3.4, 3.4)


def drop_ways(layout: Unrolled, way: Way) -> list[tuple[float, float, float, float]]:
    """Return the ways (x, y, x, y) along which something flows."""
    sources = [row for row in layout.rows if row.spec.layer == way.source]
    targets = [row for row in layout.rows if row.spec.layer == way.target]
    if not sources or not targets:
        return []
    source, target = (sources[0], targets[-1]) if way.backward else (sources[-1], targets[0])
    steps = range(layout.steps) if way.step < 0 else (way.step,)
    found = []
    for step in steps:
        if _stands(layout, source.spec.kind, step) and _stands(layout, target.spec.kind, step):
            first, last = layout.block(source, step), layout.block(target, step)
            x = layout.left + (step + 0.5) * layout.column
            start, end = first[1], last[1] + last[3]
            if way.backward:
                start, end = first[1] + first[3], last[1]
            found.append((x, start, x, end))
    neighbour = way.step + (1 if way.backward else -1)
    if way.step >= 0 and 0 <= neighbour < layout.steps:
        state = next((row for row in targets if row.spec.name == "h"), targets[-1])
        y = state.box[1] + state.box[3] / 2
        middle = layout.left + 0.5 * layout.column
        found.append((middle + neighbour * layout.column, y, middle + way.step * layout.column, y))
    return found


def _stands(layout: Unrolled, kind: str, step: int) -> bool:
    """Whether a row has something at a step: one answer stands at the last one alone."""
    return kind not in ("last", "through") or step == layout.steps - 1


def _edge(scene: UnrolledScene, step: int) -> float:
    assert scene.layout is not None
    return scene.layout.left + step * scene.layout.column


def _hide_errors(painter: QPainter, scene: UnrolledScene, lit: Lit, row: Row) -> None:
    """Hide the steps to which δ has not come back yet; forward there is none."""
    assert scene.layout is not None
    if lit.light.phase == "update":
        return
    first = errors_from(lit, row.spec.layer, scene.layout.steps)
    area = _area(row)
    area.setRight(area.right() if first == scene.layout.steps else _edge(scene, first))
    painter.fillRect(area, faded(scene.colours.card, _VEIL))


def _area(row: Row) -> QRectF:
    return QRectF(*row.box).adjusted(-1, -1, 1, 1)
