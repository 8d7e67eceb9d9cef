"""The shown sequence: its channels over the steps, and the answers beside what they should be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.decision.sequence_lanes import Lane, Lanes, lay_out_lanes, step_lines, verdict
from bpviz.present.decision.sequence_values import ShownSequence, shown_sequence
from bpviz.present.numbers import grouped, short
from bpviz.present.palette import Palette, class_colour
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.points import draw_ring
from bpviz.views.plotting import CENTRE, RIGHT, faded, hairline, line_height, polygon

_BAD = 2.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def draw_sequence(
    painter: QPainter, area: QRectF, info: RunInfo, sequence: ShownSequence, palette: Palette
) -> Lanes:
    """Draw the lanes and the steps' numbers into ``area``; return where they lie."""
    metrics = QFontMetricsF(painter.font())
    line = line_height(metrics)
    names = [*sequence.channels, *info.target_names, "ŷ"]
    room = min(max(metrics.horizontalAdvance(name) for name in names) + 8, 0.28 * area.width())
    box = area.adjusted(0, 0, -6, -line - 3).getRect()
    lanes = lay_out_lanes(info, sequence, box, line, room)  # type: ignore[arg-type]  # four floats
    for lane in lanes.lanes:
        painter.setPen(QColor(palette.text))
        said = metrics.elidedText(lane.label, Qt.TextElideMode.ElideRight, room - 5)
        painter.drawText(QRectF(area.left(), lane.top, room - 5, lane.height), RIGHT, said)
        if lane.kind in ("line", "answers"):
            _draw_line_lane(painter, lanes, lane, sequence, palette)
        else:
            _draw_cells(painter, lanes, lane, sequence, info, palette)
    below = max(lane.top + lane.height for lane in lanes.lanes) + 3
    _draw_steps(painter, lanes, min(below, area.bottom() - line), palette)
    return lanes


def _draw_steps(painter: QPainter, lanes: Lanes, top: float, palette: Palette) -> None:
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(palette.muted))
    free = lanes.left - 20
    for step in range(lanes.columns):
        width = metrics.horizontalAdvance(str(step + 1))
        if lanes.x(step) - width / 2 > free:
            painter.drawText(QRectF(lanes.x(step) - 30, top, 60, line_height(metrics)), CENTRE, str(step + 1))
            free = lanes.x(step) + width / 2 + 5


