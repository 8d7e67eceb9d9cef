"""Pictures of widgets at a size and pixel ratio of choice, drawn anew and not scaled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

MAX_PIXELS = 16_384


def empty_image(width: int, height: int, ratio: float) -> QImage:
    """Return a transparent image of ``width`` × ``height`` logical pixels."""
    size = QSize(min(round(width * ratio), MAX_PIXELS), min(round(height * ratio), MAX_PIXELS))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


@contextmanager
def resized(widget: QWidget, width: int, height: int) -> Iterator[None]:
    """Give ``widget`` another size for a moment; the screen does not see it.

    Painting on the screen waits for the event loop, and by then the old size is back.
    """
    before, limits = widget.size(), (widget.minimumSize(), widget.maximumSize())
    widget.setMinimumSize(0, 0)
    widget.setMaximumSize(16_777_215, 16_777_215)
    widget.resize(width, height)
    try:
        yield
    finally:
        widget.setMinimumSize(limits[0])
        widget.setMaximumSize(limits[1])
        widget.resize(before)


def grab_widget(widget: QWidget, width: int, height: int, ratio: float = 1.0) -> QImage:
    """Return ``widget`` drawn at ``width`` × ``height`` logical pixels with ``ratio`` pixels each.

    Text and lines are drawn at the full number of pixels.  The background is the window's.
    """
    image = empty_image(width, height, ratio)
    image.fill(widget.palette().color(widget.palette().ColorRole.Base))
    with resized(widget, width, height):
        draw_widget(widget, image)
    return image


def draw_widget(widget: QWidget, image: QImage) -> None:
    """Draw ``widget`` as it is into ``image``, from its upper left corner."""
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    widget.render(painter, QPoint(0, 0))
    painter.end()
