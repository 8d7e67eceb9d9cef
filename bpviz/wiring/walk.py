"""The walk through an iteration: from keys and buttons to the operation that every panel lights."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bpviz import messages
from bpviz.present import by_hand
from bpviz.present.walk.place import FINE, GRAINS, OUTSIDE, Grain, Sample, Target, Walk
from bpviz.present.walk.words import outside_note
from bpviz.snapshot import RunState
from bpviz.snapshot.dissection import PHASES, Dissection
from bpviz.text import Text
from bpviz.views.main_window import MainWindow
from bpviz.wiring.display import Display
from bpviz.wiring.runs import Runs
from bpviz.workers.training import Dissected, RunStarted, TrainingWorker

SLOW = 10.0
"""Train at no more than so many a second walks instead, where steps are operations or phases."""

PATIENCE_S = 0.025
"""So long the window waits for an iteration that is taken apart."""


class Walks(QObject):
    """Holds where the walk stands.

    Within one iteration a step is taken here, at once; into another the worker is asked, and takes the one
    that comes next apart.  While it is asked no other step is taken.

    Signals
    -------
    sample_wanted(int)
        The numbers of this training sample are wanted everywhere.
    """

    sample_wanted = Signal(int)

    def __init__(self, window: MainWindow, worker: TrainingWorker, display: Display, runs: Runs) -> None:
        super().__init__(window)
        self.window, self.worker, self.display, self.runs = window, worker, display, runs
        self.walk = Walk()
        self.dissection: Dissection | None = None
        self._asked: Target | None = None
        self._number = 0
        self.stays: Callable[[], bool] = lambda: False
        self.holds_up: Callable[[Target], bool] | None = None
        self.waits_for: Callable[[], bool] = lambda: False
        self._wanted: Sample | None = None
        self._data: tuple[str, int] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        strip = window.strip
        for signal, slot in (
            (worker.dissected, self._on_worker_dissected),
            (worker.run_built, self._on_worker_run_built),
            (display.state_shown, self._on_display_state_shown),
            (window.train_toggled, self._on_window_train_toggled),
            (window.step_requested, self._on_window_step_requested),
            (window.back_requested, self._on_window_back_requested),
            (window.seek_requested, self.leave),
            (window.reset_requested, self.leave),
            (window.edited, self.leave),
            (window.language_requested, self._on_window_language_requested),
            (strip.stepped, self._on_strip_stepped),
            (strip.phase_chosen, self._on_strip_phase_chosen),
            (strip.play_toggled, self.toggle_play),
            (strip.pace_chosen, self._on_strip_pace_chosen),
            (strip.sample_chosen, self._on_strip_sample_chosen),
        ):
            signal.connect(slot)

    # --- steps ---

    def step(self, grain: Grain) -> None:
        """Go on by a grain."""
        if grain not in FINE:
            if self._held():
                return
            self.leave()
            self.runs.step("epoch" if grain == "epoch" else "iteration")
            return
        self._place()
        if self.worker.state().running:
            self._ask(Target(-1, self.walk.next(grain).entry))
        else:
            self._go(self.walk.next(grain))

    def back(self, grain: Grain) -> None:
        """Go back by a grain; of an iteration in hand first to its beginning."""
        self._place()
        target = self.walk.previous(grain)
        if grain in FINE or target is None:
            if target is not None:
                self._go(target)
            return
        resting = not self.walk.on
        if (resting or grain == "epoch") and self._held():
            return
        self.leave()
        if grain == "epoch":
            self.runs.seek(target.iteration)
        elif resting:
            self.runs.back()

    def go_to(self, target: Target) -> None:
        """Stand at a place; at rest this is where the run stands."""
        self.stop()
        self._place()
        self._go(target)

    def _place(self) -> None:
        """At rest, stand where the run stands."""
        if not self.walk.on:
            info = self.display.info
            per_epoch = info.iterations_per_epoch if info is not None else 1
            self.walk = replace(self.walk, iteration=self.worker.state().position, per_epoch=per_epoch)

    def _go(self, target: Target) -> None:
        if self._asked is not None:
            return
        if self.walk.within(target):
            if self.holds_up is not None and self.holds_up(target):
                return
            self.walk = self.walk.arrive(target, self.walk.operations)
            self.show()
        elif target.entry == "rest":
            self.leave()
        elif target.iteration == self.worker.state().position or not self._held():
            self._ask(target)

    def _held(self) -> bool:
        """Whether the run must stay at its iteration; whoever holds it there says why."""
        if not self.stays():
            return False
        self.stop()
        return True

    def again(self) -> None:
        """Take the iteration apart anew where the run stands, and be at the same operation."""
        if self._asked is not None:
            self._put(self._asked)
        elif self.walk.operation is not None:
            self._put(Target(-1, self.walk.operation))

    def _ask(self, target: Target) -> None:
        """Have the worker take an iteration apart; −1 is the one at which it will rest."""
        if self._asked is None:
            self._put(target)

    def _put(self, target: Target) -> None:
        """Ask the worker; what it was asked before does not count any more."""
        self._asked, self._number = target, self._number + 1
        sample = self._wanted if isinstance(self._wanted, int) else -1
        self.worker.walk(None if target.iteration < 0 else target.iteration, sample, self._number)
        # Both at once would take the interpreter's lock from each other at every product: so the window
        # waits a moment, in which most networks are taken apart.
        done = threading.Event()
        self.worker.look(lambda _training: done.set())
        done.wait(PATIENCE_S)

    @Slot(object)
    def _on_worker_dissected(self, made: Dissected) -> None:
        asked, info = self._asked, self.display.info
        if made.number != self._number:
            return
        if asked is None or info is None or made.run_id != info.run_id:
            self._asked = None
            return
        self.display.show_now()
        self._asked = None
        if asked.iteration not in (-1, made.iteration):
            self.leave()  # a stop came between, which is told already
            return
        if made.dissection is None:
            self.leave()
            messages.warning(Text("The next iteration leaves the finite numbers: it cannot be taken apart."))
            return
        self.dissection = made.dissection
        target = Target(made.iteration, asked.entry)
        self.walk = self.walk.arrive(target, made.dissection.operations)
        self._find_sample()
        self.show()

    # --- whose numbers ---

    @Slot(object)
    def _on_worker_run_built(self, started: RunStarted) -> None:
        """Forget the chosen sample where the data are others."""
        self.leave()
        data = started.info.name, started.info.samples
        if data != self._data:
            self._data, self._wanted = data, None

    def choose(self, sample: Sample) -> None:
        """Show a training sample's numbers, or the mean's; one outside the batch is traced by itself."""
        if sample == self._wanted:
            return
        self._wanted = sample
        batch = self._batch
        if batch is None or not batch.batch_size:
            return
        if sample == "mean" or sample in batch.rows:
            self.dissection = batch
            self._find_sample()
            self.show()
        else:
            self.again()

    @property
    def _batch(self) -> Dissection | None:
        """The iteration over the samples of its batch."""
        return None if self.dissection is None else self.dissection.outside_of or self.dissection

    @Slot(object)
    def _on_strip_sample_chosen(self, sample: Sample) -> None:
        batch = self._batch
        if batch is None or sample == OUTSIDE:
            return
        row = -1 if sample == "mean" else int(batch.rows[sample])
        self._wanted = row if row >= 0 else "mean"
        self.dissection = batch
        self.walk = replace(self.walk, sample=sample)
        self.show()
        if row >= 0:
            self.sample_wanted.emit(row)

    def _find_sample(self) -> None:
        """Keep to the chosen sample where this batch has it; a sequence has more to show than a mean."""
        dissection, info = self.dissection, self.display.info
        found: Sample = "mean"
        if dissection is not None and self._wanted != "mean":
            places = (dissection.rows == self._wanted).nonzero()[0]
            sequences = info is not None and info.sequence_shape is not None
            if places.size:
                found = int(places[0])
            elif len(dissection.rows) == 1 or (sequences and dissection.rows[0] >= 0):
                found = 0
        self.walk = replace(self.walk, sample=found)
        if dissection is not None and found != "mean":
            row = int(dissection.rows[found])
            if row >= 0 and row != self.worker.request.sample:
                self.sample_wanted.emit(row)

    def _note(self) -> str:
        """Say that it is a change by hand, or that the chosen sample is not among those learnt from now."""
        dissection, operation = self.dissection, self.walk.current
        if dissection is None or operation is None:
            return ""
        if dissection.by_hand and self.display.info is not None:
            return by_hand.note(self.display.info, dissection)
        return outside_note(dissection, operation.phase)

    # --- showing and leaving ---

    def show(self) -> None:
        """Light in every panel where the walk stands."""
        walk = self.walk
        self.worker.lit = (walk.operation, len(walk.operations) if walk.on else 0)
        self.window.show_walk(walk, self.dissection if walk.on else None, self._note())
        self.display.hasten()

    @Slot(str)
    def _on_window_language_requested(self, _code: str) -> None:
        QTimer.singleShot(0, self, self._say_again)  # once the language is another

    def _say_again(self) -> None:
        if self.walk.on:
            self.window.strip.show_walk(self.walk, self.dissection, self._note())

    @Slot()
    def leave(self) -> None:
        """Be at rest: something else is wanted."""
        self._asked = None
        self.stop()
        if self.walk.on:
            self.walk, self.dissection = replace(self.walk, operation=None, operations=()), None
            self.show()

    @Slot(object)
    def _on_display_state_shown(self, state: RunState) -> None:
        """Leave where the run goes elsewhere, whoever sent it there."""
        elsewhere = state.running or state.position != self.walk.iteration
        if self.walk.on and self._asked is None and elsewhere:
            self.leave()

    # --- by itself ---

    @Slot()
    def toggle_play(self) -> None:
        """Walk on by itself, or rest."""
        if self._timer.isActive():
            self.stop()
        else:
            self.play(self.window.strip.chosen_pace)

    def play(self, per_second: float) -> None:
        """Walk on so many steps a second: operations, where steps are whole iterations."""
        self._timer.start(round(1000 / per_second))
        self.window.strip.show_playing(True)
        self._on_timer_timeout()

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def resume(self) -> None:
        """Walk on by itself from the next beat on."""
        self._timer.start(round(1000 / self.window.strip.chosen_pace))
        self.window.strip.show_playing(True)

    def stop(self) -> None:
        """Rest where it is."""
        self._timer.stop()
        self.window.strip.show_playing(False)

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self.waits_for():
            return  # a window has not been everywhere yet
        grain = self.window.grain
        self.step(grain if grain in FINE else "operation")

    # --- what the user did ---

    @Slot()
    def _on_window_train_toggled(self) -> None:
        if self._timer.isActive():
            self.stop()
        elif self.window.grain in FINE and self.runs.speed <= SLOW and not self.worker.state().running:
            self.play(self.runs.speed)
        else:
            self.leave()
            self.runs.toggle()

    @Slot(str)
    def _on_window_step_requested(self, kind: str) -> None:
        self.stop()
        self.step(next((grain for grain in GRAINS if grain == kind), self.window.grain))

    @Slot()
    def _on_window_back_requested(self) -> None:
        self.stop()
        self.back(self.window.grain)

    @Slot(bool)
    def _on_strip_stepped(self, on: bool) -> None:
        (self._on_window_step_requested("") if on else self._on_window_back_requested())

    @Slot(str)
    def _on_strip_phase_chosen(self, name: str) -> None:
        self.stop()
        phase = next(each for each in PHASES if each == name)
        self._place()
        if self.worker.state().running:
            self._ask(Target(-1, phase))
        else:
            self._go(self.walk.phase(phase))

    @Slot(float)
    def _on_strip_pace_chosen(self, per_second: float) -> None:
        if self._timer.isActive():
            self._timer.setInterval(round(1000 / per_second))
