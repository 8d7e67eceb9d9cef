"""The diagram's canvas: it paints the scene and finds what is pointed at."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QStyle, QWidget

from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.steps import moved
from bpviz.present.diagram.steps import stops as tab_stops
from bpviz.present.palette import Palette
from bpviz.present.walk.flow import PERIOD_S, Flow, flow_at
from bpviz.present.walk.light import Lit, since
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.views.network.function import lay_out_function, paint_function
from bpviz.views.network.paint import paint_network
from bpviz.views.network.scene import STILL, Scene
from bpviz.views.pointing import PointedCanvas

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_FAR = 1_000_000
_PLACES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}
"""How many places on a key moves the window."""
FRAME_MS = 33
"""Between two pictures of what flows."""
_MOST_HASTE = 3
"""How many times faster operations are run through than they flow by themselves, at most."""


class DiagramCanvas(PointedCanvas):
    """Shows the scene.

    Signals
    -------
    laid_out
        The columns stand elsewhere now.
    window_moved(int, int)
        The window stands at another place, from 0, of so many; of 0 where none slides.
    """

    scene: Scene
    laid_out = Signal()
    window_moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        self._flowing = QTimer(self)
        self._flowing.setInterval(FRAME_MS)
        self._flowing.timeout.connect(self._on_flowing_timeout)
        self._flows_since, self._period_s, self._haste = 0.0, PERIOD_S, 1
        self._goal: Lit | None = None
        self._came_from: Lit | None = None
        self._stages: list[Lit] = []
        self._window = (0, 0)
        self._went_round = False
        self.spot_changed.connect(self._tell_window)

    def show_run(self, info: RunInfo) -> None:
        """Lay out a new run."""
        self.scene.set_run(info)
        self.set_lit(None)
        self.lay_out()
        self.spot_changed.emit()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration."""
        self.scene.set_snapshot(snapshot)
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.scene.colours = palette
        self.update()

    def set_lit(self, lit: Lit | None) -> None:
        """Light an operation, and let what flows there flow, unless the desktop wants nothing to move.

        What a step did before it in the same phase is run through first.
        """
        if lit is self._goal:
            return  # another snapshot of the same place
        moves = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) > 0
        before = self._came_from
        if before is not None and lit is not None and before.dissection.run_id != lit.dissection.run_id:
            before = None
        self._stages = list(since(before, lit)) if lit is not None and moves else []
        self._goal = self.scene.lit = lit
        # Between two iterations nothing is lit: going back is known by where one came from.
        self._came_from = lit or self._came_from
        self.scene.clock = STILL
        self._went_round = not self._stages
        if self._stages:
            self._haste = min(len(self._stages), _MOST_HASTE)
            self._begin_stage()
            self._flowing.start()
        else:
            self._flowing.stop()
        self._tell_window()

    @property
    def goal(self) -> Lit | None:
        """Where the walk stands, while what leads there is still shown."""
        return self._goal

    def _begin_stage(self) -> None:
        """Show the next of the operations that a step did; the last one stays."""
        lit = self.scene.lit = self._stages.pop(0)
        flow = flow_at(lit, self.scene.snapshot.layers) if self.scene.snapshot is not None else None
        self._period_s = PERIOD_S if flow is None else flow.period_s
        if self._stages:
            self._period_s = PERIOD_S / self._haste
        self._flows_since, self.scene.clock = time.monotonic(), 0.0

    @Slot()
    def _on_flowing_timeout(self) -> None:
        if not self.isVisible():
            return
        passed = (time.monotonic() - self._flows_since) / self._period_s
        self.scene.clock = passed % 1.0
        if passed >= 1.0 and self._stages:
            self._begin_stage()
        elif passed >= 1.0:
            self._went_round = True
        self._tell_window()
        self.update()

    # --- the window that slides ---

    def window_flow(self) -> Flow | None:
        """Return what flows where a window slides over maps; None elsewhere."""
        lit, snapshot = self.scene.lit, self.scene.snapshot
        flow = flow_at(lit, snapshot.layers) if lit is not None and snapshot is not None else None
        return flow if flow is not None and flow.slides else None

    @property
    def sliding(self) -> bool:
        """Whether a window is still on its first way over its places."""
        flow = self.window_flow()
        if flow is None or not self.isVisible() or self.scene.held_unit(flow) is not None:
            return False
        return not self._went_round

    def move_window(self, by: int) -> None:
        """Hold the window so many places on, or back, and tell in the card what it does there."""
        flow = self.window_flow()
        if flow is not None:
            self.place_window(self.scene.window_unit(flow) % flow.count + by)

    def place_window(self, place: int) -> None:
        """Hold the window at a place, from 0, row by row."""
        flow = self.window_flow()
        if flow is None:
            return
        first = self.scene.window_unit(flow) // flow.count * flow.count
        spot = Spot(flow.layer, first + min(max(place, 0), flow.count - 1))
        if self.scene.pinned is not None:
            self.scene.pinned = spot
        self.scene.hovered = None
        self._set_cursor_spot(spot)

    @Slot()
    def _tell_window(self) -> None:
        flow = self.window_flow()
        told = (0, 0) if flow is None else (self.scene.window_unit(flow) % flow.count, flow.count)
        if told != self._window:
            self._window = told
            self.window_moved.emit(*told)

    def set_gradients(self, shown: bool) -> None:
        """Show gradients instead of weights."""
        self.scene.gradients = shown
        self.lay_out()
        self.update()

    def lay_out(self) -> None:
        """Place everything for the size and the text size in force."""
        self.scene.font = self._scaled_font(0.95, 1.5)
        self.scene.ratio = self.devicePixelRatioF()
        self.scene.lay_out(self.width(), self.height())
        if self.scene.info is not None and self.scene.info.kind == "function":
            self.scene.layout = lay_out_function(self.scene, self.width(), self.height())
        self.laid_out.emit()
        self.update()

    def target_rect(self, spot: Spot) -> QRectF:
        """Return what a card about ``spot`` must leave visible."""
        layout = self.scene.layout
        if layout is None or not self._exists(spot):
            return QRectF()
        if not spot.is_weight:
            return QRectF(*(layout.spot_cell(spot) or (0.0, 0.0, 0.0, 0.0)))
        # Of a curve the middle: a card that spares all of a long one would find no place.
        source = layout.columns[spot.layer - 1].ports_out()[spot.source]
        target = layout.columns[spot.layer].ports_in()[spot.unit]
        middle = QPointF(*((source + target) / 2).tolist())
        return QRectF(middle.x() - 14, middle.y() - 14, 28, 28)

    def _exists(self, spot: Spot) -> bool:
        layout = self.scene.layout
        if layout is None or spot.layer >= len(layout.columns):
            return False
        if spot.kernel:
            return layout.spot_cell(spot) is not None
        return spot.unit < layout.columns[spot.layer].units

    def move_cursor(self, across: int, down: int) -> None:
        """Move the keyboard's focus among the neurons; in a grid up and down go by rows."""
        layout, spot = self.scene.layout, self.scene.cursor
        if layout is None or not layout.columns:
            return
        if spot is None:
            self._set_cursor_spot(Spot(0, 0))
            return
        there = moved(layout, spot, across, down)
        if there != spot:
            self._set_cursor_spot(there)

    def step_cursor(self, forward: bool) -> bool:
        """Go to the next or previous neuron for Tab, a grid being one stop; False past the end."""
        layout, spot = self.scene.layout, self.scene.cursor
        if layout is None:
            return False
        stops = tab_stops(layout.columns)
        if spot is None:
            self._set_cursor_spot(stops[0 if forward else -1])
            return True
        at = stops.index(spot) if spot in stops else stops.index(Spot(spot.layer, 0))
        at += 1 if forward else -1
        if not 0 <= at < len(stops):
            return False
        self._set_cursor_spot(stops[at])
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.scene.colours.card))
        info = self.scene.info
        if info is not None and info.kind == "function":
            paint_function(painter, self.scene)
        else:
            paint_network(painter, self.scene)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.scene.spot_at(event.position().x(), event.position().y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        spot = self.scene.hovered = self.scene.spot_at(event.position().x(), event.position().y())
        if spot is not None and not spot.is_weight:
            self.scene.cursor = spot
        self.scene.cursor_told = False
        self.pin(None if spot == self.scene.pinned else spot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow, place = ARROWS.get(Qt.Key(event.key())), _PLACES.get(Qt.Key(event.key()))
        if arrow is not None:
            self.move_cursor(*arrow)
        elif place is not None and self.window_flow() is not None:
            self.move_window(place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.scene.cursor is None and event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        ):
            self.step_cursor(event.reason() == Qt.FocusReason.TabFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._set_cursor_spot(None)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        return self.step_cursor(forward) or super().focusNextPrevChild(forward)
