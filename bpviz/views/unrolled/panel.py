"""A recurrent network in the Network panel: the strip over it, and its picture unrolled over time."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bpviz.present.cards.card import Card
from bpviz.present.cards.card_walk import before_update
from bpviz.present.cards.mean_card import of_mean
from bpviz.present.diagram.layout import Spot
from bpviz.present.palette import Palette
from bpviz.present.unrolled.cards import card
from bpviz.present.unrolled.known import known_card
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.numbers import changeable
from bpviz.present.unrolled.places import mark_of, mark_of_spot, view_of
from bpviz.present.unrolled.rows import ALL, RECURRENT, array_name
from bpviz.present.unrolled.words import subtitle
from bpviz.present.walk.light import Lit
from bpviz.present.walk.time import FOLLOWS, clock_at
from bpviz.present.walk.words import sample_text
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr
from bpviz.views.unrolled.canvas import UnrolledCanvas
from bpviz.views.unrolled.strip import TimeStrip


class UnrolledView(QWidget):
    """Strip and canvas; what it is about is said in a card that the panel shows.

    Signals
    -------
    spot_changed
    """

    spot_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = TimeStrip(self)
        self.canvas = UnrolledCanvas(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.canvas, 1)
        self._view_before: str | None = None
        self._led_to, self._crowded = "h", False
        self.strip.view_chosen.connect(self._on_strip_view_chosen)
        self.strip.time_changed.connect(self._on_strip_time_changed)
        self.canvas.step_chosen.connect(self._on_canvas_step_chosen)
        self.canvas.spot_changed.connect(self.spot_changed)
        playing = QShortcut(QKeySequence(Qt.Key.Key_T), self)
        playing.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        playing.activated.connect(self._on_playing_activated)

    def show_run(self, info: RunInfo) -> None:
        """Begin with a new run."""
        self.canvas.show_run(info)
        self.strip.show_run(info, self.canvas.scene.view)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration."""
        self.canvas.show_snapshot(snapshot)

    def set_lit(self, lit: Lit | None) -> None:
        """Let the time stand where the walk does: forward, then back with δ."""
        if lit is None and self.canvas.scene.lit is None:
            return
        clock = None if lit is None else clock_at(lit)
        self.strip.follow(clock)
        self.canvas.set_lit(lit)
        self._follow_view(lit)
        self.canvas.set_time(None, clock)

    def _follow_view(self, lit: Lit | None) -> None:
        """Show during the walk what is computed, gate by gate; afterwards what was shown before."""
        scene = self.canvas.scene
        if lit is None:
            before, self._view_before = self._view_before, None
            self._show_view(before or scene.view)
            return
        if self._view_before is None:
            if scene.view != "h":
                self._view_before = scene.view  # it was chosen: it stays
                return
            self._view_before = "h"
            self._show_view(ALL)
            self._crowded = not self.canvas.has_room()
            self._led_to = scene.view
        if self._view_before == "h" and self._crowded and scene.view == self._led_to:
            self._show_view(self._made(lit))
            self._led_to = scene.view

    def _made(self, lit: Lit) -> str:
        """Return the one array that an operation of a layer with a state makes; the state for all others."""
        info, light = self.canvas.scene.info, lit.light
        kind = info.kinds[light.layer - 1] if info is not None and light.layer else ""
        if light.phase != "forward" or kind not in RECURRENT:
            return "h"
        made = (name for name in FOLLOWS.get(light.kind, ()) if array_name(kind, name) == name)
        return next(made, "h")

    def _show_view(self, view: str) -> None:
        if view != self.canvas.scene.view:
            self.canvas.set_view(view)
            self.strip.show_view(view)

    @Slot(str)
    def _on_strip_view_chosen(self, view: str) -> None:
        if self.canvas.scene.lit is not None:
            self._view_before = view  # whoever chooses is not led elsewhere
        self.canvas.set_view(view)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self.strip.set_palette(palette)
        self.canvas.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        self.strip.retranslate()
        self.canvas.setAccessibleName(tr("Network unrolled over time"))
        self.canvas.setWhatsThis(
            tr(
                "Time runs from left to right, one column a step; the layers stand over one another. Each "
                "block is a layer’s state at one step, a cell a unit: orange is positive, blue negative. "
                "Magenta flows back: the bars are ‖∂L/∂h‖ at each step on a logarithmic axis. Point at "
                "anything for its numbers; a click keeps them. ← and → walk through time, T plays it."
            )
        )
        self.canvas.lay_out()

    def subtitle(self) -> str:
        """Return the network's layers, its size and the iteration."""
        scene = self.canvas.scene
        return (
            "" if scene.info is None else subtitle(scene.info, scene.snapshot, walked=scene.lit is not None)
        )

    def card(self) -> tuple[Card, QRectF] | None:
        """Return what is to be told and what must stay visible, in this widget's coordinates."""
        scene = self.canvas.scene
        mark = scene.told
        if mark is None or scene.info is None or scene.snapshot is None or scene.layout is None:
            return None
        target = self.canvas.target_rect(mark)
        if target.isNull():
            return None
        snapshot = before_update(scene.snapshot, scene.lit)
        found = card(scene.info, snapshot, mark, scene.shown)
        found = known_card(found, scene.lit, mark, scene.layout.steps)
        if scene.is_mean and scene.lit is not None:
            found = of_mean(found, sample_text(scene.lit.dissection, "mean"))
        found = changeable(scene.info, scene.snapshot, found, mark)
        return found, target.translated(0.0, float(self.canvas.y()))

    @property
    def pinned(self) -> bool:
        """Whether the card was clicked to stay."""
        return self.canvas.scene.pinned is not None

    def pin(self, what: ParameterPlace | Spot | None, step: int = -1, name: str = "") -> None:
        """Keep the card on a parameter, an input, a target or a unit; on what is not there, or None, on none.

        A unit is meant at ``step`` (from 0; −1: the last one), in the array ``name``.
        """
        layout = self.canvas.scene.layout
        if what is None or layout is None:
            self.canvas.pin(None)
        elif isinstance(what, ParameterPlace):
            self.pin_mark(mark_of(layout, what))
        else:
            self.pin_mark(mark_of_spot(layout, what, step, name))

    def pin_mark(self, mark: Mark | None) -> None:
        """Keep the card on ``mark``, and show what it is in, its step lit."""
        scene = self.canvas.scene
        hidden = mark is not None and scene.layout is not None and not scene.shows(mark)
        if mark is not None and hidden and scene.info is not None and mark.layer:
            state = scene.snapshot.layers[mark.layer] if scene.snapshot is not None else None
            units = state.arrays["h"].shape[1] if state is not None and "h" in state.arrays else 1
            self.canvas.set_view(view_of(scene.info.kinds[mark.layer - 1], units, mark))
            self.strip.show_view(scene.view)
        self.canvas.pin(mark)
        if mark is not None and mark.step >= 0:
            self.strip.show_step(mark.step)

    def let_go(self) -> None:
        """Hide the card; where there is none, light no step any more."""
        if self.canvas.scene.told is None:
            self.strip.let_go()
        self.canvas.let_go()

    @Slot(object, object)
    def _on_strip_time_changed(self, step: object, clock: object) -> None:
        lit = self.canvas.scene.lit
        if lit is None:
            self.canvas.set_time(step, clock)  # type: ignore[arg-type]  # a signal knows objects only
        elif clock is None:
            # The walk says where time stands; back to where a gradient is gathered is chosen.
            if self.canvas.scene.gathered is not None:
                self.canvas.scene.held = step  # type: ignore[assignment]  # a signal knows objects only
            self.canvas.set_time(None, clock_at(lit))

    @Slot(int)
    def _on_canvas_step_chosen(self, step: int) -> None:
        self.strip.show_step(step)

    @Slot()
    def _on_playing_activated(self) -> None:
        self.strip.toggle()

    def hideEvent(self, event: QHideEvent) -> None:
        # Nobody looks: time stands.
        self.strip.stop()
        super().hideEvent(event)
