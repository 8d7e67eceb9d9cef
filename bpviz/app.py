"""The window's process: application, OpenGL, language, crash handler."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from types import FrameType, TracebackType

# One BLAS thread for the training leaves the other core to the window; NumPy reads it when imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from bpviz import messages
from bpviz.errors import UserError
from bpviz.text import Text
from bpviz.views.main_window import MainWindow
from bpviz.views.surface.opengl import prepare_opengl
from bpviz.wiring import Wiring

# The training thread hands the interpreter over this often when the window wants it.
SWITCH_INTERVAL_S = 0.0005


def create(arguments: Sequence[str] = ()) -> tuple[QApplication, MainWindow, Wiring]:
    """Make the application, its window and what joins it to the workers; nothing is shown yet."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        application = running
    else:
        prepare_opengl()
        application = QApplication(["bpviz", *arguments])
    application.setApplicationName("bpviz")
    application.setOrganizationName("bpviz")
    application.setApplicationDisplayName("bpviz")
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    window = MainWindow()
    window.restore_kept_layout()
    return application, window, Wiring(window)


def main(path: str | None = None, arguments: Sequence[str] = ()) -> int:
    """Open the window and return the exit code when it is closed."""
    _require_display(path)
    faulthandler.enable()
    logging.basicConfig(level=logging.WARNING, format="bpviz: %(message)s")
    qInstallMessageHandler(_on_qt_message)
    application, window, wiring = create(_for_qt(arguments))
    theme = _value_of("--theme", arguments)
    if theme is not None:
        window.themes.choose(theme)
    _catch_crashes()
    signal.signal(signal.SIGINT, _on_interrupt)
    window.show()
    wiring.begin(path)
    return application.exec()


def _for_qt(arguments: Sequence[str]) -> list[str]:
    """Return the options that Qt itself understands: one dash and a long name, with their values."""
    kept: list[str] = []
    for before, word in zip(("", *arguments), arguments, strict=False):
        if (word.startswith("-") and not word.startswith("--")) or before in ("-platform", "-style"):
            kept.append(word)
    return kept


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """Return what follows ``option``, as ``--theme dark`` or ``--theme=dark``."""
    for before, word in zip(("", *arguments), arguments, strict=False):
        if before == option:
            return word
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def _require_display(path: str | None = None) -> None:
    """Say that there is no screen, where Qt would end the process.

    Raises
    ------
    UserError
        On Linux without X11 and Wayland, unless a platform was chosen.  A file that is not there is
        told first: on a screen, too, it would be the first thing to mend.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if path is not None and not os.path.exists(os.path.expanduser(path)):
            raise UserError("There is no file “{file}”.", hint="Check its path.", file=path)
        raise UserError(
            "There is no display to open a window on.",
            hint="“bpviz render” makes pictures without one, “bpviz train” trains.",
        )


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt has to say, but for one line.

    Where there is no screen (QT_QPA_PLATFORM=offscreen) Qt says of every widget that no window
    manager hears of its size, which nobody asked for and nobody can mend.
    """
    if "does not support propagateSizeHints" not in message:
        print(qFormatLogMessage(kind, context, message), file=sys.stderr)


def _on_interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl+C on the terminal closes the window as its own button does."""
    QApplication.closeAllWindows()


def _catch_crashes() -> None:
    """Show a defect in the message bar, whole on stderr; the window stays."""

    def on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        messages.error(
            Text(
                "Something went wrong inside bpviz ({kind}: {reason}). The details are on the terminal.",
                kind=kind.__name__,
                reason=str(error),
            )
        )

    def on_thread_exception(caught: threading.ExceptHookArgs) -> None:
        on_exception(caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback)

    sys.excepthook = on_exception
    threading.excepthook = on_thread_exception
