"""How much of δ arrives at the far end of its way back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpviz.training.doctor.evidence import Evidence

LEAST_LAYERS = 3
LEAST_STEPS = 4


@dataclass(frozen=True)
class Flow:
    """Its size where it comes in and where it began, and these two places; ``sizes`` at all, by name."""

    first: float
    last: float
    layer_first: int
    layer_last: int
    gradient_ratio: float = math.nan
    sizes: tuple[tuple[str, float], ...] = ()

    @property
    def ratio(self) -> float:
        """What share arrives; NaN where nothing set out."""
        return self.first / self.last if self.last else math.nan


def back_through_layers(evidence: Evidence) -> Flow | None:
    """Compare δ and ∂L/∂θ, each as a root mean square, at the first and the last layer with weights.

    None where nothing can be compared: few layers, nothing set out, or everything is lost in dead units.
    """
    numbers = evidence.learning_layers
    norms = evidence.recent_norms()
    if len(numbers) < LEAST_LAYERS or norms is None:
        return None
    first, last = numbers[0], numbers[-1]
    sizes = [_rms(evidence.probe.delta[number - 1]) for number in (first, last)]
    gradients = [
        float(norms[number - 1]) / math.sqrt(evidence.layers[number - 1].size) for number in (first, last)
    ]
    if not all(np.isfinite(sizes)) or min(sizes) == 0.0 or not gradients[1]:
        return None
    way = tuple((evidence.layer_name(each), _rms(evidence.probe.delta[each - 1])) for each in numbers)
    return Flow(sizes[0], sizes[1], first, last, gradients[0] / gradients[1], way)


def back_through_time(evidence: Evidence) -> Flow | None:
    """Compare ‖∂L/∂h_t‖ at the first step that it reaches and at the last; steps count from 1.

    Over the probe, at the present θ; `lasting_ratio` is that of the newest recorded gradients.
    """
    norms = evidence.probe.steps
    if norms is None or len(norms) < LEAST_STEPS:
        return None
    reached = np.flatnonzero(norms)  # truncated, it ends at a cut
    if len(reached) < LEAST_STEPS or not np.isfinite(norms).all():
        return None
    first, last = int(reached[0]), len(norms) - 1
    way = tuple((str(step + 1), float(norms[step])) for step in range(first, last + 1))
    return Flow(float(norms[first]), float(norms[last]), first + 1, last + 1, sizes=way)


def lasting_ratio(evidence: Evidence, flow: Flow) -> float:
    """Return what share arrived in the newest recorded gradients, their median; NaN where there are none."""
    norms = evidence.recent_norms("step_norms")
    if norms is None:
        return math.nan
    return float(norms[flow.layer_first - 1]) / float(norms[flow.layer_last - 1] or math.nan)


def _rms(values: np.ndarray) -> float:
    return math.sqrt(float(np.mean(np.square(values, dtype=np.float64))))
