"""Reads files in a thread of its own, with progress and cancel."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QThread, Signal, Slot

from bpviz.data import load
from bpviz.errors import Cancelled
from bpviz.training.config import DataConfig


class LoadingWorker(QObject):
    """Reads one file; make a new one for each."""

    progressed = Signal(object)
    """(bytes done, bytes in all)."""
    loaded = Signal(object)
    """(DataConfig, Dataset)."""
    failed = Signal(object)
    """The exception."""
    cancelled = Signal()

    def __init__(self, data: DataConfig) -> None:
        super().__init__()
        self._data = data
        self._cancel = threading.Event()

    def cancel(self) -> None:
        """Stop at the next piece of the file; from any thread."""
        self._cancel.set()

    @Slot()
    def run(self) -> None:
        """Read the file, and tell exactly one of loaded, failed and cancelled."""
        try:
            dataset = load(str(self._data.path), self._report, **self._data.options)
        except Cancelled:
            self.cancelled.emit()
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self.failed.emit(error)
        else:
            self.loaded.emit((self._data, dataset))

    def _report(self, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise Cancelled
        self.progressed.emit((done, total))


class Thread(QThread):
    """A QThread that runs one worker's ``run`` and then ends."""

    def __init__(self, worker: QObject) -> None:
        super().__init__()
        self.worker = worker
        worker.moveToThread(self)
        self.started.connect(worker.run)  # type: ignore[attr-defined]  # every worker here has a run slot
