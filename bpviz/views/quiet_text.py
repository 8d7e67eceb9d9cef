"""Lines of text that change thirty times a second and cost nothing but their own few pixels.

A QLabel tells every layout above it whenever its text changes; these keep their place.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.palette import LIGHT, Palette

# From step to step clearly smaller, so that a number that changes its width does not make it tremble.
_SHARES = (1.0, 0.84, 0.7)
_SMALLEST = 8.0


class QuietText(QWidget):
    """One line in the quiet colour, cut at its end where there is no room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._palette: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text; the whole of it is in the tooltip and for screen readers."""
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def _fitted(self) -> QFont:
        """Return the font, smaller where that holds the whole text: what comes last may matter most."""
        font = QFont(self.font())
        points = font.pointSizeF()
        for share in _SHARES:
            font.setPointSizeF(max(points * share, min(points, _SMALLEST)))
            if QFontMetricsF(font).horizontalAdvance(self._text) <= self.width() - 2:
                return font
        return font

    def sizeHint(self) -> QSize:
        return QSize(60, round(QFontMetricsF(self.font()).height()) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.card))
        painter.setPen(QColor(self._palette.muted))
        painter.setFont(self._fitted())
        metrics = QFontMetricsF(painter.font())
        shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width() - 2)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class Figures(QWidget):
    """Words and numbers in a row, the numbers that matter in bold; as wide as it ever was in a run.

    Each pair is a word, in the quiet colour, and a number; a bold one is in the text's colour.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[tuple[str, str, bool], ...] = ()
        self._palette: Palette = LIGHT
        self._widest = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """Return all of it as one line."""
        return "   ".join(f"{word} {number}" for word, number, _ in self._pairs)

    def set_pairs(self, pairs: tuple[tuple[str, str, bool], ...]) -> None:
        """Show (word, number, bold) in a row; the width grows where it must."""
        if pairs == self._pairs:
            return
        self._pairs = pairs
        self.setAccessibleName(self.text())
        width = round(sum(length for *_, length in self._pieces())) + 2
        if width > self._widest:
            self._widest = width
            self.setFixedWidth(width)
        self.update()

    def forget_width(self) -> None:
        """Let it be as narrow again as what it says next."""
        self._widest, self._pairs = 0, ()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def _pieces(self) -> list[tuple[str, QFont, str, float]]:
        """Return text, font, colour and width of each piece, the gaps included."""
        plain, bold = QFont(self.font()), QFont(self.font())
        bold.setBold(True)
        measures = {id(font): QFontMetricsF(font) for font in (plain, bold)}
        gap, blank = 3.2 * measures[id(plain)].averageCharWidth(), measures[id(plain)].horizontalAdvance(" ")
        pieces: list[tuple[str, QFont, str, float]] = []
        for index, (word, number, is_bold) in enumerate(self._pairs):
            font, colour = (bold, self._palette.text) if is_bold else (plain, self._palette.muted)
            last = index == len(self._pairs) - 1
            pieces.append(
                (word, plain, self._palette.muted, measures[id(plain)].horizontalAdvance(word) + blank)
            )
            length = measures[id(font)].horizontalAdvance(number)
            pieces.append((number, font, colour, length + (0.0 if last else gap)))
        return pieces

    def sizeHint(self) -> QSize:
        return QSize(max(self._widest, 60), round(QFontMetricsF(self.font()).height()) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pieces = self._pieces()
        x = self.width() - sum(length for *_, length in pieces) - 1
        metrics = QFontMetricsF(self.font())
        base = (self.height() + metrics.ascent() - metrics.descent()) / 2
        for words, font, colour, length in pieces:
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QPointF(x, base), words)
            x += length
        painter.end()
