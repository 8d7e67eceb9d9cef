"""Puts on the screen what a step of a lesson shows: the run, its iteration, the walk, the panels."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from bpviz.present.diagram import Spot
from bpviz.present.gradients import METHODS
from bpviz.present.lessons.model import Look, Step
from bpviz.present.lessons.scenes import Scene
from bpviz.present.walk import Target
from bpviz.snapshot import SurfaceRequest
from bpviz.training.config import RunConfig
from bpviz.views.gradients import GradientsPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network import NetworkPanel
from bpviz.views.surface import SurfacePanel
from bpviz.wiring.display import Display
from bpviz.wiring.runs import Runs
from bpviz.wiring.walk import Walks
from bpviz.workers.training import RunStarted

POLL_MS = 15
# In a window less wide the set-up makes room for the text, but where a step speaks of it.
ROOMY = 1500

Ready = Callable[[], bool]
Doing = Generator[Ready, None, None]


class LessonStage(QObject):
    """Has the worker and the window follow a scene, without ever waiting for them.

    Signals
    -------
    arrived()
        All of the scene is on the screen.
    sample_wanted(int)
        The numbers of this training sample are wanted everywhere.
    """

    arrived = Signal()
    sample_wanted = Signal(int)

    def __init__(self, window: MainWindow, display: Display, runs: Runs, walks: Walks) -> None:
        super().__init__(window)
        self.window, self.display, self.runs, self.walks = window, display, runs, walks
        self.worker = runs.worker
        self._doing: Doing | None = None
        self._ready: Ready = lambda: True
        self._run: int | None = None
        self._due: RunConfig | None = None
        self._touched = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        window.edited.connect(self._on_window_edited)
        self.worker.run_built.connect(self._on_worker_run_built)
        self.worker.build_failed.connect(self._on_worker_build_failed)

    @property
    def busy(self) -> bool:
        """Whether the scene is still being set."""
        return self._doing is not None

    def set_scene(self, scene: Scene, step: Step) -> None:
        """Begin to show a scene; one that is being set is given up."""
        self._doing, self._ready = self._set(scene, step), lambda: True
        self._timer.start()
        self._on_timer_timeout()

    def stop(self) -> None:
        """Set no scene any more."""
        self._timer.stop()
        self._doing = self._run = self._due = None

    @Slot()
    def _on_timer_timeout(self) -> None:
        while self._doing is not None and self._ready():
            try:
                self._ready = next(self._doing)
            except StopIteration:
                self._doing = None
                self._timer.stop()
                self.arrived.emit()

    @Slot(object)
    def _on_worker_run_built(self, started: RunStarted) -> None:
        # Of several that were asked for in a row the last one counts.
        if self._due is not None and started.config is self._due:
            self._run, self._due = started.info.run_id, None

    @Slot(object)
    def _on_worker_build_failed(self, error: BaseException) -> None:
        self.stop()

    @Slot(str, object)
    def _on_window_edited(self, key: str, value: object) -> None:
        self._touched = True

    # --- a scene, piece by piece ---

    def _set(self, scene: Scene, step: Step) -> Doing:
        """Bring the run where it belongs; what is yielded says when to go on."""
        self._show_panels(step.look)
        if step.grain:
            self.window.set_grain(step.grain)
        self.walks.leave()
        yield from self._build(scene)
        yield from self._go_to(scene)
        self.runs.set_speed(scene.speed)
        self.sample_wanted.emit(step.look.sample)
        if scene.walk:
            yield from self._walk(scene)
        self._look(step.look)
        yield from self._check(step.look)

    def _build(self, scene: Scene) -> Doing:
        """Build the run anew where it is another, or the learner has changed something."""
        info = self.display.info
        there = info is not None and self._run == info.run_id and self.runs.config == scene.config
        if there and not self._touched and self._due is None:
            return
        if self._due is not scene.config:
            self._touched, self._due = False, scene.config
            self.runs.start_with(scene.config)
        yield lambda: self._due is None

    def _go_to(self, scene: Scene) -> Doing:
        state = self.worker.state()
        if state.running:
            self.worker.pause()
            yield lambda: not self.worker.state().running
            state = self.worker.state()
        if scene.watch:
            # From its beginning: what is to be watched has not been seen.
            self.runs.seek(0)
            yield lambda: self._stands_at(0)
        if scene.iteration > state.last or scene.watch:
            if state.position < state.last and not scene.watch:
                self.runs.seek(state.last)
            self.runs.set_speed(scene.speed if scene.watch else math.inf)
            self.worker.train_to(scene.iteration)
        elif state.position != scene.iteration:
            self.runs.seek(scene.iteration)
        self.display.hasten()
        yield lambda: self._stands_at(scene.iteration)
        self.worker.ask_snapshot()
        self.worker.ask_surface()
        yield lambda: self._shows(scene.iteration)

    def _stands_at(self, iteration: int) -> bool:
        state = self.worker.state()
        return state.run_id == self._run and state.position == iteration and not state.running

    def _shows(self, iteration: int) -> bool:
        shown = self.display.snapshot
        self.display.hasten()
        return shown is not None and shown.run_id == self._run and shown.iteration == iteration

    def _walk(self, scene: Scene) -> Doing:
        self.walks.go_to(Target(scene.iteration, "first"))
        yield lambda: self.walks.walk.on and self.walks.walk.iteration == scene.iteration
        self.walks.go_to(scene.target(self.walks.walk.operations))

    def _check(self, look: Look) -> Doing:
        panel = self.window.panels().get("gradients")
        if look.check is None or not isinstance(panel, GradientsPanel):
            return
        method, h = look.check
        panel.controls.method.setCurrentIndex(next(j for j, each in enumerate(METHODS) if each == method))
        panel.controls.set_step(h)
        before = panel.report
        self.window.check_gradients()
        yield lambda: panel.report is not before and not panel.controls.busy

    # --- the panels ---

    def _show_panels(self, look: Look) -> None:
        docks = self.window.host.docks
        wanted = {*look.show, look.frame}
        if "setup" in docks and self.window.width() < ROOMY:
            docks["setup"].setVisible("setup" in wanted)
        for key in look.show:
            if key in docks:
                docks[key].bring()
        if look.frame in docks:
            docks[look.frame].bring()
        self.window.lessons.frame(self._framed(look.frame))

    def _framed(self, name: str) -> QWidget | None:
        if name in self.window.host.docks:
            return self.window.host.docks[name]
        bars: dict[str, QWidget] = {
            "toolbar": self.window.toolbar,
            "strip": self.window.strip,
            "timeline": self.window.timeline,
        }
        return bars.get(name)

    def _look(self, look: Look) -> None:
        panels = self.window.panels()
        network, surface = panels.get("network"), panels.get("surface")
        if isinstance(network, NetworkPanel):
            network.footer.gradients.setChecked(look.gradients)
            network.canvas.pin(_spot(look.pin))
        if isinstance(surface, SurfacePanel) and look.plane:
            first, second = (each - 1 for each in look.plane)
            surface.controls.ask(SurfaceRequest("weights", (first, second)))


def _spot(pin: tuple[int, ...]) -> Spot | None:
    """Return what is pinned: layer and unit, for a weight its source as well."""
    if not pin:
        return None
    return Spot(pin[0], pin[1] - 1, pin[2] - 1 if len(pin) > 2 else -1)
