"""The check of one gradient: from the card's button to its numbers in the card."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from bpviz.snapshot.probing import GradientProbe, ParameterPlace, is_error
from bpviz.training.by_hand import imagined
from bpviz.training.loop import Training
from bpviz.training.probing import probe
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.wiring.walk import Walks
from bpviz.wiring.what_ifs import WhatIfs
from bpviz.workers.training import TrainingWorker


class Probes(QObject):
    """Has the training worker look at one parameter, at rest."""

    probed = Signal(object)
    """`GradientProbe`; emitted in the worker's thread."""

    def __init__(self, window: MainWindow, worker: TrainingWorker, walks: Walks, what_ifs: WhatIfs) -> None:
        super().__init__(window)
        self.worker, self.walks, self.what_ifs = worker, walks, what_ifs
        panel = window.panels().get("network")
        self.panel = panel if isinstance(panel, NetworkPanel) else None
        self.probed.connect(self._on_probed)
        if self.panel is not None:
            self.panel.check_wanted.connect(self.check)
        what_ifs.altered.connect(self._on_what_ifs_altered)

    @Slot(object)
    def check(self, where: ParameterPlace) -> None:
        """Check one gradient where the run stands; in a walk over the batch that is walked through."""
        coming, changes = self.walks.walk.on, self.what_ifs.present
        sample = -1 if self.panel is None or not is_error(where) else self.panel.shown_sample

        def look(training: Training) -> None:
            self.probed.emit(probe(imagined(training, changes), where, coming=coming, sample=sample))

        self.worker.pause()
        self.worker.look(look)

    @Slot()
    def _on_what_ifs_altered(self) -> None:
        """What was checked is not what is shown any more."""
        if self.panel is not None:
            self.panel.show_probe(None)

    @Slot(object)
    def _on_probed(self, found: GradientProbe) -> None:
        if self.panel is not None:
            self.panel.show_probe(found)