def _draw_line_lane(
    painter: QPainter, lanes: Lanes, lane: Lane, sequence: ShownSequence, palette: Palette
) -> None:
    """Draw a channel as a line; the answers as a dashed one with the predictions in the accent's colour."""
    painter.fillRect(
        QRectF(lanes.left, lane.top, lanes.right - lanes.left, lane.height), faded(palette.control, 0.45)
    )
    if lane.low < 0 < lane.high:
        painter.setPen(hairline(palette.grid))
        painter.drawLine(QPointF(lanes.left, lane.y(0.0)), QPointF(lanes.right, lane.y(0.0)))
    _draw_scale(painter, lanes, lane, palette)
    if lane.kind == "line":
        _draw_path(painter, lanes, lane, sequence.x[:, lane.index], QPen(QColor(palette.positive), 1.8))
    if lane.kind == "line" and not lane.ahead:
        return
    at = sequence.answers_at + (1 if lane.ahead else 0)
    target, said = sequence.target[:, lane.index], sequence.prediction[:, lane.index]
    if len(at) > 1:
        dashed = QPen(QColor(palette.test), 1.8, Qt.PenStyle.DashLine)
        _draw_path(painter, lanes, lane, target, dashed)
        _draw_path(painter, lanes, lane, said, QPen(QColor(palette.accent), 1.8))
        return
    x = lanes.x(float(at[0]))
    if lane.ahead and np.isfinite((target[0], sequence.x[-1, lane.index])).all():
        painter.setPen(QPen(QColor(palette.test), 1.2, Qt.PenStyle.DashLine))
        last = QPointF(lanes.x(len(sequence.x) - 1), lane.y(float(sequence.x[-1, lane.index])))
        painter.drawLine(last, QPointF(x, lane.y(float(target[0]))))
    for value, colour, radius in ((target[0], palette.test, 4.0), (said[0], palette.accent, 3.2)):
        if np.isfinite(value):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(x, lane.y(float(value))), radius, radius)
    if np.isfinite(target[0]):
        draw_ring(painter, QPointF(x, lane.y(float(target[0]))), 3.0, palette.test)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_path(painter: QPainter, lanes: Lanes, lane: Lane, values: NDArray[np.floating], pen: QPen) -> None:
    y = np.array([lane.y(float(value)) if np.isfinite(value) else np.nan for value in values])
    x = np.array([lanes.x(step) for step in range(len(values))])
    seen = np.isfinite(y)
    painter.setPen(pen)
    painter.drawPolyline(polygon(x[seen], y[seen]))
    if lanes.column >= 12:
        pen = QPen(pen.color(), 4.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(polygon(x[seen], y[seen]))


def _draw_scale(painter: QPainter, lanes: Lanes, lane: Lane, palette: Palette) -> None:
    """Write the ends of a line's scale inside its lane, where they fit."""
    metrics = QFontMetricsF(painter.font())
    line = line_height(metrics)
    if lane.height < 3.2 * line:
        return
    painter.setPen(QColor(palette.muted))
    width = lanes.left - 5
    painter.drawText(QRectF(0, lane.top, width, line), RIGHT, short(lane.high, 2))
    painter.drawText(QRectF(0, lane.top + lane.height - line, width, line), RIGHT, short(lane.low, 2))


def _draw_cells(
    painter: QPainter, lanes: Lanes, lane: Lane, sequence: ShownSequence, info: RunInfo, palette: Palette
) -> None:
    """Draw bits and classes as cells; a wrong answer is framed."""
    metrics = QFontMetricsF(painter.font())
    gap = 1.0 if lanes.column >= 5 else 0.0
    steps = range(len(sequence.x)) if lane.kind == "bits" else sequence.answers_at.tolist()
    wrong = sequence.wrong.tolist()
    for place, step in enumerate(steps):
        cell = QRectF(lanes.left + step * lanes.column + gap, lane.top, lanes.column - 2 * gap, lane.height)
        text, colour, share = _cell(lane, sequence, info, palette, place)
        painter.fillRect(cell, QColor(palette.control))
        painter.fillRect(cell, faded(colour, share))
        if lane.kind == "chances" and wrong[place]:
            painter.setPen(QPen(QColor(palette.danger), _BAD))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell)
        if (
            text
            and metrics.horizontalAdvance(text) <= cell.width()
            and lane.height >= 0.85 * line_height(metrics)
        ):
            painter.setPen(QColor("#ffffff" if share > 0.6 else palette.text))
            painter.drawText(cell, CENTRE, text)


def _cell(
    lane: Lane, sequence: ShownSequence, info: RunInfo, palette: Palette, place: int
) -> tuple[str, str, float]:
    """Return (text, colour, strength) of a cell."""
    if lane.kind == "bits":
        bit = float(sequence.x[place, lane.index])
        return short(bit, 1), palette.positive, 0.85 * bit
    assert sequence.labels is not None and sequence.said is not None
    index = int(sequence.labels[place] if lane.kind == "classes" else sequence.said[place])
    name = info.class_names[index] if index < len(info.class_names) else str(index)
    if lane.kind == "classes":
        return name, class_colour(index), 0.85
    chance = float(sequence.prediction[place, index])
    even = 1.0 / sequence.prediction.shape[1]
    sure = (chance - even) / (1.0 - even) if np.isfinite(chance) else 0.0
    return name, class_colour(index), 0.15 + 0.7 * min(max(sure, 0.0), 1.0)


