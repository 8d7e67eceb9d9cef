"""Takes the next iteration of a run apart, without doing it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.dissection import Dissection, LayerTrace
from bpviz.engine.operations import function_operations, network_operations
from bpviz.engine.optimizers.base import State
from bpviz.engine.trace import trace
from bpviz.snapshot import Array, frozen
from bpviz.training.config import RunConfig
from bpviz.training.loop import Rehearsal, Training
from bpviz.training.network_training import SHOWN_ROWS, NetworkTraining

# Beyond this many samples of a batch the rest is only counted.
MOST_SAMPLES = 256


def dissect(training: Training, config: RunConfig) -> Dissection:
    """Return the iteration that comes next, operation by operation; the run stays where it is.

    The numbers are those that the iteration will use, to the bit: batch, masks, gradient, update.

    Raises
    ------
    NotFinite
        Where the next iteration would end the run.
    """
    rehearsal = training.rehearse()
    if isinstance(training, NetworkTraining):
        return _of_network(training, rehearsal, config)
    empty = np.empty((0, 0))
    return Dissection(
        training.info.run_id,
        training.iteration + 1,
        np.empty(0, np.intp),
        0,
        empty,
        (),
        rehearsal.loss,
        frozen(np.array([rehearsal.loss])),
        rehearsal.learning_rate,
        frozen(training.theta),
        frozen(rehearsal.gradient),
        frozen(rehearsal.update),
        config.optimizer,
        dict(config.optimizer_options),
        _frozen_state(rehearsal.before),
        _frozen_state(rehearsal.after),
        function_operations(),
        _settings(training, config),
    )


def _of_network(training: NetworkTraining, rehearsal: Rehearsal, config: RunConfig) -> Dissection:
    objective = training.objective
    everything = np.arange(len(objective.train)) if rehearsal.batch is None else rehearsal.batch
    rows = everything[:MOST_SAMPLES]
    layers, losses, y = _traced(training, rehearsal, everything, rows)
    return Dissection(
        training.info.run_id,
        training.iteration + 1,
        frozen(_shown(rows, len(objective.train))),
        len(everything),
        frozen(y),
        layers,
        rehearsal.loss,
        losses,
        rehearsal.learning_rate,
        frozen(training.theta),
        frozen(rehearsal.gradient),
        frozen(rehearsal.update),
        config.optimizer,
        dict(config.optimizer_options),
        _frozen_state(rehearsal.before),
        _frozen_state(rehearsal.after),
        network_operations(objective.network, objective.loss_function),
        _settings(training, config),
    )


def _traced(
    training: NetworkTraining,
    rehearsal: Rehearsal,
    everything: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> tuple[tuple[LayerTrace, ...], Array, Array]:
    """Trace the batch as training sees it; only the layers that look at the whole batch need all of it."""
    probe = training.probe()
    probe.begin(training.iteration)
    traced_rows = everything if probe.in_one_piece else rows
    x, y = probe.train.x[traced_rows], probe.train.y[traced_rows]
    found = trace(
        probe,
        training.theta,
        x,
        y,
        training=True,
        rows=slice(0, len(rows)),
        gradient=rehearsal.gradient,
        update=rehearsal.update,
    )
    return found.layers, found.losses, y[: len(rows)]


def _settings(training: Training, config: RunConfig) -> dict[str, Any]:
    live = training.live
    return {
        "loss": dict(config.loss_options),
        "penalties": dict(live.penalties),
        "clip_value": live.clip_value,
        "clip_norm": live.clip_norm,
    }


def _shown(rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the rows' places among the samples that the window shows, −1 for those that it does not."""
    if count <= SHOWN_ROWS:
        return rows
    shown = np.linspace(0, count - 1, SHOWN_ROWS).round().astype(np.intp)
    places = np.searchsorted(shown, rows)
    places[places >= len(shown)] = len(shown) - 1
    return np.where(shown[places] == rows, places, -1)


def _frozen_state(state: State) -> State:
    return {name: frozen(value) if isinstance(value, np.ndarray) else value for name, value in state.items()}
