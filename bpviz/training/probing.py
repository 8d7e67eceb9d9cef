"""Checks one entry of the gradient where a run stands, and says which losses the differences came from."""

from __future__ import annotations

import numpy as np

from bpviz.engine.gradient_check import LARGE, relative_errors
from bpviz.engine.kinks import at_kinks, kink_sources
from bpviz.engine.layers.recurrent import Recurrent
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.objective import Array, Batch, Objective
from bpviz.snapshot.probing import Difference, GradientProbe, ParameterPlace, is_error
from bpviz.training.error_probing import error_probe
from bpviz.training.loop import Training
from bpviz.training.method import BEST_STEPS, ROUGH_STEPS
from bpviz.training.network_training import NetworkTraining


def index_of(objective: Objective, where: ParameterPlace) -> int:
    """Return a parameter's place in θ."""
    if not isinstance(objective, NetworkObjective):
        return where.place[0]
    places = objective.network.named(np.arange(objective.size, dtype=np.float64))
    return int(places[f"{where.name}{where.layer}"][where.place])


def probe(
    training: Training, where: ParameterPlace, *, coming: bool = False, sample: int = -1
) -> GradientProbe:
    """Return one gradient beside the differences, at the present θ: of a parameter, or δ of a unit.

    Parameters
    ----------
    coming : bool
        Over the batch of the update to come instead of the last one, where it is recorded with the settings
        that made it.
    sample : int
        Whose δ it is, of the samples that the window shows; −1 is the mean over the batch.
    """
    if is_error(where) and isinstance(training, NetworkTraining):
        return error_probe(training, where, coming=coming, sample=sample)
    if coming:
        with training.as_recorded():
            return _probe(training, where, training.batches.peek())
    return _probe(training, where, training.last_batch)


def _probe(training: Training, where: ParameterPlace, batch: Batch) -> GradientProbe:
    objective = training.objective.clone()
    objective.set_penalties(training.live.penalties)
    objective.recall(training.objective.memory())
    objective.begin(training.iteration)
    theta, index = training.theta.copy(), index_of(objective, where)
    steps = ROUGH_STEPS if theta.dtype == np.float32 else BEST_STEPS
    with np.errstate(all="ignore"):
        gradient = objective.loss_and_gradient(theta, batch)[1].astype(np.float64)
        central = _difference(objective, theta, batch, index, steps["central"], gradient, central=True)
        forward = _difference(objective, theta, batch, index, steps["forward"], gradient, central=False)
        at_kink = _at_kink(objective, theta, batch, index, gradient, central)
    samples = objective.sample_count if batch is None else len(batch)
    number, iteration = training.info.run_id, training.iteration
    value = float(gradient[index])
    return GradientProbe(
        number,
        iteration,
        where,
        samples,
        value,
        central,
        forward,
        at_kink,
        penalty=_penalty(objective, theta, index),
        truncated=_truncated(objective),
        clipped=training.live.clip_value is not None or training.live.clip_norm is not None,
    )


def _penalty(objective: Objective, theta: Array, index: int) -> float:
    """Return what the regularizers add to one entry of the gradient."""
    if not isinstance(objective, NetworkObjective) or not objective.penalties.active:
        return 0.0
    held = np.zeros_like(theta)
    objective.penalties.add_gradient(theta, held)
    return float(held[index])


def _truncated(objective: Objective) -> bool:
    """Whether backpropagation through time leaves out older steps on purpose."""
    if not isinstance(objective, NetworkObjective):
        return False
    layers = objective.network.layers
    return any(isinstance(layer, Recurrent) and len(list(layer.segments())) > 1 for layer in layers)


def _difference(
    objective: Objective,
    theta: Array,
    batch: Batch,
    index: int,
    h: float,
    gradient: Array,
    *,
    central: bool,
) -> Difference:
    moved = theta.copy()
    moved[index] = theta[index] + h
    above = objective.training_loss(moved, batch)
    moved[index] = theta[index] - h if central else theta[index]
    below = objective.training_loss(moved, batch)
    value = (above - below) / (2.0 * h if central else h)
    largest = float(np.abs(gradient).max(initial=0.0))
    error = relative_errors(gradient[[index]], np.array([value]), largest)[0]
    return Difference(h, float(above), float(below), float(value), float(error))


def _at_kink(
    objective: Objective, theta: Array, batch: Batch, index: int, gradient: Array, central: Difference
) -> bool:
    if central.relative_error <= LARGE or not kink_sources(objective):
        return False
    place = np.array([index])
    return bool(at_kinks(objective, theta, batch, central.step, place, gradient[place])[0])
