"""The network diagram: what each neuron has learnt, what each weight does, and what flows back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeySequence, QPainter, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from bpviz.present.cards import inspect
from bpviz.present.cards.card import Card, Editable
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.cards.card_walk import before_update, walking_card
from bpviz.present.cards.changed import changed_card
from bpviz.present.cards.editable import editable_card, in_both_units
from bpviz.present.cards.mean_card import of_mean
from bpviz.present.cards.probed import checkable_card, probed_card
from bpviz.present.diagram import colours
from bpviz.present.diagram.layer_heads import layer_heads
from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.maps import around
from bpviz.present.diagram.marks import seen, spot_of
from bpviz.present.diagram.places import Box, card_place
from bpviz.present.palette import Palette
from bpviz.present.unrolled.rows import is_unrolled
from bpviz.present.walk.light import Lit, lit_at, walked_snapshot
from bpviz.present.walk.place import Sample
from bpviz.present.walk.windows import window_card
from bpviz.present.walk.words import sample_text
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.changes import ChangeMade
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.snapshot.probing import GradientProbe, ParameterPlace
from bpviz.text import tr
from bpviz.views.network.canvas import DiagramCanvas
from bpviz.views.network.card import CardView
from bpviz.views.network.footer import FooterStrip
from bpviz.views.network.header import HeaderStrip
from bpviz.views.network.images import image_of
from bpviz.views.panel import Panel
from bpviz.views.unrolled.panel import UnrolledView
from bpviz.views.walk.number_box import NumberBox

MUCH = 0.22
"""Of the diagram: a pinned card that would cover more shows its first lines alone, until it is unfolded."""


class NetworkPanel(Panel):
    """The network, drawn; layers and neurons are added and removed in it.

    Signals
    -------
    layer_added(int)
        A new hidden layer is wanted before hidden layer ``index`` (their number: at the end).
    layer_removed(int), units_changed(int, int), activation_changed(int, str)
        Of hidden layers, from 0.
    sample_changed(int)
        Another training sample is to be shown.
    check_wanted(ParameterPlace)
        One gradient is to be held against differences.
    number_changed(ParameterPlace, float)
        A number was changed by hand.
    """

    layer_added = Signal(int)
    layer_removed = Signal(int)
    units_changed = Signal(int, int)
    activation_changed = Signal(int, str)
    sample_changed = Signal(int)
    check_wanted = Signal(object)
    number_changed = Signal(object, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = HeaderStrip(self)
        self.canvas = DiagramCanvas(self)
        self.unrolled = UnrolledView(self)
        self.unrolled.hide()
        self.footer = FooterStrip(self)
        self.card_view = CardView(self)
        self.number_box = NumberBox(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.unrolled, 1)
        column.addWidget(self.footer)
        self._styled = False
        self._info: RunInfo | None = None
        self._plain: Snapshot | None = None
        self._lit: Lit | None = None
        self._probe: GradientProbe | None = None
        self._pinned_parameter: ParameterPlace | None = None
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.header.layer_added.connect(self.layer_added)
        self.header.layer_removed.connect(self.layer_removed)
        self.header.units_changed.connect(self.units_changed)
        self.header.activation_changed.connect(self.activation_changed)
        self.footer.sample_changed.connect(self.sample_changed)
        self.footer.gradients.toggled.connect(self.canvas.set_gradients)
        self.footer.gradients.toggled.connect(self.unrolled.canvas.set_gradients)
        self.unrolled.spot_changed.connect(self._on_canvas_spot_changed)
        self.canvas.laid_out.connect(self._on_canvas_laid_out)
        self.canvas.window_moved.connect(self.footer.places.show_place)
        self.footer.places.moved.connect(self.canvas.move_window)
        self.canvas.edit_wanted.connect(self.card_view.edit)
        self.unrolled.canvas.edit_wanted.connect(self.card_view.edit)
        self.canvas.spot_changed.connect(self._on_canvas_spot_changed)
        self.card_view.closed.connect(self._on_card_closed)
        self.card_view.folded_changed.connect(self._show_card)
        self.card_view.check_wanted.connect(self.check_wanted)
        self.card_view.edit_wanted.connect(self._on_card_edit_wanted)
        self.number_box.changed.connect(self.number_changed)
        keys = ((Qt.Key.Key_G, self.footer.gradients.toggle), (Qt.Key.Key_Escape, self._on_card_closed))
        for key, slot in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        copying = QShortcut(QKeySequence.StandardKey.Copy, self)
        copying.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copying.activated.connect(self.card_view.copy)

    def show_run(self, info: RunInfo) -> None:
        """Lay out a new run."""
        self._info, self._plain, self._lit = info, None, None
        network, unrolled = info.kind == "network", is_unrolled(info)
        self.header.setVisible(network and not unrolled)
        self.canvas.setVisible(not unrolled)
        self.unrolled.setVisible(unrolled)
        heads = layer_heads(info) if network else ()
        self.header.show_network(heads, info.units[0] if network else 0, (info.activations or ("",))[-1])
        self.footer.show_run(info)
        if unrolled:
            self.unrolled.show_run(info)
            # No window slides here, and the footer tells of none.
            self.canvas.set_lit(None)
        else:
            self.canvas.show_run(info)
        self._order_tabs()

    def show_data(self, info: RunInfo) -> None:
        self._info = self.canvas.scene.info = self.unrolled.canvas.scene.info = info

    @property
    def shown_sample(self) -> int:
        """The training sample whose numbers are shown, −1 for the mean over a batch."""
        scene = self.unrolled.canvas.scene if self._unrolls else self.canvas.scene
        return -1 if scene.snapshot is None else scene.snapshot.sample

    @property
    def _unrolls(self) -> bool:
        """Whether the run's network is shown unrolled over time."""
        return self._info is not None and is_unrolled(self._info)

    def _order_tabs(self) -> None:
        """Let Tab go from the top to the bottom, whichever controls were made last."""
        footer = self.footer
        chain = [*self.header.tab_chain(), self.canvas]
        if self._unrolls:
            chain = [*self.unrolled.strip.tab_chain(), self.unrolled.canvas]
        chain += [footer.previous, footer.sample, footer.next]
        chain += [
            footer.places.back,
            footer.places.on,
            footer.gradients,
            self.card_view.edit_button,
            self.card_view.check_button,
            self.card_view.copy_button,
            self.card_view.fold_button,
            self.card_view.close_button,
            self.card_view,
        ]
        for first, second in zip(chain, chain[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show one iteration; one of another run is dropped."""
        info = self._info
        if info is None or snapshot.run_id != info.run_id:
            return
        self._plain = snapshot
        self._show(snapshot)

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Light one operation: the diagram shows the numbers of the iteration in the making."""
        lit = lit_at(dissection, operation, sample)
        if (lit is None) != (self._lit is None):
            # It was made over other samples.
            self._probe = None
        self._lit = lit
        if self._plain is not None:
            self._show(self._plain)

    def is_sliding(self) -> bool:
        """Whether a window, or a gradient that is gathered over time, is still on its first way."""
        return self.unrolled.canvas.sliding if self._unrolls else self.canvas.sliding

    def pin(self, what: ParameterPlace | Spot | None, step: int = -1, name: str = "") -> None:
        """Keep the card on a parameter, an input, a target or a unit, in whichever picture is shown.

        In a network unrolled over time a unit is meant at ``step``, in the array ``name``.
        """
        if self._unrolls:
            self.unrolled.pin(what, step, name)
        elif isinstance(what, ParameterPlace):
            snapshot = self.canvas.scene.snapshot
            self.canvas.pin(None if snapshot is None else spot_of(snapshot.layers, what))
        else:
            self.canvas.pin(what)

    def take_focus(self) -> None:
        """Give the keyboard to the picture that is shown."""
        (self.unrolled if self._unrolls else self).canvas.setFocus()

    def show_probe(self, probe: GradientProbe | None) -> None:
        """Show a check of one gradient in its card; None takes it away."""
        self._probe = probe
        self._show_card()

    def show_changed(self, changed: tuple[ChangeMade, ...]) -> None:
        """Mark what is changed by hand, only to look."""
        self.canvas.scene.by_hand = self.unrolled.canvas.scene.by_hand = changed
        self.canvas.update()
        self.unrolled.canvas.update()
        self._show_card()

    @property
    def shown_snapshot(self) -> Snapshot | None:
        """What the picture shows now."""
        return (self.unrolled if self._unrolls else self).canvas.scene.snapshot

    def _show(self, snapshot: Snapshot) -> None:
        """Show a snapshot, as the walk changes it where it belongs to it."""
        lit = self._lit
        if lit is not None and lit.dissection.iteration != snapshot.iteration + 1:
            lit = None
        if self._info is not None:
            mean = lit is not None and lit.sample == "mean" and len(lit.dissection.rows) > 0
            said = sample_text(lit.dissection, "mean") if mean and lit is not None else ""
            self.footer.show_snapshot(self._info, snapshot, said)
        if lit is not None:
            snapshot = walked_snapshot(snapshot, lit)
        shown = self.unrolled if self._unrolls else self.canvas
        shown.show_snapshot(snapshot)
        shown.set_lit(lit)
        scene = self.unrolled.canvas.scene if self._unrolls else self.canvas.scene
        if scene.told is not None:
            self._show_card()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        super().set_palette(palette)
        self._styled = True
        self.header.set_palette(palette)
        self.canvas.set_palette(palette)
        self.unrolled.set_palette(palette)
        self.footer.set_palette(palette)
        self.card_view.set_palette(palette)
        self.number_box.set_palette(palette)

    def retranslate(self) -> None:
        """Say everything again."""
        super().retranslate()
        self.canvas.setAccessibleName(tr("Network diagram"))
        self.canvas.setWhatsThis(
            tr(
                "Each line is a weight: orange is positive, blue negative, and its width goes with |w| over "
                "the layer’s largest. A dot at a neuron’s corner is its bias. Between large layers only the "
                "strongest weights are drawn. Point at anything for its numbers; a click keeps them."
            )
            + "\n"
            + tr(
                "A tile is a feature map, the small picture left of it its kernel. A bar is what is laid "
                "out flat; crossed-out neurons are dropped in this iteration; the two bars at a batch norm "
                "are mean ± deviation of the batch and, in grey, the running ones."
            )
        )
        self.header.retranslate()
        self.unrolled.retranslate()
        self.footer.retranslate()
        if self._plain is not None:
            self._show(self._plain)
        self.card_view.retranslate()
        self._show_card()

    def subtitle(self) -> str:
        """Return e.g. ``2–8–8–1 · 105 θ · iteration 420``."""
        if self._unrolls:
            return self.unrolled.subtitle()
        scene = self.canvas.scene
        return (
            ""
            if scene.info is None
            else inspect.subtitle(scene.info, scene.snapshot, walked=scene.lit is not None)
        )

    @Slot()
    def _on_canvas_laid_out(self) -> None:
        layout = self.canvas.scene.layout
        self.header.place([] if layout is None else [column.centre_x for column in layout.columns])

    @Slot()
    def _on_canvas_spot_changed(self) -> None:
        self._show_card()
        # Not for every iteration: a screen reader would never stop.
        spoken = self.card_view.card.spoken() if self.card_view.isVisible() and self.card_view.card else ""
        (self.unrolled if self._unrolls else self).canvas.setAccessibleDescription(spoken)

    @Slot()
    def _on_card_closed(self) -> None:
        (self.unrolled if self._unrolls else self.canvas).let_go()

    @Slot(object)
    def _on_card_edit_wanted(self, numbers: tuple[Editable, ...]) -> None:
        if self._info is not None and self._plain is not None:
            numbers = in_both_units(self._info, self._plain, numbers)
        self.number_box.open_at(numbers, self.card_view.pos())

    @Slot()
    def _show_card(self) -> None:
        """Show the card of what is pointed at, pinned or under the keyboard, or hide it."""
        if self._unrolls:
            told = self.unrolled.card()
            if told is None:
                self.card_view.hide()
            else:
                target = told[1].translated(self.unrolled.x(), self.unrolled.y())
                self._place_card(self._chained(told[0]), (None, None), self.unrolled.pinned, target)
            return
        scene = self.canvas.scene
        spot = scene.told
        if spot is None or scene.info is None or scene.snapshot is None or scene.layout is None:
            self.card_view.hide()
            return
        snapshot = before_update(scene.snapshot, scene.lit)
        at_window = self._window_card(snapshot, spot)
        card = at_window or inspect.card(scene.info, snapshot, spot, scene.previous)
        if scene.lit is not None and scene.snapshot.sample < 0 and scene.lit.sample == "mean":
            card = of_mean(card, sample_text(scene.lit.dissection, "mean"))
        card = editable_card(scene.info, scene.snapshot, card, spot)
        if at_window is None:
            card = self._chained(card, spot)
        target = QRectF(self.canvas.target_rect(spot)).translated(self.canvas.x(), self.canvas.y())
        picture = self._card_picture(card, spot)
        self._place_card(card, picture, scene.pinned is not None, target, self._avoided(spot))

    def _chained(self, card: Card, spot: Spot | None = None) -> Card:
        """Return the card with its chain rule, before the update, and what the update makes of it."""
        scene = self.unrolled.canvas.scene if self._unrolls else self.canvas.scene
        if scene.info is None or scene.snapshot is None:
            return card
        # Of where the walk stands, not of what is shown of the way there.
        lit = scene.lit if self._unrolls else self.canvas.goal
        snapshot = before_update(scene.snapshot, lit)
        card = walking_card(snapshot, card, lit, spot)
        return checkable_card(chained_card(scene.info, snapshot, card, lit, spot))

    def _window_card(self, snapshot: Snapshot, spot: Spot) -> Card | None:
        """Return the card of what the walk's window does at a spot; None where none is."""
        scene, flow = self.canvas.scene, self.canvas.window_flow()
        gathers = flow is not None and flow.kind == "gradients" and flow.layer == spot.layer
        gathered = scene.gathering(spot.layer) if gathers else None
        return window_card(snapshot, scene.lit, spot, gathered)

    def _place_card(
        self,
        card: Card,
        picture: tuple[QImage | None, object],
        pinned: bool,
        target: QRectF,
        avoided: Box | None = None,
    ) -> None:
        """Show a card beside what it is about."""
        scene = self.unrolled.canvas.scene if self._unrolls else self.canvas.scene
        card = probed_card(card, self._probe, scene.snapshot)
        card = changed_card(card, scene.by_hand, self.shown_sample)
        self._pinned_parameter = card.parameter if pinned else None
        view = self.card_view
        for room in self._card_rooms(target):
            if not view.fold_chosen:
                view.set_folded(False)
            view.show_card(card, *picture, pinned, room)
            if pinned and not view.fold_chosen and self._hides_much(card):
                view.set_folded(True)
                view.show_card(card, *picture, pinned, room)
            size = (float(self.card_view.width()), float(self.card_view.height()))
            box: Box = target.getRect()  # type: ignore[assignment]
            if pinned and self.card_view.placed is not None:
                self.card_view.put(self.card_view.placed)
                break
            place = card_place(size, (self.width(), self.height()), box, avoided, others=self._units())
            self.card_view.move(round(place[0]), round(place[1]))
            if not QRectF(self.card_view.geometry()).intersects(target):
                break
        self.card_view.raise_()
        # Opening it takes the keyboard from the diagram, and the card is placed anew.
        self.number_box.raise_()

    def _hides_much(self, card: Card) -> bool:
        """Whether the card takes more of the diagram than its first lines are worth; a check’s never."""
        picture = self.unrolled if self._unrolls else self.canvas
        if card.tables or self._probe is not None:
            return False
        return self.card_view.width() * self.card_view.height() > MUCH * picture.width() * picture.height()

    @property
    def pinned_parameter(self) -> ParameterPlace | None:
        """The weight or bias whose card is pinned."""
        return self._pinned_parameter if self.card_view.isVisible() else None

    def _card_rooms(self, target: QRectF) -> list[QSizeF]:
        """Return how large a card may be: less than the diagram; where that hides the target, beside it."""
        width = self.width() - 8.0
        beside = max(target.top(), self.height() - target.bottom()) - 14.0
        return [
            QSizeF(width, min(self.height() - 8.0, max(0.55 * self.height(), 84.0))),
            QSizeF(width, beside),
        ]

    def _units(self) -> list[Box]:
        """Return where the units stand, where these are few enough to be seen one by one."""
        layout = self.canvas.scene.layout
        if self._unrolls or layout is None:
            return []
        dx, dy = self.canvas.x(), self.canvas.y()
        nodes = [column.cells for column in layout.columns if column.kind == "nodes"]
        boxes = [box for cells in nodes for box in cells.tolist()]
        spot = self.canvas.scene.told
        if spot is not None and spot.is_weight and spot.layer < len(layout.columns):
            # From where to where a weight leads is what one looks at: it counts as five others.
            ends = (layout.cell(spot.layer - 1, spot.source), layout.cell(spot.layer, spot.unit))
            boxes += [list(end) for end in ends] * 4
        return [(x + dx, y + dy, w, h) for x, y, w, h in boxes]

    def _avoided(self, spot: Spot) -> tuple[float, float, float, float] | None:
        """Return what had better be seen with a unit: its windows, or the input that shows its weights."""
        scene, layout = self.canvas.scene, self.canvas.scene.layout
        if layout is None or scene.snapshot is None:
            return None
        found = seen(layout, scene.snapshot.layers, spot)
        if found is not None:
            x, y, width, height = around(found.tiles)
        elif spot.layer == 1 and layout.columns[0].kind == "picture" and not spot.kernel:
            x, y, width, height = layout.columns[0].box
        else:
            return None
        return x, y + self.canvas.y(), width, height

    def _card_picture(self, card: Card, spot: Spot) -> tuple[QImage | None, object]:
        """Return what is shown larger beside the numbers, and what keeps its memory."""
        scene = self.canvas.scene
        assert scene.snapshot is not None and scene.info is not None
        if card.picture_kind == "map":
            atlas, (first, height) = scene.atlas(), scene.map_rows(spot.layer, spot.unit)
            if atlas is None or height < 2:
                return None, None
            return atlas.copy(0, first, atlas.width(), height), None
        weights = inspect.incoming(scene.snapshot, spot)
        if card.picture_kind == "weights" and weights is not None and scene.info.picture_shape is not None:
            pixels = colours.weight_picture_argb(weights, scene.info.picture_shape)
            pixels = colours.on_ground(pixels, self.palette_in_use.name == "dark")
            return image_of(pixels).copy(), None
        return None, None

    def paintEvent(self, event: QPaintEvent) -> None:
        # Its own ground, in a picture of the panel alone as well: the neurons' corners have its colour.
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.palette_in_use.card))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        # Not in __init__: of two style sheets before the first showing Qt keeps the first one's colours.
        if not self._styled:
            self.set_palette(self.palette_in_use)
        super().showEvent(event)
