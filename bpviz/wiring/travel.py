"""Branches, bookmarks and the replay: from what the timeline asks to the worker, and back."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, Slot

from bpviz import messages
from bpviz.present.numbers import grouped
from bpviz.present.places import ShownPlaces, branch_title, mark_at, named, place_of
from bpviz.snapshot import RunState
from bpviz.text import Text, tr
from bpviz.training.branches import Note, Places
from bpviz.views.main_window import MainWindow
from bpviz.views.name_box import NameBox
from bpviz.wiring.display import Display
from bpviz.wiring.replay import Replay
from bpviz.wiring.runs import Runs
from bpviz.workers.training import TrainingWorker

FOLLOW_S = 0.25
"""So often the open list follows a run that goes on."""


class Travel(QObject):
    """Keeps the lists as the run has them, and goes where they lead."""

    def __init__(self, window: MainWindow, worker: TrainingWorker, display: Display, runs: Runs) -> None:
        super().__init__(window)
        self.window, self.worker, self.display, self.runs = window, worker, display, runs
        self.replay = Replay(runs, display)
        self.places: Places | None = None
        self._seen = (0, 0, 0)
        self._told: tuple[int, int, bool] = (0, 0, False)
        self._told_at = 0.0
        self.name_box, self._marked = NameBox(window), 0
        popup, timeline = window.places, window.timeline
        for signal, slot in (
            (display.state_shown, self._on_display_state_shown),
            (worker.places_told, self._on_worker_places_told),
            (worker.run_built, self._on_worker_run_built),
            (timeline.replay_requested, self.replay.toggle),
            (timeline.bookmark_requested, self.mark),
            (timeline.places_requested, self._tell),
            (window.menus.actions["places"].triggered, self._tell),
            (popup.bookmark_wanted, self.mark),
            (popup.branch_chosen, self.visit),
            (popup.branch_renamed, self._on_popup_branch_renamed),
            (popup.branch_deleted, self._on_popup_branch_deleted),
            (popup.bookmark_chosen, self._on_popup_bookmark_chosen),
            (popup.bookmark_renamed, self._on_popup_bookmark_renamed),
            (popup.bookmark_deleted, self._on_popup_bookmark_deleted),
            (self.replay.changed, timeline.show_playing),
            (self.name_box.answered, self._on_name_box_answered),
        ):
            signal.connect(slot)
        for asked in (
            window.train_toggled,
            window.step_requested,
            window.back_requested,
            window.reset_requested,
            window.seek_requested,
        ):
            asked.connect(self.replay.stop)

    @Slot(int)
    def visit(self, branch: int, iteration: int | None = None) -> None:
        """Go to a branch: to its newest iteration, or to another one."""
        self.replay.stop()
        self.worker.visit(branch, iteration)
        self._tell()

    @Slot()
    def mark(self) -> None:
        """Put a bookmark at the iteration on the screen."""
        state = self.worker.state()
        at = self.display.snapshot.iteration if self.display.snapshot is not None else state.position
        self.worker.look(lambda training: training.mark(at))
        self._tell()
        self._marked = at
        there = None if self.places is None else mark_at(self.places, at)
        suggested = tr("Iteration {iteration}", iteration=grouped(at)) if there is None else there.name
        self.name_box.ask(tr("Name of the bookmark:"), suggested, self.window.timeline.buttons["bookmark"])

    @Slot(str)
    def _on_name_box_answered(self, name: str) -> None:
        at = self._marked
        if name:
            self.worker.look(lambda training: training.branches.bookmarks.name(at, name))
            self._tell()
        messages.info(
            Text("“{name}” is marked.", name=name)
            if name
            else Text("Iteration {iteration} is marked.", iteration=grouped(at)),
            Text("Bookmarks"),
            self._open_bookmarks,
        )

    def _open_bookmarks(self) -> None:
        self.window.places.tabs.setCurrentIndex(1)
        self.window.open_places()

    @Slot()
    def _tell(self) -> None:
        self.worker.tell_places()
        self.display.hasten()

    # -- what the lists ask ------------------------------------------------------------------------

    @Slot(int, str)
    def _on_popup_branch_renamed(self, key: int, name: str) -> None:
        self.worker.look(lambda training: training.family.rename(training, key, name))
        self._tell()

    @Slot(int)
    def _on_popup_branch_deleted(self, key: int) -> None:
        self.worker.look(lambda training: training.family.delete(training, key))
        self._tell()

    @Slot(int)
    def _on_popup_bookmark_chosen(self, key: int) -> None:
        place = None if self.places is None else place_of(self.places, key)
        if self.places is None or place is None:
            return
        branch, iteration = place
        if branch == self.places.present:
            self.replay.stop()
            self.runs.seek(iteration)
        else:
            self.visit(branch, iteration)

    @Slot(int, str)
    def _on_popup_bookmark_renamed(self, key: int, name: str) -> None:
        self.worker.look(lambda training: training.family.rename_mark(training, key, name))
        self._tell()

    @Slot(int)
    def _on_popup_bookmark_deleted(self, key: int) -> None:
        self.worker.look(lambda training: training.family.remove_mark(training, key))
        self._tell()

    # -- what became of them -----------------------------------------------------------------------

    @Slot(object)
    def _on_display_state_shown(self, state: RunState) -> None:
        seen = state.run_id, state.branch, state.places
        if seen != self._seen or self._is_to_follow(state):
            self._seen, self._told_at = seen, time.monotonic()
            self._told = state.position, state.last, state.running
            self.worker.tell_places()

    def _is_to_follow(self, state: RunState) -> bool:
        """Whether the list is seen and its numbers are no more those of the run."""
        if not self.window.places.isVisible() or (state.position, state.last, state.running) == self._told:
            return False
        return not state.running or time.monotonic() - self._told_at > FOLLOW_S

    @Slot(object)
    def _on_worker_run_built(self, _started: object) -> None:
        self.replay.stop()
        self.places = None
        self.window.show_places(ShownPlaces())

    @Slot(object)
    def _on_worker_places_told(self, places: Places) -> None:
        info, before = self.display.info, self.places
        if info is None or places.run_id != info.run_id:
            return
        self.places = places
        self.window.show_places(ShownPlaces(places))
        for note in places.notes:
            self._say(note)
        if before is not None and before.present != places.present:
            self.runs.follow(places.live)

    def _say(self, note: Note) -> None:
        title = branch_title(note.branch)
        if note.kind == "dropped":
            messages.info(Text("There were too many branches: “{branch}” had to go.", branch=title))
            return
        fields = {"new": named(note.name, note.new), "branch": title}
        sentence = Text("“{new}” begins; “{branch}” stays.", **fields)
        if note.iteration:
            at = grouped(note.iteration)
            sentence = Text(
                "“{new}” begins at iteration {iteration}; “{branch}” stays.", iteration=at, **fields
            )
        messages.info(sentence, Text("Back to it"), partial(self.visit, note.branch.id))
