"""Paints the walk on a network unrolled over time: what is not known yet, and the layer in hand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from bpviz.present.unrolled import Row
from bpviz.present.walk_light import phase_colour
from bpviz.present.walk_time import known_steps
from bpviz.views.plotting import faded
from bpviz.views.unrolled_scene import UnrolledScene

_VEIL = 0.84


def paint_unknown(painter: QPainter, scene: UnrolledScene) -> None:
    """Hide the steps of each layer that are not computed yet, and frame the layer in hand."""
    lit, layout = scene.lit, scene.layout
    if lit is None or layout is None:
        return
    lit_layer = lit.light.layer or len(lit.dissection.layers)
    for row in layout.rows:
        known = known_steps(lit, row.spec.layer, layout.steps)
        if known < layout.steps:
            area = _area(row)
            area.setLeft(layout.left + known * layout.column)
            painter.fillRect(area, faded(scene.colours.card, _VEIL))
        if row.spec.layer == lit_layer:
            colour = phase_colour(scene.colours, lit.light.phase)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(faded(colour, 0.8), 1.6))
            painter.drawRect(_area(row).adjusted(-1, -1, 1, 1))


def _area(row: Row) -> QRectF:
    return QRectF(*row.box).adjusted(-1, -1, 1, 1)
