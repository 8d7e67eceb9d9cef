"""Writes what the rows of an unrolled network are called, and the steps' numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from bpviz.present.unrolled.layout import Row
from bpviz.present.unrolled.words import layer_name, symbol
from bpviz.text import tr
from bpviz.views.plotting import CENTRE, RIGHT, line_height
from bpviz.views.unrolled.scene import LEFT, UnrolledScene


def paint_names(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Write the channels', the layer's or the gate's name, and how many units there are."""
    assert scene.layout is not None and scene.info is not None
    metrics = QFontMetricsF(scene.font)
    line = line_height(metrics)
    x, y, width, height = row.side
    if row.spec.kind == "input":
        _paint_channels(painter, scene, row)
        return
    end = row.matrices[0].box[0] - 3 if row.matrices else x + width
    rows = [each for each in scene.layout.rows if each.spec.layer == row.spec.layer]
    if row.target is not None:
        painter.setPen(QColor(scene.colours.muted))
        painter.drawText(QRectF(x, row.target[1], width, row.target[3]), RIGHT, "y")
    back = scene.cells(row).back if row.spec.kind != "through" else False
    name = "ŷ" if row.spec.is_output else layer_name(scene.info, row.spec.layer)
    if back and row.spec.is_output:
        name = "δ"
    lines = [name, str(row.spec.units)] if row.spec.kind != "through" and not row.spec.is_output else [name]
    if len(rows) > 1:
        lines = [("δ" if back else "") + symbol(row.spec.name)]
        if row is rows[-1] and height >= 2 * line:
            lines.insert(0, name)
    if len(rows) > 1 and height < 0.8 * line:
        # Too low for a name each: the layer's stands over all of them.
        if row is not rows[-1]:
            return
        lines, height = [name], rows[0].box[1] + rows[0].box[3] - y
        end = min([matrix.box[0] - 3 for each in rows for matrix in each.matrices] or [end])
    elif back and len(rows) == 1 and not row.spec.is_output:
        lines[1:] = ["δ" + symbol(row.spec.name) if row.spec.kind == "recurrent" else "δ"]
    room = max(int(height // line), 1)
    painter.setPen(QColor(scene.colours.backward if back else scene.colours.text))
    lines = lines[-room:] if len(rows) > 1 else lines[:room]
    top = y + (height - len(lines) * line) / 2
    for place, text in enumerate(lines):
        said = metrics.elidedText(text, Qt.TextElideMode.ElideRight, end - x)
        painter.drawText(QRectF(x, top + place * line, end - x, line), LEFT, said)
        painter.setPen(QColor(scene.colours.muted))


def _paint_channels(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    shown = scene.shown
    metrics = QFontMetricsF(scene.font)
    x, y, width, height = row.side
    lane = height / row.spec.units
    painter.setPen(QColor(scene.colours.text))
    if shown is None or lane < 0.8 * line_height(metrics):
        name = metrics.elidedText(tr("Input"), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(x, y, width, height), RIGHT, name)
        return
    for channel, name in enumerate(shown.channels):
        said = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(x, y + channel * lane, width, lane), RIGHT, said)


def paint_axis(painter: QPainter, scene: UnrolledScene) -> None:
    """Write the steps' numbers, some of them where there are many."""
    layout = scene.layout
    assert layout is not None
    line = line_height(QFontMetricsF(scene.font))
    painter.setPen(QColor(scene.colours.muted))
    painter.drawText(QRectF(4, layout.axis, layout.left - 10, line), RIGHT, tr("step"))
    for step in range(layout.steps):
        if (step + 1) % layout.label_every and step:
            continue
        if step == 0 and layout.label_every == 2:
            continue
        x = layout.left + (step + 0.5) * layout.column
        painter.drawText(QRectF(x - 30, layout.axis, 60, line), CENTRE, str(step + 1))
