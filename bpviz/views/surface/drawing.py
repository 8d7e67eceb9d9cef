"""Paints a scene: the still part once a view, what moves on it each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QImage, QPainter

from bpviz.present.numbers import short
from bpviz.present.palette import Palette
from bpviz.present.surface.axes import box
from bpviz.present.surface.camera import Camera, Frame, Projection, projection
from bpviz.present.surface.path import crowding, distinct, hidden
from bpviz.present.surface.pick import Picked, values
from bpviz.present.surface.scene import Scene
from bpviz.snapshot.dissection import Phase
from bpviz.text import tr
from bpviz.views.surface.overlay import (
    paint_arrow,
    paint_axes,
    paint_ball,
    paint_dots,
    paint_path,
    paint_readout,
    paint_walls,
)
from bpviz.views.surface.renderer import SurfaceRenderer
from bpviz.views.surface.walk import light_of, paint_glow

Array = NDArray[np.floating]
Flags = NDArray[np.bool_]
Seen = tuple[Array, Flags, Array, Flags, bool]

_MOST_DOTS = 60
_LARGE_PIXELS, _LARGEST_PIXELS = 450_000, 36_000_000


@dataclass(frozen=True)
class Look:
    """How a picture is to be: its logical size, its pixel ratio, its colours and its font."""

    width: float
    height: float
    ratio: float
    palette: Palette
    font: QFont

    @property
    def growth(self) -> float:
        """Return how much larger than at a small panel's size texts and lines are."""
        return float(min(max(min(self.width / 480, self.height / 270), 0.9), 1.5))

    def small_font(self) -> QFont:
        """Return the font of ticks and labels; it grows a little with the picture."""
        font = QFont(self.font)
        font.setPixelSize(max(8, round(QFontInfo(self.font).pixelSize() * 0.88 * self.growth)))
        return font

    def frame(self, camera: Camera) -> Frame:
        """Return the frame that leaves room for the numbers, and at the top for an axis' name."""
        top = 0.7 + 0.8 * min(max((camera.elevation - 60.0) / 30.0, 0.0), 1.0)
        line = QFontMetricsF(self.small_font()).height()
        return Frame(self.width, self.height, line * 2.2, line * 2.8, line * top, line * 2.0)


class Drawing:
    """Keeps the still part of the picture while neither the view nor the surface changes."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._still: QImage | None = None
        self._seen_key: tuple[object, ...] = ()
        none, no = np.empty((0, 2)), np.zeros(0, dtype=bool)
        self._kept: Seen = none, no, none, no, False
        self.view: Projection | None = None
        self.phase: Phase | None = None

    def forget(self) -> None:
        """Make the still part anew the next time."""
        self._key = ()

    def paint(
        self,
        painter: QPainter,
        scene: Scene,
        camera: Camera,
        look: Look,
        renderer: SurfaceRenderer,
        fast: bool,
        picked: Picked | None,
    ) -> None:
        """Paint everything into the rectangle from (0, 0) to the look's size."""
        fast = fast and renderer.coarsens
        key = (scene.mesh, scene.scale, scene.plane, camera, look, renderer, fast, tr("loss"))
        if self._still is None or key != self._key:
            self.view = projection(camera, look.frame(camera))
            self._still = _still_picture(scene, self.view, look, renderer, fast)
            self._key = key
        painter.drawImage(QPointF(0, 0), self._still)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_moving(painter, scene, look)
        if picked is not None:
            self._paint_picked(painter, scene, look, picked)

    def _paint_moving(self, painter: QPainter, scene: Scene, look: Look) -> None:
        assert self.view is not None
        view, unit = self.view, look.growth
        pixels, faint_path, dots, faint_arrow, faint = self._seen(scene)
        if len(pixels) > 1:
            # A path that winds on a small place is drawn finer, else it is a blot.
            finer = min(max((crowding(pixels) - 2.0) / 8.0, 0.0), 1.0)
            paint_path(painter, pixels, faint_path, look.palette, (2.2 - 1.0 * finer) * unit)
            paint_dots(painter, dots, look.palette, 2.4 * unit)
        if scene.ball is None:
            return
        arrow = view.project(scene.arrow)[:, :2]
        x, y, _ = view.project(scene.ball).tolist()
        light = light_of(self.phase)
        paint_glow(painter, QPointF(x, y), 5.2 * unit, self.phase, look.palette)
        width = 2.4 * unit * light.width
        paint_arrow(painter, arrow, faint_arrow, look.palette, width, light.opacity)
        paint_ball(painter, x, y, 5.2 * unit, look.palette, faint or scene.beyond)

    def _seen(self, scene: Scene) -> Seen:
        """Return the path's pixels and what of them is hidden, the dots in sight, and what else is hidden."""
        assert self.view is not None
        if self._seen_key != (scene, self.view):
            pixels = self.view.project(scene.path)[:, :2]
            kept = distinct(pixels)
            ball = np.full((1, 3), np.nan) if scene.ball is None else scene.ball[None]
            steps = scene.steps[:-1] if len(scene.steps) <= _MOST_DOTS else scene.steps[:0]
            parts = [scene.path[kept], steps, scene.arrow, ball]
            covered = hidden(np.vstack(parts), scene.mesh, self.view.camera)
            ends = np.cumsum([len(part) for part in parts[:-1]])
            path, on_steps, arrow, last = np.split(covered, ends)
            dots = self.view.project(steps[~on_steps])[:, :2]
            self._seen_key = (scene, self.view)
            self._kept = pixels[kept], path, dots, arrow, bool(last[0])
        return self._kept

    def _paint_picked(self, painter: QPainter, scene: Scene, look: Look, picked: Picked) -> None:
        assert self.view is not None
        x, y, _ = self.view.project(np.array(picked.point)).tolist()
        u, v, loss = values(scene.grid, picked)
        grid = scene.grid
        lines = [
            f"{grid.u_label} = {short(u)}",
            f"{grid.v_label} = {short(v)}",
            tr("loss {value}", value=short(loss)),
        ]
        room = QRectF(2, 2, look.width - 4, look.height - 4)
        paint_readout(painter, QPointF(x, y), lines, look.palette, look.small_font(), room)


def _still_picture(
    scene: Scene, view: Projection, look: Look, renderer: SurfaceRenderer, fast: bool
) -> QImage:
    """Return walls, surface and axes as one picture on a clear ground."""
    pixels = QSize(max(1, round(look.width * look.ratio)), max(1, round(look.height * look.ratio)))
    picture = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(look.ratio)
    picture.fill(Qt.GlobalColor.transparent)
    font = look.small_font()
    lines = box(view, scene.plane, scene.scale, QFontMetricsF(font).height())
    # The matrix knows no pixels: a large one that moves is drawn at half its size and enlarged.
    halved = pixels.width() * pixels.height() > (_LARGE_PIXELS if fast else _LARGEST_PIXELS)
    drawn, ratio = (pixels / 2, look.ratio / 2) if halved else (pixels, look.ratio)
    surface = renderer.render(scene.mesh, view, drawn, ratio, fast)
    painter = QPainter(picture)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_walls(painter, lines, look.palette)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, halved)
        surface.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(surface.offset()) / ratio, surface)
        names = (scene.grid.u_label, scene.grid.v_label, tr("loss"))
        room = QRectF(2, 0, look.width - 4, look.height)
        paint_axes(painter, lines, names, look.palette, font, room)
    finally:
        painter.end()
    return picture
