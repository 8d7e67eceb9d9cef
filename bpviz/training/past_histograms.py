"""Histograms of iterations at which nobody looked: each computed again, bit for bit as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable

from bpviz.snapshot.spread import Histograms
from bpviz.training.build import method_of
from bpviz.training.checkpoints import Nearby
from bpviz.training.config import RunConfig
from bpviz.training.histograms import histograms
from bpviz.training.line import Line
from bpviz.training.loop import Training
from bpviz.training.network_training import NetworkTraining
from bpviz.training.travel import seek

_NO_ROOM = 2**62


class Past:
    """Goes through the record of a run with numbers of its own: the run itself is not touched.

    Parameters
    ----------
    config : RunConfig
        What the run was made of.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._twin: Training | None = None
        self._cuts: tuple[int, ...] = ()

    def count(
        self, training: Training, iteration: int, interrupted: Callable[[], bool] | None = None
    ) -> Histograms | None:
        """Return the histograms of a recorded iteration, as they were.

        Once ``interrupted`` says so None is returned; the same call then goes on from where it was.
        """
        twin = self._twin_of(training)
        twin.line, twin.begun_with = _only_read(training.line), training.begun_with
        # Where the run took another way, this is no place to go on from.
        twin.placed = twin.placed and self._cuts == twin.line.cuts
        self._cuts = twin.line.cuts
        if not seek(twin, iteration, interrupted):
            return None
        return histograms(twin)

    def _twin_of(self, training: Training) -> Training:
        if self._twin is None:
            self._twin = _twin(training, self._config)
        return self._twin


def _twin(training: Training, config: RunConfig) -> Training:
    """Return a run of the same data with numbers of its own, that stands nowhere yet."""
    twin = copy.copy(training)
    twin.objective = training.objective.clone()
    twin.theta, twin.batches = training.theta.copy(), copy.copy(training.batches)
    twin.gradient, twin.update = training.gradient.copy(), training.update.copy()
    twin.method = method_of(config)
    twin.optimizer, twin.schedule = twin.method.optimizer, twin.method.schedule
    twin.optimizer.start(twin.size, twin.theta.dtype)
    twin.schedule.start()
    if isinstance(twin, NetworkTraining):
        twin.change_samples(twin.changes_of_samples)  # buffers of its own to look with
    twin.placed = False
    return twin


def _only_read(line: Line) -> Line:
    """Return the same record, in which going along it leaves nothing behind."""
    view = copy.copy(line)
    view.nearby = Nearby(_NO_ROOM)
    view.checkpoints = copy.copy(line.checkpoints)
    view.checkpoints.closed = True
    return view
