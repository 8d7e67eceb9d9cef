"""Outlines around what a finding is about, over whatever panel shows it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bpviz.present.palette import LIGHT, Palette

Places = Callable[[], list[QRectF]]

_WIDTH, _HALO, _AROUND, _RADIUS = 2.0, 5.0, 2.5, 5.0


class Marks(QWidget):
    """Lies over one widget at a time and lets everything through; a click there, or Escape, ends it.

    Where the places are is asked at each painting: they follow the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self._palette = LIGHT
        self._target: QWidget | None = None
        self._places: Places | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def target(self) -> QWidget | None:
        """Over what it lies."""
        return self._target

    def places(self) -> list[QRectF]:
        """Return what is outlined."""
        return [] if self._places is None else [one for one in self._places() if not one.isEmpty()]

    def show_over(self, target: QWidget, places: Places) -> None:
        """Outline these places of ``target``."""
        self.end(target)
        self._target, self._places = target, places
        target.installEventFilter(self)
        self.setParent(target)
        self._follow()
        self.show()

    def end(self, home: QWidget) -> None:
        """Outline nothing, and wait in ``home``."""
        if self._target is not None:
            self._target.removeEventFilter(self)
        self._target = self._places = None
        self.hide()
        self.setParent(home)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.update()

    def _follow(self) -> None:
        if self._target is not None:
            self.setGeometry(self._target.rect())
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._target and self._target is not None:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
                self._follow()
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.end(self._target)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo, line = QColor(self._palette.warning), QColor(self._palette.warning)
        halo.setAlphaF(0.3)
        for place in self.places():
            around = place.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)
            for colour, width in ((halo, _HALO), (line, _WIDTH)):
                painter.setPen(QPen(colour, width))
                painter.drawRoundedRect(around, _RADIUS, _RADIUS)
        painter.end()
