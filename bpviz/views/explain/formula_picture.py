"""Typeset formulas on a painter: crisp at any size, in any colour."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgRenderer

from bpviz.present.formulas.drawing import drawing
from bpviz.present.formulas.layout import Laid


@lru_cache(maxsize=4096)
def _renderer(tex: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(drawing(tex).coloured(colour)))


def draw_formula(
    painter: QPainter, tex: str, colour: str, baseline: QPointF, em: float, scale: float = 1.0
) -> None:
    """Draw a formula from the left end of its baseline on, ``em`` pixels to the size of its text."""
    made, size = drawing(tex), em * scale
    top = baseline - QPointF(0.0, made.ascent * size)
    _renderer(tex, colour).render(painter, QRectF(top.x(), top.y(), made.width * size, made.height * size))


def draw_lines(
    painter: QPainter, lines: Sequence[Laid], colours: Sequence[str], corner: QPointF, em: float
) -> None:
    """Draw lines that are laid out, each in its colour, below and right of ``corner``."""
    for line, colour in zip(lines, colours, strict=True):
        for piece in line.pieces:
            at = corner + QPointF(piece.x * em, piece.baseline * em)
            draw_formula(painter, piece.tex, colour, at, em, piece.scale)
