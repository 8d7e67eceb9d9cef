"""Writes the diagram's labels: inputs, outputs with their answers, and numbers where there is room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from bpviz.present.cards.inspect import feature_name, output_name
from bpviz.present.diagram.layout import Column
from bpviz.present.diagram.map_windows import has_maps
from bpviz.present.diagram.maps import block_box
from bpviz.present.diagram.places import label_places
from bpviz.present.numbers import short
from bpviz.present.palette import class_colour
from bpviz.snapshot import LayerState
from bpviz.views.network.lines import Link
from bpviz.views.network.pill import pill_room
from bpviz.views.network.scene import Scene

Align = Qt.AlignmentFlag
FEW_WEIGHTS = 12
"""Up to so many weights in all, each carries its number."""


class Note(NamedTuple):
    """What the walk writes beside one line: the numbers on the others keep off it."""

    at: QPointF
    text: str
    colour: str
    layer: int
    line: int


def paint_labels(painter: QPainter, scene: Scene, note: Note | None) -> None:
    """Write all labels, off the walk's ``note``."""
    layout, snapshot = scene.layout, scene.snapshot
    if layout is None or snapshot is None:
        return
    _paint_inputs(painter, scene, layout.columns[0])
    _paint_outputs(painter, scene, layout.columns[-1], snapshot.layers[-1])
    _paint_sizes(painter, scene)
    for column, state in zip(layout.columns[:-1], snapshot.layers[:-1], strict=True):
        # Where gradients are shown, δ takes this place.
        if state.maps is not None and not scene.shows_error(column.layer):
            _paint_activations(painter, scene, column, state)
    links = scene.links()
    if sum(len(link.pairs) for link in links) <= FEW_WEIGHTS:
        for link in links:
            _paint_weights(painter, scene, link, note)


def _paint_sizes(painter: QPainter, scene: Scene) -> None:
    """Write under pictures, maps and bars how large they are, as far as the neighbours leave room."""
    layout, info = scene.layout, scene.info
    if layout is None or info is None or not has_maps(info):
        return
    metrics = QFontMetricsF(scene.font)
    painter.setPen(QColor(scene.colours.muted))
    right = 0.0
    for column, shape in zip(layout.columns, info.shapes, strict=True):
        if column.kind not in ("picture", "maps", "flat"):
            continue
        x, y, width, height = block_box(column)
        texts = (" × ".join(map(str, shape)), "×".join(map(str, shape)))
        sizes = [metrics.horizontalAdvance(text) for text in texts]
        place = 0 if sizes[0] <= max(width, 2.0 * metrics.height()) else 1
        left = x + width / 2 - sizes[place] / 2
        left = min(max(left, 2.0), layout.width - sizes[place] - 2.0)
        if left < right + 5.0:
            continue
        right = left + sizes[place]
        room = QRectF(left - 1, y + height + 2, sizes[place] + 2, metrics.height())
        painter.drawText(room, Align.AlignCenter, texts[place])


def room_below(scene: Scene, column: Column) -> bool:
    """Whether a line of text fits between the nodes of a column."""
    if column.kind != "nodes" or scene.layout is None:
        return False
    line = QFontMetricsF(scene.font).height()
    bottom = scene.layout.height - float(column.cells[-1, 1]) - column.cell_size
    gap = bottom
    if column.units > 1:
        gap = min(bottom, float(column.cells[1, 1] - column.cells[0, 1]) - column.cell_size)
    return gap >= 1.15 * line


def below(scene: Scene, node: QRectF) -> QRectF:
    """Return the room for a line of text under a node."""
    line = QFontMetricsF(scene.font).height()
    return QRectF(node.center().x() - 60, node.bottom() + 0.12 * line, 120, line)


def _paint_activations(painter: QPainter, scene: Scene, column: Column, state: LayerState) -> None:
    """Write each node's activation on the chosen sample under its map."""
    if not room_below(scene, column):
        return
    painter.setPen(QColor(scene.colours.muted))
    for cell, value in zip(column.cells.tolist(), state.a.tolist(), strict=True):
        painter.drawText(below(scene, QRectF(*cell)), Align.AlignCenter, short(value, 3))


