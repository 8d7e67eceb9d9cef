"""A learning rate that is cut when the loss no longer falls."""

from __future__ import annotations

import math

from bpviz.engine.schedules.base import SCHEDULES, Schedule, State
from bpviz.registry import Field
from bpviz.text import N_

_FIELDS = (
    Field(
        "plateau_factor",
        N_("Rate factor"),
        default=0.5,
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        help=N_("What a plateau of the loss multiplies the learning rate by."),
    ),
    Field(
        "plateau_patience",
        N_("Plateau length"),
        "int",
        100,
        minimum=0,
        maximum=10**9,
        low=0,
        high=1000,
        help=N_("How many iterations without a fall of the loss the learning rate bears."),
    ),
    Field(
        "plateau_threshold",
        N_("Counts as a fall"),
        default=1e-3,
        minimum=0.0,
        maximum=1.0,
        low=1e-6,
        high=0.1,
        logarithmic=True,
        help=N_("The share by which the loss must come below its best."),
    ),
    Field(
        "plateau_smoothing",
        N_("Loss smoothing"),
        default=0.9,
        minimum=0.0,
        maximum=0.9999,
        step=0.01,
        help=N_("How much of the mean of the last losses is kept; 0 takes each loss as it is."),
    ),
    Field(
        "minimum_rate",
        N_("Lowest rate"),
        default=0.0,
        minimum=0.0,
        maximum=1e12,
        low=0.0,
        high=1.0,
        logarithmic=True,
        help=N_("The learning rate is not cut below this."),
    ),
)


@SCHEDULES.register(
    "reduce_on_plateau",
    N_("Reduce on plateau"),
    help=N_("η is multiplied by a factor whenever the loss has stopped falling."),
    fields=_FIELDS,
)
class ReduceOnPlateau(Schedule):
    """η = max(η₀ γᵏ, η_min), k the plateaus so far.

    It watches m ← s m + (1 − s) L, beginning with m = L: the losses of mini-batches jump, and the
    lowest of them would never be reached again.  A plateau is more than ``plateau_patience``
    iterations in a row in which m did not come below best − threshold |best|.  With s = 0 this is
    PyTorch's ``ReduceLROnPlateau`` (its |best| is best: the same where losses are positive).
    A loss that is not a number is no fall, and stays out of m.
    """

    lines = ("eta = max(eta0 * plateau_factor**plateaus, min(minimum_rate, eta0))",)
    uses_loss = True

    def __init__(
        self,
        plateau_factor: float = 0.5,
        plateau_patience: int = 100,
        plateau_threshold: float = 1e-3,
        plateau_smoothing: float = 0.9,
        minimum_rate: float = 0.0,
    ) -> None:
        self.factor, self.patience, self.threshold = plateau_factor, plateau_patience, plateau_threshold
        self.smoothing, self.minimum_rate = plateau_smoothing, minimum_rate
        self.start()

    def start(self) -> None:
        """Forget the losses and the plateaus."""
        self.mean = self.best = math.inf
        self.waited = self.plateaus = 0

    def rate(self, base: float, step: int) -> float:
        """Return η₀ γᵏ, no lower than the lowest; an η₀ below that stays as it is."""
        return max(base * float(self.factor**self.plateaus), min(self.minimum_rate, base))

    def observe(self, loss: float, step: int) -> None:
        """Count the iterations without a fall, and the plateaus."""
        if self._fell(loss):
            self.best, self.waited = self.mean, 0
            return
        self.waited += 1
        if self.waited > self.patience:
            self.plateaus, self.waited = self.plateaus + 1, 0

    def _fell(self, loss: float) -> bool:
        if not math.isfinite(loss):
            return False
        first = not math.isfinite(self.mean)
        self.mean = loss if first else self.smoothing * self.mean + (1.0 - self.smoothing) * loss
        return first or self.mean < self.best - self.threshold * abs(self.best)

    def state(self) -> State:
        """Return m, its best, and the counts."""
        return {"mean": self.mean, "best": self.best, "waited": self.waited, "plateaus": self.plateaus}

    def restore(self, state: State) -> None:
        """Take m, its best, and the counts."""
        self.mean, self.best = float(state["mean"]), float(state["best"])
        self.waited, self.plateaus = int(state["waited"]), int(state["plateaus"])
