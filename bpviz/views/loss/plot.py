"""The gestures of the loss plot: point, pin, zoom, pan, copy and go to an iteration."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from bpviz.present.loss.curves import Extent
from bpviz.present.loss.scales import Axis
from bpviz.present.loss.words import copied
from bpviz.views.loss.canvas import Band, LossCanvas

_ZOOM = 1.25
# Closer than this a zoom shows nothing more: eight iterations across the plot.
_CLOSEST = 8.0


class LossPlot(LossCanvas):
    """Point at the curves and they say their numbers.

    Click goes there, Shift and a click pins, the wheel zooms along x (with Ctrl along y), dragging pans.
    Keys: ← → move the pin, + − zoom, 0 shows everything, Enter goes to the pin, Esc lets it go.
    """

    iteration_chosen = Signal(int)
    view_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None
        self._panned: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def zoomed(self) -> bool:
        """Whether less or more than everything is in view."""
        return self.x_view is not None or bool(self.y_views)

    @Slot()
    def show_everything(self) -> None:
        """Undo every zoom and pan."""
        self.x_view = None
        self.y_views.clear()
        self._view_moved()

    def point_at(self, iteration: int) -> None:
        """Pin an iteration, in view."""
        low, high = self.x_view or self.x_limits
        if not low <= iteration <= high:
            self.show_everything()
        self.pinned, self.pointer = min(max(iteration, 0), self.curves.last), None
        self.update()

    def show_range(self, low: float, high: float) -> None:
        """Zoom along x to a part of the run, and a little around it."""
        middle, half = (low + high) / 2, max(0.55 * (high - low), _CLOSEST / 2)
        self.x_view = _within((middle - half, middle + half), self.x_limits)
        self._view_moved()

    def zoom(self, factor: float, centre: float) -> None:
        """Zoom along x by ``factor`` about the pixel ``centre``; below 1 is out."""
        limits = self.x_limits
        middle = self.x_axis.value(centre)
        low = middle - (middle - self.x_axis.low) / factor
        high = middle + (self.x_axis.high - middle) / factor
        if high - low < _CLOSEST:
            return
        self.x_view = None if high - low >= limits[1] - limits[0] else _within((low, high), limits)
        self._view_moved()

    def zoom_y(self, factor: float, at: QPointF) -> None:
        """Zoom the plot under ``at`` along y by ``factor`` about that point."""
        band = self._band_at(at)
        if band is None:
            return
        axis = band.axis
        centre = at.y()
        ends = [centre + (end - centre) / factor for end in (axis.start, axis.end)]
        self.y_views[band.name] = axis.value(ends[0]), axis.value(ends[1])
        self._view_moved()

    def pan(self, dx: float, dy: float, at: QPointF) -> None:
        """Move what is in view by (dx, dy) pixels; y only where it was zoomed before."""
        if self.x_view is not None:
            axis = self.x_axis
            shifted = axis.value(axis.start - dx), axis.value(axis.end - dx)
            self.x_view = _within(shifted, self.x_limits)
        band = self._band_at(at)
        if band is not None and band.name in self.y_views:
            y: Axis = band.axis
            self.y_views[band.name] = y.value(y.start - dy), y.value(y.end - dy)
        self._view_moved()

    def copy_reading(self) -> None:
        """Copy the numbers under the pointer, else the pinned, else the shown ones, with all digits."""
        at = self.shown_reading()
        reading = self.curves.reading(self.position if at is None else at)
        if reading is not None:
            QGuiApplication.clipboard().setText(copied(reading))

    def _band_at(self, at: QPointF) -> Band | None:
        return next((band for band in self.bands if band.plot.top() <= at.y() <= band.plot.bottom()), None)

    def _view_moved(self) -> None:
        self.invalidate()
        self.lay_out()
        self.view_changed.emit(self.zoomed)

    def _move_pin(self, steps: int) -> None:
        axis = self.x_axis
        stride = max(1, round((axis.high - axis.low) / (axis.end - axis.start)))
        at = self.position if self.pinned is None else self.pinned
        self.pinned = min(max(at + steps * stride, 0), self.curves.last)
        self.pointer = None
        self.update()

    def _act_on_key(self, key: int) -> bool:
        middle = (self.x_axis.start + self.x_axis.end) / 2
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move_pin(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            centre = middle if self.pinned is None else float(self.x_axis.pixel(self.pinned))
            self.zoom(1 / _ZOOM if key == Qt.Key.Key_Minus else _ZOOM, centre)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.show_everything()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pinned is not None:
            self.iteration_chosen.emit(self.pinned)
        elif key == Qt.Key.Key_Escape and self.pinned is not None:
            self.pinned = None
            self.update()
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None:
            far = (at - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if self._panned is None and far:
                self._panned = self._pressed
            if self._panned is not None:
                moved = at - self._panned
                self.pan(moved.x(), moved.y(), self._pressed)
                self._panned = at
        self.pointer = at
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._panned is None and self._pressed is not None and not self.curves.empty:
            at = self.iteration_at(event.position().x())
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.pinned = at
            else:
                self.iteration_chosen.emit(at)
        self._pressed = self._panned = None
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first of the two clicks has gone there."""

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        factor = math.pow(_ZOOM, event.angleDelta().y() / 120)
        if self.curves.empty or factor == 1:
            event.ignore()
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_y(factor, event.position())
        else:
            self.zoom(factor, event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.curves.empty:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_reading()
        elif not self._act_on_key(event.key()):
            super().keyPressEvent(event)


def _within(view: Extent, limits: Extent) -> Extent:
    """Shift ``view`` so that it does not leave ``limits``."""
    shift = max(limits[0] - view[0], 0.0) + min(limits[1] - view[1], 0.0)
    return max(view[0] + shift, limits[0]), min(view[1] + shift, limits[1])
