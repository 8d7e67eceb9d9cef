"""The view that a picture shows, off the screen: for ``bpviz render`` and for a sequence of the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bpviz.present.palette import DARK, LIGHT, Palette
from bpviz.snapshot import RunInfo, RunState

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from bpviz.export.frames import Frame
    from bpviz.training.config import RunConfig
    from bpviz.views.main_window import MainWindow
    from bpviz.views.panel import Panel

DEFAULT_TEXT_POINTS = 10


def palette_of(theme: str) -> Palette:
    """Return the palette called ``theme``."""
    return DARK if theme == "dark" else LIGHT


def offscreen_application(palette: Palette) -> QApplication:
    """Return an application that opens no window on any screen, in the colours of ``palette``."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from bpviz.views.theme import apply_theme

    application = QApplication.instance()
    if not isinstance(application, QApplication):
        qInstallMessageHandler(_on_qt_message)
        # The same picture with a display and without one: both are drawn by Qt's own painter.  Whatever
        # platform the environment names is for windows, and may need a display that is not there.
        if sys.platform.startswith("linux"):
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        application = QApplication(["bpviz"])
    apply_theme(application, palette)
    return application


def _on_qt_message(_kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    """Pass on what Qt says, but for what the offscreen platform says of every window."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


class Stage:
    """One view, shown frame by frame and grabbed at a size and pixel ratio.

    Parameters
    ----------
    view : str
        ``"window"`` or the key of a panel.
    text_points : int
        The text size of the application, which a second window would otherwise put back.
    """

    def __init__(
        self,
        view: str,
        config: RunConfig,
        palette: Palette,
        size: tuple[int, int],
        ratio: float,
        text_points: int = DEFAULT_TEXT_POINTS,
    ) -> None:
        self._size, self._ratio = size, ratio
        # What the user chose in the window stays out of the picture, and the picture out of the choice.
        self._folder = TemporaryDirectory(prefix="bpviz-")
        settings = Path(self._folder.name) / "window.ini"
        self._view: Panel | MainWindow
        if view == "window":
            self._view = _window(settings, config, palette, text_points)
            self._view.resize(*size)
            self._view.show()
        else:
            self._view = _panel(view)
            self._view.set_palette(palette)
        self._view.retranslate()

    def set_up(self, info: RunInfo) -> None:
        """Make ready for a run."""
        self._view.show_run(info)

    def grab(self, frame: Frame) -> QImage:
        """Show one frame and return its picture."""
        from PySide6.QtCore import QCoreApplication, QEvent

        at = frame.snapshot.iteration
        self._view.show_history(frame.history)
        self._view.show_snapshot(frame.snapshot)
        if frame.surface is not None:
            self._view.show_surface(frame.surface)
        self._view.show_state(RunState(frame.snapshot.run_id, False, at, at, 0.0))
        # Labels that grew ask for a new layout by a posted event.  Only those are sent: the whole
        # event loop would let the user click, and the export go on, in the midst of a picture.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        return self._view.render_image(*self._size, self._ratio)

    def close(self) -> None:
        """Take the view away."""
        self._view.close()
        self._view.deleteLater()
        self._folder.cleanup()


def _panel(key: str) -> Panel:
    """Return a panel of its own."""
    from bpviz.views.panels import PANELS

    return next(spec for spec in PANELS if spec.key == key).factory()


def _window(settings_file: Path, config: RunConfig, palette: Palette, text_points: int) -> MainWindow:
    """Return the whole window with its form filled in, to be shown on no screen."""
    from PySide6.QtCore import Qt

    from bpviz.present.setup.form import Choice
    from bpviz.present.setup.presets import PRESETS
    from bpviz.present.setup.run import build_form
    from bpviz.views.main_window import MainWindow
    from bpviz.views.settings import Settings

    settings = Settings(settings_file)
    settings.set_value("theme", palette.name)
    settings.set_value("text_points", text_points)
    window = MainWindow(settings=settings)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    presets = tuple(Choice(one.name, one.label, one.help) for one in PRESETS)
    window.set_form(build_form(config, presets=presets))
    return window


def needs_surface(view: str, config: RunConfig) -> bool:
    """Whether ``view`` shows the loss surface, which is dear to compute; a function's map does."""
    return view in ("window", "surface") or (view == "map" and config.function is not None)
