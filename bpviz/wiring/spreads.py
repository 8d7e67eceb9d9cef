"""Has histograms counted while somebody sees them, and only then; those of the past as time allows."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bpviz.snapshot.spread import Histograms
from bpviz.training.config import RunConfig
from bpviz.training.loop import Training
from bpviz.training.past_histograms import Past
from bpviz.views.histograms.panel import HistogramsPanel
from bpviz.views.main_window import MainWindow
from bpviz.wiring.display import Display
from bpviz.workers.training import RunStarted, TrainingWorker

TURN_S = 0.012
"""So long the worker counts the past at a stretch: nothing that is asked of it waits longer."""
REST_MS, BUSY_SHARE = 5, 12.0
"""Between two turns while the run rests; while it goes on, so many times what the last one took."""


@dataclass(frozen=True)
class Turn:
    """What a turn came to: a column, None where it was given up, and how long it took."""

    run_id: int
    column: Histograms | None
    seconds: float


class Spreads(QObject):
    """Follows whether the histograms panel is in front, and fills what is missing of the run.

    The worker goes through the record with numbers of its own, a short turn at a time, and the next
    turn is asked for when the one before is on the screen: what a person does comes in between.

    Signals
    -------
    counted(Turn)
        From the worker's thread.
    """

    counted = Signal(object)

    def __init__(self, window: MainWindow, training: TrainingWorker, display: Display) -> None:
        super().__init__(window)
        self.training, self.display = training, display
        panel = window.panels().get("histograms")
        self.panel = panel if isinstance(panel, HistogramsPanel) else None
        self._past: tuple[int, Past] | None = None
        self._started: tuple[int, RunConfig] | None = None
        self._visible = self._asked = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._ask)
        window.host.docks["histograms"].visibilityChanged.connect(self._on_dock_visibility_changed)
        training.run_built.connect(self._on_training_run_built)
        display.state_shown.connect(self._on_display_state_shown)
        self.counted.connect(self._on_counted)

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        self._visible = visible
        self.training.request = replace(self.training.request, with_histograms=visible)
        if visible:
            self.training.ask_snapshot()
            self.display.hasten()
            self._ask()

    @Slot(object)
    def _on_training_run_built(self, started: RunStarted) -> None:
        self._started, self._past = (started.info.run_id, started.config), None
        self._ask()

    @Slot(object)
    def _on_display_state_shown(self, _state: object) -> None:
        if not self._pause.isActive():
            self._ask()

    @Slot()
    def _ask(self) -> None:
        """Ask for the next column that is missing, where one is and nothing is asked for yet."""
        missing = self._missing()
        if self._asked or self._started is None or not missing:
            return
        if self._past is None or self._past[0] != self._started[0]:
            self._past = self._started[0], Past(self._started[1])
        (run_id, past), iteration = self._past, missing[0]
        self._asked = True
        self.training.look(lambda training: self._count(training, run_id, past, iteration))

    def _missing(self) -> tuple[int, ...]:
        info, state = self.display.info, self.display.state
        if not self._visible or self.panel is None or info is None or state.run_id != info.run_id:
            return ()
        return self.panel.canvas.record.missing(state.last)

    def _count(self, training: Training, run_id: int, past: Past, iteration: int) -> None:
        """Count one column, or go a part of the way to it; in the worker's thread."""
        begun = time.perf_counter()
        column = None
        try:
            if training.info.run_id == run_id and training.recorder.last >= 0:
                column = past.count(training, iteration, lambda: time.perf_counter() - begun > TURN_S)
        finally:
            self.counted.emit(Turn(run_id, column, time.perf_counter() - begun))

    @Slot(object)
    def _on_counted(self, turn: Turn) -> None:
        self._asked = False
        info = self.display.info
        if (
            turn.column is not None
            and self.panel is not None
            and info is not None
            and info.run_id == turn.run_id
        ):
            self.panel.fill(turn.column)
        rest_ms = 1000 * BUSY_SHARE * turn.seconds if self.display.state.running else REST_MS
        self._pause.start(max(REST_MS, round(rest_ms)))
