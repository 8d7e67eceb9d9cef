"""Collects garbage in the GUI thread only.

Python collects reference cycles in whichever thread happens to allocate; a widget or an OpenGL
object that dies in the training thread aborts the process.  So while the window is open collecting
is switched off everywhere and done here, at the pace of a timer.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500
# Young cycles are collected at each tick, older ones now and then: as Python itself does it.
OLDER_EVERY, OLDEST_EVERY = 8, 64


class GuiGarbage(QObject):
    """Switches collecting to this thread's timer, and back when it stops."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ticks = 0
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()

    def stop(self) -> None:
        """Let Python collect again as it did before."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._ticks += 1
        if self._ticks % OLDEST_EVERY == 0:
            gc.collect(2)
        elif self._ticks % OLDER_EVERY == 0:
            gc.collect(1)
        else:
            gc.collect(0)
