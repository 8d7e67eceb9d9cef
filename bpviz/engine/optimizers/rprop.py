"""Rprop (Riedmiller and Braun, 1993): only the gradient's sign counts; steps grow while it stays."""

from __future__ import annotations

import numpy as np

from bpviz.engine.optimizers.base import OPTIMIZERS, Array, Optimizer
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.text import N_


@OPTIMIZERS.register(
    "rprop",
    N_("Rprop"),
    help=N_("Only the gradient's sign: steps grow while it stays, shrink when it turns; for full batches."),
    fields=(
        Field(
            "step_down",
            N_("Shrinking η⁻"),
            default=0.5,
            minimum=0.01,
            maximum=1.0,
            step=0.05,
            help=N_("What a step is multiplied by when its gradient has changed sign."),
        ),
        Field(
            "step_up",
            N_("Growing η⁺"),
            default=1.2,
            minimum=1.0,
            maximum=10.0,
            high=2.0,
            step=0.05,
            help=N_("What a step is multiplied by while its gradient keeps its sign."),
        ),
        Field(
            "step_min",
            N_("Smallest step"),
            default=1e-6,
            minimum=0.0,
            maximum=1e6,
            logarithmic=True,
            low=1e-9,
            high=1e-2,
            help=N_("No step becomes smaller."),
        ),
        Field(
            "step_max",
            N_("Largest step"),
            default=50.0,
            minimum=0.0,
            maximum=1e6,
            exclusive_minimum=True,
            logarithmic=True,
            low=1e-2,
            high=1e3,
            help=N_("No step becomes larger."),
        ),
    ),
)
class Rprop(Optimizer):
    """Δ ← clip(Δ η⁺ or Δ η⁻ or Δ),  θ ← θ − Δ sign(∇L),  where Δ starts at η.

    Where the sign has changed the parameter rests for one step and counts as new (iRprop⁻, Igel and
    Hüsken, 2000), as in PyTorch.  Kept are the sizes Δ/η: a schedule of η scales every step, while
    PyTorch reads η at the first step only; with a constant η both are the same.
    """

    lines = (
        "s = sign(dL_dtheta) * r",
        (
            "Delta = 0 if eta == 0 else "
            "min(max(Delta * (step_up if s > 0 else step_down if s < 0 else 1), step_min), step_max)"
        ),
        "r = r if eta == 0 else sign(dL_dtheta) if s >= 0 else 0",
        "theta = theta - Delta * r",
    )
    letters = {"Delta": "eta * sizes", "r": "last_sign"}
    remembers = ("sizes", "last_sign")

    def __init__(
        self, step_down: float = 0.5, step_up: float = 1.2, step_min: float = 1e-6, step_max: float = 50.0
    ) -> None:
        if step_min > step_max:
            raise UserError(
                "step_min cannot be {low}: that is more than step_max, {high}.",
                hint="Give step_min the smaller of the two.",
                low=step_min,
                high=step_max,
            )
        self.step_down, self.step_up, self.step_min, self.step_max = step_down, step_up, step_min, step_max

    def start(self, size: int, dtype: np.dtype[np.floating]) -> None:
        """Start with Δ = η and no sign before."""
        super().start(size, dtype)
        self.sizes: Array = np.ones(size, dtype)
        self.last_sign: Array = np.zeros(size, dtype)
        self._turn: Array = np.empty(size, dtype)

    def step(self, theta: Array, gradient: Array, learning_rate: float) -> None:
        """Update Δ and θ."""
        last, sizes, turn, update = self.last_sign, self.sizes, self._turn, self.update
        if not learning_rate > 0.0:  # a schedule has ended at 0: nothing moves any more
            update[:] = 0.0
            return
        # The sign first: the product of two small gradients would be rounded to 0.
        np.sign(gradient, out=update)
        np.multiply(update, last, out=turn)
        np.multiply(sizes, self.step_up, out=sizes, where=turn > 0)
        np.multiply(sizes, self.step_down, out=sizes, where=turn < 0)
        np.clip(sizes, self.step_min / learning_rate, self.step_max / learning_rate, out=sizes)
        update[turn < 0] = 0
        last[:] = update
        update *= sizes
        update *= learning_rate
        theta -= update
