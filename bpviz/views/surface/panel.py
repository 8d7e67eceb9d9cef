"""The loss as a surface: over a plane through the parameters, with the path of the run on it."""

from __future__ import annotations

import logging

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bpviz.present.palette import Palette
from bpviz.present.surface.text import caption, caption_help, half_width, subtitle
from bpviz.present.surface.walk import Projected, Walked, projected, walked
from bpviz.present.walk.light import Lit, lit_at
from bpviz.present.walk.place import Sample
from bpviz.snapshot import RunInfo, Snapshot, SurfaceGrid, SurfaceRequest
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.text import Text, tr
from bpviz.views.panel import Panel
from bpviz.views.surface.canvas import SurfaceCanvas
from bpviz.views.surface.controls import SurfaceControls
from bpviz.views.surface.drawing import Drawing, Look
from bpviz.views.surface.gl import OpenGLRenderer
from bpviz.views.surface.opengl import OpenGLProbe, early_verdict

_log = logging.getLogger(__name__)


class SurfacePanel(Panel):
    """The 3-D loss surface, or the curve of a function of one variable.

    Signals
    -------
    plane_requested(SurfaceRequest)
        The user wants another plane.
    message_posted(Text)
        Something that the user should know, e.g. that OpenGL stopped working.
    """

    plane_requested = Signal(object)
    message_posted = Signal(object)

    needs_compositing = False
    """OpenGL draws into a framebuffer of its own, so the panel is an ordinary widget in every way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls = SurfaceControls(self)
        self.canvas = SurfaceCanvas(self)
        self.caption = QLabel(self)
        self.caption.setObjectName("Quiet")
        self._info: RunInfo | None = None
        self._grid: SurfaceGrid | None = None
        self._lit: Lit | None = None
        self._projected: Projected | None = None
        self._opengl_asked = False
        self._probe = OpenGLProbe(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.caption)
        self.caption.setContentsMargins(10, 0, 10, 0)
        self.caption.setMinimumWidth(1)
        self._connect()
        self.set_palette(self.palette_in_use)
        self.retranslate()

    @property
    def request(self) -> SurfaceRequest:
        """Return the plane that is asked for now."""
        return self.controls.request

    def show_run(self, info: RunInfo) -> None:
        """Set up for a new run; the view stays as the user turned it."""
        self._info, self._grid = info, None
        self._lit = self._projected = None
        self.controls.show_run(info)
        self.controls.show_curve(info.kind == "function" and info.size == 1)
        self.canvas.show_grid(None)
        self._say()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say what there is so far; the surface itself comes with `show_surface`."""
        if self._belongs(snapshot.run_id) and self._grid is None:
            self._say()

    def show_surface(self, grid: SurfaceGrid) -> None:
        """Show the loss over a plane; a grid of an older run is dropped."""
        if not self._belongs(grid.run_id):
            return
        self._grid = grid
        self.controls.show_half_width(half_width(grid))
        self.canvas.show_grid(grid, self._walked())
        self.controls.show_curve(self.canvas.curve is not None)
        self._say()

    def show_operation(
        self, dissection: Dissection | None, operation: Operation | None, sample: Sample = "mean"
    ) -> None:
        """Let the arrow of steepest descent grow layer by layer, and the ball move as layers are updated."""
        self._lit = lit_at(dissection, operation, sample)
        self.canvas.show_walk(None if operation is None else operation.phase, self._walked())
        self._say()

    def _walked(self) -> Walked | None:
        """Return where the walk stands on the plane that is shown; None at rest."""
        lit, grid, info = self._lit, self._grid, self._info
        if lit is None or grid is None or info is None:
            self._projected = None
            return None
        on = self._projected
        if on is None or on.grid is not grid or on.dissection is not lit.dissection:
            on = self._projected = projected(grid, lit.dissection)
        return None if on is None else walked(on, lit.light, info.formula)

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        super().set_palette(palette)
        self.controls.set_colours(palette)
        self.canvas.set_colours(palette)
        self.caption.setStyleSheet(f"color: {palette.muted};")

    def retranslate(self) -> None:
        """Say everything again, in the language in force."""
        self.controls.retranslate()
        self.canvas.setAccessibleName(tr("Loss surface"))
        self.canvas.setAccessibleDescription(
            tr("Drag or use the arrow keys to turn, + and − to zoom, click to keep a point's numbers")
        )
        self._say()
        self.canvas.update()

    def subtitle(self) -> str:
        """Return which plane is shown."""
        return subtitle(self._grid, self.request) if self._info is not None else ""

    def render_image(self, width: int, height: int, ratio: float = 1.0) -> QImage:
        """Return the surface and its caption, without the buttons, at any size; nothing need be shown."""
        self._choose_renderer()
        self._probe.wait()
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(self.palette_in_use.card))
        look = Look(width, height, ratio, self.palette_in_use, self.font())
        font = look.small_font()
        line = QFontMetricsF(font).height() * 1.4 if self._grid is not None else 0.0
        look = Look(width, height - line, ratio, self.palette_in_use, self.font())
        painter = QPainter(image)
        try:
            self.canvas.paint_on(painter, look, Drawing())
            painter.setFont(font)
            painter.setPen(QColor(self.palette_in_use.muted))
            room = QRectF(10, height - line, width - 20, line)
            painter.drawText(
                room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._caption()
            )
        finally:
            painter.end()
        return image

    def _connect(self) -> None:
        self.controls.plane_requested.connect(self.plane_requested)
        buttons = self.controls.buttons
        buttons["minus"].clicked.connect(self.canvas.zoom_out)
        buttons["plus"].clicked.connect(self.canvas.zoom_in)
        buttons["home"].clicked.connect(self.canvas.reset_view)
        buttons["top"].clicked.connect(self.canvas.top_view)
        buttons["logarithm"].toggled.connect(self._on_logarithm_toggled)
        self.canvas.renderer_failed.connect(self.message_posted)
        self._probe.judged.connect(self._on_probe_judged)

    def _belongs(self, run_id: int) -> bool:
        return self._info is not None and run_id == self._info.run_id

    def _caption(self) -> str:
        grid = self._grid
        if grid is None:
            return ""
        made = self.canvas.curve or self.canvas.scene
        walked = self._lit is not None and self._lit.dissection.iteration == grid.iteration + 1
        return caption(grid, made.scale, walked=walked) if made is not None else ""

    def _say(self) -> None:
        whole = self._caption()
        room = max(self.width() - 22, 10)
        shown = self.caption.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        self.caption.setText(shown)
        self.caption.setAccessibleName(whole)
        made = self.canvas.curve or self.canvas.scene
        if self._grid is not None and made is not None:
            explained = caption_help(self._grid, made.scale)
            self.caption.setToolTip(explained if shown == whole else f"{whole}\n{explained}")

    def _choose_renderer(self) -> None:
        """Decide on OpenGL once, when the panel is first shown; until the probe answers QPainter draws."""
        if self._opengl_asked:
            return
        self._opengl_asked = True
        known = early_verdict()
        if known is None:
            self._probe.start()
        else:
            self._on_probe_judged(*known)

    @Slot(bool, object)
    def _on_probe_judged(self, usable: bool, reason: Text) -> None:
        _log.info("%s", reason)
        if not usable:
            return
        try:
            self.canvas.use_renderer(OpenGLRenderer())
        except RuntimeError as failure:
            _log.warning("OpenGL cannot be used: %s", failure)
            self.message_posted.emit(Text("OpenGL failed; the surface is painted without it."))

    @Slot(bool)
    def _on_logarithm_toggled(self, on: bool) -> None:
        self.canvas.set_logarithmic(on)
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._choose_renderer()
