"""Computes loss surfaces in a thread of its own, always the newest job, never the one before."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Objective
from bpviz.engine.samples import Samples
from bpviz.errors import Cancelled
from bpviz.landscape import Plane, make_plane, surface
from bpviz.snapshot import SurfaceGrid, SurfaceRequest, frozen
from bpviz.training.loop import Training
from bpviz.training.mailbox import Mailbox
from bpviz.workers.commands import Commands
from bpviz.workers.gate import Gate

Array = NDArray[np.floating]

# After a surface the thread rests for this multiple of the time that it took: the training and the
# window have the two cores most of the time.  A run at rest does not wait for it.
REST = 3.0
PATH_POINTS = 300
SHORTEST_REST_S, LONGEST_REST_S = 0.2, 1.0


@dataclass(frozen=True)
class SurfaceJob:
    """All that a surface is made from; its arrays are nobody else's."""

    run_id: int
    iteration: int
    objective: Objective
    theta: Array
    path: Array
    path_iterations: NDArray[np.int64]
    penalties: Mapping[str, float]
    memory: Array | None
    request: SurfaceRequest
    urgent: bool = False
    samples: Samples | None = None
    """What the loss is over, as it was then: by hand a sample can be changed on the way."""

    @classmethod
    def of(cls, training: Training, request: SurfaceRequest, *, urgent: bool = False) -> Self:
        """Take the job from a run, between two of its iterations; one of a run at rest is urgent."""
        iterations, thetas = training.checkpoints.path(training.iteration, PATH_POINTS)
        return cls(
            training.info.run_id,
            training.iteration,
            training.objective,
            frozen(training.theta),
            np.array(thetas),
            iterations,
            dict(training.live.penalties),
            training.objective.memory(),
            SurfaceRequest("axes", span=request.span) if training.info.kind == "function" else request,
            urgent,
            training.objective.train if isinstance(training.objective, NetworkObjective) else None,
        )


class SurfaceWorker(QObject):
    """Lives in its own QThread; `submit` and `quit` may be called from any thread."""

    failed = Signal(object)
    """An exception that no surface should raise; the next job is tried all the same."""

    def __init__(self, gate: Gate | None = None) -> None:
        super().__init__()
        self.gate = gate or Gate()
        self.grids: Mailbox[SurfaceGrid] = Mailbox()
        self._jobs: Mailbox[SurfaceJob] = Mailbox()
        self._commands = Commands()
        self._objective: tuple[int, Objective] | None = None
        self._plane: tuple[object, Plane] | None = None
        self._run_id = 0
        self._quit = False
        self._disturbed = threading.Event()

    def submit(self, job: SurfaceJob) -> None:
        """Compute this one next; one that waits is forgotten, one of an older run is given up."""
        self._run_id = job.run_id
        self._jobs.post(job)
        if job.urgent:
            self._disturbed.set()
        self._commands.wake()

    def quit(self) -> None:
        """End the loop."""
        self._quit = True
        self._disturbed.set()
        self._commands.wake()

    @Slot()
    def run(self) -> None:
        """Work until `quit`."""
        while not self._quit:
            self._commands.take()
            job = self._jobs.take()
            if job is None:
                self._commands.wait()
                continue
            begun = time.perf_counter()
            self._compute(job)
            taken = time.perf_counter() - begun
            self._disturbed.wait(min(LONGEST_REST_S, max(SHORTEST_REST_S, REST * taken)))
            self._disturbed.clear()

    def _compute(self, job: SurfaceJob) -> None:
        objective = self._own(job)
        try:
            grid = surface(
                objective,
                job.theta,
                job.request,
                job.path,
                job.path_iterations,
                plane=self._plane_of(job, objective),
                run_id=job.run_id,
                iteration=job.iteration,
                should_stop=lambda: self._should_stop(job),
            )
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - told to the window, which knows what to do with it
            self.failed.emit(error)
            return
        self.grids.post(grid)

    def _should_stop(self, job: SurfaceJob) -> bool:
        """Wait while the window paints; then say whether the job is still wanted."""
        if self.gate.closed:
            self.gate.wait()
        return self._quit or self._run_id != job.run_id

    def _plane_of(self, job: SurfaceJob, objective: Objective) -> Plane:
        """Return the plane's directions: the same through a run, so that the picture does not twitch."""
        key = (job.run_id, job.request.kind, job.request.parameters, job.request.seed)
        if self._plane is None or self._plane[0] != key:
            start = job.path[0] if len(job.path) else job.theta
            self._plane = (key, make_plane(objective, start, job.request))
        return self._plane[1]

    def _own(self, job: SurfaceJob) -> Objective:
        """Return an objective with buffers of this thread's own."""
        if self._objective is None or self._objective[0] != job.run_id:
            self._objective = (job.run_id, job.objective.clone())
        objective = self._objective[1]
        if isinstance(objective, NetworkObjective) and job.samples is not None:
            objective.learn_from(job.samples)
        objective.set_penalties(job.penalties)
        objective.recall(job.memory)
        return objective
