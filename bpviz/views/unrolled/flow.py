"""Paints what moves over the still picture: the states going right, δ coming back, the lit step, marks."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.numbers import short
from bpviz.present.unrolled.layout import Mark, Row, Unrolled
from bpviz.present.unrolled.places import mark_of
from bpviz.present.unrolled.values import Flow
from bpviz.present.walk.time import flows_back, reached
from bpviz.text import tr
from bpviz.views.plotting import CENTRE, RIGHT, faded, hairline, line_height
from bpviz.views.unrolled.scene import UnrolledScene
from bpviz.views.unrolled.updated import paint_updated
from bpviz.views.unrolled.walk import paint_drops, paint_gathered, paint_unknown

_VEIL = 0.78


def paint_moving(painter: QPainter, scene: UnrolledScene) -> None:
    """Paint veils first, then what lies over them."""
    layout = scene.layout
    if layout is None:
        return
    _paint_veils(painter, scene)
    paint_unknown(painter, scene)
    paint_gathered(painter, scene)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in layout.rows:
        if row.spec.kind == "recurrent":
            _paint_states(painter, scene, row)
        if row.strip is not None:
            _paint_strip(painter, scene, row, row.strip, scene.flows[row.spec.layer])
    _paint_step(painter, scene)
    paint_drops(painter, scene)
    paint_updated(painter, scene)
    sample = -1 if scene.snapshot is None else scene.snapshot.sample
    changed = [mark_of(layout, one.where) for one in scene.by_hand if one.sample in (-1, sample)]
    for mark, colour, off in (
        *((mark, scene.colours.warning, 4.0) for mark in changed),
        (scene.told, scene.colours.backward, 0.0),
        (scene.cursor, scene.colours.accent, 2.0),
    ):
        if mark is not None:
            _paint_ring(painter, scene, mark, colour, off)


def _reached(scene: UnrolledScene, step: int, layer: int) -> bool:
    """Whether a layer's states have come as far as ``step`` while time is played, or the walk goes."""
    if scene.lit is not None:
        return reached(scene.lit, step, layer)
    return scene.clock is None or scene.clock.backward or step <= scene.clock.step


def _flows_back(scene: UnrolledScene, step: int, layer: int) -> bool:
    """Whether δ of a layer has come back as far as ``step``."""
    if scene.lit is not None:
        return flows_back(scene.lit, step, layer)
    return scene.clock is None or (scene.clock.backward and step >= scene.clock.step)


def _paint_veils(painter: QPainter, scene: UnrolledScene) -> None:
    """Hide what the time that is played has not reached yet."""
    layout, clock = scene.layout, scene.clock
    if layout is None or clock is None or clock.backward or scene.lit is not None:
        return
    left = layout.left + (clock.step + 1) * layout.column
    top = layout.rows[-1].box[1] - 4
    if layout.rows[-1].target is not None:
        top = layout.rows[-1].target[1] - 4
    veil = faded(scene.colours.card, _VEIL)
    painter.fillRect(QRectF(left, top, layout.look.width - left, layout.axis - top), veil)


