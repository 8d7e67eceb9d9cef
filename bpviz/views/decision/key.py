"""The key of a decision map: which colour is which class, which points are tested."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.palette import LIGHT, Palette, class_colour
from bpviz.text import tr
from bpviz.views.decision.points import stamp
from bpviz.views.plotting import line_height, smaller

_DOT, _GAP, _LONGEST = 13.0, 10.0, 110.0
_RADIUS = 4.0
# The dots alone: these many find a place in any panel.
_MOST_DOTS = 4


class ClassKey(QWidget):
    """A row of class colours with their names, and which points are for training, which for testing.

    Where there is little room, first the parts lose their names, then the classes: the colours stay,
    and the tooltip says all of it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_in_use: Palette = LIGHT
        self.names: tuple[str, ...] = ()
        self._parts = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_classes(self, names: tuple[str, ...], *, parts: bool = False) -> None:
        """Show these classes, in the order of their colours; with ``parts`` the two kinds of points."""
        self.names, self._parts = names, parts
        said = ", ".join(names)
        if parts:
            said = "\n".join(filter(None, (said, f"● {tr('train')}   ○ {tr('test')}")))
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.updateGeometry()
        self.update()

    def entries(self, width: float) -> list[tuple[int | str, str]]:
        """Return (class or part, name) as far as ``width`` holds them; without names where it must."""
        metrics = QFontMetricsF(smaller(self.font()))
        elide = Qt.TextElideMode.ElideRight
        classes: list[tuple[int | str, str]] = [
            (index, metrics.elidedText(name, elide, _LONGEST)) for index, name in enumerate(self.names)
        ]
        parts: list[tuple[int | str, str]] = [("train", tr("train")), ("test", tr("test"))]
        parts = parts if self._parts else []
        bare: list[tuple[int | str, str]] = [(index, "") for index, _ in classes]
        for wanted in (classes + parts, classes, bare + parts, bare):
            if wanted and sum(_width(metrics, name) for _, name in wanted) <= width + _GAP:
                return wanted
        return bare[: max(int(width / _DOT), 0)]

    def sizeHint(self) -> QSize:
        return QSize(0, round(line_height(QFontMetricsF(smaller(self.font())))) + 5)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(_DOT * min(len(self.names), _MOST_DOTS)) + 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        metrics = QFontMetricsF(painter.font())
        x, middle = 2.0, self.height() / 2
        base = middle + metrics.ascent() / 2 - 1
        for which, name in self.entries(self.width() - 2.0):
            self._draw_mark(painter, QPointF(x + 5, middle), which)
            painter.setPen(QColor(self.palette_in_use.muted))
            painter.drawText(QPointF(x + _DOT, base), name)
            x += _width(metrics, name)
        painter.end()

    def _draw_mark(self, painter: QPainter, at: QPointF, which: int | str) -> None:
        """Draw a class's colour, or a point of a part as the map has it."""
        if isinstance(which, int):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(class_colour(which)))
            painter.drawEllipse(at, _RADIUS, _RADIUS)
            return
        grey = QColor(self.palette_in_use.muted)
        mark = stamp(grey, _RADIUS, painter.device().devicePixelRatio(), hollow=which == "test")
        half = mark.deviceIndependentSize().width() / 2
        painter.drawPixmap(QPointF(at.x() - half, at.y() - half), mark)


def _width(metrics: QFontMetricsF, name: str) -> float:
    return _DOT + metrics.horizontalAdvance(name) + _GAP if name else _DOT
