"""Makes the workers, joins them to the window, and ends them."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QObject, QTranslator, Slot
from PySide6.QtWidgets import QApplication

from bpviz import messages, text
from bpviz.present.setup.presets import DEFAULT
from bpviz.snapshot import SurfaceRequest
from bpviz.views.decision.panel import DecisionPanel
from bpviz.views.loss.panel import LossPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.surface.panel import SurfacePanel
from bpviz.wiring.checks import Checks
from bpviz.wiring.consulting import Consulting
from bpviz.wiring.display import Display
from bpviz.wiring.endings import tell_error
from bpviz.wiring.explaining import Explaining
from bpviz.wiring.exports import Exports
from bpviz.wiring.files import Files
from bpviz.wiring.garbage import GuiGarbage
from bpviz.wiring.guessing import Guessing
from bpviz.wiring.lessons import Lessons
from bpviz.wiring.probes import Probes
from bpviz.wiring.runs import Runs
from bpviz.wiring.spreads import Spreads
from bpviz.wiring.travel import Travel
from bpviz.wiring.walk import Walks
from bpviz.wiring.what_ifs import WhatIfs
from bpviz.workers.checking import CheckingWorker
from bpviz.workers.loading import Thread
from bpviz.workers.surface import SurfaceWorker
from bpviz.workers.training import TrainingWorker


class Wiring(QObject):
    """Holds the workers and everything that stands between them and the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self._garbage = GuiGarbage(self)
        self.training = TrainingWorker()
        self.surface = SurfaceWorker(self.training.gate)
        self.checking = CheckingWorker(self.training.gate)
        self._threads = [Thread(self.training), Thread(self.surface), Thread(self.checking)]
        self.display = Display(window, self.training, self.surface)
        self.runs = Runs(window, self.training, self.display)
        self.walks = Walks(window, self.training, self.display, self.runs)
        self.travel = Travel(window, self.training, self.display, self.runs)
        self.explaining = Explaining(window)
        self.files = Files(window, self.runs)
        self.exports = Exports(window, self.runs)
        self.spreads = Spreads(window, self.training, self.display)
        self.consulting = Consulting(window, self.training, self.display, self.runs)
        self.what_ifs = WhatIfs(window, self.training, self.display, self.walks)
        self.guessing = Guessing(window, self.walks)
        self.probes = Probes(window, self.training, self.walks, self.what_ifs)
        self.checks = Checks(window, self.training, self.checking)
        self.lessons = Lessons(window, self.display, self.runs, self.walks)
        self._translator: QTranslator | None = None
        self._open = True
        self.walks.sample_wanted.connect(self._on_sample_changed)
        self.lessons.stage.sample_wanted.connect(self._on_sample_changed)
        self.lessons.stage.explanation_wanted.connect(self.explaining.want)
        self.what_ifs.altered.connect(self.lessons.stage.note_change)
        self._connect()
        for thread in self._threads:
            thread.start()
        self._set_language(str(window.settings.value("language", text.language())))

    @property
    def updates_shown(self) -> int:
        """Snapshots shown so far."""
        return self.display.updates_shown

    def begin(self, path: str | Path | None = None) -> None:
        """Set up the first run, and open ``path`` where there is one."""
        self.runs.start_with(DEFAULT)
        if path is not None:
            self.files.open(str(path))

    def _connect(self) -> None:
        window, panels = self.window, self.window.panels()
        window.language_requested.connect(self._on_window_language_requested)
        window.panel_shown.connect(self._on_window_panel_shown)
        window.themes.palette_changing.connect(self.display.hold_long)
        window.closing.connect(self.close)
        self.surface.failed.connect(self._on_surface_failed)
        network, decision = panels["network"], panels["map"]
        loss, surface = panels["loss"], panels["surface"]
        if isinstance(network, NetworkPanel):
            network.layer_added.connect(self._on_network_layer_added)
            network.layer_removed.connect(self._on_network_layer_removed)
            network.units_changed.connect(self._on_network_units_changed)
            network.activation_changed.connect(self._on_network_activation_changed)
            network.sample_changed.connect(self._on_sample_changed)
            self.walks.waits_for = network.is_sliding
        if isinstance(decision, DecisionPanel):
            decision.sample_chosen.connect(self._on_sample_changed)
            decision.features_chosen.connect(self._on_decision_features_chosen)
        if isinstance(loss, LossPanel):
            loss.iteration_chosen.connect(self.runs.seek)
        if isinstance(surface, SurfacePanel):
            surface.plane_requested.connect(self._on_surface_plane_requested)
            surface.message_posted.connect(self._on_surface_message_posted)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    # -- what the panels ask -----------------------------------------------------------------------

    @Slot(int)
    def _on_network_layer_added(self, index: int) -> None:
        self.runs.edit("layer.add", index)

    @Slot(int)
    def _on_network_layer_removed(self, index: int) -> None:
        self.runs.edit("layer.remove", index)

    @Slot(int, int)
    def _on_network_units_changed(self, layer: int, units: int) -> None:
        self.runs.edit(f"layer.{layer}.units", units)

    @Slot(int, str)
    def _on_network_activation_changed(self, layer: int, name: str) -> None:
        self.runs.edit(f"layer.{layer}.activation", name)

    @Slot(int)
    def _on_sample_changed(self, sample: int) -> None:
        self.training.request = replace(self.training.request, sample=sample)
        self.walks.choose(sample)
        self._look()

    @Slot(int, int)
    def _on_decision_features_chosen(self, first: int, second: int) -> None:
        self.training.request = replace(self.training.request, features=(first, second))
        self._look()

    @Slot(object)
    def _on_surface_plane_requested(self, request: SurfaceRequest) -> None:
        self.training.surface_request = request
        self._look()

    @Slot(object)
    def _on_surface_message_posted(self, said: text.Text) -> None:
        messages.warning(said)

    @Slot(object)
    def _on_surface_failed(self, error: BaseException) -> None:
        tell_error(error)

    @Slot(str)
    def _on_window_panel_shown(self, key: str) -> None:
        """A panel that comes back shows what the others show."""
        info = self.display.info
        if info is not None:
            self.walks.show()
            self._look()

    def _look(self) -> None:
        """Show the present iteration once more, as it is wanted now."""
        self.training.ask_snapshot()
        self.training.ask_surface()
        self.display.hasten()

    # -- language ----------------------------------------------------------------------------------

    @Slot(str)
    def _on_window_language_requested(self, code: str) -> None:
        self.window.settings.set_value("language", code)
        self._set_language(code)

    def _set_language(self, code: str) -> None:
        self.display.hold_long()
        text.set_language(code)
        application = QApplication.instance()
        if application is None:
            return
        if self._translator is not None:
            application.removeTranslator(self._translator)
            self._translator = None
        if code != "en":
            # Qt's own dialogs speak through Qt's own catalogue.
            translator = QTranslator(self)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load(f"qtbase_{code}", folder):
                application.installTranslator(translator)
                self._translator = translator
        self.window.retranslate()

    # -- the end -----------------------------------------------------------------------------------

    @Slot()
    def close(self) -> None:
        """End every thread; nothing is left running."""
        if not self._open:
            return
        self._open = False
        self.display.stop()
        self.walks.stop()
        self.lessons.stop()
        self.files.stop()
        self.exports.stop()
        for worker in (self.training, self.surface, self.checking):
            worker.quit()
        for thread in self._threads:
            thread.quit()
            thread.wait()
        self._garbage.stop()
        application = QApplication.instance()
        if application is not None:
            with contextlib.suppress(RuntimeError, TypeError):
                application.aboutToQuit.disconnect(self.close)
            if self._translator is not None:
                application.removeTranslator(self._translator)