def _paint_states(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Draw h going on to the next step in the upper part of each gap, and δ coming back in the lower."""
    layout = scene.layout
    assert layout is not None
    name = row.spec.name
    others = [each.spec.name for each in layout.rows if each.spec.layer == row.spec.layer]
    if layout.gap < 3 or (len(others) > 1 and name not in ("h", "c")):
        return
    flow, cut = scene.flows[row.spec.layer], scene.cuts.get(row.spec.layer, frozenset())
    _, y, _, height = row.box
    head = min(0.3 * layout.gap, 3.5, max(0.2 * height, 2.0))
    apart = max(0.15 * height, min(3.0, 0.25 * height))
    for step in range(layout.steps - 1):
        edge = layout.left + (step + 1) * layout.column
        start, end = edge - layout.gap / 2 + 1, edge + layout.gap / 2 - 1
        if _reached(scene, step + 1, row.spec.layer):
            painter.setPen(QPen(QColor(scene.colours.muted), 1.2))
            _arrow(painter, start, end, y + height / 2 - apart, head)
        if step in cut:
            painter.setPen(QPen(QColor(scene.colours.backward), 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(edge, y), QPointF(edge, y + height))
        elif name != "c" and _flows_back(scene, step, row.spec.layer) and flow.shares[step] > 0:
            share = float(flow.shares[step])
            painter.setPen(QPen(faded(scene.colours.backward, 0.35 + 0.65 * share), 0.8 + 2.4 * share))
            _arrow(painter, end, start, y + height / 2 + apart, -head)


def _arrow(painter: QPainter, start: float, end: float, y: float, head: float) -> None:
    painter.drawLine(QPointF(start, y), QPointF(end, y))
    if abs(head) >= 1.2:
        tip = QPointF(end, y)
        painter.drawPolyline([QPointF(end - head, y - abs(head)), tip, QPointF(end - head, y + abs(head))])


def _paint_strip(
    painter: QPainter, scene: UnrolledScene, row: Row, strip: tuple[float, float, float, float], flow: Flow
) -> None:
    """Draw ‖∂L/∂h_t‖ as bars on a logarithmic axis, with the numbers of both ends."""
    layout = scene.layout
    assert layout is not None
    area = QRectF(*strip).adjusted(0, 2, 0, -1)
    painter.fillRect(area, faded(scene.colours.control, 0.55))
    _write_ratio(painter, scene, area, flow, row.spec.layer)
    line = line_height(QFontMetricsF(scene.font))
    bars = area.adjusted(0, line + 1, 0, 0) if area.height() >= 1.8 * line else area
    if bars is not area:
        _write_norms(painter, scene, area, flow, row.spec.layer)
    decades = flow.high - flow.low
    painter.setPen(hairline(scene.colours.grid))
    for decade in range(1, decades if bars.height() / decades >= 4 else 0):
        y = bars.bottom() - decade / decades * bars.height()
        painter.drawLine(QPointF(bars.left(), y), QPointF(bars.right(), y))
    _paint_bars(painter, scene, row, bars, flow)


def _paint_bars(painter: QPainter, scene: UnrolledScene, row: Row, area: QRectF, flow: Flow) -> None:
    layout, magenta = scene.layout, scene.colours.backward
    assert layout is not None
    cut = scene.cuts.get(row.spec.layer, frozenset())
    for step, share in enumerate(flow.shares.tolist()):
        if step in cut:
            painter.setPen(QPen(QColor(magenta), 1.0, Qt.PenStyle.DotLine))
            edge = layout.left + (step + 1) * layout.column
            painter.drawLine(QPointF(edge, area.top()), QPointF(edge, area.bottom()))
        if not _flows_back(scene, step, row.spec.layer) or share <= 0:
            continue
        x, _, width, _ = layout.block(row, step)
        lit = scene.clock is not None and scene.clock.step == step
        height = share * area.height()
        bar = QRectF(x, area.bottom() - height, max(width, 0.8), height)
        painter.fillRect(bar, faded(magenta, 1.0 if lit else 0.35 + 0.5 * share))


def _write_norms(painter: QPainter, scene: UnrolledScene, area: QRectF, flow: Flow, layer: int) -> None:
    """Write the first and the last norm over their bars, or each one where all fit."""
    layout = scene.layout
    assert layout is not None
    metrics = QFontMetricsF(scene.font)
    widest = metrics.horizontalAdvance("0.000e−00") + 4
    every = range(layout.steps) if layout.column >= widest else (0, layout.steps - 1)
    if layout.steps * layout.column < 3 * widest:
        return
    painter.setPen(QColor(scene.colours.text))
    for step in every:
        if _flows_back(scene, step, layer):
            text = short(float(flow.norms[step]), 2)
            width = metrics.horizontalAdvance(text)
            left = layout.left + (step + 0.5) * layout.column - width / 2
            left = min(max(left, area.left() + 2), area.right() - width - 2)
            painter.drawText(QRectF(left, area.top(), width, line_height(metrics)), CENTRE, text)


def _write_ratio(painter: QPainter, scene: UnrolledScene, area: QRectF, flow: Flow, layer: int) -> None:
    """Write in the margin what the bars are, and the first over the last."""
    layout = scene.layout
    assert layout is not None
    metrics = QFontMetricsF(scene.font)
    line = line_height(metrics)
    lines = [("‖∂L/∂h‖", scene.colours.backward)]
    if math.isfinite(flow.ratio) and _flows_back(scene, 0, layer):
        ratio = short(flow.ratio, 2)
        long = tr("first/last {ratio}", ratio=ratio)
        fits = metrics.horizontalAdvance(long) <= layout.left - 10
        lines.append((long if fits else f"1/{layout.steps}: {ratio}", scene.colours.text))
    if area.height() < 1.9 * line:
        lines = lines[-1:] if len(lines) > 1 else lines
    top = area.center().y() - len(lines) * line / 2
    for place, (text, colour) in enumerate(lines):
        painter.setPen(QColor(colour))
        painter.drawText(QRectF(0, top + place * line, layout.left - 5, line), RIGHT, text)


def _paint_step(painter: QPainter, scene: UnrolledScene) -> None:
    """Frame the lit step over all rows; magenta while δ flows back."""
    layout = scene.layout
    step = scene.clock.step if scene.clock is not None else scene.step
    gathered = scene.gather_step
    step = step if gathered is None else gathered
    if layout is None or step is None:
        return
    backward = gathered is not None or (scene.clock is not None and scene.clock.backward)
    colour = scene.colours.backward if backward else scene.colours.accent
    top = _top(layout, step)
    frame = QRectF(layout.left + step * layout.column, top, layout.column, layout.look.height - top - 1)
    painter.setPen(QPen(QColor(colour), 1.4))
    painter.setBrush(faded(colour, 0.07))
    painter.drawRoundedRect(frame, 4, 4)


def _top(layout: Unrolled, step: int) -> float:
    """Return where a step begins: what is written beside the one answer belongs to the last step alone."""
    if step == layout.steps - 1:
        return 1.0
    over_time = [row for row in layout.rows if row.spec.kind not in ("last", "through")]
    return max(over_time[-1].box[1] - 4, 1.0) if over_time[-1].target is None else 1.0


def _paint_ring(painter: QPainter, scene: UnrolledScene, mark: Mark, colour: str, off: float) -> None:
    assert scene.layout is not None
    box = scene.layout.target_of(mark)
    if box is None:
        return
    rect = QRectF(*box).adjusted(-off, -off, off, off)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(scene.colours.card), 3.6))
    painter.drawRoundedRect(rect, 2, 2)
    painter.setPen(QPen(QColor(colour), 2.0))
    painter.drawRoundedRect(rect, 2, 2)
