"""A quiet coloured frame around what is spoken of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from bpviz.present.palette import LIGHT, Palette

_WIDTH = 2.0
_RADIUS = 9.0
# Only this much of the widget underneath is covered, so that its own painting costs what it did.
_COVERED = 5


class Highlight(QWidget):
    """Lies over one widget at a time, follows its size, and lets everything through."""

    def __init__(self) -> None:
        super().__init__()
        self._palette = LIGHT
        self._target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def target(self) -> QWidget | None:
        """What is framed."""
        return self._target

    def point_at(self, target: QWidget | None, home: QWidget) -> None:
        """Frame ``target``; None frames nothing and waits in ``home``."""
        if self._target is not None:
            self._target.removeEventFilter(self)
        self._target = target
        self.setParent(target or home)
        self.hide()
        if target is not None:
            target.installEventFilter(self)
            self._follow()
            self.show()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def _follow(self) -> None:
        if self._target is None:
            return
        self.setGeometry(self._target.rect())
        inner = self.rect().adjusted(_COVERED, _COVERED, -_COVERED, -_COVERED)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._target and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._follow()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._palette.accent), _WIDTH))
        inset = _WIDTH / 2 + 0.5
        outline = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(outline, _RADIUS, _RADIUS)
        painter.end()
