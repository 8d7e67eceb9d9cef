"""One of the four phases in the strip: a shape and a colour of its own."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.light import phase_colour
from bpviz.present.walk.words import PHASE_HELP, PHASE_LABELS
from bpviz.snapshot.dissection import PHASES, Phase
from bpviz.text import tr
from bpviz.views.plotting import CENTRE, faded, line_height

_NUMBERS = "①②③④"


class PhaseChip(QAbstractButton):
    """Forward points right, backward left, the loss is a hexagon, the update a box.

    ``share`` is how much of the phase is done: 0 is quiet, 1 wholly done; ``lit`` is the one in hand.
    """

    def __init__(self, phase: Phase, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.phase = phase
        self.setObjectName(f"phase_{phase}")
        self.palette_in_use: Palette = LIGHT
        self.share, self.lit, self.short = 0.0, False, False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float, lit: bool) -> None:
        """Show how much of the phase is done, and whether the walk is in it."""
        if (share, lit) != (self.share, self.lit):
            self.share, self.lit = share, lit
            self.retranslate()
            self.update()

    def set_short(self, short: bool) -> None:
        """Show the number alone where there is no room for the name."""
        if short != self.short:
            self.short = short
            self.updateGeometry()
            self.update()

    def retranslate(self) -> None:
        """Say everything again."""
        self.setText(tr(PHASE_LABELS[self.phase], number=self._number))
        name = tr(PHASE_LABELS[self.phase], number="").strip()
        self.setToolTip(tr(PHASE_HELP[self.phase]))
        self.setAccessibleName(tr("{phase}, in hand", phase=name) if self.lit else name)
        self.updateGeometry()

    @property
    def _number(self) -> str:
        return _NUMBERS[PHASES.index(self.phase)]

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        height = line_height(metrics) + 6
        text = self._number if self.short else self.text()
        return QSize(round(metrics.horizontalAdvance(text) + 1.15 * height), round(height))

    def shape(self, area: QRectF) -> QPainterPath:
        """Return the outline in ``area``."""
        tip = 0.42 * area.height()
        path = QPainterPath()
        if self.phase == "update":
            path.addRoundedRect(area, 3, 3)
            return path
        left = tip if self.phase in ("loss", "backward") else 0.0
        right = tip if self.phase in ("loss", "forward") else 0.0
        middle = area.center().y()
        path.moveTo(area.left() + left, area.top())
        path.lineTo(area.right() - right, area.top())
        path.lineTo(QPointF(area.right(), middle))
        path.lineTo(area.right() - right, area.bottom())
        path.lineTo(area.left() + left, area.bottom())
        path.lineTo(QPointF(area.left(), middle))
        path.closeSubpath()
        return path

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette_in_use
        colour = phase_colour(palette, self.phase)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1.2, 1.2, -1.2, -1.2)
        shape = self.shape(area)
        painter.fillPath(shape, QColor(colour if self.lit else palette.control))
        if not self.lit and self.share:
            painter.fillPath(shape, faded(colour, 0.16))
        if self.hasFocus() or self.share or self.underMouse():
            ring = palette.text if self.hasFocus() else colour
            painter.setPen(QPen(QColor(ring), 1.6 if self.hasFocus() else 1.0))
            painter.drawPath(shape)
        if self.lit:
            self._paint_share(painter, area)
        painter.setPen(QColor(palette.card if self.lit else palette.text if self.share else palette.muted))
        painter.drawText(self.rect(), CENTRE, self._number if self.short else self.text())
        painter.end()

    def _paint_share(self, painter: QPainter, area: QRectF) -> None:
        """Draw below the name how far the phase has come."""
        room = area.adjusted(0.5 * area.height(), area.height() - 3.2, -0.5 * area.height(), -1.4)
        painter.fillRect(room, faded(self.palette_in_use.card, 0.35))
        done = room.width() * self.share
        left = room.right() - done if self.phase == "backward" else room.left()
        painter.fillRect(QRectF(left, room.top(), done, room.height()), QColor(self.palette_in_use.card))
