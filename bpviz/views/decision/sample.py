"""The chosen picture beside the confusion matrix: what it is, and what it is taken for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from bpviz.present.decision.words import answer_of, sample_lines
from bpviz.present.diagram.colours import picture_argb
from bpviz.present.palette import Palette, class_colour
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.views.plotting import CENTRE, faded, hairline, line_height

_BARS = 12


def draw_sample(
    painter: QPainter, area: QRectF, info: RunInfo, snapshot: Snapshot, palette: Palette
) -> QRectF:
    """Draw the picture, its classes and a bar for each output into ``area``; return the picture's place."""
    metrics = QFontMetricsF(painter.font())
    line = line_height(metrics)
    answer = answer_of(info, snapshot)
    lines = sample_lines(info, snapshot)
    bars = answer.outputs[:_BARS] if answer is not None else np.empty(0)
    side = min(area.width(), (area.height() - len(lines) * line - 8) * (0.62 if len(bars) else 1.0))
    place = QRectF(area.center().x() - side / 2, area.top(), max(side, 8.0), max(side, 8.0))
    _draw_picture(painter, place, info, snapshot.sample, palette)
    painter.setPen(hairline(palette.border))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place)
    top = place.bottom() + 4
    for role, text, shorter in lines:
        colours = {"good": palette.good, "bad": palette.danger, "quiet": palette.muted}
        painter.setPen(QColor(colours[role]))
        fits = metrics.horizontalAdvance(text) <= area.width()
        said = metrics.elidedText(text if fits else shorter, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), top, area.width(), line), CENTRE, said)
        top += line
    if len(bars):
        room = QRectF(area.left(), top + 3, area.width(), area.bottom() - top - 3)
        _draw_bars(painter, room, bars, info, palette)
    return place


def _draw_picture(painter: QPainter, place: QRectF, info: RunInfo, sample: int, palette: Palette) -> None:
    if info.x_train is None or info.picture_shape is None or sample >= len(info.x_train):
        return
    pixels = picture_argb(info.x_train[sample], info.picture_shape, palette.name == "dark")
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    # Painted before ``pixels`` goes: the image has no memory of its own.
    painter.drawImage(place, image)


def _draw_bars(
    painter: QPainter, room: QRectF, outputs: NDArray[np.floating], info: RunInfo, palette: Palette
) -> None:
    """Draw one bar a class: the network's outputs for this picture, on a scale from 0 to 1."""
    metrics = QFontMetricsF(painter.font())
    if room.height() < 2 * line_height(metrics):
        return
    wide = room.width() / len(outputs)
    base = room.bottom() - line_height(metrics)
    for index, value in enumerate(np.nan_to_num(outputs).tolist()):
        left = room.left() + index * wide
        height = min(max(value, 0.0), 1.0) * (base - room.top())
        painter.fillRect(
            QRectF(left + 1, room.top(), wide - 2, base - room.top()), faded(palette.control, 0.6)
        )
        painter.fillRect(QRectF(left + 1, base - height, wide - 2, height), QColor(class_colour(index)))
        painter.setPen(QColor(palette.muted))
        name = metrics.elidedText(info.class_names[index], Qt.TextElideMode.ElideRight, wide)
        box = QRectF(left, base, wide, line_height(metrics))
        painter.drawText(box, CENTRE, name)
