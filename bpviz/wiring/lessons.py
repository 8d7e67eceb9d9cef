"""Lessons: from what the learner presses to the step on the screen, and back to the run before."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Slot

from bpviz.present.lessons import Lesson, all_lessons
from bpviz.present.lessons.scenes import Scene, scenes
from bpviz.present.lessons.sights import Sights, met
from bpviz.present.surface.camera import Camera
from bpviz.present.walk.place import Grain
from bpviz.snapshot import SnapshotRequest, SurfaceRequest
from bpviz.views.gradients.panel import GradientsPanel
from bpviz.views.loss.panel import LossPanel
from bpviz.views.main_window import MainWindow
from bpviz.views.network.panel import NetworkPanel
from bpviz.views.surface.panel import SurfacePanel
from bpviz.wiring.display import Display
from bpviz.wiring.lesson_stage import LessonStage, fold
from bpviz.wiring.runs import PutAside, Runs
from bpviz.wiring.walk import Walks

# How often it is looked whether what was to be tried was done.
LOOK_MS = 120
DONE = "lessons_done"


@dataclass(frozen=True)
class Before:
    """What there was before a lesson, and comes back after it."""

    run: PutAside
    request: SnapshotRequest
    surface: SurfaceRequest
    sizes: dict[str, tuple[int, int]]
    shown: frozenset[str]
    front: frozenset[str]
    grain: Grain
    gradients: bool
    log_choice: bool | None
    folded: bool


class Lessons(QObject):
    """Holds which lesson is on, and at which step."""

    def __init__(self, window: MainWindow, display: Display, runs: Runs, walks: Walks) -> None:
        super().__init__(window)
        self.window, self.display, self.runs, self.walks = window, display, runs, walks
        self.stage = LessonStage(window, display, runs, walks)
        self.lesson: Lesson | None = None
        self.at = 0
        self._scenes: tuple[Scene, ...] = ()
        self._before: Before | None = None
        self._camera: Camera | None = None
        self._wide: dict[str, tuple[int, int]] = {}
        self._narrow: dict[str, tuple[int, int]] = {}
        self._widen = False
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_look_timeout)
        panel = window.lessons
        panel.show_done(self._done())
        panel.chosen.connect(self.begin)
        panel.step_wanted.connect(self.go_to)
        panel.left.connect(self.leave)
        panel.opening.connect(self._on_panel_opening)
        panel.closed.connect(self._on_panel_closed)

    # --- a lesson ---

    @Slot(str)
    def begin(self, name: str) -> None:
        """Begin a lesson; the run that is there is put aside, whole."""
        if self._before is None:
            self._before = self._put_aside()
            self.stage.usual, self.stage.sizes = self._before.shown, self._before.sizes
        self.lesson = next(lesson for lesson in all_lessons() if lesson.id == name)
        self._scenes = scenes(self.lesson)
        self.go_to(0)
        self._look.start()

    @Slot(int)
    def go_to(self, at: int) -> None:
        """Show a step; after the last one the lesson is done."""
        if self.lesson is None:
            return
        if at >= len(self.lesson.steps):
            self._note_done(self.lesson)
            self.leave()
            self.window.lessons.list.focus_first()
            return
        self.at = max(at, 0)
        surface = self.window.panels().get("surface")
        self._camera = surface.canvas.camera if isinstance(surface, SurfacePanel) else None
        self.window.lessons.show_step(self.lesson, self.at)
        self.stage.set_scene(self._scenes[self.at], self.lesson.steps[self.at])

    @Slot()
    def leave(self) -> None:
        """End the lesson wherever it is; the run before it comes back as it was."""
        self.lesson = None
        self._look.stop()
        self.stage.stop()
        self.window.lessons.frame(None)
        self.window.lessons.show_list()
        if self._before is not None:
            before, self._before = self._before, None
            self._bring_back(before)
            self.stage.explanation_wanted.emit(True)

    def stop(self) -> None:
        """Do nothing more: the window closes."""
        self._look.stop()
        self.stage.stop()

    # --- what was there before ---

    def _put_aside(self) -> Before:
        worker, panels = self.runs.worker, self.window.panels()
        network, loss = panels.get("network"), panels.get("loss")
        self.walks.leave()
        host = self.window.host
        self.window.lessons.kept_layout = host.saved_layout()
        return Before(
            self.runs.put_aside(),
            worker.request,
            worker.surface_request,
            host.sizes(),
            frozenset(key for key, dock in host.docks.items() if not dock.isHidden()),
            frozenset(key for key in host.docks if self.window.panel_visible(key)),
            self.window.grain,
            isinstance(network, NetworkPanel) and network.footer.gradients.isChecked(),
            loss.plot.log_choice if isinstance(loss, LossPanel) else None,
            isinstance(network, NetworkPanel) and network.card_view.folded,
        )

    def _bring_back(self, before: Before) -> None:
        worker, panels = self.runs.worker, self.window.panels()
        self.walks.leave()
        self.window.set_grain(before.grain)
        network, surface = panels.get("network"), panels.get("surface")
        if isinstance(network, NetworkPanel):
            network.canvas.let_go()
            network.card_view.placed = None
            network.footer.gradients.setChecked(before.gradients)
            fold(network, before.folded)
            network.card_view.fold_chosen = before.folded
        if isinstance(loss := panels.get("loss"), LossPanel):
            loss.plot.log_choice = before.log_choice
        worker.request, worker.surface_request = before.request, before.surface
        if isinstance(surface, SurfacePanel):
            surface.controls.request = before.surface
        self.runs.take_back(before.run)
        self._put_panels_back(before)

    def _put_panels_back(self, before: Before) -> None:
        """Show the panels that were shown, at their sizes; one that the learner moved stays there."""
        docks = self.window.host.docks
        for key, dock in docks.items():
            dock.setVisible(key in before.shown)
        for key in before.front:
            docks[key].bring()
        self.window.host.set_sizes({key: size for key, size in before.sizes.items() if key in before.shown})
        self.window.lessons.kept_layout = ""

    # --- what the learner does ---

    @Slot()
    def _on_look_timeout(self) -> None:
        """Say how far it is, and light Next once what was to be tried is done."""
        if self.lesson is None:
            return
        step, busy = self.lesson.steps[self.at], self.stage.busy
        left = self.stage.goal.at is None
        # How it ended is told where it was waited for, and where the learner ended it.
        told = self.stage.goal if busy or left or step.until is not None else None
        self.window.lessons.step.goal.show_goal(told, busy=busy)
        if busy:
            return
        try_it = step.try_it
        sights = self.sights()
        if try_it is not None and try_it.when and sights is not None and met(try_it.when, sights):
            self.window.lessons.step.show_met(True)

    def sights(self) -> Sights | None:
        """Return what can be seen now; None while there is nothing."""
        info, snapshot, walk = self.display.info, self.display.snapshot, self.walks.walk
        if info is None or snapshot is None or snapshot.run_id != info.run_id:
            return None
        checks = self.window.panels().get("gradients")
        return Sights(
            self.runs.config,
            info,
            snapshot,
            self.display.history(),
            self.walks.dissection if walk.on else None,
            walk.operation,
            walk.sample,
            checks.report if isinstance(checks, GradientsPanel) else None,
            self._pinned(),
            self._turned(),
        )

    def _pinned(self) -> int:
        network = self.window.panels().get("network")
        spot = network.canvas.scene.pinned if isinstance(network, NetworkPanel) else None
        return -1 if spot is None else spot.layer

    def _turned(self) -> float:
        surface = self.window.panels().get("surface")
        if not isinstance(surface, SurfacePanel) or self._camera is None:
            return 0.0
        now, then = surface.canvas.camera, self._camera
        return abs(now.azimuth - then.azimuth) + abs(now.elevation - then.elevation)

    @Slot()
    def _on_panel_opening(self) -> None:
        self._wide = self._narrow = self.window.host.sizes()
        QTimer.singleShot(0, self._note_narrow)

    @Slot()
    def _note_narrow(self) -> None:
        self._narrow = self.window.host.sizes()

    @Slot()
    def _on_panel_closed(self) -> None:
        # What the learner has drawn otherwise since stays so.
        before = self._before.sizes if self._before is not None else self.window.host.sizes()
        self._widen = before == self._narrow
        self.leave()
        self.window.lessons.hide()
        QTimer.singleShot(0, self._take_room_back)

    @Slot()
    def _take_room_back(self) -> None:
        """Give the panels the widths that they had before the lessons took their room."""
        if self._widen and self.window.host.sizes().keys() == self._wide.keys():
            self.window.host.set_sizes(self._wide)

    # --- what was done ---

    def _done(self) -> list[str]:
        kept = self.window.settings.value(DONE, [])
        return [str(name) for name in kept] if isinstance(kept, list) else []

    def _note_done(self, lesson: Lesson) -> None:
        done = self._done()
        if lesson.id not in done:
            done.append(lesson.id)
            self.window.settings.set_value(DONE, done)
        self.window.lessons.show_done(done)
