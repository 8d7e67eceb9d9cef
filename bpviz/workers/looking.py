"""Looking at a run from outside its thread: snapshots, jobs for the surface, the lists of places, files.

Nothing here takes the run anywhere: that is `bpviz.workers.training`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from bpviz.errors import UserError
from bpviz.snapshot import Iteration, Snapshot, SnapshotRequest, SurfaceRequest
from bpviz.training.histograms import taken
from bpviz.training.loop import Training
from bpviz.training.mailbox import Mailbox
from bpviz.training.weights import save_weights
from bpviz.workers.commands import Commands
from bpviz.workers.imagining import Imagining
from bpviz.workers.runs import Runs
from bpviz.workers.surface import SurfaceJob

HELD_SHARE = 2.0
"""After a snapshot that took s seconds the run goes on for so many times s before the next one."""


class LookingWorker(QObject):
    """Has a run, and shows it to whoever asks; the public methods may be called from any thread."""

    saved = Signal(str)
    """The path that was written."""
    save_failed = Signal(object)
    """The exception."""
    places_told = Signal(object)
    """`Places`."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshots: Mailbox[Snapshot] = Mailbox()
        self.surface_jobs: Mailbox[SurfaceJob] = Mailbox()
        self.request = SnapshotRequest()
        self.surface_request = SurfaceRequest()
        self._commands = Commands()
        self._runs = Runs()
        self._going: Iterator[Iteration] | None = None
        self._snapshot_due = 0.0
        self._imagining = Imagining()

    def tell_places(self) -> None:
        """Have ``places_told`` say which branches and bookmarks there are."""
        self.look(lambda training: self.places_told.emit(training.places()))

    def ask_snapshot(self) -> None:
        """Want a snapshot of the next iteration, or of the present one when the run rests."""
        self.snapshots.ask()
        self._commands.wake()

    def ask_surface(self) -> None:
        """Want a job for the surface worker."""
        self.surface_jobs.ask()
        self._commands.wake()

    def look(self, at: Callable[[Training], None]) -> None:
        """Have ``at`` look at the run between two iterations, in the worker's thread; it is quick."""
        self._commands.post(lambda: self._look(at))

    def save(self, path: str) -> None:
        """Write the present parameters to a file; ``saved`` or ``save_failed`` follows."""
        self._commands.post(lambda: self._save(path))

    @property
    def _training(self) -> Training | None:
        return self._runs.training

    def _post(self, training: Training) -> None:
        """Post them; where numbers were changed by hand and the run is there still, with what follows."""
        changed = self._imagining.view(training) if self._going is None else None
        view = changed or training
        if self.snapshots.wanted and self._may_look():
            self._post_snapshot(view, what_if=changed is not None)
        if self.surface_jobs.wanted:
            self.surface_jobs.post(SurfaceJob.of(view, self.surface_request, urgent=self._going is None))

    def _may_look(self) -> bool:
        """Whether a snapshot may be made: at rest always; a run keeps most of its time to itself."""
        return self._going is None or time.perf_counter() >= self._snapshot_due

    def _post_snapshot(self, training: Training, *, what_if: bool = False) -> None:
        request, begun = self.request, time.perf_counter()
        snapshot = taken(training, request)
        done = time.perf_counter()
        self._snapshot_due = done + HELD_SHARE * (done - begun)
        self.snapshots.post(replace(snapshot, what_if=True) if what_if else snapshot)
        if self.request is not request:
            self.snapshots.ask()  # another one was asked for while this one was made

    def _save(self, path: str) -> None:
        parameters = self._training.parameters() if self._training else {}
        record = self._training.record() if self._training else {}
        try:
            save_weights(path, parameters, record)
        except UserError as error:
            self.save_failed.emit(error)
        else:
            self.saved.emit(path)

    def _look(self, at: Callable[[Training], None]) -> None:
        if self._training is not None:
            at(self._training)
