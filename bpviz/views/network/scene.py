"""What the diagram's canvas shows: one run, one snapshot, and what was derived from them once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QFont, QFontMetricsF, QImage

from bpviz.present.cards.inspect import feature_name, output_name
from bpviz.present.diagram import colours
from bpviz.present.diagram.layout import Layout, Margins, Spot, lay_out
from bpviz.present.diagram.lines import (
    all_pairs,
    curves,
    nearest_curve,
    visible_pairs,
)
from bpviz.present.diagram.map_windows import has_maps
from bpviz.present.diagram.maps import lay_out_maps
from bpviz.present.diagram.marks import twins
from bpviz.present.palette import LIGHT, Palette
from bpviz.present.walk.flow import Flow
from bpviz.present.walk.light import Lit, mean_input
from bpviz.present.walk.windows import Gathering, gathering, livest
from bpviz.snapshot import LayerState, RunInfo, Snapshot
from bpviz.snapshot.changes import ChangeMade
from bpviz.views.network.images import MapImages, image_of
from bpviz.views.network.lines import KeptPicture, LineCache, Link

LABEL_ROOM = 110.0
STILL = 0.62
"""How far what flows has come in a picture that stands still."""


DEEP = 4
"""From so many layers on the gradients' lengths are of interest beside one another."""
NORM_LINES = 2.8


