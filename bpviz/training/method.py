"""How a run descends: how its gradient is found, bounded, and made into a step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.clipping import clip_norm, clip_value
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Batch, Objective
from bpviz.engine.optimizers import Optimizer
from bpviz.engine.schedules import Schedule
from bpviz.training.config import GradientMethod, LiveSettings

Array = NDArray[np.floating]

# The h at which truncation and rounding meet, for a loss of about 1 in float64.
BEST_STEPS: dict[str, float] = {"forward": 1e-8, "central": 1e-5, "complex": 1e-20}
# The same in float32, where a smaller step is lost in θ itself.
ROUGH_STEPS: dict[str, float] = {**BEST_STEPS, "forward": 3e-4, "central": 5e-3}


@dataclass
class Method:
    """The optimizer, the schedule of its rate, and the way to the gradient.

    ``step`` is h of the differences; None takes what suits the method.
    """

    optimizer: Optimizer
    schedule: Schedule
    gradient: GradientMethod = "backprop"
    step: float | None = None

    def loss_and_gradient(
        self, objective: Objective, theta: Array, batch: Batch, should_stop: Callable[[], bool] | None = None
    ) -> tuple[float, Array]:
        """Return L and ∇L over the batch, by backpropagation or by differences."""
        if self.gradient == "backprop":
            return objective.loss_and_gradient(theta, batch)
        # Imported here: backpropagation has no need of it.
        from bpviz.engine.numerical import numerical_gradient

        loss = objective.training_loss(theta, batch)
        if not math.isfinite(loss):
            return loss, np.full_like(theta, np.nan)
        h = self.step or _best_step(self.gradient, objective)
        gradient = numerical_gradient(
            objective, theta, batch, method=self.gradient, h=h, should_stop=should_stop
        )
        # What layers remember of a batch (batch norm) is to be that at θ, not at a place beside it.
        return objective.training_loss(theta, batch), gradient.astype(theta.dtype, copy=False)

    def bounded(self, gradient: Array, norm: float, live: LiveSettings, out: Array) -> Array:
        """Return the gradient within the bounds of ``live``: itself, or in ``out``."""
        if live.clip_value is not None:
            gradient = clip_value(gradient, live.clip_value, out)
            norm = float(np.linalg.norm(gradient))
        if live.clip_norm is not None:
            gradient = clip_norm(gradient, norm, live.clip_norm, out)
        return gradient


def _best_step(method: str, objective: Objective) -> float:
    """Return the h that suits the precision in which the differences are made."""
    # Those of a dense network are made in float64 always.
    exact = isinstance(objective, NetworkObjective) and objective.network.is_dense
    rough = objective.dtype == np.float32 and not exact
    return (ROUGH_STEPS if rough else BEST_STEPS)[method]
