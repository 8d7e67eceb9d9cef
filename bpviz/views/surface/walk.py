"""The ball and its arrow, lit as suits a phase of the walk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QRadialGradient

from bpviz.present.palette import Palette
from bpviz.present.walk.light import phase_colour
from bpviz.snapshot.dissection import Phase
from bpviz.views.plotting import faded


@dataclass(frozen=True)
class ArrowLight:
    """How the arrow of steepest descent is drawn: its opacity, and its width as a multiple of the usual.

    It is faint while the gradient is not known, where the surface does not say how it grows.
    """

    opacity: float = 1.0
    width: float = 1.0


def light_of(phase: Phase | None) -> ArrowLight:
    """Return the arrow's light: faint until the gradient is known, then strong."""
    if phase is None:
        return ArrowLight()
    return ArrowLight(1.0, 1.6) if phase in ("backward", "update") else ArrowLight(0.3, 1.0)


def paint_glow(painter: QPainter, at: QPointF, radius: float, phase: Phase | None, palette: Palette) -> None:
    """Let the ball shine in the phase's colour; not in the forward phase, which does not know the loss."""
    if phase is None or phase == "forward":
        return
    colour = phase_colour(palette, phase)
    shine = QRadialGradient(at, 3.4 * radius)
    shine.setColorAt(0.0, faded(colour, 0.75))
    shine.setColorAt(1.0, faded(colour, 0.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shine)
    painter.drawEllipse(at, 3.4 * radius, 3.4 * radius)
