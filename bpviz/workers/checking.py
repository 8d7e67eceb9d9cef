"""Checks gradients in a thread of its own; every check ends in exactly one of finished, stopped, failed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from PySide6.QtCore import QObject, Signal, Slot

from bpviz.engine.objective import Array, Batch, Objective
from bpviz.errors import Cancelled
from bpviz.present.gradients.check import CheckReport, CheckRequest
from bpviz.snapshot import frozen
from bpviz.training.checking import check_at, chosen_rows, remarks, valley_at
from bpviz.training.loop import Training
from bpviz.workers.commands import Commands
from bpviz.workers.gate import Gate


@dataclass(frozen=True)
class CheckJob:
    """All that a check is made from; its objective and arrays are nobody else's."""

    number: int
    run_id: int
    iteration: int
    objective: Objective
    theta: Array
    rows: Batch
    names: tuple[str, ...]
    request: CheckRequest

    @classmethod
    def of(cls, training: Training, request: CheckRequest, number: int = 0) -> Self:
        """Take the job from a run, between two of its iterations."""
        objective = training.objective.clone()
        objective.set_penalties(training.live.penalties)
        objective.recall(training.objective.memory())
        objective.begin(training.iteration)
        info = training.info
        rows = _rows(training, request)
        return cls(
            number,
            info.run_id,
            training.iteration,
            objective,
            frozen(training.theta),
            rows,
            info.parameter_names,
            request,
        )

    @property
    def samples(self) -> int:
        """How many samples are looked at."""
        return self.objective.sample_count if self.rows is None else len(self.rows)


def _rows(training: Training, request: CheckRequest) -> Batch:
    """Return the samples that ``request`` wants; a smaller set is taken whole."""
    if request.samples == "batch":
        batch = training.last_batch
        return None if batch is None else frozen(batch)
    there = training.objective.sample_count
    if request.samples == "all" or request.count >= there:
        return None
    return chosen_rows(training.objective, request.count, training.batches.seed)


@dataclass(frozen=True)
class CheckEnd:
    """How a check ended."""

    number: int
    kind: Literal["finished", "stopped", "failed"]
    report: CheckReport | None = None
    error: BaseException | None = None


@dataclass(frozen=True)
class CheckProgress:
    """How far a check is: its stage, and what is done of how much."""

    number: int
    stage: Literal["check", "valley"]
    done: int
    total: int


class CheckingWorker(QObject):
    """Lives in its own QThread; `new`, `take`, `cancel` and `quit` may be called from any thread."""

    progressed = Signal(object)
    """`CheckProgress`."""
    ended = Signal(object)
    """`CheckEnd`, once for every check."""

    def __init__(self, gate: Gate | None = None) -> None:
        super().__init__()
        self.gate = gate or Gate()
        self._commands = Commands()
        self._numbers = itertools.count(1)
        self._newest = 0
        self._quit = False

    def new(self) -> int:
        """Return the number of a check to come; the one before is given up."""
        self._newest = next(self._numbers)
        return self._newest

    def cancel(self) -> None:
        """Give up what is being checked."""
        self._newest = 0

    def take(self, training: Training, request: CheckRequest, number: int) -> None:
        """Take check ``number`` from a run, in the thread that trains."""
        try:
            job = CheckJob.of(training, request, number)
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self.ended.emit(CheckEnd(number, "failed", error=error))
        else:
            self.submit(job)

    def submit(self, job: CheckJob) -> None:
        """Check this one after those that wait."""
        self._commands.post(lambda: self._check(job))

    def quit(self) -> None:
        """End the loop."""
        self._quit = True
        self._commands.wake()

    @Slot()
    def run(self) -> None:
        """Work until `quit`."""
        while not self._quit:
            self._commands.wait()
            for command in self._commands.take():
                command()

    def _check(self, job: CheckJob) -> None:
        try:
            report = self._report(job)
        except Cancelled:
            self.ended.emit(CheckEnd(job.number, "stopped"))
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self.ended.emit(CheckEnd(job.number, "failed", error=error))
        else:
            self.ended.emit(CheckEnd(job.number, "finished", report))

    def _report(self, job: CheckJob) -> CheckReport:
        request, objective = job.request, job.objective
        if self._should_stop(job):
            raise Cancelled

        def should_stop() -> bool:
            return self._should_stop(job)

        at = (objective, job.theta, job.rows)
        check = check_at(*at, request, should_stop, self._teller(job, "check"))
        valley = valley_at(*at, should_stop, self._teller(job, "valley")) if request.valley else None
        report = CheckReport(
            job.run_id,
            job.iteration,
            job.samples,
            request,
            check,
            job.names,
            valley,
            tuple(remarks(objective, request.method)),
        )
        # Found here, not in the window: a large network has tens of thousands of names.
        report.layer_rows()
        return report

    def _teller(self, job: CheckJob, stage: Literal["check", "valley"]) -> Callable[[int, int], None]:
        """Return what tells the progress in whole percents."""
        told = -1

        def tell(done: int, total: int) -> None:
            nonlocal told
            percent = 100 * done // max(total, 1)
            if percent != told:
                told = percent
                self.progressed.emit(CheckProgress(job.number, stage, done, total))

        return tell

    def _should_stop(self, job: CheckJob) -> bool:
        """Wait while the window paints; then say whether the check is still wanted."""
        if self.gate.closed:
            self.gate.wait()
        return self._quit or self._newest != job.number
