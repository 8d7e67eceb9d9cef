"""Fits along one axis: the curve over a single feature, and predictions against their targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from bpviz.present.decision.map import MOVING_LIMIT, POINT_LIMIT, drawn_rows, nearest_point, sampled
from bpviz.present.decision.words import prediction_lines, probability_lines
from bpviz.present.loss.scales import Axis, shown
from bpviz.present.palette import class_colour
from bpviz.snapshot import PredictionMap, RunInfo, Snapshot
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.points import Points, draw_points, draw_ring, inside, layer, radius_for
from bpviz.views.plotting import draw_y_axis, faded, hairline, polygon

Floats = NDArray[np.floating]
_REACH = 9.0


def columns(y: NDArray[np.generic] | None) -> Floats:
    """Return targets or class indices as (N, outputs) float64."""
    array = np.asarray([] if y is None else y, dtype=np.float64)
    return array.reshape(len(array), -1) if array.size else np.empty((0, 1))


def padded(low: float, high: float) -> tuple[float, float]:
    """Return the range with a twentieth more at both ends."""
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    return low - margin, high + margin


def holding(limits: tuple[float, float], values: Floats) -> tuple[float, float]:
    """Return the range, wide enough for ``values``, too."""
    low, high = float(values.min(initial=limits[0])), float(values.max(initial=limits[1]))
    return limits if (low, high) == limits else padded(low, high)


class FittedCurve(DecisionCanvas):
    """Paints the prediction over one feature: a curve an output, or the probability of each class."""

    point_limit = POINT_LIMIT

    def __init__(self) -> None:
        super().__init__()
        self.with_test = True
        self.plot = QRectF()
        self._axes: tuple[Axis, Axis] | None = None
        self._range = (0.0, 1.0)
        self._layer: QPixmap | None = None
        self._key: object = None
        self._points: Points | None = None
        self._radius = 3.0

    def show_run(self, info: RunInfo) -> None:
        targets = columns(info.y_train)
        classes = info.task == "classification"
        self._range = (-0.06, 1.06) if classes or not targets.size else padded(targets.min(), targets.max())
        super().show_run(info)

    def show_data(self, info: RunInfo) -> None:
        if info.task == "regression":
            self._range = holding(self._range, columns(info.y_train))
        super().show_data(info)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        found = snapshot.prediction_map
        if found is not None and self.info is not None and self.info.task == "regression":
            # The axis grows with a fit that leaves the data, up to three times its height.
            low, high = self._range
            reach = high - low
            values = found.values[np.isfinite(found.values)]
            if values.size and (values.min() < low or values.max() > high):
                limits = max(float(values.min()), low - reach), min(float(values.max()), high + reach)
                self._range = min(low, limits[0]), max(high, limits[1])
        super().show_snapshot(snapshot)

    def show_test(self, shown_too: bool) -> None:
        """Show or hide the test points."""
        self.with_test = shown_too
        self.forget_cache()

    def forget_cache(self) -> None:
        self._key = None
        super().forget_cache()

    def draw(self, painter: QPainter) -> None:
        found = self._map()
        if found is None or self.info is None:
            self.draw_sentence(painter, tr("The curve appears with the first iteration."))
            return
        self._place(found)
        if self._axes is None:
            return
        axis_x, axis_y = self._axes
        draw_y_axis(painter, axis_y, self.plot, self.palette_in_use, [(v, "") for v in axis_y.ticks(28)])
        classes = self.info.task == "classification"
        targets = tr("probability") if classes else ", ".join(self.info.target_names)
        self.draw_frame(painter, self.plot, self._axes, (self.info.feature_names[0], targets))
        painter.setClipRect(self.plot)
        if self._layer is not None:
            painter.drawPixmap(0, 0, self._layer)
        x = axis_x.pixel(np.linspace(*found.x_range, found.values.shape[1]))
        for output in range(found.values.shape[2]):
            y = np.clip(axis_y.pixel(found.values[0, :, output]), -1e4, 1e4)
            painter.setPen(QPen(self._curve_colour(output), 2.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(polygon(x, np.nan_to_num(y)))
        self._ring_sample(painter)
        painter.setClipping(False)

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        found = self._map()
        if found is None or self.info is None or self._axes is None or not self.plot.contains(at):
            return []
        text = self.palette_in_use.text
        lines = [(f"{self.info.feature_names[0]} = {shown(self._axes[0].value(at.x()))}", text)]
        values = sampled(found.values, (at.x() - self.plot.left()) / self.plot.width(), 0.0)
        if self.info.task == "classification":
            return lines + [(said, text) for _, said in probability_lines(values, self.info.class_names)]
        return lines + [(said, text) for said in prediction_lines(values, self.info.target_names)]

    def act_on_click(self, at: QPointF) -> bool:
        points = self._points
        index = None if points is None else nearest_point(at.x(), at.y(), points.at, _REACH)
        if points is not None and index is not None:
            self.sample_chosen.emit(int(points.rows[index]))
        return index is not None

    def rows_to_choose(self) -> NDArray[np.intp] | None:
        return None if self._points is None else self._points.rows

    def _map(self) -> PredictionMap | None:
        found = self.snapshot.prediction_map if self.snapshot is not None else None
        return found if found is not None and found.values.shape[0] == 1 else None

    def _curve_colour(self, output: int) -> QColor:
        classes = self.info is not None and self.info.task == "classification"
        if classes:
            return QColor(class_colour(output))
        return QColor(self.palette_in_use.accent) if output == 0 else QColor(class_colour(output + 1))

    def _place(self, found: PredictionMap) -> None:
        x, y = Axis(*found.x_range, 0, 1), Axis(*self._range, 1, 0)
        self.plot = plot = self.plot_rect("", y, square=False)
        self._axes = self.placed(x, y, plot)
        key = (plot.getRect(), found.x_range, self._range, self._ratio)
        if key != self._key:
            self._key = key
            self._layer = self._paint_layer(self._axes)

    def _paint_layer(self, axes: tuple[Axis, Axis]) -> QPixmap:
        info = self.info
        picture = layer(QSize(self.size()), self._ratio)
        if info is None or info.x_train is None:
            return picture
        self._points = self._points_of(info.x_train, info.y_train, axes)
        self._radius = radius_for(len(self._points.rows), self.plot.height())
        painter = QPainter(picture)
        colours = self._colours()
        if self.with_test and info.x_test is not None and len(info.x_test):
            test = self._points_of(info.x_test, info.y_test, axes)
            draw_points(painter, test, colours, self._radius * 0.9, hollow=True)
        draw_points(painter, self._points, colours, self._radius, hollow=False)
        painter.end()
        return picture

    def _colours(self) -> list[QColor]:
        info = self.info
        if info is not None and info.task == "classification":
            return [QColor(class_colour(k)) for k in range(len(info.class_names))]
        return [faded(self.palette_in_use.positive, 0.9)]

    def _points_of(self, x: Floats, y: NDArray[np.generic] | None, axes: tuple[Axis, Axis]) -> Points:
        rows = drawn_rows(len(x))
        target = columns(y)[rows, 0]
        classes = self.info is not None and self.info.task == "classification"
        # A class stands on the line of its own probability: two classes at 0 and 1, more at 1.
        binary = self.info is not None and len(self.info.class_names) == 2
        height = (target if binary else np.ones_like(target)) if classes else target
        at = np.stack((axes[0].pixel(x[rows, 0]), axes[1].pixel(height)), axis=1)
        colour = target.astype(np.intp) if classes else np.zeros(len(rows), dtype=np.intp)
        return inside(Points(rows, at, colour), self.plot)

    def _ring_sample(self, painter: QPainter) -> None:
        if self._points is None or self.snapshot is None:
            return
        index = int(np.searchsorted(self._points.rows, self.snapshot.sample))
        if index < len(self._points.rows) and self._points.rows[index] == self.snapshot.sample:
            draw_ring(painter, QPointF(*self._points.at[index].tolist()), self._radius, "#1b1d23")


class TargetScatter(DecisionCanvas):
    """Paints each prediction against its target; on the diagonal it is right."""

    point_limit = MOVING_LIMIT

    def __init__(self) -> None:
        super().__init__()
        self.with_test = True
        self.plot = QRectF()
        self._axis: tuple[Axis, Axis] | None = None
        self._range = (0.0, 1.0)
        self._at: Floats = np.empty((0, 2))
        self._rows: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    def show_run(self, info: RunInfo) -> None:
        targets = columns(info.y_train)
        self._range = padded(targets.min(), targets.max()) if targets.size else (0.0, 1.0)
        super().show_run(info)

    def show_data(self, info: RunInfo) -> None:
        self._range = holding(self._range, columns(info.y_train))
        super().show_data(info)

    def show_test(self, shown_too: bool) -> None:
        """Show or hide the test points."""
        self.with_test = shown_too
        self.update()

    def draw(self, painter: QPainter) -> None:
        snapshot, info = self.snapshot, self.info
        if snapshot is None or info is None or snapshot.predictions_train is None:
            self.draw_sentence(painter, tr("The predictions appear with the first iteration."))
            return
        x, y = Axis(*self._range, 0, 1), Axis(*self._range, 1, 0)
        self.plot = plot = self.plot_rect(tr("target"), y, square=True)
        self._axis = axes = self.placed(x, y, plot)
        self.draw_frame(painter, plot, axes, (tr("target"), tr("prediction")))
        painter.setPen(hairline(self.palette_in_use.border))
        painter.drawRect(plot)
        painter.setClipRect(plot)
        painter.setPen(QPen(QColor(self.palette_in_use.muted), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        if self.with_test and snapshot.predictions_test is not None:
            self._draw_part(painter, info.y_test, snapshot.predictions_test, self.palette_in_use.test, axes)
        self._rows, self._at = self._draw_part(
            painter, info.y_train, snapshot.predictions_train, self.palette_in_use.accent, axes
        )
        self._ring_sample(painter, snapshot, axes)
        painter.setClipping(False)

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        index = nearest_point(at.x(), at.y(), self._at, _REACH)
        if index is None or self._axis is None:
            return []
        x, y = self._at[index]
        text = self.palette_in_use.text
        return [
            (tr("sample {row}", row=int(self._rows[index])), self.palette_in_use.muted),
            (tr("target {value}", value=shown(self._axis[0].value(float(x)))), text),
            (tr("prediction {value}", value=shown(self._axis[1].value(float(y)))), text),
        ]

    def act_on_click(self, at: QPointF) -> bool:
        index = nearest_point(at.x(), at.y(), self._at, _REACH)
        if index is not None:
            self.sample_chosen.emit(int(self._rows[index]))
        return index is not None

    def _ring_sample(self, painter: QPainter, snapshot: Snapshot, axes: tuple[Axis, Axis]) -> None:
        said, y = snapshot.predictions_train, columns(self.info.y_train if self.info is not None else None)
        if said is None or snapshot.sample >= min(len(said), len(y)):
            return
        x, height = float(y[snapshot.sample, 0]), float(said[snapshot.sample, 0])
        if np.isfinite((x, height)).all():
            at = QPointF(float(axes[0].pixel(x)), float(axes[1].pixel(height)))
            draw_ring(painter, at, 3.0, "#1b1d23")

    def rows_to_choose(self) -> NDArray[np.intp] | None:
        return np.unique(self._rows)

    def _draw_part(
        self,
        painter: QPainter,
        y: NDArray[np.generic] | None,
        predictions: Floats,
        colour: str,
        axes: tuple[Axis, Axis],
    ) -> tuple[NDArray[np.intp], Floats]:
        target = columns(y)
        rows = drawn_rows(min(len(target), len(predictions)), MOVING_LIMIT)
        at = np.stack((axes[0].pixel(target[rows].ravel()), axes[1].pixel(predictions[rows].ravel())), axis=1)
        pen = QPen(faded(colour, 0.75), 5.0 if len(rows) <= 400 else 3.0)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        seen = np.isfinite(at).all(axis=1)
        clipped = np.clip(at[seen], -1e4, 1e4)
        painter.drawPoints(polygon(clipped[:, 0], clipped[:, 1]))
        return np.repeat(rows, target.shape[1])[seen], clipped
