"""Puts on the screen what a step of a lesson shows: the run, its iteration, the walk, the panels."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from bpviz.present.diagram.layout import Spot
from bpviz.present.gradients.check import METHODS
from bpviz.present.lessons.goals import Goal
from bpviz.present.lessons.model import Look, Step
from bpviz.present.lessons.scenes import Scene
from bpviz.present.walk.place import Sample, Target
from bpviz.snapshot import SurfaceRequest
from bpviz.training.config import RunConfig
from bpviz.views.explain.panel import ExplainPanel
from bpviz.views.gradients.panel import GradientsPanel
from bpviz.views.loss.panel import LossPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.surface.panel import SurfacePanel
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
    explanation_wanted(bool)
        Whether a walk is to show its explanation, whatever was closed in an earlier one.
    sample_wanted(int)
        The numbers of this training sample are wanted everywhere.
    """

    arrived = Signal()
    explanation_wanted = Signal(bool)
    sample_wanted = Signal(int)

    def __init__(self, window: MainWindow, display: Display, runs: Runs, walks: Walks) -> None:
        super().__init__(window)
        self.window, self.display, self.runs, self.walks = window, display, runs, walks
        self.worker = runs.worker
        self._doing: Doing | None = None
        self._ready: Ready = lambda: True
        self._run: int | None = None
        self._branch = 1
        self._due: RunConfig | None = None
        self._touched = False
        self._again: tuple[Scene, Look] | None = None
        self.goal = Goal(0)
        """What the run goes to; it holds how far it is."""
        self.usual: frozenset[str] = frozenset()
        """The panels that are there where a step does not say otherwise."""
        self.sizes: dict[str, tuple[int, int]] = {}
        """How large these were: a panel that was away comes back at its size."""
        self._few = False
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
        self._again = (scene, step.look) if step.again else None
        self._do(self._set(scene, step))

    def _do(self, doing: Doing) -> None:
        self._doing, self._ready = doing, lambda: True
        self._timer.start()
        self._on_timer_timeout()

    def stop(self) -> None:
        """Set no scene any more."""
        self._timer.stop()
        self._doing = self._run = self._due = self._again = None

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
            self._branch = self.worker.state().branch
        elif self._again is not None and not self.busy:
            self._do(self._walk_again(started.info.run_id, *self._again))

    @Slot(object)
    def _on_worker_build_failed(self, error: BaseException) -> None:
        self.stop()

    @Slot(str, object)
    def _on_window_edited(self, key: str, value: object) -> None:
        self._touched = True

    @Slot()
    def note_change(self) -> None:
        """Learn that numbers of the run were changed by hand: the next scene begins anew."""
        self._touched = self._touched or not self.busy

    # --- a scene, piece by piece ---

    def _set(self, scene: Scene, step: Step) -> Doing:
        """Bring the run where it belongs; what is yielded says when to go on."""
        # A panel that is hidden while a walk is left counts as one that nobody wants.
        self.walks.leave()
        self._show_panels(step.look)
        if step.grain:
            self._lend_grain(step.grain)
        self.explanation_wanted.emit(not step.look.only or "explain" in step.look.only)
        yield from self._build(scene)
        yield from self._go_to(scene)
        self.runs.set_speed(scene.speed)
        if self.goal.at is None:
            return  # the learner stopped it: what comes after that is not there
        if scene.config.function is None:
            self._choose(step.look.sample)
        if scene.walk:
            yield from self._walk(scene, self.goal.at)
        self._look(step.look)
        yield from self._check(step.look)

    def _lend_grain(self, grain: str) -> None:
        """Have steps go so far in the lesson; what the learner chose before is what is kept."""
        settings = self.window.settings
        kept = settings.value("grain", self.window.grain)
        self.window.set_grain(grain)
        settings.set_value("grain", kept)

    def _choose(self, sample: Sample) -> None:
        if sample == "mean":
            self.walks.choose("mean")
        else:
            self.sample_wanted.emit(sample)

    def _build(self, scene: Scene) -> Doing:
        """Build the run anew where it is another, or the learner has changed something."""
        info = self.display.info
        there = info is not None and self._run == info.run_id and self.runs.config == scene.config
        untouched = not self._touched and self.worker.state().branch == self._branch
        if there and untouched and self._due is None:
            return
        if self._due is not scene.config:
            self._touched, self._due = False, scene.config
            self.runs.start_with(scene.config)
        yield lambda: self._due is None

    def _go_to(self, scene: Scene) -> Doing:
        if self.worker.state().running:
            self.worker.pause()
            yield lambda: not self.worker.state().running
        self.goal = goal = Goal.of(scene.iteration, scene.until)
        if scene.watch:
            # From its beginning: what is to be watched has not been seen.
            yield from self._stand_at(0)
        if scene.watch or not goal.look_up(self.display.history()):
            yield from self._train(scene, goal)
        if goal.at is not None:
            yield from self._stand_at(goal.at)
            yield from self._show(goal.at)
            if self.display.snapshot is not None:
                goal.see(self.display.snapshot)

    def _train(self, scene: Scene, goal: Goal) -> Doing:
        """Train to the goal; the learner may stop it."""
        state = self.worker.state()
        if state.position < state.last and not scene.watch:
            yield from self._stand_at(state.last)
        self.runs.set_speed(scene.speed if scene.watch else math.inf)
        self.worker.train_to(goal.reached)
        self.display.hasten()
        yield lambda: goal.at is not None or (goal.latest is not None and not self.worker.state().running)

    def _stand_at(self, iteration: int) -> Doing:
        if not self._stands_at(iteration):
            if not self.worker.state().running:
                self.runs.seek(iteration)
            yield lambda: self._stands_at(iteration)

    def _show(self, iteration: int) -> Doing:
        self.display.hasten()
        self.worker.ask_snapshot()
        self.worker.ask_surface()
        yield lambda: self._shows(iteration)

    def _stands_at(self, iteration: int) -> bool:
        state = self.worker.state()
        return state.run_id == self._run and state.position == iteration and not state.running

    def _shows(self, iteration: int) -> bool:
        shown = self.display.snapshot
        self.display.hasten()
        return shown is not None and shown.run_id == self._run and shown.iteration == iteration

    def _walk(self, scene: Scene, iteration: int) -> Doing:
        self.walks.go_to(Target(iteration, "first"))
        yield lambda: self.walks.walk.on and self.walks.walk.iteration == iteration
        self.walks.go_to(scene.target(self.walks.walk.operations, iteration))

    def _walk_again(self, run: int, scene: Scene, look: Look) -> Doing:
        """Walk a run that the learner has made to the same place, where it has such a one."""
        shown = self.display
        yield (
            lambda: shown.info is not None and shown.info.run_id == run and self.worker.state().run_id == run
        )
        self.walks.go_to(Target(0, "first"))
        yield lambda: self.walks.walk.on
        operations = self.walks.walk.operations
        if scene.leads_into(operations):
            self.walks.go_to(scene.target(operations, 0))
            self._look(look)

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
        wanted = {*look.show, *look.only, look.frame}
        for key, dock in docks.items():
            if key == "setup":
                if self.window.width() < ROOMY:
                    dock.setVisible(key in wanted)
            elif not look.only and key in self.usual:
                dock.setVisible(True)
        self._hide_others(look)
        for key in look.show:
            if key in docks:
                docks[key].bring()
        if look.frame in docks:
            docks[look.frame].bring()
        self._give_room(look)
        self.window.lessons.frame(self._framed(look.frame))

    def _give_room(self, look: Look) -> None:
        """Give the panels their sizes where some come back: the others have taken the room of these."""
        if look.only or self._few:
            host = self.window.host
            shown = {key: self._size(key) for key in host.sizes()}
            host.set_sizes({key: size for key, size in shown.items() if size is not None})
        self._few = bool(look.only)

    def _size(self, key: str) -> tuple[int, int] | None:
        """Return how large a panel was; of one that was behind another or closed, that one's size."""
        beside = self.window.host.docks[key].spec.beside
        return self.sizes.get(key) or self.sizes.get(beside)

    def _hide_others(self, look: Look) -> None:
        for key, dock in self.window.host.docks.items() if look.only else ():
            if key != "setup":
                dock.setVisible(key in {*look.show, *look.only, look.frame})

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
        self._hide_others(look)  # a walk brings its explanation
        self._give_room(look)
        panels = self.window.panels()
        network, surface = panels.get("network"), panels.get("surface")
        if isinstance(network, NetworkPanel):
            network.footer.gradients.setChecked(look.gradients)
            self._point(network, look)
        loss = panels.get("loss")
        if isinstance(loss, LossPanel) and look.linear and loss.log_button.isChecked():
            loss.log_button.click()
        if isinstance(surface, SurfacePanel) and look.plane:
            first, second = (each - 1 for each in look.plane)
            surface.controls.ask(SurfaceRequest("weights", (first, second)))

    def _point(self, network: NetworkPanel, look: Look) -> None:
        """Pin what the step tells of, or have the explanation alone tell of it."""
        spot, mark = _spot(look), look.mark
        network.card_view.placed = None
        if look.card == "none":
            network.canvas.pin(None)
            network.unrolled.pin_mark(None)
            explain = self.window.panels().get("explain")
            if isinstance(explain, ExplainPanel):
                explain.point_at(mark if spot is None else spot)
            return
        # What is pinned last is explained; only one of the two pictures is shown.
        if mark is None:
            network.unrolled.pin_mark(None)
        network.canvas.pin(spot)
        if mark is not None:
            network.unrolled.pin_mark(mark)
        fold(network, look.brief)
        if look.card == "below":
            card, canvas = network.card_view, network.canvas.geometry()
            card.put(QPoint(canvas.center().x() - card.width() // 2, canvas.bottom() - card.height()))


def _spot(look: Look) -> Spot | None:
    """Return what is pinned: layer and unit, for a weight its source as well."""
    pin = look.pin
    if not pin:
        return None
    return Spot(pin[0], pin[1] - 1, pin[2] - 1 if len(pin) > 2 else -1, look.kernel)


def fold(network: NetworkPanel, wanted: bool) -> None:
    """Show the first lines of the card alone, or all of them."""
    network.card_view.fold_chosen = True
    if network.card_view.folded != wanted:
        network.card_view.fold_button.click()
