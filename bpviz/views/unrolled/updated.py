"""Writes an update of the walk beside the weights of an unrolled network: the one that changes most."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.numbers import short
from bpviz.present.unrolled.updated import most_updated
from bpviz.views.plotting import CENTRE, faded
from bpviz.views.unrolled.scene import UnrolledScene


def paint_updated(painter: QPainter, scene: UnrolledScene) -> None:
    """Frame the weight that changes most, and write it before and after."""
    lit, layout, snapshot = scene.lit, scene.layout, scene.snapshot
    if lit is None or layout is None or snapshot is None or lit.light.phase != "update":
        return
    found = most_updated(snapshot.layers[lit.light.layer], lit.light.layer)
    box = None if found is None else layout.target_of(found.mark)
    pinned = scene.pinned
    # Of a weight that is pinned the card tells; another one's number beside it would be taken for it.
    told = pinned is not None and pinned.kind == "weight" and pinned.layer == lit.light.layer
    if found is None or box is None or told:
        return
    entry, good = QRectF(*box), QColor(scene.colours.good)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(scene.colours.card), 3.6), (good, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawRect(entry.adjusted(-1, -1, 1, 1))
    text = f"{found.symbol} {short(found.old, 3)} → {short(found.new, 3)}"
    metrics = QFontMetricsF(scene.font)
    room = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, 1.2 * metrics.height())
    # Right of the weights: all of them stay to be seen.
    room.moveCenter(entry.center())
    room.moveLeft(min(layout.left + 2, layout.look.width - room.width() - 2))
    row = layout.row_of(found.mark.layer)
    if row is not None and row.target is not None:
        # Beside them stand the answers, that are to be read.
        room.moveTopLeft(QPointF(row.side[0], entry.bottom() + 4))
    room.moveTop(min(max(room.top(), 2.0), layout.look.height - room.height() - 2))
    painter.setPen(QPen(good, 1.2))
    painter.setBrush(faded(scene.colours.card, 0.93))
    painter.drawRoundedRect(room, 0.5 * room.height(), 0.5 * room.height())
    painter.setPen(good)
    painter.drawText(room, CENTRE, text)
