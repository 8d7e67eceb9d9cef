"""Formulas below one another, aligned at their equals signs and wrapped to the width there is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QWidget

from bpviz.present.formulas.layout import Laid, laid_out
from bpviz.present.formulas.line import Printed
from bpviz.present.numbers import MINUS
from bpviz.present.palette import LIGHT, Palette
from bpviz.text import tr
from bpviz.views.explain.formula_picture import draw_lines

MARGIN = 6.0
LARGER_THAN_TEXT = 1.2
"""Formulas have small letters in corners: they are set larger than the text around them."""
SHOWN_TO_LEAST = 12.0


class FormulaView(QWidget):
    """Shows formula lines; a click chooses one, and copying takes it, or all, as text in full precision."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Printed, ...] = ()
        self._palette: Palette = LIGHT
        self._laid: tuple[float, list[Laid]] = (-1.0, [])
        self._chosen: int | None = None
        self._smaller = 1.0
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_lines(self, lines: Sequence[Printed]) -> None:
        """Show these lines; those that stay the same are not drawn anew."""
        lines = tuple(lines)
        if lines == self._lines:
            return
        kept = self._chosen is not None and len(lines) == len(self._lines)
        self._lines, self._laid = lines, (-1.0, [])
        self._chosen = self._chosen if kept else None
        self.setAccessibleName(tr("Formula lines"))
        self.setAccessibleDescription(self.told())
        self.updateGeometry()
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def text(self) -> str:
        """Return every line as plain text, all digits of its numbers."""
        return "\n".join(line.plain for line in self._lines)

    def chosen_text(self) -> str:
        """Return the chosen line as plain text, or every line."""
        return self.text() if self._chosen is None else self._lines[self._chosen].plain

    def told(self) -> str:
        """Return the chosen line, or every line, as it is told to whoever does not see it."""
        chosen = self._lines if self._chosen is None else (self._lines[self._chosen],)
        return "\n".join(line.told for line in chosen)

    def choose(self, index: int | None) -> None:
        """Choose a line, or none."""
        self._chosen = None if index is None or not self._lines else min(max(index, 0), len(self._lines) - 1)
        self.setAccessibleDescription(self.told())
        self.update()

    def copy(self) -> None:
        """Copy the chosen line, or all of them, with the sign for minus that programs read."""
        QApplication.clipboard().setText(self.chosen_text().replace(MINUS, "-"))

    @property
    def em(self) -> float:
        """How many pixels the text of the formulas is high."""
        usual = QFontMetricsF(self.font()).height() * 0.8 * LARGER_THAN_TEXT
        return max(usual * self._smaller, SHOWN_TO_LEAST)

    @property
    def margin(self) -> float:
        """How many pixels stay free around the lines."""
        return MARGIN if self._smaller == 1.0 else MARGIN / 2

    def set_smaller(self, smaller: float) -> None:
        """Set everything smaller, where there is little room: 1 is the usual size."""
        if smaller != self._smaller:
            self._smaller, self._laid = smaller, (-1.0, [])
            self.updateGeometry()
            self.update()

    def rows(self) -> list[tuple[int, int]]:
        """Return from where to where each line reaches, in pixels."""
        return [
            (int(self.margin + line.top * self.em), ceil(self.margin + line.bottom * self.em))
            for line in self.laid()
        ]

    def laid(self, width: float | None = None) -> list[Laid]:
        """Return where everything stands at a width in pixels."""
        width = self.width() if width is None else width
        room = max(width - 2 * MARGIN, 40.0) / self.em
        if self._laid[0] != room:
            self._laid = (room, laid_out(self._lines, room))
        return self._laid[1]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        laid = self.laid(width)
        return round(2 * self.margin + (laid[-1].bottom * self.em if laid else 0.0) + 0.5)

    def sizeHint(self) -> QSize:
        width = max(self.width(), 240)
        return QSize(240, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        laid = self.laid()
        if self._chosen is not None and self._chosen < len(laid):
            self._mark(painter, laid[self._chosen])
        colours = [getattr(self._palette, line.colour) for line in self._lines]
        draw_lines(painter, laid, colours, QPointF(MARGIN, self.margin), self.em)
        painter.end()

    def _mark(self, painter: QPainter, line: Laid) -> None:
        pen = QPen(self._palette.accent)
        pen.setWidthF(2.0)
        painter.setPen(pen)
        top, bottom = (self.margin + each * self.em for each in (line.top, line.bottom))
        painter.drawLine(QPointF(1.5, top), QPointF(1.5, bottom))

    def line_at(self, y: float) -> int | None:
        """Return which line stands at a height in pixels."""
        at = (y - self.margin) / self.em
        return next((n for n, line in enumerate(self.laid()) if line.top <= at <= line.bottom), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(self.line_at(event.position().y()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Copy"), self.copy)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif step is not None and self._lines:
            start = -1 if step > 0 else len(self._lines)
            self.choose((start if self._chosen is None else self._chosen) + step)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()
