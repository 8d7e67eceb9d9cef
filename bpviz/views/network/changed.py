"""Marks in the diagram what is changed by hand, only to look."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.marks import spot_of
from bpviz.snapshot.changes import ChangeMade
from bpviz.views.network.scene import Scene

_SMALL, _OFF = 6.0, 5.0
_ALONG = 0.3
"""How far along its line a weight's ring is: numbers stand in the middle."""


def paint_changed(painter: QPainter, scene: Scene) -> None:
    """Ring each changed weight, bias, input and target in the warning's colour."""
    for change in scene.by_hand:
        area = area_of(scene, change)
        if area is None:
            continue
        radius = area.width() / 2 if area.width() <= 2 * _SMALL else 0.2 * area.width()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((scene.colours.card, 4.5), (scene.colours.warning, 2.4)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRoundedRect(area, radius, radius)


def area_of(scene: Scene, change: ChangeMade) -> QRectF | None:
    """Return what is ringed for a change; None where it is not to be seen."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None or change.sample not in (-1, snapshot.sample):
        return None
    spot = spot_of(snapshot.layers, change.where)
    if spot is None:
        return None
    if spot.is_weight:
        return _on_line(scene, spot)
    cell = layout.spot_cell(spot)
    if cell is None:
        return None
    area = QRectF(*cell)
    if change.where.name == "b" and layout.columns[spot.layer].kind == "nodes":
        return _round(area.bottomLeft())
    return area.adjusted(-_OFF, -_OFF, _OFF, _OFF)


def _on_line(scene: Scene, spot: Spot) -> QRectF | None:
    for link in scene.links():
        at = np.flatnonzero((link.pairs == (spot.unit, spot.source)).all(axis=1))
        if link.layer == spot.layer and at.size:
            points = link.points[int(at[0])]
            return _round(QPointF(*points[round(_ALONG * (len(points) - 1))].tolist()))
    return None


def _round(centre: QPointF) -> QRectF:
    return QRectF(centre.x() - _SMALL, centre.y() - _SMALL, 2 * _SMALL, 2 * _SMALL)
