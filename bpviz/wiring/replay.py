"""Plays what is recorded, backwards or forwards, at the chosen speed; nothing is trained."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bpviz.wiring.display import Display
from bpviz.wiring.runs import Runs

FRAME_S = 1 / 30
WHOLE_RUN_S = 10.0
"""How long the whole run takes at full speed."""
_TICK_MS = 8


class Replay(QObject):
    """Asks for one iteration after another; the next only once the last is on the screen.

    Signals
    -------
    changed(int)
        −1: it plays backwards; 1: forwards; 0: it rests.
    """

    changed = Signal(int)

    def __init__(self, runs: Runs, display: Display) -> None:
        super().__init__(runs)
        self._runs, self._display = runs, display
        self.direction = 0
        self._asked = -1
        self._begun = self._since = 0.0
        self._owed = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def toggle(self, direction: int) -> None:
        """Play in a direction; rest where it does already."""
        if self.direction == direction:
            self.stop()
            return
        state = self._runs.worker.state()
        if state.running:
            self._runs.toggle()
        self.direction, self._asked = direction, state.position
        self._owed, self._since = 1.0, time.perf_counter()
        # At its end it begins anew from the other one, as players do.
        if direction > 0 and state.position >= state.last:
            self._seek(0)
        self._timer.start()
        self.changed.emit(direction)

    @Slot()
    def stop(self) -> None:
        """Rest at the iteration that is shown."""
        if self.direction:
            self.direction = 0
            self._timer.stop()
            self.changed.emit(0)

    def _seek(self, iteration: int) -> None:
        self._asked = iteration
        self._runs.seek(iteration)

    @Slot()
    def _on_timer_timeout(self) -> None:
        state, snapshot = self._runs.worker.state(), self._display.snapshot
        if state.running:
            return  # it comes to rest
        now = time.perf_counter()
        if snapshot is None or snapshot.iteration != self._asked or state.position != self._asked:
            if state.position != self._asked:
                self.stop()  # somebody else went elsewhere
            return
        speed = self._speed(state.last)
        passed = now - self._since
        if passed < FRAME_S:
            return
        self._owed += speed * passed
        self._since = now
        whole = math.floor(self._owed)
        if not whole:
            return
        self._owed -= whole
        target = min(max(self._asked + self.direction * whole, 0), state.last)
        if target == self._asked:
            self.stop()
            return
        self._seek(target)

    def _speed(self, last: int) -> float:
        """Return how many iterations a second."""
        return max(last / WHOLE_RUN_S, 1.0) if math.isinf(self._runs.speed) else self._runs.speed
