"""The training loop: a pure generator of iterations, and the way back to any of them.

Nothing here knows of threads or windows: the worker drives the generator and looks at its commands
between two iterations.  Symbols: θ, L, ∇L, η as in `bpviz.snapshot`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.objective import Batch, Objective
from bpviz.snapshot import (
    Evaluation,
    GradientNorms,
    Iteration,
    Metrics,
    RunInfo,
    Snapshot,
    SnapshotRequest,
    StopReason,
    frozen,
)
from bpviz.training.batches import Batches
from bpviz.training.branches import Branches
from bpviz.training.checkpoints import OBJECT_BYTES
from bpviz.training.config import LiveSettings, StopConfig
from bpviz.training.divergence import Divergence, NotFinite
from bpviz.training.edits import Edit
from bpviz.training.family import Family
from bpviz.training.kept_run import KeptRun
from bpviz.training.line import Line
from bpviz.training.method import Method
from bpviz.training.stops import NO_STOPS, StopWatch

Array = NDArray[np.floating]

# In an epoch of very many iterations the whole data are measured on the way as well: so seldom that
# it costs about as much as the training.
SHORTEST_MEASURE, MEASURE_SHARE = 1000, 25
# How far back a diverged run looks for an iteration whose loss is finite on all the data.
MOST_STEPS_BACK = 50


class Training(KeptRun):
    """One run: its objective, its optimizer, its place, and its record.

    Parameters
    ----------
    objective, method, batches
        What is descended, how, and in which portions.
    theta : (n,)
        The start; taken over and updated in place.
    live : LiveSettings
        In force from the first iteration; `apply` changes them.
    """

    def __init__(
        self,
        info: RunInfo,
        objective: Objective,
        method: Method,
        batches: Batches,
        theta: Array,
        live: LiveSettings,
        stop: StopConfig,
    ) -> None:
        self.info, self.objective, self.method, self.batches = info, objective, method, batches
        self.optimizer, self.schedule = method.optimizer, method.schedule
        self.theta, self.live, self.stop = theta, live, stop
        self.begun_with = live
        self.size = len(theta)
        self.iteration = 0
        self.stopped: StopReason | None = None
        self.divergence: Divergence | None = None
        self.placed = True
        self.gradient: Array = np.zeros_like(theta)
        self.update: Array = np.zeros_like(theta)
        self.loss = math.nan
        self.learning_rate = live.learning_rate
        self._last_batch: Batch = None
        self._searched_norms: GradientNorms | None = None
        self._bounded: Array = np.zeros_like(theta)
        self._measured_every = max(SHORTEST_MEASURE, self.objective.sample_count // MEASURE_SHARE)
        self._changed = True
        self.optimizer.start(self.size, theta.dtype)
        self.schedule.start()
        self.use(live)
        # A state for what the optimizer remembers, at least three times θ: the line search's own, say.
        first = self.place_now()
        self.line = Line(info.run_id, live, max(first.nbytes, OBJECT_BYTES + 4 * theta.nbytes))
        self.branches = Branches(self.line, live)
        self.family = Family()
        self.checkpoints.add(first)

    @property
    def epoch(self) -> float:
        """Epochs so far."""
        return self.batches.epoch

    @property
    def last_batch(self) -> Batch:
        """The samples of the last update, or of the first one to come; None stands for all."""
        return self._last_batch

    def apply(self, live: LiveSettings) -> None:
        """Use other live settings from the next iteration on."""
        self._changed = True
        self.use(live)

    def _settle(self) -> None:
        """Go on with the present settings: along what is recorded where that was made with them, else on
        a branch of its own.
        """
        self._changed = False
        if self.iteration < self.line.last and not self.line.goes_on_with(self.iteration, self.live):
            self.branches.fork(self.iteration, self.live)
            self.family.bound(self)
        if self.iteration >= self.line.last:
            self.line.go_on_with(self.iteration, self.live)

    def use(self, live: LiveSettings) -> None:
        """Have the next update made with these settings."""
        self.live = live
        self.batches.batch_size = live.batch_size
        self.objective.set_penalties(live.penalties)
        self._bounds = live.clip_value is not None or live.clip_norm is not None

    def iterations(self, *, stops: bool = True) -> Iterator[Iteration]:
        """Go on from where the run stands until a stop; the first of a new run is iteration 0.

        Without ``stops`` only a divergence ends it: who steps by hand goes past what was set for a training.

        Where the run was taken back, it goes along what was recorded as long as that was made with the
        same settings: the numbers are the same.  With others it goes on as a branch of its own.
        A run that diverges ends at its last good iteration; ``stopped`` says why any run ended.
        """
        self.stopped = self.divergence = None
        self._settle()
        recorder = self.recorder
        stop = self.stop if stops else NO_STOPS
        watch = StopWatch(stop, recorder.history(), self.iteration)
        if self.recorder.last < 0:
            self.begun_with = self.live
            first = self.start()
            self.recorder.add(first)
            yield first
            self.stopped = watch.reason(first)
        elif stop.iterations is not None and self.iteration >= stop.iterations:
            self.stopped = "iterations"
        while self.stopped is None:
            try:
                if self._changed:
                    self._settle()
                iteration = self.step()
                reason = watch.reason(iteration)
                if reason is not None and iteration.train is None:
                    self._require_finite()  # the last update was not looked at yet
            except NotFinite as failure:
                self._diverge(failure)
                return
            if iteration.iteration > recorder.last:
                recorder.add(iteration)
            elif iteration.iteration == recorder.last:
                self._changed = True  # what was recorded ends here
            # Set before it is handed out: whoever stops listening here still learns the reason.
            self.stopped = reason
            if reason == "early":
                self.seek(watch.best)
            yield iteration

    def start(self) -> Iteration:
        """Return iteration 0: the start, nothing updated yet."""
        batch = self._last_batch = self.batches.peek()
        self.objective.begin(self.iteration)
        self.learning_rate = self.schedule.rate(self.live.learning_rate, self.iteration)
        with np.errstate(all="ignore"):
            self.loss, self.gradient = self.method.loss_and_gradient(self.objective, self.theta, batch)
            self._searched_norms = self._norms_of(self.gradient)
        self.update = np.zeros_like(self.theta)
        return self._report()

    def step(self) -> Iteration:
        """Do one iteration: a batch, its loss and gradient, one update of θ.

        Raises
        ------
        NotFinite
            When the loss or its gradient is not finite; θ is then as it was.
        """
        return self._report(self.advance())

    def advance(self) -> float:
        """Update θ once and return ‖∇L‖; no evaluation, no record."""
        keeps = self.line.checkpoints.wants(self.iteration + 1)
        begun = time.perf_counter() if keeps else 0.0
        edit = self.line.edits.get(self.iteration + 1) if self.line.edits else None
        # A change by hand takes no samples: it is only told over those that come next.
        batch = self._last_batch = self.batches.next() if edit is None else self.batches.peek()
        objective, theta = self.objective, self.theta
        objective.begin(self.iteration)
        rate = self.schedule.rate(self.live.learning_rate, self.iteration)
        with np.errstate(all="ignore"):
            loss, gradient = self.method.loss_and_gradient(objective, theta, batch)
            # One number tells of every entry: a sum of squares is finite only if all of them are,
            # or if they are so large (1e154) that the next update would be lost all the same.
            norm = math.sqrt(float(gradient @ gradient))
            if not (math.isfinite(loss) and math.isfinite(norm)):
                raise NotFinite(self._place(batch))
            if self.optimizer.searches:
                # The search computes gradients elsewhere, in the objective's own buffers.
                gradient = gradient.copy()
                self._searched_norms = self._norms_of(gradient)
            if edit is None:
                self._update(loss, gradient, norm, rate, batch)
        if edit is not None:
            self._set_by_hand(edit)
        elif self.schedule.uses_loss:
            self.schedule.observe(loss, self.iteration)
        self.iteration += 1
        self.loss, self.gradient, self.learning_rate = loss, gradient, rate
        if keeps:
            self.checkpoints.note_seconds(time.perf_counter() - begun)
            self.checkpoints.add(self.place_now())
        return norm

    def _set_by_hand(self, edit: Edit) -> None:
        """Set numbers of θ and of the samples; ``update`` is what was taken off θ."""
        before = self.theta.copy()
        self.theta[edit.index] = edit.values
        self.update = before - self.theta
        self.use_samples(self.iteration + 1)

    @property
    def by_hand(self) -> bool:
        """Whether the last update was a change by hand."""
        return self.iteration in self.line.edits

    def use_samples(self, iteration: int) -> None:
        """Learn from the samples with all that was changed in them by hand up to ``iteration``."""

    def _update(self, loss: float, gradient: Array, norm: float, rate: float, batch: Batch) -> None:
        """Move θ once; ``update`` is what was taken off it."""
        objective, theta, optimizer = self.objective, self.theta, self.optimizer
        # A search looks at gradients elsewhere, too: bounded here alone, they would not fit together.
        if self._bounds and not optimizer.searches:
            gradient = self.method.bounded(gradient, norm, self.live, self._bounded)
        before = theta.copy() if objective.projects else None
        if optimizer.searches:

            def evaluate(at: Array) -> tuple[float, Array]:
                return self.method.loss_and_gradient(objective, at, batch)

            optimizer.search(theta, loss, gradient, rate, evaluate)
        else:
            optimizer.step(theta, gradient, rate)
        objective.after_step(theta, batch)
        self.update = optimizer.update if before is None else before - theta

    def _report(self, norm: float | None = None) -> Iteration:
        train = test = norms = None
        if self.batches.at_epoch_end or self._is_due():
            norms = self.gradient_norms()
            train, test = self.evaluate()
            if not math.isfinite(train.loss) and self.iteration:
                raise NotFinite(self._place())
        if norm is None:
            with np.errstate(all="ignore"):
                norm = float(np.linalg.norm(self.gradient))
        return Iteration(
            self.info.run_id,
            self.iteration,
            self.batches.epoch,
            self.loss,
            self.learning_rate,
            norm,
            train,
            test,
            norms,
        )

    def _place(self, batch: Batch = None) -> str:
        """Name where the numbers end: at what is not finite, else at the gradient that is too large."""
        return self.objective.where_not_finite(self.theta, batch) or self.objective.largest_gradient()

    def _is_due(self) -> bool:
        """Whether an epoch is so long that it is measured on the way, too."""
        return self.batches.per_epoch > self._measured_every and self.iteration % self._measured_every == 0

    def _require_finite(self) -> None:
        """Raise `NotFinite` where the loss over all the training data is not finite."""
        if not math.isfinite(self.evaluate()[0].loss):
            raise NotFinite(self._place())

    def evaluate(self) -> tuple[Evaluation, Evaluation | None]:
        """Return loss and accuracy over the training and the test part at the present θ."""
        with np.errstate(all="ignore"):
            train = self.objective.evaluate(self.theta, "train")
            return train or Evaluation(math.nan), self.objective.evaluate(self.theta, "test")

    def gradient_norms(self) -> GradientNorms | None:
        """Return the norms of the parts of the last gradient; None for a function."""
        if self.optimizer.searches:
            return self._searched_norms
        with np.errstate(all="ignore"):
            return self._norms_of(self.gradient)

    def _norms_of(self, gradient: Array) -> GradientNorms | None:
        """Measure the gradient over the last batch, while the objective's buffers still hold it."""
        return None

    def metrics(self) -> tuple[Metrics | None, Metrics | None]:
        """Return what is measured beside the loss over both parts of the data; for a function nothing."""
        return None, None

    def parameters(self) -> dict[str, Array]:
        """Return a copy of each parameter, by name."""
        return {
            name: self.theta[index : index + 1].copy()
            for index, name in enumerate(self.objective.parameter_names)
        }

    def record(self) -> dict[str, object]:
        """Return what the parameters mean: for a function, which one."""
        return {"function": self.info.formula}

    def snapshot(self, request: SnapshotRequest) -> Snapshot:
        """Return the run as it stands; the gradient is that at the present θ."""
        _, gradient = self.objective.loss_and_gradient(self.theta)
        return Snapshot(
            self.info.run_id,
            self.iteration,
            self.epoch,
            self.loss,
            self.learning_rate,
            float(np.linalg.norm(gradient)),
            frozen(self.theta),
            frozen(gradient),
            *self.evaluate(),
            update=frozen(self.update),
            by_hand=self.by_hand,
        )

    def _diverge(self, failure: NotFinite) -> None:
        """End at the last iteration whose loss over all the training data is finite."""
        rate = self.learning_rate
        newest = min(self.recorder.last, self.iteration)
        for last_good in range(newest, max(newest - MOST_STEPS_BACK, -1), -1):
            self.seek(last_good)
            if math.isfinite(self.evaluate()[0].loss):
                break
        else:
            last_good = 0
            self.seek(0)
        if self.line.last == newest:
            self.branches.cut(last_good)
        self.stopped = "diverged"
        good = math.isfinite(self.evaluate()[0].loss)
        failed = last_good + 1 if good else 0
        function = self.info.kind == "function"
        self.divergence = Divergence(failed, failure.place, last_good, rate, function)
