"""What a test may leave behind: log lines, windows, threads."""

from __future__ import annotations

import contextlib
import gc
import logging
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

# Windows that Qt makes for itself and takes away in its own time.
QT_OWN_WINDOWS = {"QTipLabel", "QShapedPixmapWidget", "QAlphaWidget", "QRollEffect"}

_usual: dict[str, Any] = {}
_started_qthreads: weakref.WeakSet[Any] = weakref.WeakSet()


@contextlib.contextmanager
def logged_warnings() -> Iterator[list[str]]:
    """Collect what is logged at WARNING or above, by any thread."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    collector = Collector(logging.WARNING)
    logging.getLogger().addHandler(collector)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(collector)


def watch_threads() -> None:
    """Remember every QThread that is started from Python; Qt keeps no list of them."""
    from PySide6.QtCore import QThread

    original = QThread.start

    def start(self: QThread, *args: Any) -> None:
        _started_qthreads.add(self)
        original(self, *args)

    QThread.start = start


def stop_running_qthreads() -> list[str]:
    """Return the names of the QThreads still running, after having stopped them."""
    import shiboken6

    names = []
    for thread in list(_started_qthreads):
        if shiboken6.isValid(thread) and thread.isRunning():
            names.append(f"{type(thread).__name__} {thread.objectName()}".strip())
            thread.requestInterruption()
            thread.quit()
            thread.wait(5000)
    _started_qthreads.clear()
    return names


def python_threads() -> set[threading.Thread]:
    """Return the living threads that Python started."""
    # A _DummyThread stands for a thread of Qt's, which stop_running_qthreads looks after.
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def new_python_threads(before: set[threading.Thread]) -> list[str]:
    """Return the names of Python's threads that were not there ``before``."""
    return [repr(thread) for thread in python_threads() - before]


def collect_garbage_here_only() -> None:
    """Leave the collector to ``collect_garbage``.

    Qt's objects must be destroyed in the GUI thread, and Python's own collector runs in whichever
    thread happens to allocate; the window sees to it likewise.
    """
    gc.disable()


def collect_garbage(count: int) -> None:
    """Collect after the ``count``-th test: the young each time, everything now and then."""
    gc.collect(2 if count % 100 == 0 else 1)


def dress(application: Any) -> None:
    """Give the application its usual colours and text."""
    from bpviz.present.palette import LIGHT
    from bpviz.views.theme import apply_theme

    apply_theme(application, LIGHT)
    _put_pointer_away()
    _usual.update(sheet=application.styleSheet(), font=application.font(), palette=application.palette())


def dress_again() -> None:
    """Put the colours and text back where a test changed them."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    application = widgets.QApplication.instance() if widgets is not None else None
    if application is None or not _usual:
        return
    looks = {
        "sheet": application.styleSheet(),
        "font": application.font(),
        "palette": application.palette(),
    }
    if looks != _usual:
        dress(application)
    _put_pointer_away()


def _put_pointer_away() -> None:
    """Leave the next test's window alone: a pointer that rests on it sends events of its own."""
    from PySide6.QtGui import QCursor, QGuiApplication

    screen = QGuiApplication.primaryScreen()
    if screen is not None:
        QCursor.setPos(screen.geometry().bottomRight())


def top_level_widgets() -> dict[int, Any]:
    """Return the application's windows by the address of their C++ object."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return {}
    import shiboken6

    return {
        shiboken6.getCppPointer(widget)[0]: widget
        for widget in widgets.QApplication.topLevelWidgets()
        if shiboken6.isValid(widget) and widget.metaObject().className() not in QT_OWN_WINDOWS
    }


def left_widgets(before: dict[int, Any]) -> list[Any]:
    """Return the windows that were not there ``before`` and that nothing is about to delete."""
    known = set(before)
    before.clear()
    if not set(top_level_widgets()) - known:
        return []
    _delete_what_is_due()
    if set(top_level_widgets()) - known:
        # Cycles between a widget and its Python attributes are the collector's to undo.
        gc.collect()
        _delete_what_is_due()
    return [widget for address, widget in top_level_widgets().items() if address not in known]


def _delete_what_is_due() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


def describe(widget: Any) -> str:
    """Return the class, name and title of a widget."""
    return f"{type(widget).__name__} “{widget.objectName()}” titled “{widget.windowTitle()}”"


def destroy(widgets: list[Any]) -> None:
    """Take away what was left, so that the next test starts clean."""
    for widget in widgets:
        widget.hide()
        widget.deleteLater()
    if widgets:
        _delete_what_is_due()
