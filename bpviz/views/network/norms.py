"""Under the columns of a deep network how long each layer's gradient is, on one scale for all of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from bpviz.present.diagram.maps import block_box
from bpviz.present.numbers import short
from bpviz.snapshot import LayerState
from bpviz.views.network.scene import DEEP, Scene
from bpviz.views.plotting import faded, smaller

_BAR = 1.2
_ALIGN = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip


def gradient_norm(state: LayerState) -> float:
    """Return ‖∂L/∂θ⁽ˡ⁾‖ over all parameters of a layer."""
    return float(np.sqrt(sum(float(np.vdot(each.gradient, each.gradient)) for each in state.parameters)))


def paint_norms(painter: QPainter, scene: Scene) -> None:
    """Draw a bar for each layer's gradient, as high as it is long, and its number, where there is room."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None or not scene.gradients or len(layout.columns) <= DEEP:
        return
    columns = [each for each in layout.columns[1:] if snapshot.layers[each.layer].parameters]
    norms = [gradient_norm(snapshot.layers[each.layer]) for each in columns]
    most = max(norms, default=0.0)
    painter.setFont(smaller(scene.font))
    metrics = QFontMetricsF(painter.font())
    line, boxes = metrics.height(), [block_box(each) for each in columns]
    top = max((y + height for _, y, _, height in boxes), default=0.0) + 0.6 * line
    pitch = min(np.diff([x + width / 2 for x, _, width, _ in boxes]), default=0.0)
    texts, wide = _written(norms, metrics, pitch)
    # Where they would touch, every second number stands a line lower.
    foot = top + _BAR * line + (2.1 if wide else 1.1) * line
    if not 0.0 < most < np.inf or foot > layout.height:
        painter.setFont(scene.font)
        return
    for index, ((x, _, width, _), norm, text) in enumerate(zip(boxes, norms, texts, strict=True)):
        _paint_bar(painter, scene, QRectF(x, top, width, _BAR * line), norm / most)
        lower = line if wide and index % 2 else 0.0
        room = QRectF(x + width / 2 - 40, top + _BAR * line + lower, 80, line)
        painter.setPen(QColor(scene.colours.backward))
        painter.drawText(room, _ALIGN, text)
    left = QPointF(2.0, top + (_BAR + 0.8) * line)
    if boxes[0][0] - 20 > metrics.horizontalAdvance("‖∂L/∂θ‖"):
        painter.drawText(left, "‖∂L/∂θ‖")
    painter.setFont(scene.font)


def _written(norms: list[float], metrics: QFontMetricsF, pitch: float) -> tuple[list[str], bool]:
    """Return the numbers with as many digits as there is room for, and whether even so they would touch."""
    written = [[short(norm, digits) for norm in norms] for digits in (3, 2)]
    for texts in written:
        if max((metrics.horizontalAdvance(text) for text in texts), default=0.0) + 3.0 <= pitch:
            return texts, False
    return written[-1], True


def _paint_bar(painter: QPainter, scene: Scene, room: QRectF, share: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(scene.colours.backward, 0.1))
    painter.drawRect(room)
    painter.setBrush(QColor(scene.colours.backward))
    room.setTop(room.bottom() - share * room.height())
    painter.drawRect(room)