class Scene:
    """The canvas's state.  ``focus`` is what the pointer is on, or the card is pinned to."""

    def __init__(self) -> None:
        self.info: RunInfo | None = None
        self.snapshot: Snapshot | None = None
        self.previous: Snapshot | None = None
        self.colours: Palette = LIGHT
        self.font = QFont()
        self.ratio = 1.0
        self.gradients = False
        self.lit: Lit | None = None
        self.by_hand: tuple[ChangeMade, ...] = ()
        """What is changed by hand, only to look."""
        self.clock = STILL
        """How far what flows has come, from 0 to 1."""
        self.hovered: Spot | None = None
        self.pinned: Spot | None = None
        self.cursor: Spot | None = None
        self.cursor_told = False
        self.layout: Layout | None = None
        self.output_room = 0.0
        self.lines = LineCache()
        self.kept_lines = KeptPicture()
        self.images = MapImages()
        self._dense: dict[int, Link] = {}
        self._sparse: dict[tuple[object, ...], Link] = {}
        self._atlas: tuple[QImage, object] | None = None
        self._atlas_of: Snapshot | None = None
        self._picture: tuple[tuple[object, ...], QImage, object] | None = None
        self._gathered: tuple[tuple[object, ...], Gathering | None] | None = None

    @property
    def told(self) -> Spot | None:
        """What the card speaks of: the spot, else the neuron to which the keyboard was moved."""
        return self.spot or (self.cursor if self.cursor_told else None)

    @property
    def spot(self) -> Spot | None:
        """What stands out: what is pinned, so that its buttons can be reached, else pointed at."""
        return self.pinned or self.hovered

    def shows_error(self, layer: int) -> bool:
        """Whether δ of a layer is shown: asked for, or reached by the walk."""
        return self.gradients or (self.lit is not None and self.lit.light.shows_error(layer))

    def shows_gradient(self, layer: int) -> bool:
        """Whether gradients are shown in place of a layer's weights: asked for, or reached by the walk."""
        return self.gradients or (self.lit is not None and self.lit.light.shows_gradient(layer))

    def held_unit(self, flow: Flow) -> int | None:
        """Return the pixel at which the window is held: the one that is pointed at, in the layer in hand."""
        spot = self.told
        if spot is None or spot.layer != flow.layer or not spot.is_neuron or self.snapshot is None:
            return None
        return spot.unit if spot.unit < self.snapshot.layers[flow.layer].units else None

    def window_unit(self, flow: Flow) -> int:
        """Return the pixel that the window makes now: where it is held, else as the clock says."""
        held = self.held_unit(flow)
        if held is not None or self.snapshot is None:
            return held or 0
        place = min(int(self.clock * flow.count), flow.count - 1)
        return livest(self.snapshot.layers[flow.layer], flow) * flow.count + place

    def gathering(self, layer: int) -> Gathering | None:
        """Return how the gradient of a convolution's kernel comes together, found once an operation."""
        if self.lit is None or self.snapshot is None:
            return None
        key = (self.lit.dissection.run_id, self.lit.dissection.iteration, self.lit.sample, layer)
        if self._gathered is None or self._gathered[0] != key:
            self._gathered = key, gathering(self.lit, self.snapshot.layers[layer], layer)
        return self._gathered[1]

    def set_run(self, info: RunInfo) -> None:
        """Forget the old run."""
        self.lit = None
        self.info, self.snapshot, self.previous = info, None, None
        self.hovered = self.pinned = self.cursor = None
        self._atlas_of = self._gathered = None

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Take the next iteration; the one before stays, to tell what changed."""
        old = self.snapshot
        if old is not None and old.iteration < snapshot.iteration:
            self.previous = old
        elif old is not None and old.iteration > snapshot.iteration:
            self.previous = None
        self.snapshot = snapshot
        self._sparse.clear()

    def lay_out(self, width: float, height: float) -> None:
        """Place everything for a size."""
        self.lines.clear()
        self.kept_lines.forget()
        self._dense.clear()
        self._sparse.clear()
        info = self.info
        if info is None or info.kind == "function" or not info.units:
            self.layout = None
            return
        left, self.output_room = self._label_rooms(width, height)
        if has_maps(info):
            below = 1.15 * QFontMetricsF(self.font).height() + 5.0
            self.layout = lay_out_maps(info, width, height, Margins(left, self.output_room, 6.0, below))
            return
        margins = Margins(left, self.output_room, 6.0, 8.0 + self._foot(height))
        self.layout = lay_out(info.units, width, height, margins, info.picture_shape)

    def _foot(self, height: float) -> float:
        """Return the room below for the lengths of the gradients, of a deep network that shows them."""
        line = QFontMetricsF(self.font).height()
        wanted = self.gradients and self.info is not None and len(self.info.units) > DEEP
        return NORM_LINES * line if wanted and height > 16 * line else 0.0

    def _label_rooms(self, width: float, height: float) -> tuple[float, float]:
        """Return the room for the labels left of the inputs and right of the outputs."""
        info, metrics = self.info, QFontMetricsF(self.font)
        assert info is not None
        most = min(LABEL_ROOM * metrics.height() / 15, 0.2 * width)
        inputs = [feature_name(info, i) for i in range(min(info.units[0], 16))]
        outputs = [output_name(info, i) for i in range(min(info.units[-1], 16))]
        left = min(max((metrics.horizontalAdvance(text) for text in inputs), default=0.0) + 14, most)
        if info.units[0] > 16:
            left = 12.0
        value = metrics.horizontalAdvance("−0.0000")
        widest = max((metrics.horizontalAdvance(text) for text in outputs), default=0.0)
        right = min(max(widest + 8, value) + 16, most)
        return left, right if info.units[-1] <= 16 else 12.0

    def links(self) -> list[Link]:
        """Return the weights to draw, from left to right."""
        layout, snapshot = self.layout, self.snapshot
        if layout is None or snapshot is None or len(snapshot.layers) != len(layout.columns):
            return []
        found = []
        for layer in range(1, len(layout.columns)):
            if snapshot.layers[layer].weights is None:
                continue
            if layout.columns[layer - 1].kind == layout.columns[layer].kind == "nodes":
                found.append(self._dense_link(layer))
            else:
                link = self._sparse_link(layer)
                if link is not None:
                    found.append(link)
        return found

    def _dense_link(self, layer: int) -> Link:
        link = self._dense.get(layer)
        if link is None:
            assert self.layout is not None
            source, target = self.layout.columns[layer - 1], self.layout.columns[layer]
            pairs = all_pairs(target.units, source.units)
            link = self._dense[layer] = Link(layer, pairs, curves(source, target, pairs), self.ratio)
        return link

    def _sparse_link(self, layer: int) -> Link | None:
        strengths = self.strengths(layer)
        if strengths is None:
            return None
        spot = self.line_spot(layer)
        key = (layer, spot, self.shows_gradient(layer))
        if key not in self._sparse:
            assert self.layout is not None
            source, target = self.layout.columns[layer - 1], self.layout.columns[layer]
            pairs = visible_pairs(source, target, strengths, spot)
            self._sparse[key] = Link(layer, pairs, curves(source, target, pairs), self.ratio)
        return self._sparse[key]

    def line_spot(self, layer: int) -> Spot | None:
        """Return what the lines into a layer stand out with: a unit that is passed on counts as well."""
        spot = self.spot
        if spot is None or spot.kernel or self.snapshot is None:
            return None
        return next((twin for twin in twins(self.snapshot.layers, spot) if twin.layer == layer - 1), spot)

    def strengths(self, layer: int) -> NDArray[np.floating] | None:
        """Return what the lines into a layer show: weights, or gradients where these are asked for."""
        assert self.snapshot is not None
        state = self.snapshot.layers[layer]
        if self.shows_gradient(layer) and state.weight_gradient is not None:
            return state.weight_gradient
        return state.weights

    def spot_at(self, x: float, y: float, reach: float = 6.0) -> Spot | None:
        """Return what lies under a point: a neuron first, else the nearest weight in reach."""
        if self.layout is None:
            return None
        neuron = self.layout.neuron_at(x, y)
        if neuron is not None:
            return neuron
        best: tuple[float, Spot | None] = (reach, None)
        for link in self.links():
            index, distance = nearest_curve(link.points, x, y)
            if distance < best[0]:
                unit, source = link.pairs[index].tolist()
                best = (distance, Spot(link.layer, unit, source))
        return best[1]

    def atlas(self) -> QImage | None:
        """Return every response map below one another, made once a snapshot."""
        if self._atlas_of is not self.snapshot and self.snapshot is not None:
            pixels = colours.atlas(self.snapshot.layers)
            self._atlas = None if pixels is None else (image_of(pixels), pixels)
            self._atlas_of = self.snapshot
        return self._atlas[0] if self._atlas is not None else None

    def map_rows(self, layer: int, unit: int) -> tuple[int, int]:
        """Return the first row of a unit's map in the atlas, and its height."""
        assert self.snapshot is not None
        before = sum(self._map_height(state) * state.units for state in self.snapshot.layers[:layer])
        height = self._map_height(self.snapshot.layers[layer])
        return before + unit * height, height

    @staticmethod
    def _map_height(state: LayerState) -> int:
        return 0 if state.maps is None else int(state.maps.shape[1])

    def picture(self) -> QImage | None:
        """Return the input as a picture, or the weights into the pointed unit of the first layer."""
        info, snapshot = self.info, self.snapshot
        if info is None or snapshot is None or info.picture_shape is None:
            return None
        spot = self.spot
        unit = spot.unit if spot is not None and spot.layer == 1 else None
        key = (id(snapshot), unit, self.colours.name)
        if self._picture is None or self._picture[0] != key:
            pixels = self._picture_pixels(info, snapshot, unit)
            self._picture = (key, image_of(pixels), (pixels, snapshot))
        return self._picture[1]

    def _picture_pixels(self, info: RunInfo, snapshot: Snapshot, unit: int | None) -> NDArray[np.uint32]:
        shape = info.picture_shape
        assert shape is not None
        weights = snapshot.layers[1].weights
        if unit is not None and weights is not None:
            pixels = colours.weight_picture_argb(weights[unit], shape)
            return np.ascontiguousarray(colours.on_ground(pixels, self.colours.name == "dark"))
        values = snapshot.layers[0].a
        if info.x_train is not None and 0 <= snapshot.sample < len(info.x_train):
            values = info.x_train[snapshot.sample]
            if snapshot.what_if and info.input_scaling is not None:
                # As it was typed: the data stay as they are.
                mean, scale = info.input_scaling
                values = snapshot.layers[0].a * scale + mean
        elif info.x_train is not None and self.lit is not None:
            values = mean_input(info.x_train, self.lit)
        return np.ascontiguousarray(colours.picture_argb(values, shape, self.colours.name == "dark"))
