"""What the unrolled picture is made from: the run, the snapshot, the places, and what is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPixmap

from bpviz.present.decision.map import is_dark
from bpviz.present.decision.sequence_values import ShownSequence
from bpviz.present.diagram.colours import Argb, on_ground
from bpviz.present.numbers import short
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.unrolled.cells import Cells, cells
from bpviz.present.unrolled.gather import Gathered, gathered_over_time
from bpviz.present.unrolled.layout import Look, Mark, Row, Unrolled, lay_out
from bpviz.present.unrolled.rows import RECURRENT, views
from bpviz.present.unrolled.shown import shown_in
from bpviz.present.unrolled.values import Clock, Flow, cuts, flow
from bpviz.present.unrolled.words import layer_name
from bpviz.present.walk.light import Lit
from bpviz.snapshot import RunInfo, Snapshot
from bpviz.snapshot.changes import ChangeMade
from bpviz.views.plotting import CENTRE, line_height, pixel_ratio

STILL = 0.62
"""How far what flows has come in a picture that stands still."""


class UnrolledScene:
    """Holds all of it; painting reads it and changes nothing."""

    def __init__(self) -> None:
        self.info: RunInfo | None = None
        self.snapshot: Snapshot | None = None
        self.layout: Unrolled | None = None
        self.shown: ShownSequence | None = None
        self.colours: Palette = LIGHT
        self.font = QFont()
        self.bold = QFont()
        self.view = "h"
        self.gradients = False
        self.hovered: Mark | None = None
        self.pinned: Mark | None = None
        self.cursor: Mark | None = None
        self.cursor_told = False
        self.step: int | None = None
        self.clock: Clock | None = None
        self.lit: Lit | None = None
        self.by_hand: tuple[ChangeMade, ...] = ()
        """What is changed by hand, only to look."""
        self.share = STILL
        """How far what flows has come, from 0 to 1."""
        self.gathered: Gathered | None = None
        self.held: int | None = None
        """The step back to which a gradient is gathered, where it was chosen by hand."""
        self.flows: dict[int, Flow] = {}
        self.cuts: dict[int, frozenset[int]] = {}
        self.versions = 0
        self._kept: tuple[object, QPixmap] | None = None
        self._size = (0, 0)

    @property
    def told(self) -> Mark | None:
        """What the card is about: pinned, else pointed at, else under the keyboard."""
        return self.pinned or self.hovered or (self.cursor if self.cursor_told else None)

    def set_run(self, info: RunInfo) -> None:
        """Begin with a new run; what is shown stays chosen where this run has it too."""
        self.info, self.snapshot, self.layout, self.shown = info, None, None, None
        self.hovered = self.pinned = self.cursor = self.step = self.clock = None
        self.cursor_told = False
        self.lit = self.gathered = self.held = None
        self.flows = {}
        if self.view not in views(info):
            self.view = "h"
        steps = info.sequence_shape[0] if info.sequence_shape else 0
        self.cuts = {
            number: cuts(info, number, steps)
            for number, kind in enumerate(info.kinds, 1)
            if kind in RECURRENT
        }

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Take one iteration."""
        assert self.info is not None
        first = self.snapshot is None
        self.snapshot = snapshot
        self.shown = shown_in(self.info, snapshot, self.lit)
        self.flows = {
            number: flow(state) for number, state in enumerate(snapshot.layers) if "delta_h" in state.arrays
        }
        if first:
            self.lay_out(*self._size)
        self.changed()

    def set_lit(self, lit: Lit | None) -> None:
        """Take where the walk stands; a mean has its inputs and targets from there."""
        self.lit, self.held, self.gathered = lit, None, None
        if self.info is not None and self.snapshot is not None:
            self.shown = shown_in(self.info, self.snapshot, lit)
            if lit is not None and lit.light.kind == "gradient":
                layer = lit.light.layer
                self.gathered = gathered_over_time(lit, self.snapshot.layers[layer], layer)
        self.changed()

    def cells(self, row: Row) -> Cells:
        """Return the numbers and colours of a row, as the walk shows them."""
        assert self.snapshot is not None and self.layout is not None
        layer = row.spec.layer
        found = cells(self.lit, self.snapshot.layers[layer], layer, row.spec.name, self.layout.steps)
        return replace(found, colours=self.on_ground(found.colours))

    def on_ground(self, pixels: Argb) -> Argb:
        """Return colours of numbers as the theme shows them."""
        return on_ground(pixels, self.colours.name == "dark")

    def shows_gradient(self, layer: int) -> bool:
        """Whether gradients are shown in place of a layer's weights: asked for, or reached by the walk."""
        return self.gradients or (self.lit is not None and self.lit.light.shows_gradient(layer))

    @property
    def gather_step(self) -> int | None:
        """The step back to which the gradient of the layer in hand is gathered now; None elsewhere."""
        if self.gathered is None:
            return None
        steps = self.gathered.steps
        return steps - 1 - min(int(self.share * steps), steps - 1) if self.held is None else self.held

    @property
    def is_mean(self) -> bool:
        """Whether the numbers are means over the samples of a batch."""
        return self.lit is not None and self.lit.sample == "mean" and self.snapshot is not None

    def lay_out(self, width: int, height: int) -> None:
        """Place everything; before the first snapshot there is nothing to place."""
        self._size = (width, height)
        self.changed()
        self.layout = None
        if (
            self.info is None
            or self.snapshot is None
            or not self.snapshot.layers
            or width < 60
            or height < 60
        ):
            return
        metrics = QFontMetricsF(self.font)
        layers = range(1, len(self.info.kinds))
        names = [layer_name(self.info, n) for n in layers if self.info.kinds[n - 1] in ("dense", *RECURRENT)]
        widest = max(metrics.horizontalAdvance(name) for name in names)
        look = Look(width, height, line_height(metrics), metrics.horizontalAdvance("0"), widest)
        self.layout = lay_out(self.info, self.snapshot.layers, self.view, look)

    def shows(self, mark: Mark) -> bool:
        """Whether what is meant can be seen in the view that is chosen."""
        if self.layout is None or self.layout.target_of(mark) is None:
            return False
        row = self.layout.row_of(mark.layer, mark.name)
        return mark.kind != "cell" or (row is not None and row.spec.name == mark.name)

    def changed(self) -> None:
        """Paint all of it anew the next time."""
        self.versions += 1

    def still(self, painter: QPainter, draw: Callable[[QPainter], None]) -> None:
        """Paint what stays while the pointer moves and time is played, from its picture if that is fresh."""
        ratio = pixel_ratio(painter)
        key = (self.versions, self._size, ratio, self.colours.name)
        if self._kept is None or self._kept[0] != key:
            picture = QPixmap(round(self._size[0] * ratio), round(self._size[1] * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(self.colours.card)
            on = QPainter(picture)
            on.setFont(self.font)
            draw(on)
            on.end()
            self._kept = key, picture
        painter.drawPixmap(0, 0, self._kept[1])

    def block(self, row: Row, step: int) -> QRectF:
        """Return a row's block at a step."""
        assert self.layout is not None
        return QRectF(*self.layout.block(row, step))


def image_of(pixels: Argb) -> QImage:
    """Return ``pixels`` (height, width) as an image that owns its memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def crisp(painter: QPainter) -> None:
    """Let edges of cells fall on pixels, and pictures keep theirs."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def write_on(painter: QPainter, cell: QRectF, text: str, argb: int) -> None:
    """Write a number on a coloured cell, in black or white."""
    rgb = (argb >> 16 & 255, argb >> 8 & 255, argb & 255)
    painter.setPen(QColor("#ffffff" if is_dark(rgb) else "#1b1d23"))
    painter.drawText(cell, CENTRE, text)


def fitting(metrics: QFontMetricsF, number: float, room: float) -> str:
    """Return a number with as many of three digits as fit; nothing where none does."""
    said = [short(number, digits) for digits in (3, 2, 1)]
    return next((text for text in said if metrics.horizontalAdvance(text) <= room), "")
