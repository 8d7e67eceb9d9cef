"""Paints the network: lines, cells, biases, labels."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTransform,
)

from bpviz.present import diagram_colours as colours
from bpviz.present.diagram import Column, Spot
from bpviz.present.inspect import feature_name, output_name
from bpviz.present.numbers import short
from bpviz.present.palette import class_colour
from bpviz.snapshot import LayerState
from bpviz.views.network_scene import Link, Scene

Align = Qt.AlignmentFlag


def paint_network(painter: QPainter, scene: Scene) -> None:
    """Paint everything, from the back to the front."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None or len(snapshot.layers) != len(layout.columns):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setFont(scene.font)
    for link in scene.links():
        _paint_link(painter, scene, link)
    for column, state in zip(layout.columns, snapshot.layers, strict=True):
        _paint_column(painter, scene, column, state)
    _paint_input_labels(painter, scene, layout.columns[0])
    _paint_outputs(painter, scene, layout.columns[-1], snapshot.layers[-1])
    _paint_marks(painter, scene)


def _paint_link(painter: QPainter, scene: Scene, link: Link) -> None:
    """Draw the weights between two layers, lines of one look as one path."""
    strengths = scene.strengths(link.layer)
    if strengths is None or scene.layout is None:
        return
    values = strengths[link.pairs[:, 0], link.pairs[:, 1]]
    largest = np.abs(strengths).max(initial=0.0)
    # The layer's largest is among the shown ones only where all, or the strongest, are shown.
    shown = np.abs(values).max(initial=0.0)
    steps = colours.line_steps(values)
    if 0 < shown < largest:
        steps = np.ceil(steps * (shown / largest)).astype(np.intp)
    widest = widest_line(scene, link)
    dimmed = _dimmed(scene, link)
    paths: defaultdict[tuple[int, bool, bool], QPainterPath] = defaultdict(QPainterPath)
    keys = zip(steps.tolist(), (values > 0).tolist(), dimmed, link.paths, strict=True)
    for step, positive, faint, path in keys:
        paths[step, positive, faint].addPath(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for (step, positive, faint), path in sorted(paths.items(), key=lambda item: (not item[0][2], item[0][0])):
        painter.setPen(_line_pen(scene, step, positive, faint, widest, len(link.paths)))
        painter.drawPath(path)


def widest_line(scene: Scene, link: Link) -> float:
    """Return the width of a layer's strongest weight, in pixels."""
    assert scene.layout is not None
    sizes = [scene.layout.columns[layer].cell_size for layer in (link.layer - 1, link.layer)]
    dense = all(scene.layout.columns[layer].kind == "nodes" for layer in (link.layer - 1, link.layer))
    return max(1.6, min(0.15 * min(sizes), 9.0)) if dense else 2.4


def _dimmed(scene: Scene, link: Link) -> list[bool]:
    """Return which lines step back because something else is pointed at."""
    spot = scene.spot
    if spot is None:
        return [False] * len(link.paths)
    if spot.is_weight:
        here = (link.pairs == (spot.unit, spot.source)).all(axis=1) & (link.layer == spot.layer)
    elif link.layer == spot.layer:
        here = link.pairs[:, 0] == spot.unit
    elif link.layer == spot.layer + 1:
        here = link.pairs[:, 1] == spot.unit
    else:
        return [True] * len(link.paths)
    return [not value for value in here.tolist()]


def _line_pen(scene: Scene, step: int, positive: bool, faint: bool, widest: float, lines: int) -> QPen:
    palette = scene.colours
    name = palette.positive if positive else palette.negative
    colour = QColor(palette.backward if scene.gradients else name)
    alpha = colours.line_alpha(step, lines)
    colour.setAlpha(alpha // 4 if faint else alpha)
    pen = QPen(colour, colours.line_width(step, widest))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _paint_column(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    if column.kind == "picture":
        _paint_picture(painter, scene, column)
    elif column.kind == "grid":
        _paint_grid(painter, scene, column, state)
    else:
        _paint_nodes(painter, scene, column, state)


def _paint_picture(painter: QPainter, scene: Scene, column: Column) -> None:
    image = scene.picture()
    if image is None:
        return
    box = QRectF(*column.box)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(box, image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(scene.colours.muted), 1.0))
    painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 3, 3)


def _paint_grid(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    fills = colours.unit_argb(state.a, state.activation).tolist()
    painter.setPen(QPen(_outline(scene), 0.8))
    radius = 0.22 * column.cell_size
    for (x, y, width, height), fill in zip(column.cells.tolist(), fills, strict=True):
        painter.setBrush(QColor.fromRgb(fill))
        painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)


def _paint_nodes(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    image = scene.atlas()
    side = column.cell_size
    radius = 0.2 * side
    fills = colours.unit_argb(state.a, state.activation).tolist()
    painter.setPen(QPen(_outline(scene), max(1.0, 0.022 * side)))
    rects = [QRectF(*cell) for cell in column.cells.tolist()]
    curved = state.maps is not None and state.maps.shape[1] == 1
    for unit, rect in enumerate(rects):
        if image is not None and state.maps is not None and not curved:
            first, height = scene.map_rows(column.layer, unit)
            painter.setBrush(_map_brush(QBrush(image), rect, first, height, image.width()))
        elif curved:
            painter.setBrush(QColor(scene.colours.card))
        else:
            painter.setBrush(QColor.fromRgb(fills[unit]))
        painter.drawRoundedRect(rect, radius, radius)
    if curved and state.maps is not None:
        _paint_curves(painter, scene, rects, state)
    elif state.maps is None and side >= 2.1 * QFontMetricsF(scene.font).height():
        _paint_values(painter, scene, rects, state, fills)
    if state.bias is not None:
        _paint_biases(painter, scene, rects, state.bias)


def _map_brush(brush: QBrush, rect: QRectF, first: int, height: int, width: int) -> QBrush:
    """Return a brush that fills ``rect`` with one map of the atlas.

    The values are samples at the grid's points, so the map reaches from the first point to the last:
    half a pixel is left off all round, which also keeps the neighbours in the atlas out.
    """
    across, down = rect.width() / (width - 1), rect.height() / (height - 1)
    move = QTransform.fromTranslate(rect.x() - 0.5 * across, rect.y() - (first + 0.5) * down)
    brush.setTransform(QTransform.fromScale(across, down) * move)
    return brush


def _outline(scene: Scene) -> QColor:
    colour = QColor(scene.colours.text)
    colour.setAlpha(90)
    return colour


def _paint_curves(painter: QPainter, scene: Scene, rects: list[QRectF], state: LayerState) -> None:
    """Draw each unit's response to the single input as a small curve, 0 as a line."""
    assert state.maps is not None
    heights = colours.levels(state.maps[:, 0, :], state.activation)
    along = np.linspace(0.08, 0.92, heights.shape[1])
    width = max(1.2, 0.05 * rects[0].width())
    for rect, level in zip(rects, heights, strict=True):
        painter.setPen(QPen(QColor(scene.colours.grid), 1.0))
        painter.drawLine(
            QPointF(rect.left() + 2, rect.center().y()), QPointF(rect.right() - 2, rect.center().y())
        )
        x = rect.left() + along * rect.width()
        y = rect.center().y() - 0.42 * rect.height() * level
        line = QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])
        positive = float(level.mean()) >= 0
        painter.setPen(QPen(QColor(scene.colours.positive if positive else scene.colours.negative), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)


def _paint_values(
    painter: QPainter, scene: Scene, rects: list[QRectF], state: LayerState, fills: list[int]
) -> None:
    """Write each unit's activation in it, small enough to fit."""
    font = painter.font()
    small = painter.font()
    small.setPixelSize(max(7, round(0.27 * rects[0].height())))
    painter.setFont(small)
    for rect, value, fill in zip(rects, state.a.tolist(), fills, strict=True):
        dark = QColor.fromRgb(fill).lightnessF() > 0.55
        painter.setPen(QColor("#1b1d23" if dark else "#ffffff"))
        painter.drawText(rect, Align.AlignCenter, short(value, 3))
    painter.setFont(font)


def _paint_biases(painter: QPainter, scene: Scene, rects: list[QRectF], bias: NDArray[np.floating]) -> None:
    """Draw each bias as a dot at the lower left corner: colour by sign, area by size."""
    radii = colours.bias_radius(bias, rects[0].height()).tolist()
    painter.setPen(QPen(QColor(scene.colours.card), max(1.0, 0.03 * rects[0].height())))
    for rect, value, radius in zip(rects, bias.tolist(), radii, strict=True):
        name = scene.colours.positive if value >= 0 else scene.colours.negative
        painter.setBrush(QColor(name))
        inset = 0.03 * rect.height()
        painter.drawEllipse(QPointF(rect.left() + inset, rect.bottom() - inset), radius, radius)


def _paint_input_labels(painter: QPainter, scene: Scene, column: Column) -> None:
    if column.kind != "nodes" or scene.info is None:
        return
    metrics = QFontMetricsF(scene.font)
    painter.setPen(QColor(scene.colours.muted))
    for unit, (x, y, _, height) in enumerate(column.cells.tolist()):
        room = QRectF(0, y, x - 8, height)
        name = feature_name(scene.info, unit)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() - 2)
        painter.drawText(room, Align.AlignRight | Align.AlignVCenter | Qt.TextFlag.TextDontClip, text)


