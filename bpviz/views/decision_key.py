"""The key of a decision map: which colour is which class, which points are tested."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.palette import LIGHT, Palette, class_colour
from bpviz.views.plotting import line_height, smaller


class ClassKey(QWidget):
    """A row of class colours with their names; what does not fit ends in an ellipsis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self._names: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_classes(self, names: tuple[str, ...]) -> None:
        """Show these classes, in the order of their colours."""
        self._names = names
        self.setAccessibleName(", ".join(names))
        self.setToolTip(", ".join(names))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, round(line_height(QFontMetricsF(smaller(self.font())))) + 5)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        metrics = QFontMetricsF(painter.font())
        x, middle = 2.0, self.height() / 2
        base = middle + metrics.ascent() / 2 - 1
        for index, name in enumerate(self._names):
            more = index < len(self._names) - 1
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, 110)
            width = 13 + metrics.horizontalAdvance(short) + 10
            if x + width + (12 if more else 0) > self.width():
                if index:
                    painter.setPen(QColor(self.palette_in_use.muted))
                    painter.drawText(QPointF(x, base), "…")
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(class_colour(index)))
            painter.drawEllipse(QPointF(x + 5, middle), 4, 4)
            painter.setPen(QColor(self.palette_in_use.muted))
            painter.drawText(QPointF(x + 13, base), short)
            x += width
        painter.end()
