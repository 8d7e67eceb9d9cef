"""The picture of the surface: it is turned, zoomed and pointed at here, and nothing else changes by that."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.present.surface.camera import RESET_VIEW, TOP_VIEW, Camera
from bpviz.present.surface.curve import Curve, build_curve, nearest
from bpviz.present.surface.pick import Picked, pick
from bpviz.present.surface.scene import Scene, build_scene, is_curve
from bpviz.present.surface.walk import Walked, walked_curve, walked_scene
from bpviz.snapshot import SurfaceGrid
from bpviz.snapshot.dissection import Phase
from bpviz.text import Text, tr
from bpviz.views.surface.curve import curve_area, paint_curve
from bpviz.views.surface.drawing import Drawing, Look
from bpviz.views.surface.painter import PainterRenderer
from bpviz.views.surface.renderer import SurfaceRenderer

_DEGREES_PER_PIXEL = 0.45
_KEY_DEGREES = 6.0
_KEY_ZOOM = 1.15
_SETTLE_MS = 220
_TURNS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (_KEY_DEGREES, 0.0),
    Qt.Key.Key_Right: (-_KEY_DEGREES, 0.0),
    Qt.Key.Key_Up: (0.0, _KEY_DEGREES),
    Qt.Key.Key_Down: (0.0, -_KEY_DEGREES),
}
_log = logging.getLogger(__name__)


class SurfaceCanvas(QWidget):
    """Shows one grid; ``renderer_failed(Text)`` says that it went over to QPainter."""

    renderer_failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = RESET_VIEW
        self.scene: Scene | None = None
        self.curve: Curve | None = None
        self.logarithmic = False
        self.picked: Picked | int | None = None
        self.pinned = False
        self._grid: SurfaceGrid | None = None
        self._at_rest: Scene | Curve | None = None
        self._walked: Walked | None = None
        self._colours: Palette = LIGHT
        self._renderer: SurfaceRenderer = PainterRenderer()
        self._drawing = Drawing()
        self._drag_from: QPointF | None = None
        self._dragged = False
        self._moving = False
        self._focus_ring = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._on_settle_timeout)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 110)
        # It fills itself, so that what lies below is not painted with every surface.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def renderer(self) -> SurfaceRenderer:
        """Return what draws the surface now."""
        return self._renderer

    def use_renderer(self, renderer: SurfaceRenderer) -> None:
        """Draw with another renderer from now on."""
        self._renderer.release()
        self._renderer = renderer
        self._drawing.forget()
        self.update()

    def show_grid(self, grid: SurfaceGrid | None, walked: Walked | None = None) -> None:
        """Show a grid; None empties the picture.  The view stays as the user turned it."""
        self._grid, self._walked = grid, walked
        if grid is None:
            self.scene = self.curve = self._at_rest = None
            self._unpick()
        else:
            self._rebuild(grid)
        self._touch()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Let heights be losses, or their logarithms."""
        self.logarithmic = logarithmic
        if self._grid is not None:
            self._rebuild(self._grid)
        self._touch()

    def show_walk(self, phase: Phase | None, walked: Walked | None) -> None:
        """Put the ball and its arrow where the walk has them, lit as suits its phase; None at rest."""
        if phase != self._drawing.phase or walked != self._walked:
            self._drawing.phase, self._walked = phase, walked
            self._place_walk()
            self.update()

    def set_colours(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._colours = palette
        self.update()

    def look_from(self, camera: Camera) -> None:
        """Look at the surface from somewhere else."""
        self.camera = camera
        if not self.pinned:
            self.picked = None
        self._touch()

    @Slot()
    def reset_view(self) -> None:
        """Look from where the first look was."""
        self.look_from(RESET_VIEW)

    @Slot()
    def top_view(self) -> None:
        """Look straight down, u to the right and v upwards, like a map."""
        self.look_from(TOP_VIEW)

    @Slot()
    def zoom_in(self) -> None:
        """Come nearer."""
        self.look_from(self.camera.zoomed(_KEY_ZOOM))

    @Slot()
    def zoom_out(self) -> None:
        """Go further away."""
        self.look_from(self.camera.zoomed(1 / _KEY_ZOOM))

    def paint_on(self, painter: QPainter, look: Look, drawing: Drawing, fast: bool = False) -> None:
        """Paint the picture at any size; the widget itself and an export both come here.

        An export (any other drawing than the widget's own) shows a pinned point, not a passing one.
        """
        at = self.picked if self.pinned or drawing is self._drawing else None
        if self.curve is not None:
            paint_curve(painter, self.curve, look, at if isinstance(at, int) else None, drawing.phase)
        elif self.scene is not None:
            vertex = at if isinstance(at, Picked) else None
            try:
                drawing.paint(painter, self.scene, self.camera, look, self._renderer, fast, vertex)
            except RuntimeError as failure:
                self._fall_back(failure)
                drawing.paint(painter, self.scene, self.camera, look, self._renderer, fast, vertex)
        else:
            painter.setPen(QColor(look.palette.muted))
            painter.setFont(look.small_font())
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            text = tr("The loss surface appears here as soon as it is computed.")
            painter.drawText(QRectF(8, 0, look.width - 16, look.height), flags, text)

    def look(self) -> Look:
        """Return how the widget's own picture is to be."""
        ratio = self.devicePixelRatioF()
        return Look(self.width(), self.height(), ratio, self._colours, self.font())

    def _rebuild(self, grid: SurfaceGrid) -> None:
        if is_curve(grid):
            old = self.curve.scale if self.curve and self.curve.grid.run_id == grid.run_id else None
            self._at_rest = build_curve(grid, self.logarithmic, old)
        else:
            self._at_rest = build_scene(grid, self.logarithmic, self.scene)
        self._place_walk()
        self._refresh_pick(grid)

    def _place_walk(self) -> None:
        """Make what is drawn out of what is drawn at rest."""
        rest = self._at_rest
        self.scene = walked_scene(rest, self._walked) if isinstance(rest, Scene) else None
        self.curve = walked_curve(rest, self._walked) if isinstance(rest, Curve) else None

    def _refresh_pick(self, grid: SurfaceGrid) -> None:
        """Let a pinned vertex rise and sink with the surface; drop what the grid no longer has."""
        if isinstance(self.picked, Picked):
            fits = self.scene is not None and self.picked.row < len(grid.v) > 1
            if not fits or self.picked.column >= len(grid.u) or self.scene is None:
                self._unpick()
                return
            x, y, z = self.scene.mesh.vertices[self.picked.row * len(grid.u) + self.picked.column, :3]
            self.picked = Picked(self.picked.row, self.picked.column, (float(x), float(y), float(z)))
        elif self.picked is not None and (self.curve is None or self.picked >= len(grid.u)):
            self._unpick()

    def _unpick(self) -> None:
        self.picked, self.pinned = None, False

    def _touch(self) -> None:
        """Repaint, coarsely where that is faster, and finely once all is still."""
        if self._renderer.coarsens:
            self._moving = True
            self._settle.start()
        self.update()

    @Slot()
    def _on_settle_timeout(self) -> None:
        self._moving = False
        self.update()

    def _action_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return what a key does to the view; None where it is not the canvas's."""
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.modifiers() & modifiers:
            return None
        turn = _TURNS.get(event.key())
        if turn is not None:
            return partial(self._turn, *turn)
        actions: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_Home: self.reset_view,
            Qt.Key.Key_T: self.top_view,
        }
        return actions.get(event.key())

    def _turn(self, azimuth: float, elevation: float) -> None:
        self.look_from(self.camera.turned(azimuth, elevation))

    def _fall_back(self, failure: Exception) -> None:
        _log.warning("OpenGL stopped drawing the surface: %s", failure)
        self._renderer = PainterRenderer()
        self._drawing.forget()
        self.renderer_failed.emit(Text("OpenGL failed; the surface is painted without it."))

    def _point_at(self, position: QPointF) -> None:
        """Find what is under the pointer and show its numbers."""
        found: Picked | int | None = None
        if self.curve is not None:
            area = curve_area(self.look())
            share = (position.x() - area.left) / area.width
            low, high = self.curve.u_range
            if -0.02 <= share <= 1.02:
                found = nearest(self.curve, low + share * (high - low))
        elif self.scene is not None and self._drawing.view is not None:
            found = pick(self.scene.mesh, self._drawing.view, position.x(), position.y())
        if found != self.picked:
            self.picked = found
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 250)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            painter.fillRect(event.rect(), QColor(self._colours.card))
            self.paint_on(painter, self.look(), self._drawing, self._moving)
            if self._focus_ring:
                painter.setPen(QPen(QColor(self._colours.accent), 1.4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 1, -2, -1), 6, 6)
        finally:
            painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Whoever came by the keyboard has to see where the arrow keys go; whoever clicked knows.
        self._focus_ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._focus_ring = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag_from, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            if not self.pinned:
                self._point_at(event.position())
            return
        moved = event.position() - self._drag_from
        if self.curve is not None or (not self._dragged and moved.manhattanLength() < 3):
            return
        self._dragged, self._drag_from = True, event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._turn(-moved.x() * _DEGREES_PER_PIXEL, moved.y() * _DEGREES_PER_PIXEL)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pinned = False
            self.reset_view()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None and not self._dragged:
            # A click pins what is pointed at; a click beside everything, or on a pin, lets it go.
            self.pinned = not self.pinned
            self._point_at(event.position())
            self.pinned = self.pinned and self.picked is not None
        self._drag_from = None
        self.unsetCursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.scene is None:
            event.ignore()
            return
        self.look_from(self.camera.zoomed(1.0015 ** event.angleDelta().y()))
        event.accept()

    def leaveEvent(self, event: object) -> None:
        if not self.pinned and self.picked is not None:
            self.picked = None
            self.update()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._action_of(event) is not None:
            # With the focus here, these keys turn the surface whatever a menu would do with them.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action()