def _paint_outputs(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Write what each output stands for and its answer; a probability is a bar as well."""
    if column.kind != "nodes" or scene.info is None:
        return
    classes = scene.info.task == "classification" and state.activation in ("softmax", "sigmoid")
    metrics = QFontMetricsF(scene.font)
    for unit, (x, y, width, height) in enumerate(column.cells.tolist()):
        left = x + width + 8
        room = QRectF(left, y, max(scene.output_room - 12, 4), height)
        painter.setPen(QColor(scene.colours.text if _is_target(scene, unit) else scene.colours.muted))
        name = metrics.elidedText(output_name(scene.info, unit), Qt.TextElideMode.ElideRight, room.width())
        line = metrics.height()
        two_lines = height >= 1.6 * line and not classes
        where = QRectF(room.x(), room.center().y() - (line if two_lines else line / 2), room.width(), line)
        if classes and height >= 1.15 * line:
            where.translate(0, -0.16 * line)
        painter.drawText(where, Align.AlignLeft | Align.AlignVCenter, name)
        if classes:
            _paint_bar(painter, scene, where, unit, float(state.a[unit]))
        elif two_lines:
            painter.setPen(QColor(scene.colours.text))
            painter.drawText(
                where.translated(0, line), Align.AlignLeft | Align.AlignVCenter, short(float(state.a[unit]))
            )


def _is_target(scene: Scene, unit: int) -> bool:
    """Whether this output is the right class of the chosen sample."""
    snapshot = scene.snapshot
    if snapshot is None or snapshot.target is None or snapshot.target.size <= unit:
        return False
    return snapshot.target.size > 1 and bool(snapshot.target[unit] == snapshot.target.max())


def _paint_bar(painter: QPainter, scene: Scene, room: QRectF, unit: int, share: float) -> None:
    assert scene.info is not None
    several = scene.info.units[-1] > 1
    track = QRectF(room.left(), room.bottom() - 1, room.width(), max(3.0, 0.2 * room.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.control))
    painter.drawRoundedRect(track, 1.5, 1.5)
    track.setWidth(track.width() * min(max(share, 0.0), 1.0))
    painter.setBrush(QColor(class_colour(unit if several else 1)))
    painter.drawRoundedRect(track, 1.5, 1.5)


def _paint_marks(painter: QPainter, scene: Scene) -> None:
    """Draw rings round what is pointed at, pinned and under the keyboard, and δ where it is asked for."""
    if scene.gradients:
        _paint_deltas(painter, scene)
    if scene.spot is not None and scene.spot.is_weight:
        _paint_weight_mark(painter, scene, scene.spot)
    elif scene.spot is not None:
        _ring(painter, scene, scene.spot, scene.colours.backward, 0.0)
    if scene.cursor is not None:
        _ring(painter, scene, scene.cursor, scene.colours.accent, 3.5)


def _ring(painter: QPainter, scene: Scene, spot: Spot, colour: str, off: float) -> None:
    assert scene.layout is not None
    rect = QRectF(*scene.layout.cell(spot.layer, spot.unit)).adjusted(-off, -off, off, off)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colour), 1.5 if rect.width() < 14 else 2.6))
    radius = 0.2 * rect.width()
    painter.drawRoundedRect(rect, radius, radius)


def _paint_deltas(painter: QPainter, scene: Scene) -> None:
    """Ring each neuron in magenta by |δ| over the layer's largest, and write δ where there is room."""
    assert scene.layout is not None and scene.snapshot is not None
    metrics = QFontMetricsF(scene.font)
    magenta = QColor(scene.colours.backward)
    for column, state in zip(scene.layout.columns[1:], scene.snapshot.layers[1:], strict=True):
        share = np.abs(colours.levels(state.delta, "identity")).tolist()
        gap = column.cells[1, 1] - column.cells[0, 1] - column.cell_size if column.units > 1 else 99.0
        written = column.kind == "nodes" and gap >= 0.85 * metrics.height()
        for cell, size, delta in zip(column.cells.tolist(), share, state.delta.tolist(), strict=True):
            rect = QRectF(*cell)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(magenta, 0.6 + 0.07 * min(rect.width(), 40.0) * size))
            painter.drawRoundedRect(rect, 0.2 * rect.width(), 0.2 * rect.width())
            if written:
                under = QRectF(rect.center().x() - 60, rect.bottom(), 120, metrics.height())
                painter.drawText(under, Align.AlignCenter, f"δ {short(delta, 3)}")


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
        painter.drawPath(link.paths[int(at[0])])
