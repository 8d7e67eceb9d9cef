"""Early stopping: when the loss on samples that are not trained on has stopped falling (Prechelt, 1998)."""

from __future__ import annotations

import math


class EarlyStopping:
    """Watches the validation losses of one run.

    Parameters
    ----------
    patience : int
        How many evaluations in a row without an improvement end the run; at least 1.
    tolerance : float
        What comes no further than this below the last improvement is none; at least 0.

    Attributes
    ----------
    best : int
        The iteration of the lowest loss so far, the first of equal ones; 0 before any.  A fall within
        the tolerance makes a new best as well: it only does not lengthen the wait.
    best_loss : float
        The loss there; infinite before any.
    """

    def __init__(self, patience: int, tolerance: float = 0.0) -> None:
        self.patience, self.tolerance = patience, tolerance
        self.best, self.best_loss = 0, math.inf
        self._improved_to = math.inf
        self._waited = 0

    def observe(self, iteration: int, loss: float) -> bool:
        """Take the validation loss at ``iteration``; return whether to stop.

        A loss that is not finite is no improvement and never the best.
        """
        if math.isfinite(loss) and loss < self.best_loss:
            self.best, self.best_loss = iteration, loss
        if math.isfinite(loss) and loss < self._improved_to - self.tolerance:
            self._improved_to, self._waited = loss, 0
        else:
            self._waited += 1
        return self._waited >= self.patience
