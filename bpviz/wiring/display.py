"""Paints at the pace of a timer, never of the iterations.

A snapshot is shown in one tick, so that every panel shows the same iteration, and the training
waits until it is painted.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bpviz.present.cards.editable import with_changed
from bpviz.snapshot import History, RunInfo, RunState, Snapshot
from bpviz.snapshot.changes import ChangedSample
from bpviz.training.recorder import Recorder
from bpviz.views.main_window import MainWindow
from bpviz.workers.gate import LONGEST_S
from bpviz.workers.surface import SurfaceWorker
from bpviz.workers.training import TrainingWorker

TICK_MS = 8
IDLE_MS = 40
# Thirty pictures a second move; what is left of the time belongs to the training.
UPDATE_S = 0.031
LONG_S = 1.0
"""So long the training waits at the most while the whole window changes its language or its colours."""


class Display(QObject):
    """Carries what the workers made to the window.

    Attributes
    ----------
    updates_shown : int
        Snapshots shown so far.
    snapshot : Snapshot or None
        The one on the screen.

    Signals
    -------
    state_shown(RunState)
        What the run does has changed.
    """

    state_shown = Signal(object)

    def __init__(self, window: MainWindow, training: TrainingWorker, surface: SurfaceWorker) -> None:
        super().__init__(window)
        self.window, self.training, self.surface = window, training, surface
        self.updates_shown = 0
        self.state = RunState(0, False, 0, 0, 0.0)
        self.snapshot: Snapshot | None = None
        self._info: RunInfo | None = None
        self._loaded: RunInfo | None = None
        self._changed: tuple[ChangedSample, ...] = ()
        self._recorder: Recorder | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(IDLE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(0)
        self._painted.timeout.connect(self._on_painted_timeout)

    @property
    def info(self) -> RunInfo | None:
        """The run on the screen."""
        return self._info

    def history(self) -> History | None:
        """The record of the run on the screen."""
        return None if self._recorder is None else self._recorder.history()

    def show_run(self, info: RunInfo, recorder: Recorder) -> None:
        """Show another run from now on."""
        self._info, self._recorder, self.snapshot = info, recorder, None
        self._loaded, self._changed = info, ()
        self.window.show_run(info)
        # Its first snapshot may have been taken, and dropped, before anybody here knew of the run.
        self.training.ask_snapshot()

    def hasten(self) -> None:
        """Look at once, and often while something happens."""
        # Not put off by being asked again: a slider that is dragged asks at every move.
        if not 0 <= self._timer.remainingTime() <= TICK_MS:
            self._timer.start(TICK_MS)

    def show_now(self) -> None:
        """Show at once the snapshot that waits; the surface, which is dear, follows a moment later."""
        snapshot = self.training.snapshots.take()
        if snapshot is not None and self._info is not None and snapshot.run_id == self._info.run_id:
            self._show_snapshot(snapshot, with_surface=False)

    def stop(self) -> None:
        """Show nothing more."""
        self._timer.stop()
        self.training.gate.open()

    @Slot()
    def _on_timer_timeout(self) -> None:
        """Show the newest snapshot where there is one, else what else is new."""
        snapshot = self.training.snapshots.take()
        if snapshot is not None and self._info is not None and snapshot.run_id == self._info.run_id:
            self._show_snapshot(snapshot)
            return
        if self.state != self.training.state():
            self._show_state()
        self._show_surface()
        if self.state.running:
            self.training.ask_snapshot()

    @Slot()
    def hold_long(self) -> None:
        """Let the training wait until the whole window is as it was asked to be, and painted."""
        self._hold_training(LONG_S)

    def _hold_training(self, longest_s: float = LONGEST_S) -> None:
        """Let the training wait until the paintings that this tick asks for are done."""
        self.training.gate.close(longest_s)
        self._painted.start()  # a timer of no delay comes after them

    @Slot()
    def _on_painted_timeout(self) -> None:
        self.training.gate.open()

    def _show_snapshot(self, snapshot: Snapshot, *, with_surface: bool = True) -> None:
        begun = time.perf_counter()
        self._hold_training()
        self._show_data(snapshot)
        self.snapshot = snapshot
        self.window.show_snapshot(snapshot)
        if self._recorder is not None:
            self.window.show_history(self._recorder.history())
        self._show_state()
        if with_surface:
            self._show_surface()
        self.updates_shown += 1
        if self.state.running:
            self.training.ask_snapshot()
            left = UPDATE_S - (time.perf_counter() - begun)
            self._timer.setInterval(max(1, round(1000 * left)))

    def _show_data(self, snapshot: Snapshot) -> None:
        """Tell the panels of samples that were changed by hand, or are as they were again."""
        if self._loaded is None or snapshot.changed is self._changed:
            return
        self._changed = snapshot.changed
        self._info = with_changed(self._loaded, snapshot.changed)
        for panel in self.window.panels().values():
            panel.show_data(self._info)

    def _show_state(self) -> None:
        self.state = self.training.state()
        self.window.show_state(self.state)
        self.state_shown.emit(self.state)
        # What was asked for and is not on the screen yet comes soon.
        coming = self.snapshot is not None and self.snapshot.iteration != self.state.position
        self._timer.setInterval(TICK_MS if self.state.running or coming else IDLE_MS)

    def _show_surface(self) -> None:
        if not self.window.panel_visible("surface") and not self.window.panel_visible("map"):
            return
        grid = self.surface.grids.take()
        if grid is not None and self._info is not None and grid.run_id == self._info.run_id:
            self.window.show_surface(grid)
        job = self.training.surface_jobs.take()
        if job is not None:
            self.surface.submit(job)
        if self.state.running:
            self.training.ask_surface()
