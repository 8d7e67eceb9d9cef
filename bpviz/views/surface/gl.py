"""The surface drawn by OpenGL into a framebuffer of its own, read back as a picture.

No QOpenGLWidget: one of these makes Qt compose the whole window by OpenGL, blanks `grab()`, and dies
when its dock is floated.  A framebuffer read back costs about a millisecond at a panel's size, and
the picture goes through the same painting as everything else, on the screen and in an export.
Only Qt's own OpenGL functions are called, so no second binding has to agree on GLX or EGL.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QMatrix4x4,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
    QVector2D,
    QVector3D,
)
from PySide6.QtOpenGL import (
    QOpenGLBuffer,
    QOpenGLFramebufferObject,
    QOpenGLFramebufferObjectFormat,
    QOpenGLShader,
    QOpenGLShaderProgram,
    QOpenGLTexture,
)
from shiboken6 import VoidPtr

from bpviz.present.palette import viridis
from bpviz.present.surface.camera import Projection
from bpviz.present.surface.mesh import Mesh, triangles
from bpviz.views.surface.renderer import light_direction

_VERTEX = """#version 120
attribute vec3 position;
attribute vec3 normal;
attribute float level;
uniform mat4 matrix;
uniform vec2 cells;
varying vec3 n;
varying float t;
varying vec2 cell;
void main() {
    n = normal;
    t = level;
    cell = (position.xy * 0.5 + 0.5) * cells;
    gl_Position = matrix * vec4(position, 1.0);
}
"""
_FRAGMENT = """#version 120
uniform sampler2D ramp;
uniform vec3 eye;
uniform vec3 light;
uniform float line_width;
varying vec3 n;
varying float t;
varying vec2 cell;
void main() {
    vec3 unit = normalize(n);
    float side = 1.0;
    if (dot(unit, eye) < 0.0) { unit = -unit; side = 0.86; }
    float diffuse = max(dot(unit, light), 0.0);
    float gleam = pow(max(dot(unit, normalize(light + eye)), 0.0), 16.0);
    vec3 base = texture2D(ramp, vec2(t * 0.99609375 + 0.001953125, 0.5)).rgb;
    vec3 colour = base * ((0.70 + 0.36 * diffuse) * side) + 0.10 * gleam;
    // Lines of one width whatever the distance; they fade where the cells get too narrow for them.
    vec2 width = max(fwidth(cell), vec2(1e-5));
    vec2 away = (0.5 - abs(fract(cell) - 0.5)) / width;
    vec2 line = 1.0 - smoothstep(vec2(line_width * 0.35), vec2(line_width * 0.35 + 0.8), away);
    line *= 1.0 - smoothstep(vec2(0.22), vec2(0.5), width);
    colour *= 1.0 - 0.17 * max(line.x, line.y);
    gl_FragColor = vec4(clamp(colour, 0.0, 1.0), 1.0);
}
"""
_TRIANGLES, _FLOAT, _UNSIGNED_INT = 0x0004, 0x1406, 0x1405
_DEPTH_TEST, _BLEND, _CULL_FACE = 0x0B71, 0x0BE2, 0x0B44
_COLOUR_BIT, _DEPTH_BIT, _NO_ERROR = 0x4000, 0x0100, 0
_STRIDE = 7 * 4
_STEP, _MOST_FRAMEBUFFERS = 48, 4
_SAMPLES = 4
_SAMPLED_PIXELS, _FAST_SAMPLED_PIXELS = 9_000_000, 160_000
"""Above this many pixels no multisampling, at rest and while something moves: a software renderer takes
3 ms for 100,000 sampled pixels, and only the outline of what moves looks rougher."""


class OpenGLFailed(RuntimeError):  # noqa: N818 - what happened, for whoever falls back to QPainter
    """OpenGL cannot draw the surface here; the reason is for the log."""


class OpenGLRenderer:
    """Draws with shaders in a framebuffer.  Lives in the GUI thread.

    Raises
    ------
    OpenGLFailed
        On making it, or on rendering, whenever OpenGL does not do what it should.
    """

    name = "opengl"
    coarsens = True

    def __init__(self) -> None:
        self._mesh: Mesh | None = None
        self._indices = 0
        self._framebuffers: dict[tuple[int, int, int], QOpenGLFramebufferObject] = {}
        self._faces: object = None
        self._make_context()
        try:
            self._make_resources()
        finally:
            self._context.doneCurrent()
        # Also when the panel is dropped without a word: a texture outliving its context is a Qt warning.
        self._release = weakref.finalize(
            self,
            _release,
            self._context,
            self._surface,
            [self._vertices, self._elements, self._ramp],
            self._framebuffers,
        )

    def render(self, mesh: Mesh, view: Projection, pixels: QSize, ratio: float, fast: bool) -> QImage:
        """Return the surface on a transparent ground (see `SurfaceRenderer`)."""
        if not self._context.makeCurrent(self._surface):
            raise OpenGLFailed("the context cannot be made current")
        part = _covered(mesh, view, pixels)
        try:
            target = self._target(part.size(), fast)
            self._load(mesh)
            # The viewport is the whole picture, of which the framebuffer is the part that is covered.
            top = pixels.height() - part.bottom() - 1
            self._functions.glViewport(-part.left(), -top, pixels.width(), pixels.height())
            self._draw(mesh, view, ratio)
            image = target.toImage()
            target.release()
            error = self._functions.glGetError()
        except (TypeError, ValueError) as failure:
            raise OpenGLFailed(f"a call was refused: {failure}") from failure
        finally:
            self._context.doneCurrent()
        if image.isNull() or error != _NO_ERROR:
            raise OpenGLFailed(f"drawing failed with error {error}")
        image.setOffset(part.topLeft())
        return image

    def release(self) -> None:
        """Give back the buffers and the context; the renderer is of no use afterwards."""
        self._release()

    def _make_context(self) -> None:
        wanted = QSurfaceFormat()
        wanted.setVersion(2, 1)
        wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
        self._surface = QOffscreenSurface(QGuiApplication.primaryScreen())
        self._surface.setFormat(wanted)
        self._surface.create()
        self._context = QOpenGLContext()
        self._context.setFormat(wanted)
        if not self._surface.isValid() or not self._context.create():
            raise OpenGLFailed("no context can be made")
        if self._context.isOpenGLES() or not self._context.makeCurrent(self._surface):
            raise OpenGLFailed("no desktop OpenGL")
        self._functions = self._context.functions()

    def _make_resources(self) -> None:
        self._program = QOpenGLShaderProgram()
        kinds = QOpenGLShader.ShaderTypeBit
        compiled = self._program.addShaderFromSourceCode(kinds.Vertex, _VERTEX)
        compiled = compiled and self._program.addShaderFromSourceCode(kinds.Fragment, _FRAGMENT)
        if not compiled or not self._program.link():
            raise OpenGLFailed(f"the shaders do not compile: {self._program.log()}")
        self._vertices = QOpenGLBuffer(QOpenGLBuffer.Type.VertexBuffer)
        self._elements = QOpenGLBuffer(QOpenGLBuffer.Type.IndexBuffer)
        if not self._vertices.create() or not self._elements.create():
            raise OpenGLFailed("no buffers can be made")
        self._vertices.setUsagePattern(QOpenGLBuffer.UsagePattern.DynamicDraw)
        colours = np.full((1, 256, 4), 255, dtype=np.uint8)
        colours[0, :, :3] = viridis()
        picture = QImage(colours.tobytes(), 256, 1, 1024, QImage.Format.Format_RGBA8888)
        self._ramp = QOpenGLTexture(picture, QOpenGLTexture.MipMapGeneration.DontGenerateMipMaps)
        self._ramp.setMinMagFilters(QOpenGLTexture.Filter.Linear, QOpenGLTexture.Filter.Linear)
        self._ramp.setWrapMode(QOpenGLTexture.WrapMode.ClampToEdge)

    def _target(self, pixels: QSize, fast: bool) -> QOpenGLFramebufferObject:
        """Return the bound framebuffer, an old one where one of this size is left."""
        width, height = pixels.width(), pixels.height()
        most = _FAST_SAMPLED_PIXELS if fast else _SAMPLED_PIXELS
        key = (width, height, _SAMPLES if width * height <= most else 0)
        if key not in self._framebuffers:
            if len(self._framebuffers) >= _MOST_FRAMEBUFFERS:
                del self._framebuffers[next(iter(self._framebuffers))]
            wanted = QOpenGLFramebufferObjectFormat()
            wanted.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
            wanted.setSamples(key[2])
            self._framebuffers[key] = QOpenGLFramebufferObject(pixels, wanted)
        target = self._framebuffers[key]
        if not target.isValid() or not target.bind():
            raise OpenGLFailed("no framebuffer can be made")
        return target

    def _load(self, mesh: Mesh) -> None:
        """Send the vertices when the mesh changed, the faces when these did."""
        if mesh is self._mesh:
            return
        self._vertices.bind()
        # The stub of `write` says int where the binding takes bytes.
        data: Any = mesh.vertices.tobytes()
        if self._vertices.size() == len(data):
            self._vertices.write(0, data, len(data))
        else:
            self._vertices.allocate(data, len(data))
        self._vertices.release()
        if mesh.faces is not self._faces:
            elements = triangles(mesh.faces).tobytes()
            self._elements.bind()
            self._elements.allocate(elements, len(elements))
            self._elements.release()
            self._indices, self._faces = len(elements) // 4, mesh.faces
        self._mesh = mesh

    def _draw(self, mesh: Mesh, view: Projection, ratio: float) -> None:
        gl, program = self._functions, self._program
        gl.glEnable(_DEPTH_TEST)
        gl.glDisable(_BLEND)
        gl.glDisable(_CULL_FACE)
        gl.glClearColor(0, 0, 0, 0)
        gl.glClear(_COLOUR_BIT | _DEPTH_BIT)
        if not self._indices:
            return
        program.bind()
        camera = view.camera
        every = max(1, round(max(mesh.shape) / 30))
        cells = QVector2D((mesh.shape[1] - 1) / every, (mesh.shape[0] - 1) / every)
        matrix = QMatrix4x4([float(value) for value in view.matrix.ravel()])
        program.setUniformValue(program.uniformLocation("matrix"), matrix)
        program.setUniformValue(program.uniformLocation("cells"), cells)
        program.setUniformValue(program.uniformLocation("eye"), _vector(camera.eye))
        program.setUniformValue(program.uniformLocation("light"), _vector(light_direction(camera)))
        program.setUniformValue1f(program.uniformLocation("line_width"), float(ratio))
        program.setUniformValue1i(program.uniformLocation("ramp"), 0)
        self._ramp.bind(0)
        self._vertices.bind()
        self._elements.bind()
        for name, offset, width in (("position", 0, 3), ("normal", 12, 3), ("level", 24, 1)):
            place = program.attributeLocation(name)
            program.enableAttributeArray(place)
            program.setAttributeBuffer(place, _FLOAT, offset, width, _STRIDE)
        # The stub says int where the binding takes a pointer.
        start: Any = VoidPtr(0)
        gl.glDrawElements(_TRIANGLES, self._indices, _UNSIGNED_INT, start)
        self._elements.release()
        self._vertices.release()
        self._ramp.release()
        program.release()


def _covered(mesh: Mesh, view: Projection, pixels: QSize) -> QRect:
    """Return the part of the picture that the surface covers: a software renderer pays by the pixel."""
    picture = QRect(QPoint(0, 0), pixels)
    points = view.project(mesh.vertices[:, :3].astype(float))[:, :2] * (pixels.width() / view.frame.width)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return QRect(0, 0, 1, 1)
    low, high = np.floor(points.min(axis=0)) - 2, np.ceil(points.max(axis=0)) + 2
    low, high = np.clip(low, -1e6, 1e6), np.clip(high, -1e6, 1e6)
    # In steps, so that a surface that heaves a little keeps its framebuffer.
    width, height = (max(1, math.ceil(side / _STEP)) * _STEP for side in high - low)
    part = QRect(int(low[0]), int(low[1]), width, height).intersected(picture)
    return part if not part.isEmpty() else QRect(0, 0, 1, 1)


def _vector(values: NDArray[np.floating]) -> QVector3D:
    return QVector3D(float(values[0]), float(values[1]), float(values[2]))


def _release(
    context: QOpenGLContext,
    surface: QOffscreenSurface,
    resources: list[QOpenGLBuffer | QOpenGLTexture],
    framebuffers: dict[tuple[int, int, int], QOpenGLFramebufferObject],
) -> None:
    """Destroy everything while the context is current, if the application is still there."""
    if QGuiApplication.instance() is None or not context.makeCurrent(surface):
        return
    framebuffers.clear()
    for resource in resources:
        resource.destroy()
    context.doneCurrent()
