"""The canvas of a network unrolled over time: it paints the scene and finds what is pointed at."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QStyle, QWidget

from bpviz.present.palette import Palette
from bpviz.present.unrolled.keys import moved
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.values import Clock
from bpviz.present.walk.flow import PERIOD_S
from bpviz.present.walk.light import Lit
from bpviz.present.walk.time import way_of
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.views.plotting import smaller
from bpviz.views.pointing import PointedCanvas
from bpviz.views.unrolled.flow import paint_moving
from bpviz.views.unrolled.paint import paint_still
from bpviz.views.unrolled.scene import STILL, UnrolledScene

FRAME_MS = 33
"""Between two pictures of what flows."""
_KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_PageUp: "layer up",
    Qt.Key.Key_PageDown: "layer down",
    Qt.Key.Key_Home: "first",
    Qt.Key.Key_End: "last",
}


class UnrolledCanvas(PointedCanvas):
    """Shows the scene.

    Signals
    -------
    step_chosen(int)
        A step was clicked, or reached with the arrow keys.
    """

    scene: UnrolledScene
    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = UnrolledScene()
        self._flowing = QTimer(self)
        self._flowing.setInterval(FRAME_MS)
        self._flowing.timeout.connect(self._on_flowing_timeout)
        self._flows_since, self._period_s, self._went_round = 0.0, PERIOD_S, True

    def show_run(self, info: RunInfo) -> None:
        """Begin with a new run."""
        self.scene.set_run(info)
        self.lay_out()
        self._changed()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration."""
        self.scene.set_snapshot(snapshot)
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.scene.colours = palette
        self.scene.changed()
        self.update()

    def set_gradients(self, shown: bool) -> None:
        """Show the weights' gradients instead of the weights."""
        self.scene.gradients = shown
        self.scene.changed()
        self.update()

    def set_view(self, view: str) -> None:
        """Show another array in the cells."""
        self.scene.view = view
        if self.scene.cursor is not None and self.scene.cursor.kind == "cell":
            self.scene.cursor = replace(self.scene.cursor, kind="block", unit=-1, name="")
        self.lay_out()
        pinned, layout = self.scene.pinned, self.scene.layout
        if pinned is not None and pinned.kind == "cell" and layout is not None:
            # The card tells what the cell shows now.
            row = layout.row_of(pinned.layer, pinned.name)
            self.scene.pinned = None if row is None else replace(pinned, name=row.spec.name)
        self._changed()

    def set_lit(self, lit: Lit | None) -> None:
        """Light an operation of the walk, and let what flows there flow, where things may move."""
        self.scene.set_lit(lit)
        moves = self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) > 0
        gathered = self.scene.gathered
        self._period_s = PERIOD_S if gathered is None else min(max(PERIOD_S, 0.2 * gathered.steps), 6.0)
        # Where nothing may move all of a gradient is there.
        self.scene.share = STILL if gathered is None else 1.0
        self._went_round = True
        if lit is None or not moves or (way_of(lit) is None and gathered is None):
            self._flowing.stop()
        else:
            self._flows_since, self._went_round = time.monotonic(), False
            self._flowing.start()

    @property
    def sliding(self) -> bool:
        """Whether a gradient is still gathered for the first time."""
        held = self.scene.gathered is None or self.scene.held is not None
        return not self._went_round and not held and self.isVisible()

    def has_room(self) -> bool:
        """Whether each row of the layers with a state is high enough for its name."""
        layout = self.scene.layout
        if layout is None:
            return True
        rows = [row for row in layout.rows if row.spec.kind == "recurrent"]
        return all(row.box[3] >= 0.8 * layout.look.line for row in rows)

    @Slot()
    def _on_flowing_timeout(self) -> None:
        if self.isVisible():
            passed = (time.monotonic() - self._flows_since) / self._period_s
            self._went_round = self._went_round or passed >= 1.0
            self.scene.share = passed % 1.0
            self.update()

    def set_time(self, step: int | None, clock: Clock | None = None) -> None:
        """Light one step; with ``clock`` as far as the time that is played has come."""
        self.scene.step, self.scene.clock = step, clock
        self.update()

    def lay_out(self) -> None:
        """Place everything for the size and the text size in force."""
        self.scene.font = smaller(self._scaled_font(1.0, 1.4))
        self.scene.lay_out(self.width(), self.height())
        self.update()

    def target_rect(self, mark: Mark) -> QRectF:
        """Return what a card about ``mark`` must leave visible."""
        box = self.scene.layout.target_of(mark) if self.scene.layout is not None else None
        return QRectF() if box is None else QRectF(*box)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.scene.layout is None:
            painter.fillRect(self.rect(), QColor(self.scene.colours.card))
        else:
            painter.setFont(self.scene.font)
            self.scene.still(painter, lambda on: paint_still(on, self.scene))
            paint_moving(painter, self.scene)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange):
            self.lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        layout = self.scene.layout
        at = event.position()
        self._hover(layout.mark_at(at.x(), at.y()) if layout is not None else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        layout = self.scene.layout
        if event.button() != Qt.MouseButton.LeftButton or layout is None:
            super().mousePressEvent(event)
            return
        mark = self.scene.hovered = layout.mark_at(event.position().x(), event.position().y())
        if mark is not None and mark.step >= 0:
            self.scene.cursor = mark if mark.kind != "norm" else replace(mark, kind="block")
            self.step_chosen.emit(mark.step)
        self.scene.cursor_told = False
        self.pin(None if mark == self.scene.pinned else mark)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _KEYS.get(Qt.Key(event.key()))
        layout = self.scene.layout
        if way is not None and layout is not None:
            step = self.scene.step if self.scene.cursor is None else None
            mark = moved(layout, self.scene.cursor, way, step)
            self._set_cursor_spot(mark)
            if mark.step >= 0:
                self.step_chosen.emit(mark.step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        tabbed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self.scene.cursor is None and tabbed and self.scene.layout is not None:
            self._set_cursor_spot(moved(self.scene.layout, None, "first", self.scene.step))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._set_cursor_spot(None)