class SequencePicture(DecisionCanvas):
    """Paints the shown sample over its steps; the triangles choose another one."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes | None = None
        self.before, self.after = QRectF(), QRectF()

    def draw(self, painter: QPainter) -> None:
        sequence = self._sequence()
        if sequence is None or self.info is None or self.snapshot is None:
            self.lanes = None
            self.draw_sentence(painter, tr("The predictions appear with the first iteration."))
            return
        line = line_height(self.metrics())
        head = QRectF(8, 2, self.width() - 16, line + 4)
        self._draw_head(painter, head, self.info, self.snapshot, sequence)
        area = QRectF(6, head.bottom() + 3, self.width() - 10, self.height() - head.bottom() - 5)
        self.lanes = draw_sequence(painter, area, self.info, sequence, self.palette_in_use)

    def _sequence(self) -> ShownSequence | None:
        if self.info is None or self.snapshot is None:
            return None
        return shown_sequence(self.info, self.snapshot)

    def _draw_head(
        self, painter: QPainter, head: QRectF, info: RunInfo, snapshot: Snapshot, sequence: ShownSequence
    ) -> None:
        """Write ◀ sample 3 ▶ on the right, and how the answers are on the left."""
        palette, metrics = self.palette_in_use, self.metrics()
        said = tr("sample {row}", row=grouped(snapshot.sample))
        arrow, width = 1.6 * head.height(), metrics.horizontalAdvance(said) + 4
        self.after = QRectF(head.right() - arrow, head.top(), arrow, head.height())
        self.before = QRectF(self.after.left() - width - arrow, head.top(), arrow, head.height())
        painter.setPen(QColor(palette.muted))
        painter.drawText(self.before, CENTRE, "◀")
        painter.drawText(self.after, CENTRE, "▶")
        painter.drawText(QRectF(self.before.right(), head.top(), width, head.height()), CENTRE, said)
        role, text = verdict(info, sequence)
        colours = {"good": palette.good, "bad": palette.danger, "quiet": palette.text}
        painter.setPen(QColor(colours[role]))
        room = self.before.left() - head.left() - 4
        key = self._draw_key(painter, head, metrics.horizontalAdvance(text), room, sequence)
        painter.setPen(QColor(colours[role]))
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - key)
        painter.drawText(QRectF(head.left(), head.top(), room - key, head.height()), _LEFT, text)

    def _draw_key(
        self, painter: QPainter, head: QRectF, text: float, room: float, sequence: ShownSequence
    ) -> float:
        """Say which line is the target and which the prediction, where there is room; return its width."""
        if sequence.labels is not None:
            return 0.0
        metrics, palette = self.metrics(), self.palette_in_use
        names = ((tr("target"), palette.test), (tr("prediction"), palette.accent))
        width = sum(metrics.horizontalAdvance(name) + 24 for name, _ in names)
        if text + width + 10 > room:
            return 0.0
        x, y = head.left() + room - width, head.center().y()
        for name, colour in names:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(x + 5, y), 3.5, 3.5)
            painter.setPen(QColor(palette.muted))
            painter.drawText(QRectF(x + 12, head.top(), 200, head.height()), _LEFT, name)
            x += metrics.horizontalAdvance(name) + 24
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return width + 6

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        sequence = self._sequence()
        if self.before.contains(at) or self.after.contains(at):
            name = tr("Previous sample") if self.before.contains(at) else tr("Next sample")
            return [(name, self.palette_in_use.muted)]
        step = self.lanes.step_at(at.x()) if self.lanes is not None else None
        if sequence is None or self.info is None or step is None or at.y() < self.before.bottom():
            return []
        lines = step_lines(self.info, sequence, step)
        palette = self.palette_in_use
        return [(text, palette.muted if not place else palette.text) for place, text in enumerate(lines)]

    def act_on_click(self, at: QPointF) -> bool:
        for area, step in ((self.before, -1), (self.after, 1)):
            if area.contains(at):
                return self.act_on_step(step)
        return False

    def rows_to_choose(self) -> NDArray[np.intp] | None:
        if self.info is None or self.info.x_train is None:
            return None
        return np.arange(len(self.info.x_train))
