"""The text of a step: paragraphs, and between them formulas, typeset."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from bpviz.present.formulas.drawing import drawing
from bpviz.present.lessons.prose import blocks, formula_aloud, typeset
from bpviz.present.palette import LIGHT, Palette
from bpviz.views.explain.formula_picture import draw_formula

_LARGER = 1.12
_MARGIN = 4.0


class TypesetFormula(QWidget):
    """One formula in the middle of its line; one that is too long for it is drawn smaller."""

    def __init__(self, tex: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.tex = typeset(tex)
        self.palette_in_use: Palette = LIGHT
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(formula_aloud(tex))
        self.setToolTip(formula_aloud(tex))

    def em(self, width: float) -> float:
        """Return the size of the text in pixels, at a width in pixels."""
        wanted = QFontMetricsF(self.font()).height() * 0.8 * _LARGER
        return min(wanted, (width - 2 * _MARGIN) / max(drawing(self.tex).width, 1e-9))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(drawing(self.tex).height * self.em(width) + 2 * _MARGIN)

    def sizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(self.width(), 120)))

    def paintEvent(self, event: QPaintEvent) -> None:
        made, em = drawing(self.tex), self.em(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = (self.width() - made.width * em) / 2
        top = (self.height() - made.height * em) / 2
        draw_formula(painter, self.tex, self.palette_in_use.text, QPointF(left, top + made.ascent * em), em)
        painter.end()


class Prose(QWidget):
    """Shows a text of a lesson."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette: Palette = LIGHT
        self.parts: list[QLabel | TypesetFormula] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_text(self, text: str) -> None:
        """Show another text."""
        for part in self.parts:
            part.hide()
            part.deleteLater()
        self.parts = [self._part(*block) for block in blocks(text)]
        for part in self.parts:
            self._column.addWidget(part)

    def _part(self, kind: str, said: str) -> QLabel | TypesetFormula:
        if kind == "formula":
            formula = TypesetFormula(said, self)
            formula.palette_in_use = self._palette
            return formula
        label = QLabel(said, self, wordWrap=True, textFormat=Qt.TextFormat.RichText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        for part in self.parts:
            if isinstance(part, TypesetFormula):
                part.palette_in_use = palette
                part.update()
