"""Has histograms counted while somebody sees them, and only then."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from bpviz.views.main_window import MainWindow
from bpviz.wiring.display import Display
from bpviz.workers.training import TrainingWorker


class Spreads(QObject):
    """Follows whether the histograms panel is in front."""

    def __init__(self, window: MainWindow, training: TrainingWorker, display: Display) -> None:
        super().__init__(window)
        self.training, self.display = training, display
        window.host.docks["histograms"].visibilityChanged.connect(self._on_dock_visibility_changed)

    @Slot(bool)
    def _on_dock_visibility_changed(self, visible: bool) -> None:
        self.training.request = replace(self.training.request, with_histograms=visible)
        if visible:
            self.training.ask_snapshot()
            self.display.hasten()
