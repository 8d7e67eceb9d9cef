"""Paints what an unrolled network answers beside what it should: at each step, or at the last one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bpviz.present.decision.sequence_values import ShownSequence
from bpviz.present.diagram.colours import class_argb, diverging_argb
from bpviz.present.loss.scales import percent
from bpviz.present.numbers import short
from bpviz.present.palette import class_colour
from bpviz.present.unrolled.layout import Row
from bpviz.present.walk.words import sample_text
from bpviz.snapshot import RunInfo
from bpviz.text import tr
from bpviz.views.plotting import RIGHT, hairline, line_height
from bpviz.views.unrolled.scene import LEFT, UnrolledScene, fitting, write_on


def paint_output(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Paint the answers and their targets, wrong ones framed in red."""
    if scene.shown is None or scene.info is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if row.spec.kind == "steps":
        _paint_steps(painter, scene, row, scene.shown, scene.info)
    else:
        _paint_last(painter, scene, row, scene.shown, scene.info)


def paint_output_errors(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Cover the answers with their δ, framed in its colour, once the walk has come to it."""
    found = scene.cells(row)
    if not found.back or scene.layout is None:
        return
    metrics = QFontMetricsF(scene.font)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for step, (values, colours) in enumerate(zip(found.values.tolist(), found.colours.tolist(), strict=True)):
        for unit, (value, argb) in enumerate(zip(values, colours, strict=True)):
            at = scene.layout.steps - 1 if row.spec.kind == "last" else step
            cell = QRectF(*scene.layout.cell(row, at, unit)).adjusted(0, 1, 0, -1)
            painter.fillRect(cell, QColor.fromRgb(argb))
            if cell.height() >= 0.9 * line_height(metrics):
                write_on(painter, cell, fitting(metrics, value, cell.width() - 2), argb)
            painter.setPen(QPen(QColor(scene.colours.backward), 1.4))
            painter.drawRect(cell)


def number_argb(scene: UnrolledScene, value: float, largest: float) -> int:
    """Return the colour of a number over the largest one."""
    level = min(max(value / largest, -1.0), 1.0) if largest > 0 and value == value else 0.0
    place = int((level + 1) * 127.5 + 0.5)
    return int(scene.on_ground(diverging_argb()[place : place + 1])[0])


def _largest(info: RunInfo) -> float:
    return float(abs(info.y_train).max(initial=0.0)) if info.y_train is not None else 1.0


def _cells(
    scene: UnrolledScene, shown: ShownSequence, answer: int, units: int, info: RunInfo
) -> list[tuple[float, int]]:
    """Return (number, colour) of the output units at one answer."""
    if shown.labels is None:
        largest = _largest(info) or 1.0
        return [(value, number_argb(scene, value, largest)) for value in shown.prediction[answer].tolist()]
    chances = shown.prediction[answer].tolist()
    if units == 1:
        return [(chances[-1], number_argb(scene, 2 * chances[-1] - 1, 1.0))]
    return [(p, _class_argb(scene, index, p)) for index, p in enumerate(chances)]


def _class_argb(scene: UnrolledScene, index: int, p: float) -> int:
    place = min(max(int(p * 255), 0), 255) if p == p else 0
    return int(scene.on_ground(class_argb(index)[place : place + 1])[0])


def _paint_steps(
    painter: QPainter, scene: UnrolledScene, row: Row, shown: ShownSequence, info: RunInfo
) -> None:
    """Paint the predictions over the steps, and a line above them what they should be."""
    layout = scene.layout
    assert layout is not None and row.target is not None
    metrics = QFontMetricsF(scene.font)
    room = layout.block(row, 0)[2]
    units, wrong = row.spec.units, shown.wrong.tolist()
    written = room >= metrics.horizontalAdvance("0.00") + 2 and row.box[3] / units >= line_height(metrics)
    for step in range(layout.steps):
        for unit, (value, argb) in enumerate(_cells(scene, shown, step, units, info)[:units]):
            cell = QRectF(*layout.cell(row, step, unit)).adjusted(0, 1, 0, -1)
            painter.fillRect(cell, QColor.fromRgb(argb))
            if written:
                write_on(painter, cell, fitting(metrics, value, room), argb)
        block = scene.block(row, step).adjusted(0, 1, 0, -1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        wide = layout.column >= 8
        painter.setPen(
            QPen(QColor(scene.colours.danger), 2.0 if wide else 1.2)
            if wrong[step]
            else hairline(scene.colours.border)
        )
        if wide or wrong[step]:
            painter.drawRect(block)
        target = QRectF(block.left(), row.target[1] + 1, block.width(), row.target[3] - 2)
        _paint_target(painter, scene, target, step, shown, info)
    _paint_loss(painter, scene, row)


def _paint_loss(painter: QPainter, scene: UnrolledScene, row: Row) -> None:
    """Write the loss of all answers in the margin, left of the targets, where it fits."""
    assert scene.snapshot is not None and row.target is not None
    metrics = QFontMetricsF(scene.font)
    text = _loss(scene, scene.snapshot.train.loss)
    left, room = row.side[0], row.side[2] - metrics.horizontalAdvance("y") - 4
    if text and metrics.horizontalAdvance(text) <= room:
        compared = scene.lit is not None and scene.lit.light.phase == "loss"
        painter.setPen(QColor(scene.colours.warning if compared else scene.colours.muted))
        painter.drawText(QRectF(left, row.target[1], room, row.target[3]), LEFT, text)


def _paint_target(
    painter: QPainter, scene: UnrolledScene, cell: QRectF, step: int, shown: ShownSequence, info: RunInfo
) -> None:
    """Paint what one answer should be: the class's name in its colour, or the number."""
    metrics = QFontMetricsF(scene.font)
    if shown.labels is not None:
        label = int(shown.labels[step])
        text = info.class_names[label] if label < len(info.class_names) else str(label)
        argb = QColor(class_colour(label)).rgb()
    else:
        # Of several classes a mean has no one number to write.
        value = float(shown.target[step, 0]) if shown.target.shape[1] == 1 else float("nan")
        text = "" if value != value else fitting(metrics, value, cell.width())
        argb = number_argb(scene, value, _largest(info) or 1.0)
    painter.fillRect(cell, QColor.fromRgb(argb))
    if metrics.horizontalAdvance(text) <= cell.width() and cell.height() >= 0.8 * line_height(metrics):
        write_on(painter, cell, text, argb)


def _paint_last(
    painter: QPainter, scene: UnrolledScene, row: Row, shown: ShownSequence, info: RunInfo
) -> None:
    """Paint the one answer, and left of it what it should be."""
    layout = scene.layout
    assert layout is not None
    metrics = QFontMetricsF(scene.font)
    units = row.spec.units
    for unit, (value, argb) in enumerate(_cells(scene, shown, 0, units, info)[:units]):
        cell = QRectF(*layout.cell(row, layout.steps - 1, unit))
        painter.fillRect(cell, QColor.fromRgb(argb))
        text = fitting(metrics, value, cell.width() - 2)
        if text and cell.height() >= line_height(metrics):
            write_on(painter, cell, text, argb)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wrong = bool(shown.wrong.any())
    painter.setPen(QPen(QColor(scene.colours.danger), 2.0) if wrong else hairline(scene.colours.border))
    painter.drawRect(QRectF(*row.box))
    if shown.labels is not None and units > 1:
        _mark_class(painter, scene, row, int(shown.labels[0]))
    _paint_sentence(painter, scene, row, shown, info)


def _mark_class(painter: QPainter, scene: UnrolledScene, row: Row, label: int) -> None:
    """Underline the true class among the outputs."""
    x, y, width, height = row.box
    wide = width / row.spec.units
    painter.setPen(QPen(QColor(scene.colours.text), 2.0))
    painter.drawLine(
        QPointF(x + label * wide + 1, y + height), QPointF(x + (label + 1) * wide - 1, y + height)
    )


def _paint_sentence(
    painter: QPainter, scene: UnrolledScene, row: Row, shown: ShownSequence, info: RunInfo
) -> None:
    """Write the target beside the answer, and the loss where there is room for it as well."""
    assert scene.snapshot is not None and scene.layout is not None
    metrics = QFontMetricsF(scene.font)
    x, y, _, height = row.box
    said, colour = _told(shown, info, scene)
    loss = _loss(scene, scene.snapshot.train.loss)
    room = x - 8 - scene.layout.left
    for text, before in ((said, loss), (said, "")):
        # Each by itself: what is measured in one piece may be set from another font than in two.
        apart = 2 * line_height(metrics) if before else 0.0
        width = metrics.horizontalAdvance(before) + apart + metrics.horizontalAdvance(text)
        if width <= room:
            place = QRectF(x - 8 - width, y, width, height)
            painter.setPen(QColor(scene.colours.muted))
            painter.drawText(place, LEFT, before)
            painter.setPen(QColor(colour))
            painter.drawText(place, RIGHT, text)
            return


def _loss(scene: UnrolledScene, train: float) -> str:
    """Return the loss of the training part; in a walk the sample’s or the batch’s, once it is known."""
    lit = scene.lit
    if lit is None:
        return tr("L train {loss}", loss=short(train))
    if not lit.light.compared:
        return ""
    mean = lit.sample == "mean"
    return f"L = {short(lit.dissection.loss if mean else float(lit.dissection.losses[lit.row]))}"


def _told(shown: ShownSequence, info: RunInfo, scene: UnrolledScene) -> tuple[str, str]:
    if shown.labels is None or shown.said is None:
        said = f"y {short(float(shown.target[0, 0]))}   ŷ" if shown.target.shape[1] == 1 else "ŷ"
        if scene.is_mean and scene.lit is not None:
            said = f"{sample_text(scene.lit.dissection, 'mean')} · {said}"
        return said, scene.colours.muted
    names, label, answer = info.class_names, int(shown.labels[0]), int(shown.said[0])
    right = label == answer
    chance = percent(float(shown.prediction[0, answer]))
    sign = "✓" if right else "✗"
    text = tr("says {said} ({chance}), true {true}", said=names[answer], chance=chance, true=names[label])
    return f"{sign} {text}", scene.colours.good if right else scene.colours.danger