def _paint_weights(painter: QPainter, scene: Scene, link: Link, note: Note | None) -> None:
    """Write each weight on its line, where it meets no other."""
    metrics, strengths = QFontMetricsF(scene.font), scene.strengths(link.layer)
    if strengths is None or link.points[0, -1, 0] - link.points[0, 0, 0] < 6 * metrics.height():
        return
    ground = QColor(scene.colours.card)
    ground.setAlpha(235)
    values = strengths[link.pairs[:, 0], link.pairs[:, 1]].tolist()
    texts = [short(value) for value in values]
    sizes = [(metrics.horizontalAdvance(text) + 6, 0.92 * metrics.height()) for text in texts]
    kept = QRectF() if note is None else pill_room(scene, note.at, note.text)
    taken = None if note is None else np.array([kept.getCoords()])
    places = label_places(link.points, np.array(sizes), taken).tolist()
    own = note.line if note is not None and note.layer == link.layer else None
    for index, (value, text, size, place) in enumerate(zip(values, texts, sizes, places, strict=True)):
        if index == own or _beside_pinned(scene, link, index):
            continue  # the note says it, or there is what the pinned weight's card speaks of
        room = QRectF(0, 0, *size)
        room.moveCenter(QPointF(*place))
        if room.intersects(kept):
            continue  # half of a number would be another one
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(room, 4, 4)
        name = scene.colours.positive if value >= 0 else scene.colours.negative
        painter.setPen(QColor(scene.colours.backward if scene.shows_gradient(link.layer) else name))
        painter.drawText(room, Align.AlignCenter, text)


def _beside_pinned(scene: Scene, link: Link, index: int) -> bool:
    """Whether the pinned weight of this layer, whose card has the numbers, is another one, or carries δ."""
    pinned = scene.pinned
    if pinned is None or not pinned.is_weight or pinned.layer != link.layer:
        return False
    return scene.shows_gradient(link.layer) or bool((link.pairs[index] != (pinned.unit, pinned.source)).any())


def _paint_inputs(painter: QPainter, scene: Scene, column: Column) -> None:
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
    info, metrics = scene.info, QFontMetricsF(scene.font)
    bars = info.task == "classification" and state.activation in ("softmax", "sigmoid")
    names = [output_name(info, unit) for unit in range(column.units)]
    widest = max(metrics.horizontalAdvance(name) for name in names)
    for unit, (x, y, width, height) in enumerate(column.cells.tolist()):
        room = QRectF(x + width + 11, y, max(scene.output_room - 17, 4), height)
        painter.setPen(QColor(scene.colours.text if _is_target(scene, unit) else scene.colours.muted))
        if not bars:
            _paint_answer(painter, scene, room, names[unit], float(state.a[unit]))
        elif widest <= 0.4 * room.width():
            painter.drawText(
                room, Align.AlignLeft | Align.AlignVCenter | Qt.TextFlag.TextDontClip, names[unit]
            )
            _paint_bar(painter, scene, room.adjusted(widest + 6, 0, 0, 0), unit, float(state.a[unit]))
        else:
            line = metrics.height()
            upper = QRectF(room.x(), room.center().y() - 0.75 * line, room.width(), line)
            name = metrics.elidedText(names[unit], Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(upper, Align.AlignLeft | Align.AlignVCenter, name)
            lower = QRectF(room.x(), upper.bottom(), room.width(), 0.5 * line)
            _paint_bar(painter, scene, lower, unit, float(state.a[unit]))


def _paint_answer(painter: QPainter, scene: Scene, room: QRectF, name: str, answer: float) -> None:
    """Write an output's name, and its number below where there is room for two lines."""
    metrics = QFontMetricsF(scene.font)
    line = metrics.height()
    text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
    value = _fitting(metrics, answer, room.width())
    two = room.height() >= 1.4 * line
    where = QRectF(room.x(), room.center().y() - (line if two else line / 2), room.width(), line)
    painter.drawText(where, Align.AlignLeft | Align.AlignVCenter, text if two else value)
    if two:
        painter.setPen(QColor(scene.colours.text))
        painter.drawText(where.translated(0, line), Align.AlignLeft | Align.AlignVCenter, value)


def _fitting(metrics: QFontMetricsF, number: float, room: float) -> str:
    """Return ``number`` with as many digits as there is room for: cut off it would be another number."""
    said = [short(number, digits) for digits in (4, 3, 2, 1)]
    return next((text for text in said if metrics.horizontalAdvance(text) <= room), "…")


def _is_target(scene: Scene, unit: int) -> bool:
    """Whether this output is the right class of the chosen sample."""
    snapshot = scene.snapshot
    if snapshot is None or snapshot.target is None or snapshot.target.size <= unit:
        return False
    return snapshot.target.size > 1 and bool(snapshot.target[unit] == snapshot.target.max())


def _paint_bar(painter: QPainter, scene: Scene, room: QRectF, unit: int, share: float) -> None:
    """Draw a probability as a bar of the class's colour."""
    assert scene.info is not None
    several = scene.info.units[-1] > 1
    thick = min(max(4.0, 0.28 * QFontMetricsF(scene.font).height()), room.height())
    track = QRectF(room.left(), room.center().y() - thick / 2, room.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scene.colours.control))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    track.setWidth(max(track.width() * min(max(share, 0.0), 1.0), 1.0))
    painter.setBrush(QColor(class_colour(unit if several else 1)))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
