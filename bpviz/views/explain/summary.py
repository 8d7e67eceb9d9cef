"""The last iteration in short, drawn: one column a phase."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bpviz.present.explain.summary import Column
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.light import phase_colour
from bpviz.present.walk.words import PHASE_LABELS
from bpviz.text import tr

_NUMBERS = {"forward": "①", "loss": "②", "backward": "③", "update": "④"}
_GAP = 14.0


class SummaryView(QWidget):
    """Paints itself: thirty times a second is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette: Palette = LIGHT
        self.columns: tuple[Column, ...] = ()
        self.hint = ""

    def show_columns(self, columns: tuple[Column, ...], hint: str) -> None:
        """Show columns, and below them a line in the quiet colour."""
        if (columns, hint) != (self.columns, self.hint):
            self.columns, self.hint = columns, hint
            self.setAccessibleName(hint)
            self.update()

    def said(self) -> str:
        """Return everything as text."""
        parts = []
        for column in self.columns:
            lines = ", ".join(f"{name} {value}".strip() for name, value in column.lines)
            parts.append(f"{self._name(column)}: {lines}")
        return "\n".join(parts)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 96)

    def _name(self, column: Column) -> str:
        return tr(PHASE_LABELS[column.phase], number=_NUMBERS[column.phase])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        line = metrics.height() * 1.12
        count = max(len(self.columns), 1)
        width = (self.width() - 8 - (count - 1) * _GAP) / count
        for index, column in enumerate(self.columns):
            self._paint_column(painter, column, QRectF(4 + index * (width + _GAP), 2, width, line))
        painter.setFont(self.font())
        painter.setPen(QColor(self._palette.muted))
        rows = max((len(column.lines) for column in self.columns), default=0)
        below = QRectF(4, 2 + line * (rows + 1) + 6, self.width() - 8, line)
        if below.bottom() <= self.height() + 2:
            text = metrics.elidedText(self.hint, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _paint_column(self, painter: QPainter, column: Column, row: QRectF) -> None:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(phase_colour(self._palette, column.phase)))
        self._text(painter, row, self._name(column))
        painter.setFont(self.font())
        for name, value in column.lines:
            row = row.translated(0, row.height())
            painter.setPen(QColor(self._palette.text))
            used = self._text(painter, row, value, right=True) if value else 0.0
            painter.setPen(QColor(self._palette.muted))
            self._text(painter, row.adjusted(0, 0, -used - 6, 0), name)

    def _text(self, painter: QPainter, row: QRectF, text: str, *, right: bool = False) -> float:
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, row.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)
