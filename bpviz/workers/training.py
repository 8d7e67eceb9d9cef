"""Drives a `Training` in a thread of its own.

The loop itself is a pure generator (`bpviz.training.loop`); here stands only when it goes on, when
it rests, and what is told to whom.  Commands are looked at between two iterations.  Every start ends
in exactly one ``run_ended``: finished, stopped or failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import Signal, Slot

from bpviz.data.dataset import Dataset
from bpviz.snapshot import Iteration, RunState
from bpviz.snapshot.probing import Change
from bpviz.text import Text
from bpviz.training.by_hand import keep
from bpviz.training.config import LiveSettings, RunConfig, StopConfig
from bpviz.training.dissecting import dissect
from bpviz.training.divergence import NotFinite
from bpviz.training.doctor import Doctor
from bpviz.training.family import IN_ITS_PLACE
from bpviz.training.loop import Training
from bpviz.training.safe_rate import with_safe_rate
from bpviz.workers.commands import Command
from bpviz.workers.gate import Gate
from bpviz.workers.looking import LookingWorker
from bpviz.workers.pace import Pace
from bpviz.workers.reports import Dissected, RunEnd, RunStarted

__all__ = ["Dissected", "RunEnd", "RunStarted", "StepKind", "TrainingWorker"]

UNDISTURBED_S = 0.15
"""So long a seek is not given up for a newer one: while a slider is dragged something is to be seen."""

StepKind = Literal["iteration", "epoch"]
Reached = Callable[[Iteration], bool]


class TrainingWorker(LookingWorker):
    """Lives in its own QThread; the public methods may be called from any thread."""

    iterated = Signal(object)
    """`Iteration`, for every one; connect it directly, and only to what is quick."""
    run_built = Signal(object)
    """`RunStarted`."""
    build_failed = Signal(object)
    """The exception; the run before goes on being there."""
    run_ended = Signal(object)
    """`RunEnd`, once for every start."""
    dissected = Signal(object)
    """`Dissected`, once for every `walk`; the snapshot that goes with it waits in ``snapshots``."""
    diagnosed = Signal(object)
    """`Diagnosis`, whenever the doctor has looked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        self._doctor = Doctor()
        self._pace = Pace()
        self._until: StepKind | int | Reached | None = None
        self._seek_to: int | None = None
        self._sought: int | None = None
        self._quit = self._leaving = False
        self.lit: tuple[int | None, int] = (None, 0)
        """The operation that is lit, and of how many: the window's, told with the state."""

    # -- commands, from any thread ---------------------------------------------------------------

    def build(
        self, config: RunConfig, dataset: Dataset | None = None, beside: str | Text | None = None
    ) -> None:
        """Start anew with ``config``; ``dataset`` spares reading a file again.

        ``beside`` keeps the run before, with those beside it, and names the branch that the new one is.
        """
        self._leaving = True
        self._commands.post(lambda: self._build(config, dataset, beside))

    def train(self) -> None:
        """Go on until a stop."""
        self._commands.post(lambda: self._go(None))

    def step(self, kind: StepKind) -> None:
        """Do one iteration, or what is left of an epoch."""
        self._commands.post(lambda: self._go(kind))

    def train_to(self, goal: int | Reached) -> None:
        """Go on to an iteration that is yet to come, or to the first that is ``goal``, or a stop."""
        self._commands.post(lambda: self._go(goal))

    def pause(self) -> None:
        """Rest after the present iteration."""
        self._commands.post(self._rest)

    def seek(self, iteration: int) -> None:
        """Rest, and take the run to a recorded iteration; of many asked in a row the newest counts."""
        waiting, self._seek_to = self._seek_to is not None, iteration
        if not waiting:
            self._commands.post(self._seek_newest)

    def back(self) -> None:
        """Rest, and take the run one iteration back."""
        self._commands.post(lambda: self._seek(self._training.iteration - 1 if self._training else 0))

    def visit(self, branch: int, iteration: int | None = None) -> None:
        """Rest, and go to an iteration of another branch; None is its newest."""
        self._seek_to = None
        self._commands.post(lambda: self._visit(branch, iteration))

    def walk(self, iteration: int | None, sample: int = -1, number: int = 0) -> None:
        """Rest at ``iteration`` (None: at once), doing it where it is new, and take the next apart.

        Numbers that are changed by hand there count; ``sample`` is traced where the batch has it not, too.
        """
        self._commands.post(lambda: self._walk(iteration, sample, number))

    def imagine(self, changes: tuple[Change, ...]) -> None:
        """Rest, and show what would follow from these changes until the run goes elsewhere; () ends it."""
        self._commands.post(lambda: self._imagine(changes))

    def keep(self, changes: tuple[Change, ...]) -> None:
        """Rest, and change parameters for good: an iteration of its own."""
        self._commands.post(lambda: self._keep(changes))

    def reset(self) -> None:
        """Take the run back to its start, as a new run with the same settings."""
        self._leaving = True
        self._commands.post(self._reset)

    def shelve(self) -> None:
        """Rest, and put the run aside whole: `take_back` brings it back after others."""
        self._commands.post(self._shelve)

    def take_back(self, config: RunConfig) -> None:
        """Bring back the run that was put aside, all that is recorded of it included.

        Parameters
        ----------
        config : RunConfig
            Its settings, with those that were changed while it ran.
        """
        self._leaving = True
        self._commands.post(lambda: self._take_back(config))

    def apply(self, live: LiveSettings, stop: StopConfig) -> None:
        """Use other live settings and stops from the next iteration on."""
        self._commands.post(lambda: self._apply(live, stop))

    def set_speed(self, per_second: float) -> None:
        """Allow so many iterations a second."""
        self._commands.post(lambda: self._pace.set_limit(per_second))

    def quit(self) -> None:
        """End the loop; the thread is then free to end."""
        self._quit = self._leaving = True
        self._commands.wake()

    def state(self) -> RunState:
        """Return what the run is doing; cheap, from any thread."""
        training = self._training
        if training is None:
            return RunState(0, False, 0, 0, 0.0)
        running = self._going is not None
        speed = self._pace.speed() if running and self._until is None else 0.0
        last = max(training.recorder.last, 0)
        # While it is on its way through the record, where it goes to is where it stands.
        aims = (self._seek_to, self._sought, training.iteration)
        position = min(next(aim for aim in aims if aim is not None), last)
        places = training.branches.present.id, training.branches.version + training.family.version
        told = running, position, last, speed, training.stopped
        return RunState(training.info.run_id, *told, *self.lit, *places)

    # -- the loop, in the worker's thread --------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Work until `quit`."""
        while not self._quit:
            if self._commands.pending:
                for command in self._commands.take():
                    self._obey(command)
            if self._quit:
                break
            self._serve()
            if self._going is None:
                self._commands.wait()
            elif (wait := self._pace.wait_s()) > 0:
                held = self._snapshot_due - time.perf_counter()
                self._commands.wait(min(wait, held) if self.snapshots.wanted and held > 0 else wait)
            else:
                if self.gate.closed:
                    self.gate.wait()
                self._advance()
        self._rest()

    def _obey(self, command: Command) -> None:
        try:
            command()
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self._fail(error)

    def _advance(self) -> None:
        """Go on until something is wanted or the run ends; tell every iteration, and the end."""
        training, going = self._training, self._going
        if training is None or going is None:
            return
        commands, snapshots, jobs, gate = self._commands, self.snapshots, self.surface_jobs, self.gate
        pace = self._pace
        one_only = self._until is not None or pace.limited
        try:
            # The inner loop of the whole program: a few looks at a flag between two iterations.
            for iteration in going:
                self.iterated.emit(iteration)
                pace.count()
                if gate.closed or commands.pending or jobs.wanted or one_only:
                    break
                if snapshots.wanted and self._may_look():
                    break
            else:
                self._finish(training)
                return
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self._fail(error)
            return
        if training.stopped is None and self._step_is_done(training, iteration):
            self._end(RunEnd(training.info.run_id, "stopped"))

    def _step_is_done(self, training: Training, newest: Iteration) -> bool:
        if callable(self._until):
            return self._until(newest)
        if isinstance(self._until, int):
            return newest.iteration >= self._until
        if self._until == "iteration":
            return True
        return self._until == "epoch" and training.batches.at_epoch_end

    def _serve(self) -> None:
        """Post what was asked for, as of the last iteration."""
        training = self._training
        if training is None:
            return
        if (self.snapshots.wanted and self._may_look()) or self.surface_jobs.wanted:
            self._post(training)
        diagnosis = self._doctor.visit(training, resting=self._going is None)
        if diagnosis is not None:
            self.diagnosed.emit(diagnosis)

    def _imagine(self, changes: tuple[Change, ...]) -> None:
        if changes:
            self._rest()
        if self._training is not None:
            self._imagining.set(self._training, changes)
            self.snapshots.ask()
            self.surface_jobs.ask()

    def _keep(self, changes: tuple[Change, ...]) -> None:
        self._rest()
        self._imagining.end()
        if self._training is not None:
            self.iterated.emit(keep(self._training, changes))
            self.snapshots.ask()
            self.surface_jobs.ask()

    def _build(self, config: RunConfig, dataset: Dataset | None, beside: str | Text | None = None) -> None:
        self._rest()
        self._leaving = self._quit
        try:
            started, first = self._runs.build(config, dataset, beside)
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self.build_failed.emit(error)
            return
        self.run_built.emit(started)
        self.iterated.emit(first)
        self.snapshots.ask()
        self.surface_jobs.ask()

    def _shelve(self) -> None:
        self._rest()
        self._runs.shelve()

    def _take_back(self, config: RunConfig) -> None:
        self._rest()
        self._leaving = self._quit
        started = self._runs.take_back(config)
        if started is not None:
            self.run_built.emit(started)
            self.snapshots.ask()
            self.surface_jobs.ask()

    def _reset(self) -> None:
        old = self._runs.member()
        if old is not None:
            self._build(old.config, None, IN_ITS_PLACE)
            self._apply(old.training.live, old.training.stop)

    def _apply(self, live: LiveSettings, stop: StopConfig) -> None:
        if self._training is not None:
            self._training.apply(live)
            self._training.stop = stop

    def _go(self, kind: StepKind | int | Reached | None) -> None:
        if self._training is None:
            return
        self._until = kind
        if self._going is None:
            self._pace.restart()
            self._going = self._training.iterations(stops=kind not in ("iteration", "epoch"))

    def _rest(self) -> None:
        if self._going is not None and self._training is not None:
            self._end(RunEnd(self._training.info.run_id, "stopped"))

    def _seek(self, iteration: int) -> None:
        self._rest()
        if self._training is not None:
            self._training.stopped = None
            self._sought, begun = iteration, time.perf_counter()
            try:
                arrived = self._training.seek(iteration, lambda: self._is_outdated(begun))
            finally:
                self._sought = None
            if arrived or self._seek_to is None:
                self.snapshots.ask()
                self.surface_jobs.ask()

    def _is_outdated(self, begun: float) -> bool:
        """Whether a seek is to be given up: for a newer one, but not so early that none is ever seen."""
        return self._leaving or (self._seek_to is not None and time.perf_counter() - begun > UNDISTURBED_S)

    def _visit(self, branch: int, iteration: int | None) -> None:
        self._rest()
        brought = self._runs.bring(branch)
        if brought is not None:
            self._leaving = self._quit
            self.run_built.emit(brought)
        if self._training is not None:
            self._training.switch(branch)
            self._seek(self._training.line.last if iteration is None else iteration)

    def _walk(self, iteration: int | None, sample: int = -1, number: int = 0) -> None:
        self._rest()
        training, config = self._runs.training, self._runs.config
        if training is None or config is None:
            return
        if iteration is not None and training.iteration < iteration > training.recorder.last:
            self._go("iteration")
            while self._going is not None:
                self._advance()
        elif iteration is not None and iteration != training.iteration:
            self._seek(iteration)
        changed = self._imagining.view(training)
        view = changed or training
        try:
            made = replace(dissect(view, config, sample=sample), what_if=changed is not None)
        except NotFinite:
            made = None
        # In the same breath, so that every panel shows the same iteration.
        self._post_snapshot(view, what_if=changed is not None)
        self.dissected.emit(Dissected(training.info.run_id, training.iteration, made, number))

    def _seek_newest(self) -> None:
        target = self._sought = self._seek_to
        self._seek_to = None
        if target is not None:
            self._seek(target)
        self._sought = None

    def _finish(self, training: Training) -> None:
        diverged = with_safe_rate(training, lambda: self._leaving)
        said = (diverged.sentence(), None, diverged.safe_rate) if diverged else ()
        self._end(RunEnd(training.info.run_id, "finished", training.stopped, *said))

    def _fail(self, error: BaseException) -> None:
        run_id = self._training.info.run_id if self._training else 0
        self._end(RunEnd(run_id, "failed", error=error))

    def _end(self, end: RunEnd) -> None:
        self._going = self._until = None
        self.snapshots.ask()
        self.surface_jobs.ask()
        self.run_ended.emit(end)
