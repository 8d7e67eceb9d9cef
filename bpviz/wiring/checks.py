"""The gradient check, from the panel's wish to its report."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from bpviz.errors import UserError
from bpviz.present.gradients.check import CheckRequest
from bpviz.views.gradients.panel import GradientsPanel
from bpviz.views.main_window import MainWindow
from bpviz.wiring.endings import tell_error
from bpviz.workers.checking import CheckEnd, CheckingWorker, CheckProgress
from bpviz.workers.training import TrainingWorker

# The share of a check's time that its first stage is taken to need.
_FIRST = 0.3


class Checks(QObject):
    """Has the worker check the run where it stands; what belongs to an older run is dropped."""

    def __init__(self, window: MainWindow, training: TrainingWorker, worker: CheckingWorker) -> None:
        super().__init__(window)
        self.window, self.training, self.worker = window, training, worker
        self._number = 0
        panel = window.panels().get("gradients")
        self.panel = panel if isinstance(panel, GradientsPanel) else None
        worker.progressed.connect(self._on_worker_progressed)
        worker.ended.connect(self._on_worker_ended)
        training.run_built.connect(self.forget)
        if self.panel is not None:
            self.panel.check_requested.connect(self.check)
            self.panel.check_cancelled.connect(self.forget)

    @Slot(object)
    def check(self, request: CheckRequest) -> None:
        """Check the iteration at which the run stands."""
        number = self._number = self.worker.new()
        worker = self.worker
        self.training.look(lambda training: worker.take(training, request, number))

    @Slot()
    def forget(self) -> None:
        """Give up the check under way: it is not wanted, or of a run that is gone."""
        self._number = 0
        self.worker.cancel()
        if self.panel is not None:
            self.panel.show_progress(None)

    @Slot(object)
    def _on_worker_progressed(self, progress: CheckProgress) -> None:
        if progress.number != self._number or self.panel is None:
            return
        share = progress.done / max(progress.total, 1)
        first = progress.stage == "check"
        self.panel.show_progress(_FIRST * share if first else _FIRST + (1 - _FIRST) * share)

    @Slot(object)
    def _on_worker_ended(self, end: CheckEnd) -> None:
        if end.number != self._number or self.panel is None:
            return
        self._number = 0
        if end.report is not None:
            self.panel.show_report(end.report)
        elif isinstance(end.error, UserError):
            self.panel.show_failure(end.error)
        else:
            self.panel.show_progress(None)
            if end.error is not None:
                tell_error(end.error)
        self.window.host.docks["gradients"].refresh_subtitle()
