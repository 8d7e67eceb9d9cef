"""The panels that a picture shows, off the screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bpviz.snapshot import RunInfo, RunState

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from bpviz.export.frames import Frame
    from bpviz.present.palette import Palette
    from bpviz.training.config import RunConfig
    from bpviz.views.main_window import MainWindow
    from bpviz.views.panel import Panel


def offscreen_application(theme: str) -> QApplication:
    """Return an application that opens no window on any screen, in the colours of ``theme``."""
    # The same picture with a display and without one: both are drawn by Qt's own painter.
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from bpviz.views.theme import apply_theme

    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(["bpviz"])
    apply_theme(application, palette_of(theme))
    return application


def palette_of(theme: str) -> Palette:
    """Return the palette called ``theme``."""
    from bpviz.present.palette import DARK, LIGHT

    return DARK if theme == "dark" else LIGHT


class Stage:
    """One view, shown frame by frame and grabbed at a size and pixel ratio.

    Parameters
    ----------
    view : str
        ``"window"`` or the key of a panel.
    """

    def __init__(
        self, view: str, config: RunConfig, palette: Palette, size: tuple[int, int], ratio: float
    ) -> None:
        self._size, self._ratio = size, ratio
        self._view: Panel | MainWindow = _window(config, size) if view == "window" else _panel(view)
        self._view.set_palette(palette)
        self._view.retranslate()

    def set_up(self, info: RunInfo) -> None:
        """Make ready for a run."""
        self._view.show_run(info)

    def grab(self, frame: Frame) -> QImage:
        """Show one frame and return its picture."""
        at = frame.snapshot.iteration
        self._view.show_history(frame.history)
        self._view.show_snapshot(frame.snapshot)
        if frame.surface is not None:
            self._view.show_surface(frame.surface)
        self._view.show_state(RunState(frame.snapshot.run_id, False, at, at, 0.0))
        return self._view.render_image(*self._size, self._ratio)

    def close(self) -> None:
        """Take the view away."""
        self._view.close()
        self._view.deleteLater()


def _panel(key: str) -> Panel:
    """Return a panel of its own; the set-up shows the settings."""
    from bpviz.views.panels import PANELS

    return next(spec for spec in PANELS if spec.key == key).factory()


def _window(config: RunConfig, size: tuple[int, int]) -> MainWindow:
    """Return the whole window with its settings filled in, shown on no screen."""
    from PySide6.QtCore import Qt

    from bpviz.present.pieces import registered_pieces
    from bpviz.present.setup import build_form
    from bpviz.views.main_window import MainWindow
    from bpviz.views.settings import Settings

    # What the user chose in the window stays out of the picture, and the picture out of the choice.
    with TemporaryDirectory(prefix="bpviz-") as folder:
        window = MainWindow(settings=Settings(Path(folder) / "window.ini"))
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(*size)
    window.set_form(build_form(config, registered_pieces()))
    window.show()
    return window


def needs_surface(view: str) -> bool:
    """Whether ``view`` shows the loss surface, which is dear to compute."""
    return view in ("window", "surface")
