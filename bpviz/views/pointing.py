"""What the two pictures of a network share: one thing is pointed at, one pinned, one under the keyboard."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Pointed(Protocol):
    """The scene's part in it; each picture has its own kind of thing to point at, None where nothing is."""

    hovered: Any
    pinned: Any
    cursor: Any
    cursor_told: bool


class PointedCanvas(QWidget):
    """Keeps what is hovered, pinned and under the keyboard, and says when it is another.

    Signals
    -------
    spot_changed
        Something else is pointed at, pinned or under the keyboard.
    edit_wanted
        Enter was pressed on what is pinned already: its number is to be changed.
    """

    spot_changed = Signal()
    edit_wanted = Signal()
    scene: Pointed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # It fills its own ground, so nothing under it is painted again with every iteration.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def pin(self, spot: Any) -> None:
        """Keep the card on ``spot``; None lets it go."""
        self.scene.pinned = spot
        self._changed()

    def enter(self) -> None:
        """Pin what is under the keyboard; where that is pinned, change its number."""
        if self.scene.pinned is not None and self.scene.cursor in (None, self.scene.pinned):
            self.edit_wanted.emit()
        else:
            self.pin(self.scene.cursor)

    def let_go(self) -> None:
        """Hide the card; the keyboard keeps its place."""
        self.scene.cursor_told = False
        self.pin(None)

    def lay_out(self) -> None:
        """Place everything for the size and the text size in force."""

    def _hover(self, spot: Any) -> None:
        if spot == self.scene.hovered:
            return
        self.scene.hovered = spot
        self.setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        self._changed()

    def _changed(self) -> None:
        self.update()
        self.spot_changed.emit()

    def _set_cursor_spot(self, spot: Any) -> None:
        self.scene.cursor = spot
        self.scene.cursor_told = spot is not None
        self._changed()

    def _scaled_font(self, least: float, most: float) -> QFont:
        """Return the panel's font, larger in a larger window."""
        font = QFont(self.font())
        scale = min(max(min(self.width() / 640, self.height() / 400), least), most)
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * scale)
        else:
            font.setPixelSize(round(font.pixelSize() * scale))
        return font

    def sizeHint(self) -> QSize:
        return QSize(640, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()
        self.spot_changed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)
