"""The doctor, from the thread that trains to the window, and what a finding's buttons do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from bpviz import messages
from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit, is_live
from bpviz.snapshot.diagnosis import Diagnosis, Finding, Remedy
from bpviz.training.config import RunConfig
from bpviz.views.doctor.panel import DoctorPanel
from bpviz.views.main_window import MainWindow
from bpviz.wiring.display import Display
from bpviz.wiring.runs import Runs
from bpviz.wiring.showing import Showing
from bpviz.workers.training import RunStarted, TrainingWorker


class Consulting(QObject):
    """Shows the newest diagnosis of the run on the screen, and tries remedies.

    Each is tried on a branch from the start, beside the run as it was.  What acts on a running training
    begins a branch of that run; another network, other data or another start is a run of its own.
    """

    def __init__(self, window: MainWindow, training: TrainingWorker, display: Display, runs: Runs) -> None:
        super().__init__(window)
        self.window, self.training, self.display, self.runs = window, training, display, runs
        self._trying: RunConfig | None = None
        self.showing = Showing(window, display)
        # Where the keyboard was before the badge gave it to the panel.
        self._before: QWidget | None = None
        panel = window.panels().get("doctor")
        self.panel = panel if isinstance(panel, DoctorPanel) else None
        training.run_built.connect(self._on_training_run_built)
        training.build_failed.connect(self._on_training_build_failed)
        training.diagnosed.connect(self._on_training_diagnosed)
        window.badge.clicked.connect(self._on_badge_clicked)
        if self.panel is not None:
            self.panel.remedy_asked.connect(self._on_panel_remedy_asked)
            self.panel.place_asked.connect(self.showing.show)
            self.panel.left.connect(self._on_panel_left)

    @Slot(object)
    def _on_training_run_built(self, started: RunStarted) -> None:
        self.window.badge.show_diagnosis(None)
        self.showing.end()
        trying, self._trying = self._trying, None
        if trying is not None and trying == started.config and not started.again:
            self.training.train()
            self.display.hasten()

    @Slot(object)
    def _on_training_build_failed(self, _error: object) -> None:
        self._trying = None

    @Slot(object)
    def _on_training_diagnosed(self, diagnosis: Diagnosis) -> None:
        info = self.display.info
        if info is None or info.run_id != diagnosis.run_id:
            return
        self.window.badge.show_diagnosis(diagnosis)
        if self.showing.shown not in {one.name for one in diagnosis.findings}:
            self.showing.end()
        if self.panel is not None:
            self.panel.show_diagnosis(diagnosis)
            self.window.host.docks["doctor"].refresh_subtitle()

    @Slot()
    def _on_badge_clicked(self) -> None:
        dock, badge = self.window.host.docks["doctor"], self.window.badge
        if self.window.panel_visible("doctor"):
            dock.hide()
            return
        dock.bring()
        if badge.hasFocus() and self.panel is not None:
            self._before = badge
            self.panel.take_focus()

    @Slot()
    def _on_panel_left(self) -> None:
        """Escape: what was pointed at is let go; back to the badge, and the panel that it opened is shut."""
        self.showing.end()
        before, self._before = self._before, None
        if before is not None:
            self.window.host.docks["doctor"].hide()
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_panel_remedy_asked(self, finding: Finding) -> None:
        if finding.remedy is not None:
            self.try_remedy(finding.remedy)

    def try_remedy(self, remedy: Remedy) -> None:
        """Change what the remedy says and train."""
        if all(is_live(key) for key, _ in remedy.edits):
            self.runs.start_branch(remedy.edits, remedy.label)
            return
        config = self.runs.config
        try:
            for key, value in remedy.edits:
                config = apply_edit(config, key, value, samples=self.runs.samples)
        except UserError as error:
            messages.error(error)
            return
        self._trying = config
        self.runs.start_beside(config, remedy.label)
