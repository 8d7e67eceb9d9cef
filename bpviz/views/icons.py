"""The program's own icons: black drawings in ``resources/icons``, painted in a theme's colour."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from bpviz.resources import resource_path

_SIZES = (13, 15, 16, 20, 26, 30, 32, 40, 48, 64)


@cache
def _drawing(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """Return the icon ``name`` in ``colour``, ``size`` pixels high and wide."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("#000000", colour).encode()))
    image = QPixmap(QSize(size, size))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


@cache
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """Return the icon ``name``, sharp at every size in use and at pixel ratio 2."""
    result = QIcon()
    for size in _SIZES:
        result.addPixmap(pixmap(name, colour, size))
        if disabled:
            result.addPixmap(pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return result


def application_icon() -> QIcon:
    """Return the mark of the program."""
    result = QIcon()
    for size in (*_SIZES, 128, 256):
        result.addPixmap(pixmap("bpviz", "#000000", size))
    return result


def picture_url(name: str) -> str:
    """Return what a style sheet's ``image: …`` takes for the icon ``name``."""
    return f'url("{resource_path("icons", f"{name}.svg").as_posix()}")'
