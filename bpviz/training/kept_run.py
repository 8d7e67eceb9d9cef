"""A run as it stands: what the next iterations follow from, and all that is kept of those before.

How it goes on from there is `bpviz.training.loop`'s; the way back is `bpviz.training.travel`'s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.objective import Batch, Objective
from bpviz.engine.optimizers.base import Optimizer, State
from bpviz.engine.schedules import Schedule
from bpviz.snapshot import GradientNorms, Iteration, RunInfo
from bpviz.training.batches import Batches
from bpviz.training.branches import Branches, Places
from bpviz.training.budget import BESIDE_BYTES
from bpviz.training.checkpoints import Checkpoint, Checkpoints
from bpviz.training.config import LiveSettings
from bpviz.training.family import Family
from bpviz.training.line import Line
from bpviz.training.recorder import Recorder
from bpviz.training.travel import seek

Array = NDArray[np.floating]

STATE_ARRAYS = 8
"""So many arrays of the length of θ a run has beside what its optimizer remembers, buffers included."""


@dataclass(frozen=True)
class Rehearsal:
    """The next iteration, tried out: its batch, L, η, ∇L, what it takes off θ, and what the optimizer
    remembers before and after it, and what it came upon.
    """

    batch: Batch
    loss: float
    learning_rate: float
    gradient: Array
    update: Array
    before: State
    after: State
    found: State


class KeptRun(ABC):
    """Where a run stands, and its record.

    Attributes
    ----------
    line : Line
        All that is recorded of the present branch.
    branches, family : Branches, Family
        The others, with the bookmarks; the runs that are kept beside this one.
    placed : bool
        Whether the run stands at an iteration of the line, with the gradient that made it.
    begun_with : LiveSettings
        In force when iteration 0 was told; a branch that begins there goes on with others.
    """

    info: RunInfo
    objective: Objective
    optimizer: Optimizer
    schedule: Schedule
    batches: Batches
    theta: Array
    live: LiveSettings
    begun_with: LiveSettings
    iteration: int
    placed: bool
    loss: float
    learning_rate: float
    gradient: Array
    update: Array
    line: Line
    branches: Branches
    family: Family
    _last_batch: Batch
    _searched_norms: GradientNorms | None

    @property
    def recorder(self) -> Recorder:
        """The losses of the present branch."""
        return self.line.recorder

    @property
    def checkpoints(self) -> Checkpoints:
        """The kept states of the present branch."""
        return self.line.checkpoints

    @property
    def nbytes(self) -> int:
        """How much memory all that is recorded takes, the other branches and runs included."""
        return self.line.nbytes + self.branches.nbytes + self.family.nbytes(self)

    @property
    def nbytes_beside(self) -> int:
        """How much memory the run takes once it is put aside, the data apart: see `data_bytes`."""
        record = self.line.nbytes + self.branches.nbytes
        return record + self.checkpoints.bytes_each + STATE_ARRAYS * self.theta.nbytes

    def data_bytes(self) -> dict[int, int]:
        """Return the bytes of each array of data, by its identity: runs may have it in common."""
        return {}

    def put_aside(self) -> None:
        """Keep no more than what another branch keeps, and no buffers, until `take_up`."""
        self.branches.put_aside(self.live)

    def make_room_for_another(self) -> int:
        """Rest while other runs are looked at, whole where the memory does; return the bytes kept."""
        if self.nbytes_beside > BESIDE_BYTES // 2:
            self.put_aside()
        self.family.reserved = self.nbytes_beside - self.branches.nbytes + BESIDE_BYTES // 4
        self.family.bound(self)
        return self.nbytes_beside + self.family.nbytes(self)

    def take_up(self) -> None:
        """Have all that is needed to go on again."""
        self.branches.take_up()

    @abstractmethod
    def start(self) -> Iteration:
        """Return iteration 0: the start, nothing updated yet."""

    @abstractmethod
    def advance(self) -> float:
        """Update θ once and return ‖∇L‖; no evaluation, no record."""

    @abstractmethod
    def apply(self, live: LiveSettings) -> None:
        """Use other live settings from the next iteration on."""

    @abstractmethod
    def use(self, live: LiveSettings) -> None:
        """Have the next update made with these settings."""

    @abstractmethod
    def use_samples(self, iteration: int) -> None:
        """Learn from the samples with all that was changed in them by hand up to ``iteration``."""

    @contextmanager
    def as_recorded(self) -> Iterator[None]:
        """Use the settings that made the next iteration, where it is recorded already."""
        live = self.live
        if self.iteration < self.line.last:
            self.use(self.line.settings_at(self.iteration)[0])
        try:
            yield
        finally:
            self.use(live)

    def rehearse(self) -> Rehearsal:
        """Return what the next iteration will be, to the bit, and leave the run as it stands.

        Raises
        ------
        NotFinite
            As `step` would.
        """
        with self.undisturbed() as kept:
            self.advance()
            return Rehearsal(
                self._last_batch,
                self.loss,
                self.learning_rate,
                self.gradient.copy(),
                self.update.copy(),
                kept.optimizer,
                self.optimizer.state(),
                self.optimizer.found(),
            )

    @contextmanager
    def undisturbed(self) -> Iterator[Checkpoint]:
        """Try something out: afterwards the run stands as it stood, which is what is handed over."""
        kept, live = self.place_now(), self.live
        gradient, update, memory = self.gradient.copy(), self.update.copy(), self._last_batch
        told = self.loss, self.learning_rate, self._searched_norms
        wants, self.checkpoints.closed = self.checkpoints.closed, True
        placed = self.placed
        try:
            yield kept
        finally:
            self.use(live)
            self.go_to(kept)
            self.placed = placed
            self.checkpoints.closed = wants
            self.gradient, self.update, self._last_batch = gradient, update, memory
            self.loss, self.learning_rate, self._searched_norms = told

    def seek(self, iteration: int, interrupted: Callable[[], bool] | None = None) -> bool:
        """Take the run to any recorded iteration of the present branch; see `travel.seek`."""
        return seek(self, iteration, interrupted)

    def places(self) -> Places:
        """Return all branches and bookmarks, those of the runs beside this one, too."""
        return self.family.places(self)

    def mark(self, iteration: int) -> None:
        """Put a bookmark at an iteration of the present branch."""
        self.branches.bookmarks.add(self.branches.present.id, min(iteration, self.line.last))

    def switch(self, branch: int) -> None:
        """Make another branch the present one; `seek` then goes to one of its iterations."""
        self.stand_on(branch)
        self.family.bound(self)

    def stand_on(self, branch: int) -> None:
        """Make another branch the present one, whatever memory the others then take."""
        self.branches.present.live = self.live
        if branch != self.branches.present.id and self.branches.has(branch):
            self.placed = self.placed and self.iteration <= self.branches.shared_until(branch)
            self.branches.go_to(branch)
            self.apply(self.branches.present.live)

    def go_to(self, kept: Checkpoint) -> None:
        """Put the run back to where a checkpoint was taken; the gradient that made it is not there yet."""
        self.theta[:] = kept.theta
        self.optimizer.restore(kept.optimizer)
        self.schedule.restore(dict(kept.schedule))
        self.objective.recall(kept.memory)
        self.batches.go_to(kept.batches)
        self.iteration = kept.iteration
        self.use_samples(self.iteration)
        self.placed = False

    def place_now(self) -> Checkpoint:
        """Return all that the next iterations follow from."""
        return Checkpoint(
            self.iteration,
            self.theta.copy(),
            self.optimizer.state(),
            self.batches.at(),
            self.schedule.state(),
            self.objective.memory(),
        )
