"""When a run ends by itself."""

from __future__ import annotations

import math

from bpviz.snapshot import Iteration, StopReason
from bpviz.training.config import StopConfig


class StopWatch:
    """Looks at every iteration and says whether the run is over."""

    def __init__(self, config: StopConfig) -> None:
        self.config = config
        self._best = math.inf
        self._waited = 0

    def reason(self, iteration: Iteration) -> StopReason | None:
        """Return why to stop after ``iteration``, None to go on."""
        config = self.config
        if iteration.train is not None:
            if config.loss is not None and iteration.train.loss < config.loss:
                return "loss"
            if config.tolerance is not None and self._is_flat(iteration.train.loss, config.tolerance):
                return "plateau"
        if config.iterations is not None and iteration.iteration >= config.iterations:
            return "iterations"
        return None

    def _is_flat(self, loss: float, tolerance: float) -> bool:
        if loss < self._best - tolerance:
            self._best, self._waited = loss, 0
            return False
        self._waited += 1
        return self._waited >= self.config.patience
