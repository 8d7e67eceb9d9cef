"""A sequence exported while the window stays alive.

A run of its own is computed in a thread, one frame at a time; the GUI thread shows that frame, grabs
it and only then asks for the next.  So nothing is lost, nothing queues up, and the window never
waits for an iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from bpviz.export.frames import Frame, SurfaceMaker, frame_count, frames
from bpviz.export.sequence import SequenceWriter
from bpviz.snapshot import History, Iteration, RunInfo, Snapshot, SnapshotRequest, SurfaceGrid
from bpviz.training.build import build
from bpviz.training.config import RunConfig
from bpviz.training.loop import Training

Grab = Callable[[Snapshot, History, SurfaceGrid | None], QImage]
SetUp = Callable[[RunInfo], None]

_POLL_MS = 4


class LockstepExport(QObject):
    """Exports every k-th iteration of a run of its own; ends in exactly one of three signals.

    Parameters
    ----------
    config : RunConfig
        The run, from its start.
    grab : callable
        ``(snapshot, history, surface) -> QImage``, called in the GUI thread for each frame.
    writer : SequenceWriter
        Where the pictures go; it is prepared by ``start``.
    every : int
        k: iterations 0, k, 2k, … and the last are shown.
    set_up : callable or None
        ``(run_info) -> None``, called in the GUI thread before the first frame.
    surface : callable or None
        ``(training) -> SurfaceGrid``, called in the thread for each frame.

    Signals
    -------
    progressed(int, int)
        Pictures written, and how many are expected (0: not known).
    finished(object), cancelled(object)
        The list of the paths written, whole ones all.
    failed(object)
        The exception; a ``UserError`` is a sentence for the user.
    """

    progressed = Signal(int, int)
    finished = Signal(object)
    cancelled = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        config: RunConfig,
        grab: Grab,
        writer: SequenceWriter,
        *,
        every: int = 1,
        request: SnapshotRequest | None = None,
        set_up: SetUp | None = None,
        surface: SurfaceMaker | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._config, self._grab, self._writer, self._set_up = config, grab, writer, set_up
        self._every, self._request, self._surface = every, request or SnapshotRequest(), surface
        self._cancel_asked = Event()
        self._training: Training | None = None
        self._source: Iterator[Frame | Iteration] = iter(())
        self._executor: ThreadPoolExecutor | None = None
        self._pending: Future[Frame | None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._executor is not None

    def start(self) -> None:
        """Prepare the folder and begin; a folder that cannot be written fails at once."""
        try:
            self._writer.prepare()
        except Exception as error:  # noqa: BLE001 - every end is a signal, a defect's too
            self.failed.emit(error)
            return
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="bpviz-export")
        self._pending = self._executor.submit(self._first)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel_and_wait)
        self._timer.start()

    @Slot()
    def cancel(self) -> None:
        """Stop after the iteration or the picture under way; ``cancelled`` follows."""
        self._cancel_asked.set()

    @Slot()
    def cancel_and_wait(self) -> None:
        """Stop, and return when the thread has ended: for a window that closes."""
        self.cancel()
        if self._executor is not None:
            self._end()
            self.cancelled.emit(list(self._writer.paths))

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._pending is None or not self._pending.done():
            return
        # Taken away first: whoever turns the event loop while it draws must not get the frame twice.
        pending, self._pending = self._pending, None
        try:
            frame = pending.result()
            if frame is not None and not self._cancel_asked.is_set():
                self._take(frame)
                return
        except Exception as error:  # noqa: BLE001 - every end is a signal, a defect's too
            self._end()
            self.failed.emit(error)
            return
        self._end()
        end = self.cancelled if self._cancel_asked.is_set() else self.finished
        end.emit(list(self._writer.paths))

    def _take(self, frame: Frame) -> None:
        """Show, grab and write one frame, then have the next computed."""
        assert self._training is not None
        assert self._executor is not None
        if not self._writer.paths and self._set_up is not None:
            self._set_up(self._training.info)
        self._writer.write(self._grab(frame.snapshot, frame.history, frame.surface))
        self._pending = self._executor.submit(self._next)
        self.progressed.emit(
            len(self._writer.paths), frame_count(self._config.stop.iterations, self._every) or 0
        )

    def _end(self) -> None:
        self._timer.stop()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._pending = None

    # In the thread.

    def _first(self) -> Frame | None:
        self._training = build(self._config)
        self._source = frames(self._training, self._every, self._request, self._surface)
        return self._next()

    def _next(self) -> Frame | None:
        """Go on to the next frame; None when the run has ended or was cancelled."""
        for made in self._source:
            if self._cancel_asked.is_set():
                return None
            if isinstance(made, Frame):
                return made
        return None
