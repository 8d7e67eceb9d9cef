"""When a run ends by itself."""

from __future__ import annotations

import math

import numpy as np

from bpviz.snapshot import History, Iteration, StopReason
from bpviz.training.config import StopConfig
from bpviz.training.early import EarlyStopping

NO_STOPS = StopConfig()
"""Whoever takes steps by hand is not stopped."""


class StopWatch:
    """Looks at every iteration and says whether the run is over.

    ``history`` is what the run has recorded already: a run that goes on has not forgotten its best.  What
    comes after iteration ``until`` is not known yet.
    """

    def __init__(self, config: StopConfig, history: History | None = None, until: float = math.inf) -> None:
        self.config = config
        self._best = math.inf
        self._waited = 0
        self._early = None if config.early is None else EarlyStopping(config.early, config.tolerance or 0.0)
        if self._early is not None and history is not None:
            known = np.isfinite(history.test_loss) & (history.evaluated <= until)
            for iteration, loss in zip(history.evaluated[known], history.test_loss[known], strict=True):
                self._early.observe(int(iteration), float(loss))

    @property
    def best(self) -> int:
        """The iteration with the lowest loss over the test part; where early stopping goes back to."""
        return self._early.best if self._early is not None else 0

    def reason(self, iteration: Iteration) -> StopReason | None:
        """Return why to stop after ``iteration``, None to go on."""
        config = self.config
        if iteration.train is not None:
            if config.loss is not None and iteration.train.loss < config.loss:
                return "loss"
            if config.tolerance is not None and self._is_flat(iteration.train.loss, config.tolerance):
                return "plateau"
        if (
            self._early is not None
            and iteration.test is not None
            and self._early.observe(iteration.iteration, iteration.test.loss)
        ):
            return "early"
        if config.iterations is not None and iteration.iteration >= config.iterations:
            return "iterations"
        return None

    def _is_flat(self, loss: float, tolerance: float) -> bool:
        if loss < self._best - tolerance:
            self._best, self._waited = loss, 0
            return False
        self._waited += 1
        return self._waited >= self.config.patience
