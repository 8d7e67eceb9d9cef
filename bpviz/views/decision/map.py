"""The map over two features: classes with their borders, or the fitted surface, and the points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from bpviz.present.decision.map import (
    POINT_LIMIT,
    Pixels,
    ValueScale,
    class_borders,
    class_picture,
    drawn_rows,
    nearest_point,
    sampled,
)
from bpviz.present.decision.words import prediction_lines, probability_lines
from bpviz.present.loss.scales import Axis, shown, tick_label
from bpviz.present.palette import Palette, class_colour
from bpviz.present.walk.light import Lit
from bpviz.snapshot import PredictionMap, RunInfo, Snapshot
from bpviz.text import tr
from bpviz.views.decision.canvas import DecisionCanvas
from bpviz.views.decision.points import Points, draw_points, draw_ring, inside, layer, radius_for
from bpviz.views.decision.walk import paint_batch
from bpviz.views.plotting import faded, hairline, line_height

_REACH = 9.0
_SCALE_COLOURS = 64


def image_of(picture: Pixels) -> QImage:
    """Return a QImage that owns a copy of (height, width, 3) pixels."""
    pixels = np.ascontiguousarray(picture)
    height, width, _ = pixels.shape
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    # Four bytes a pixel: Qt scales these several times faster.
    return image.convertToFormat(QImage.Format.Format_RGB32)


class FeatureMap(DecisionCanvas):
    """Paints a `PredictionMap` of two features; a click on a point chooses that sample."""

    point_limit = POINT_LIMIT

    def __init__(self) -> None:
        super().__init__()
        self.with_test = True
        self.lit: Lit | None = None
        self.scale: ValueScale | None = None
        self._first_scale: ValueScale | None = None
        self.plot = QRectF()
        self._axes: tuple[Axis, Axis] | None = None
        self._points: Points | None = None
        self._points_key: object = None
        self._layer: QPixmap | None = None
        self._radius = 3.0
        self._image: QImage | None = None
        self._borders: NDArray[np.floating] = np.empty((0, 2, 2))

    def show_run(self, info: RunInfo) -> None:
        self._image = None
        regression = info.task == "regression" and info.y_train is not None
        self.scale = self._first_scale = ValueScale.of(_target(info.y_train)) if regression else None
        super().show_run(info)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        found = snapshot.prediction_map
        if found is not None and len(found.features) == 2 and found.values.shape[0] > 1:
            self._take(found)
        super().show_snapshot(snapshot)

    def show_test(self, shown_too: bool) -> None:
        """Show or hide the test points."""
        self.with_test = shown_too
        self.forget_cache()

    def forget_cache(self) -> None:
        self._points_key = None
        super().forget_cache()

    def draw(self, painter: QPainter) -> None:
        found = self._map()
        if found is None or self._image is None or self.info is None:
            self.draw_sentence(painter, tr("The map appears with the first iteration."))
            return
        self._place(found)
        self._draw_image(painter, self._image)
        self._draw_borders(painter)
        self._draw_points(painter)
        painter.setPen(hairline(self.palette_in_use.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.plot)
        if self._axes is not None:
            names = self.info.feature_names
            first, second = found.features
            self.draw_frame(painter, self.plot, self._axes, (names[first], names[second]))
        if self.scale is not None:
            self._draw_colour_bar(painter)

    def lines_at(self, at: QPointF) -> list[tuple[str, str]]:
        found, palette = self._map(), self.palette_in_use
        if found is None or self._axes is None or self.info is None or not self.plot.contains(at):
            return []
        x, y = self._axes[0].value(at.x()), self._axes[1].value(at.y())
        names = self.info.feature_names
        first, second = found.features
        lines = [
            (f"{names[first]} = {shown(x)}", palette.text),
            (f"{names[second]} = {shown(y)}", palette.text),
        ]
        across = (at.x() - self.plot.left()) / self.plot.width()
        up = (self.plot.bottom() - at.y()) / self.plot.height()
        values = sampled(found.values, across, up)
        if self.scale is not None:
            return lines + [(text, palette.text) for text in prediction_lines(values, self.info.target_names)]
        said = probability_lines(values, self.info.class_names)
        return lines + [(text, readable(class_colour(k), palette)) for k, text in said]

    def act_on_click(self, at: QPointF) -> bool:
        if self._points is None:
            return False
        index = nearest_point(at.x(), at.y(), self._points.at, max(_REACH, self._radius + 3))
        if index is not None:
            self.sample_chosen.emit(int(self._points.rows[index]))
        return index is not None

    def rows_to_choose(self) -> NDArray[np.intp] | None:
        return None if self._points is None else self._points.rows

    def _map(self) -> PredictionMap | None:
        """Return the map in force; one of a single feature is another picture's."""
        found = self.snapshot.prediction_map if self.snapshot is not None else None
        return found if found is not None and len(found.features) == 2 else None

    def _take(self, found: PredictionMap) -> None:
        if self.scale is not None and self._first_scale is not None:
            needed = self._first_scale.holding(found.values[:, :, 0])
            if not self.scale.covers(needed):
                self.scale = needed
            self._image = image_of(self.scale.colours(found.values[::-1, :, 0]))
            self._borders = np.empty((0, 2, 2))
        else:
            self._image = image_of(class_picture(found.values))
            self._borders = class_borders(found.values)

    def _place(self, found: PredictionMap) -> None:
        x, y = Axis(*found.x_range, 0, 1), Axis(*found.y_range, 1, 0)
        name = self.info.feature_names[found.features[0]] if self.info is not None else ""
        self.plot = self.plot_rect(name, y, square=True, right=58.0 if self.scale is not None else 0.0)
        self._axes = self.placed(x, y, self.plot)
        key = (found.features, found.x_range, found.y_range, self.plot.getRect(), self._ratio, self.scale)
        if key != self._points_key:
            self._points_key = key
            self._layer = self._paint_layer(found.features, self._axes)

    def _draw_image(self, painter: QPainter, image: QImage) -> None:
        """Draw the map so that the grid's outer values lie on the plot's border, not half a cell inside.

        Enlarged first and copied then: five times faster than to let the painter enlarge it.
        """
        across = self.plot.width() / (image.width() - 1)
        up = self.plot.height() / (image.height() - 1)
        size = QSize(
            round(across * image.width() * self._ratio), round(up * image.height() * self._ratio)
        ).expandedTo(QSize(1, 1))
        large = image.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        large.setDevicePixelRatio(self._ratio)
        painter.save()
        painter.setClipRect(self.plot)
        corner = QPointF(self.plot.left() - across / 2, self.plot.top() - up / 2)
        painter.drawImage(corner.toPoint(), large)
        painter.restore()

    def _draw_borders(self, painter: QPainter) -> None:
        found = self._map()
        if found is None or not len(self._borders):
            return
        height, width = found.values.shape[:2]
        x = self.plot.left() + self._borders[:, :, 0] * (self.plot.width() / (width - 1))
        y = self.plot.bottom() - self._borders[:, :, 1] * (self.plot.height() / (height - 1))
        ends = np.stack((x[:, 0], y[:, 0], x[:, 1], y[:, 1]), axis=1).tolist()
        pen = QPen(faded("#1b1d23", 0.8), 1.3)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(*end) for end in ends])

    def _draw_points(self, painter: QPainter) -> None:
        if self._layer is not None:
            painter.drawPixmap(0, 0, self._layer)
        info, found = self.info, self._map()
        if info is None or info.x_train is None or found is None or self._axes is None:
            return
        points = self._points
        if points is not None:
            paint_batch(
                painter, points.at, points.rows, self.lit, self._radius, self.plot, self.palette_in_use
            )
        sample = self.snapshot.sample if self.snapshot is not None else 0
        if sample < len(info.x_train):
            x, y = (float(info.x_train[sample, feature]) for feature in found.features)
            at = QPointF(float(self._axes[0].pixel(x)), float(self._axes[1].pixel(y)))
            if self.plot.adjusted(-1, -1, 1, 1).contains(at):
                draw_ring(painter, at, self._radius, "#1b1d23")

    def _paint_layer(self, features: tuple[int, ...], axes: tuple[Axis, Axis]) -> QPixmap:
        info = self.info
        picture = layer(QSize(self.size()), self._ratio)
        if info is None or info.x_train is None or info.y_train is None:
            return picture
        train = self._points_of(info.x_train, info.y_train, features, axes)
        self._points = train
        self._radius = radius_for(len(train.rows), self.plot.width())
        painter = QPainter(picture)
        colours = self._colours()
        draw_points(painter, train, colours, self._radius, hollow=False)
        # Smaller, and above: below they would be hidden where both parts lie close together.
        if self.with_test and info.x_test is not None and info.y_test is not None:
            test = self._points_of(info.x_test, info.y_test, features, axes)
            draw_points(painter, test, colours, self._radius * 0.75, hollow=True)
        painter.end()
        return picture

    def _points_of(
        self,
        x: NDArray[np.floating],
        y: NDArray[np.integer] | NDArray[np.floating],
        features: tuple[int, ...],
        axes: tuple[Axis, Axis],
    ) -> Points:
        rows = drawn_rows(len(x))
        at = np.stack([axis.pixel(x[rows, f]) for axis, f in zip(axes, features, strict=True)], axis=1)
        if self.scale is None:
            colour = y[rows].astype(np.intp)
        else:
            share = (_target(y)[rows] - self.scale.low) / (self.scale.high - self.scale.low)
            colour = (np.clip(share, 0, 1) * (_SCALE_COLOURS - 1)).round().astype(np.intp)
        return inside(Points(rows, at, colour), self.plot)

    def _colours(self) -> list[QColor]:
        if self.scale is None:
            names = self.info.class_names if self.info is not None else ()
            return [QColor(class_colour(k)) for k in range(len(names))]
        values = np.linspace(self.scale.low, self.scale.high, _SCALE_COLOURS)
        return [QColor(*colour) for colour in self.scale.colours(values).tolist()]

    def _draw_colour_bar(self, painter: QPainter) -> None:
        scale, plot = self.scale, self.plot
        if scale is None:
            return
        bar = QRectF(plot.right() + 10, plot.top(), 9, plot.height())
        values = np.linspace(scale.high, scale.low, 128)
        painter.drawImage(bar, image_of(scale.colours(values)[:, None, :]))
        axis = Axis(scale.low, scale.high, bar.bottom(), bar.top())
        metrics = self.metrics()
        painter.setPen(QColor(self.palette_in_use.muted))
        for value in axis.ticks(2 * line_height(metrics)):
            y = float(axis.pixel(value)) + metrics.ascent() / 2 - 1
            painter.drawText(QPointF(bar.right() + 4, y), tick_label(value))


def readable(colour: str, palette: Palette) -> str:
    """Return a class's colour as it can be read as text on the theme's cards."""
    return QColor(colour).lighter(150).name() if palette.name == "dark" else QColor(colour).darker(115).name()


def _target(y: NDArray[np.generic] | None) -> NDArray[np.floating]:
    """Return the first target of each row, as float."""
    array = np.asarray(y, dtype=np.float64)
    first: NDArray[np.floating] = array.reshape(len(array), -1)[:, 0] if array.size else array.reshape(-1)
    return first
