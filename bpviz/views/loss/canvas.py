"""The painting of the loss plot: axes, curves, the shown iteration and the numbers asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from bpviz.present.loss.branch_curves import BranchCurves, within_reach
from bpviz.present.loss.curves import Extent, LossCurves, Reading, is_huge, is_wide, loss_bounds
from bpviz.present.loss.scales import Axis, grown_end
from bpviz.present.loss.words import branch_line, reading_lines
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.places import Mark
from bpviz.text import tr
from bpviz.views.loss.curve import Stroke, draw_curve, pen_of
from bpviz.views.loss.walk import Making, paint_making
from bpviz.views.plotting import (
    draw_readout,
    draw_x_axis,
    draw_y_axis,
    faded,
    hairline,
    label_width,
    labelled,
    line_height,
    pixel_ratio,
    smaller,
)

# From this height on the accuracy stands below the loss instead of in its place.
STACK_HEIGHT = 230
_GAP = 12.0
_MOST_NAMED = 4
_MARGIN = 8.0
# How many pixels of the old end are drawn again: its last bins may have changed.
_OVERLAP = 12.0


@dataclass
class Band:
    """One plot within the canvas: the loss, or the accuracy."""

    name: str
    plot: QRectF
    axis: Axis
    labels: list[tuple[float, str]] = field(default_factory=list)


class LossCanvas(QWidget):
    """Paints curves of any length; ``x_view`` and ``y_views`` are what the user zoomed to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = LossCurves()
        self.branches = BranchCurves()
        self.marks: tuple[Mark, ...] = ()
        self.position = 0
        self.shown: Reading | None = None
        self.making: Making | None = None
        self.palette_in_use: Palette = LIGHT
        self.log_choice: bool | None = None
        self.with_accuracy = False
        self.x_view: Extent | None = None
        self.y_views: dict[str, Extent] = {}
        self.pointer: QPointF | None = None
        self.pinned: int | None = None
        self.x_axis = Axis(0.0, 1.0, 0.0, 1.0)
        self.bands: list[Band] = []
        self._log_found = False
        self._layer: QPixmap | None = None
        self._behind = False
        self._drawn_to = 0
        self._frame: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 60)
        # It fills itself, so that what lies below is not painted thirty times a second.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def log(self) -> bool:
        """Whether the loss axis is logarithmic: the user's choice, or what the losses ask for."""
        return self._log_found if self.log_choice is None else self.log_choice

    @property
    def x_limits(self) -> Extent:
        """The whole of the x axis, which grows in round steps; what is in the making belongs to it."""
        making = self.making.iteration if self.making is not None else 0
        return 0.0, grown_end(float(max(self.curves.last, self.branches.last, making)))

    @Slot()
    def invalidate(self) -> None:
        """Draw the curves anew at the next painting."""
        self._layer = None
        self.update()

    @Slot()
    def extend(self) -> None:
        """Draw what is new of the curves at the next painting; all of them where the axes have grown."""
        self._behind = True
        self.update()

    def show_making(self, making: Making | None) -> None:
        """Mark the iteration in the making; None at rest."""
        before, self.making = self.making, making
        if (before and before.iteration) != (making and making.iteration):
            self.extend()
        self.update()

    def forget_run(self) -> None:
        """Start with nothing; the user's choice of axis stays."""
        self.curves.clear()
        self.branches.show(())
        self.marks = ()
        self._log_found = False
        self.position, self.pinned, self.shown, self.making = 0, None, None, None
        self.x_view = None
        self.y_views.clear()
        self.invalidate()

    def find_scale(self) -> None:
        """Turn to a logarithmic axis once the losses range widely; never back within a run."""
        if not self._log_found:
            self._log_found = self._grew_huge()
        if not self._log_found:
            names = ("train_loss", "test_loss")
            found = [e for name in names if (e := self.curves.series[name].extent()) is not None]
            whole = (min(e[0] for e in found), max(e[1] for e in found)) if found else None
            self._log_found = is_wide(whole or self.curves.batch.extent())

    def _grew_huge(self) -> bool:
        """Return whether any loss in the plot, be it of one batch, went far beyond the first one."""
        history, shown = self.curves.history, self.shown
        if history is None or not len(history.loss):
            return False
        tops = [e[1] for e in self._loss_extents() if e is not None]
        if shown is not None:
            tops += [v for v in (shown.train_loss, shown.test_loss) if math.isfinite(v)]
        return is_huge(float(history.loss[0]), max(tops, default=0.0))

    def _loss_extents(self) -> list[Extent | None]:
        series = self.curves.series
        return [one.extent() for one in (self.curves.batch, series["train_loss"], series["test_loss"])]

    def lay_out(self) -> None:
        """Place the bands and their axes for the size, the view and the data."""
        metrics = QFontMetricsF(smaller(self.font()))
        names = self._band_names()
        foot = line_height(metrics) + 5
        room = (self.height() - foot - 6 - _GAP * (len(names) - 1)) / len(names)
        self.bands = [
            self._band(name, 6 + index * (room + _GAP), max(room, 8.0), metrics)
            for index, name in enumerate(names)
        ]
        # As wide as the usual labels, so that the plot does not shift when they change.
        left = _MARGIN + max(
            metrics.horizontalAdvance("0.001"), *(label_width(metrics, band.labels) for band in self.bands)
        )
        right = max(self.width() - _MARGIN, left + 8)
        for band in self.bands:
            band.plot.setLeft(left)
            band.plot.setRight(right)
        self.x_axis = Axis(*(self.x_view or self.x_limits), left, right)

    def iteration_at(self, x: float) -> int:
        """Return the nearest recorded iteration to a pixel."""
        return min(max(round(self.x_axis.value(x)), 0), self.curves.last)

    def shown_reading(self) -> int | None:
        """Return the iteration whose numbers are shown: under the pointer, else the pinned one."""
        if self.curves.empty:
            return None
        if self.pointer is not None:
            return self.iteration_at(self.pointer.x())
        return self.pinned

    def _band_names(self) -> list[str]:
        if not self.with_accuracy:
            return ["loss"]
        return ["loss", "accuracy"] if self.height() >= STACK_HEIGHT else ["accuracy"]

    def _band(self, name: str, top: float, room: float, metrics: QFontMetricsF) -> Band:
        low, high = self.y_views.get(name) or self._bounds(name)
        axis = Axis(low, high, top + room, top, name == "loss" and self.log)
        labels = labelled(axis, 1.9 * line_height(metrics))
        if name == "accuracy":
            labels = [(value, f"{100 * value:.4g}\u2009%") for value, _ in labels]
        return Band(name, QRectF(0, top, 0, room), axis, labels)

    def _bounds(self, name: str) -> Extent:
        if name == "accuracy":
            return self._accuracy_bounds()
        view = self.x_view or self.x_limits
        i0, i1 = self._indices("batch")
        positive = self.log
        curves = [
            extent
            for series in ("train_loss", "test_loss")
            if (extent := self._extent(series, positive)) is not None
        ]
        if self.shown is not None:
            # Before the first epoch is over nothing else tells how far the curve has come down.
            values = (self.shown.train_loss, self.shown.test_loss)
            curves += [(v, v) for v in values if math.isfinite(v) and (v > 0 or not positive)]
        others = [
            extent
            for series in ("train_loss", "test_loss")
            for extent in self.branches.extents(series, *view, positive=positive)
        ]
        curves += within_reach(others, max((high for _, high in curves), default=math.inf))
        return loss_bounds(curves, self.curves.batch.extent(i0, i1, positive=positive), positive)

    def _accuracy_bounds(self) -> Extent:
        lows = [
            e[0] for n in ("train_accuracy", "test_accuracy") if (e := self._extent(n, False)) is not None
        ]
        lowest = min(lows, default=0.0)
        return (0.9 if lowest > 0.95 else 0.5 if lowest >= 0.5 else 0.0), 1.0

    def _extent(self, series: str, positive: bool) -> Extent | None:
        return self.curves.series[series].extent(*self._indices(series), positive=positive)

    def _indices(self, series: str) -> tuple[int, int]:
        """Return which values of a series lie in view."""
        low, high = self.x_view or self.x_limits
        if series != "batch":
            return self.curves.evaluated_range(low, high)
        stride = self.curves.stride
        return max(int(low / stride) - 1, 0), min(int(high / stride) + 2, len(self.curves.batch))

    def _current_layer(self, ratio: float) -> QPixmap:
        """Return the layer of axes and curves: as it is, with its new end, or drawn anew."""
        layer = self._layer
        if layer is not None and layer.devicePixelRatio() == ratio:
            if not self._behind:
                return layer
            self.lay_out()
            if self._frame == self._frame_now():
                self._draw_end(layer)
                return layer
        return self._draw_layer(ratio)

    def _frame_now(self) -> tuple[object, ...]:
        """Return all that the drawn part of the curves depends on."""
        history = self.curves.history
        record = (history.run_id, history.generation) if history is not None else None
        bands = tuple((band.name, band.plot.getRect(), band.axis) for band in self.bands)
        return record, self.x_axis, bands, self.branches.key

    def _note_drawn(self) -> None:
        """Remember how far the curves are drawn: to the last iteration that was measured."""
        history = self.curves.history
        measured = int(history.evaluated[-1]) if history is not None and len(history.evaluated) else 0
        self._drawn_to = min(self.curves.last, measured)
        self._frame, self._behind = self._frame_now(), False

    def _draw_layer(self, ratio: float) -> QPixmap:
        self.lay_out()
        layer = QPixmap(self.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        painter = QPainter(layer)
        painter.setFont(smaller(self.font()))
        for band in self.bands:
            draw_y_axis(painter, band.axis, band.plot, self.palette_in_use, band.labels)
        spacing = 5.0 * QFontMetricsF(painter.font()).horizontalAdvance("0") + 24
        labels = labelled(self.x_axis, spacing)
        plot, limit = self.bands[-1].plot, self.width()
        draw_x_axis(painter, self.x_axis, plot, self.palette_in_use, _whole(labels), limit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for band in self.bands:
            painter.setClipRect(band.plot.adjusted(-1, -2, 2, 2))
            self._draw_curves(painter, band)
        painter.end()
        self._layer = layer
        self._note_drawn()
        return layer

    def _draw_end(self, layer: QPixmap) -> None:
        """Draw the curves' new end over the old one: a long run costs no more than a short one."""
        since = float(self.x_axis.pixel(self._drawn_to)) - _OVERLAP
        painter = QPainter(layer)
        painter.setFont(smaller(self.font()))
        for band in self.bands:
            end = band.plot.adjusted(-1, -2, 2, 2)
            end.setLeft(max(end.left(), math.floor(since)))
            painter.setClipRect(end)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(end, Qt.GlobalColor.transparent)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            draw_y_axis(painter, band.axis, band.plot, self.palette_in_use, band.labels)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_curves(painter, band, since - _OVERLAP)
        painter.end()
        self._note_drawn()

    def _draw_curves(self, painter: QPainter, band: Band, since: float = -math.inf) -> None:
        history = self.curves.history
        if history is None:
            return
        axes = (self.x_axis, band.axis)
        palette = self.palette_in_use
        self._draw_branches(painter, band, since)
        if band.name == "loss":
            stroke = Stroke(faded(palette.accent, 0.28), thin=True)
            every = np.int64(self.curves.stride)
            draw_curve(painter, self.curves.batch, every, self._indices("batch"), axes, stroke, since)
        strokes = {"test": Stroke(QColor(palette.test), dashed=True), "train": Stroke(QColor(palette.accent))}
        for part, stroke in strokes.items():
            series = f"{part}_{band.name}"
            indices = self._indices(series)
            draw_curve(painter, self.curves.series[series], history.evaluated, indices, axes, stroke, since)

    def _draw_branches(self, painter: QPainter, band: Band, since: float) -> None:
        """Draw the other branches, thin and pale, each from where it left the present one."""
        view = self.x_view or self.x_limits
        for branch in self.branches.all:
            axes, colour = (self.x_axis, band.axis), faded(branch.colour, 0.75)
            for part in ("test", "train"):
                stroke = Stroke(colour, dashed=part == "test", thin=True)
                pyramid = branch.series[f"{part}_{band.name}"]
                draw_curve(painter, pyramid, branch.evaluated, branch.range(*view), axes, stroke, since)

    def _draw_bookmarks(self, painter: QPainter) -> None:
        """Mark the bookmarks at the top of the first plot."""
        plot = self.bands[0].plot
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.palette_in_use.text))
        for mark in self.marks:
            x = float(self.x_axis.pixel(mark.iteration))
            if plot.left() - 1 <= x <= plot.right() + 1:
                top = plot.top() - 4
                corners = (QPointF(x - 4, top), QPointF(x + 4, top), QPointF(x, top + 6))
                painter.drawPolygon(QPolygonF(corners))

    def _draw_position(self, painter: QPainter) -> None:
        # On the middle of a pixel: a line that lies between two is pale.
        x = math.floor(float(self.x_axis.pixel(self.position))) + 0.5
        for band in self.bands:
            if band.plot.left() - 1 <= x <= band.plot.right() + 1:
                painter.setPen(QPen(QColor(self.palette_in_use.path), 1.6))
                painter.drawLine(QPointF(x, band.plot.top() - 3), QPointF(x, band.plot.bottom()))
                self._draw_last_piece(painter, band)
                self._draw_marks(painter, band, self.shown)

    def _draw_last_piece(self, painter: QPainter, band: Band) -> None:
        """Join the last measured values to the shown ones, which are measured for the screen alone.

        Only at the end of the record: anywhere else the curve goes through.
        """
        shown, history = self.shown, self.curves.history
        if shown is None or history is None or not len(history.evaluated):
            return
        last = int(history.evaluated[-1])
        if shown.iteration <= last:
            return
        palette = self.palette_in_use
        painter.save()
        painter.setClipRect(band.plot.adjusted(-1, -2, 2, 2))
        strokes = {"test": Stroke(QColor(palette.test), dashed=True), "train": Stroke(QColor(palette.accent))}
        for part, stroke in strokes.items():
            series = f"{part}_{band.name}"
            ends = [float(getattr(history, series)[-1]), getattr(shown, series)]
            x, y = self.x_axis.pixel([last, shown.iteration]), band.axis.pixel(ends)
            if np.isfinite(y).all():
                painter.setPen(pen_of(stroke))
                painter.drawLine(QPointF(x[0], y[0]), QPointF(x[1], y[1]))
        painter.restore()

    def _draw_reading(self, painter: QPainter) -> None:
        iteration = self.shown_reading()
        reading = None if iteration is None else self.curves.reading(iteration)
        if reading is None:
            return
        palette = self.palette_in_use
        measured = None if reading.evaluated is None else self.curves.reading(reading.evaluated)
        x = float(self.x_axis.pixel(reading.iteration))
        painter.setPen(hairline(palette.text if self.pointer is None else palette.muted))
        for band in self.bands:
            if band.plot.left() - 1 <= x <= band.plot.right() + 1:
                painter.drawLine(QPointF(x, band.plot.top()), QPointF(x, band.plot.bottom()))
                self._draw_marks(painter, band, measured)
        y = self.pointer.y() if self.pointer is not None else self.height() / 3
        roles = {"title": palette.text, "train": palette.accent, "test": palette.test, "batch": palette.muted}
        lines = [(text, roles[role]) for role, text in reading_lines(reading)]
        for branch in self.branches.all[:_MOST_NAMED]:
            if (losses := branch.losses_at(reading.iteration)) is not None:
                lines.append((branch_line(branch.name, losses), branch.colour))
        draw_readout(painter, QRectF(self.rect()), QPointF(x, y), lines, palette)

    def _draw_marks(self, painter: QPainter, band: Band, reading: Reading | None) -> None:
        """Dot the training and test values of one reading."""
        if reading is None:
            return
        palette = self.palette_in_use
        painter.setPen(QPen(QColor(palette.card), 1))
        for part, colour in (("test", palette.test), ("train", palette.accent)):
            y = float(band.axis.pixel(getattr(reading, f"{part}_{band.name}")))
            if band.plot.top() <= y <= band.plot.bottom():
                painter.setBrush(QColor(colour))
                painter.drawEllipse(QPointF(float(self.x_axis.pixel(reading.iteration)), y), 3.5, 3.5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.palette_in_use.card))
        ratio = pixel_ratio(painter)
        painter.drawPixmap(0, 0, self._current_layer(ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(smaller(self.font()))
        if self.curves.empty:
            painter.setPen(QColor(self.palette_in_use.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            sentence = tr("Press Train: the loss of every iteration is drawn here.")
            painter.drawText(self.bands[0].plot.adjusted(8, 0, -8, 0), flags, sentence)
        else:
            self._draw_bookmarks(painter)
            self._draw_position(painter)
            band = self.bands[0]
            if band.name == "loss":
                paint_making(painter, self.making, self.x_axis, band.axis, band.plot, self.palette_in_use)
            self._draw_reading(painter)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.invalidate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layer = None


def _whole(labels: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out what lies between two iterations."""
    return [(value, text) for value, text in labels if value == int(value)]
