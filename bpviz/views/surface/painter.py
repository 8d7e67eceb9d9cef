"""The surface drawn by QPainter: quadrilaterals from the back to the front."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from bpviz.present.surface.camera import HEIGHT, Projection
from bpviz.present.surface.mesh import HeightScale, Mesh, build_mesh, decimated, shaded_colours
from bpviz.views.surface.renderer import light_direction

_FAST_SIDE, _FINE_SIDE = 33, 51
_MODEL_SCALE = HeightScale(-HEIGHT, HEIGHT)


class PainterRenderer:
    """Needs no OpenGL; at most 51 × 51 vertices, 33 × 33 while something moves."""

    name = "painter"
    coarsens = True

    def render(self, mesh: Mesh, view: Projection, pixels: QSize, ratio: float, fast: bool) -> QImage:
        """Return the surface on a transparent ground (see `SurfaceRenderer`)."""
        image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        most = _FAST_SIDE if fast else _FINE_SIDE
        if max(mesh.shape) > most:
            # The model's z is a linear function of the level: it makes the same mesh again, coarser.
            mesh = build_mesh(decimated(mesh.z, most), _MODEL_SCALE)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            _paint_faces(painter, mesh, view, ratio)
        finally:
            painter.end()
        return image

    def release(self) -> None:
        """Hold nothing, so there is nothing to give back."""
        return None


def _paint_faces(painter: QPainter, mesh: Mesh, view: Projection, ratio: float) -> None:
    if not len(mesh.faces):
        return
    pixels = view.project(mesh.vertices[:, :3].astype(float))
    corners = pixels[mesh.faces]
    order = np.argsort(-corners[..., 2].mean(axis=1))
    faces = mesh.faces[order]
    middle = mesh.vertices[faces].mean(axis=1)
    normals = middle[:, 3:6] / np.linalg.norm(middle[:, 3:6], axis=1, keepdims=True)
    colours = shaded_colours(middle[:, 6], normals, view.camera.eye, light_direction(view.camera))
    fills = (colours.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)) | 0xFF000000
    wires = ((colours * 0.82).astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)) | 0xFF000000
    xy = (pixels[:, :2] * ratio).tolist()
    points = [QPointF(x, y) for x, y in xy]
    pen, brush = QPen(), QBrush(Qt.BrushStyle.SolidPattern)
    pen.setWidthF(0.6 * ratio)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    for (a, b, c, d), fill, wire in zip(faces.tolist(), fills.tolist(), wires.tolist(), strict=True):
        brush.setColor(QColor(fill))
        pen.setColor(QColor(wire))
        painter.setBrush(brush)
        painter.setPen(pen)
        painter.drawConvexPolygon(QPolygonF((points[a], points[b], points[c], points[d])))
