"""Takes the next iteration of a run apart, without doing it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.operations import function_operations, network_operations
from bpviz.engine.optimizers.base import State
from bpviz.engine.trace import Trace, joined, trace
from bpviz.snapshot import Array, frozen
from bpviz.snapshot.dissection import Dissection, LayerTrace
from bpviz.training.by_hand import coming
from bpviz.training.config import RunConfig
from bpviz.training.kept_run import Rehearsal
from bpviz.training.loop import Training
from bpviz.training.network_training import NetworkTraining
from bpviz.training.preparing import SHOWN_ROWS

# Beyond this many samples of a batch the rest is only counted.
MOST_SAMPLES = 256


def dissect(
    training: Training, config: RunConfig, rows: NDArray[np.intp] | None = None, *, sample: int = -1
) -> Dissection:
    """Return the iteration that comes next, operation by operation; the run stays where it is.

    The numbers are those that the iteration will use, to the bit: batch, masks, gradient, update.  Where the
    record reaches farther it is the recorded one, whatever the settings are by now.

    Parameters
    ----------
    rows : (B,) int, optional
        The training samples to trace, in place of the batch; the gradient and the update stay the batch's.
        Where layers look at the batch or draw for it (batch norm, dropout), a sample that is not in the
        batch is traced as though it had been drawn in the place of the batch's first one.
    sample : int
        A sample that is wanted, counted among those that the window shows, −1 for none.  Where the batch
        does not have it, it is traced alone, and what the batch gives is in ``outside_of``.

    Raises
    ------
    NotFinite
        Where the next iteration would end the run.
    """
    with training.as_recorded():
        return _dissect(training, config, rows, sample)


def _dissect(training: Training, config: RunConfig, rows: NDArray[np.intp] | None, sample: int) -> Dissection:
    rehearsal = training.rehearse()
    if isinstance(training, NetworkTraining):
        return _of_network(training, rehearsal, config, rows, sample)
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
        _settings(training, config, rehearsal),
        coming(training),
    )


def _of_network(
    training: NetworkTraining,
    rehearsal: Rehearsal,
    config: RunConfig,
    chosen: NDArray[np.intp] | None,
    sample: int,
) -> Dissection:
    objective = training.objective
    everything = np.arange(len(objective.train)) if rehearsal.batch is None else rehearsal.batch
    wanted = _rows_shown(training, sample)
    rows = _kept(training, everything, wanted) if chosen is None else chosen
    layers, losses, y = _traced(training, rehearsal, everything, rows)
    made = Dissection(
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
        _settings(training, config, rehearsal),
        coming(training),
    )
    if not len(wanted) or wanted[0] in rows:
        return made
    layers, losses, y = _traced(training, rehearsal, everything, wanted)
    shown = frozen(_shown(wanted, len(objective.train)))
    return replace(made, rows=shown, y=frozen(y), layers=layers, losses=losses, outside_of=made)


def _rows_shown(training: NetworkTraining, sample: int) -> NDArray[np.intp]:
    """Return where a shown sample stands in the training set; nothing where there is none."""
    count = len(training.objective.train)
    shown = np.linspace(0, count - 1, min(count, SHOWN_ROWS)).round().astype(np.intp)
    return shown[sample : sample + 1] if sample >= 0 else shown[:0]


def _kept(
    training: NetworkTraining, everything: NDArray[np.intp], wanted: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the first samples of the batch, and among them the wanted one where the batch has it."""
    rows = everything[:MOST_SAMPLES]
    beyond = len(wanted) > 0 and wanted[0] not in rows and wanted[0] in everything
    # Where layers look at the whole batch, picking one out would need a pass for every sample.
    if not beyond or training.objective.in_one_piece:
        return rows
    return np.concatenate((rows[:-1], wanted))


def _traced(
    training: NetworkTraining,
    rehearsal: Rehearsal,
    everything: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> tuple[tuple[LayerTrace, ...], Array, Array]:
    """Trace samples as training sees them; where layers look at the whole batch, within it."""
    probe = training.probe()
    probe.begin(training.iteration)
    x, y = probe.train.x, probe.train.y

    def pass_of(batch: NDArray[np.intp], kept: slice) -> Trace:
        return trace(
            probe,
            training.theta,
            x[batch],
            y[batch],
            training=True,
            rows=kept,
            gradient=rehearsal.gradient,
            update=rehearsal.update,
        )

    if not probe.in_one_piece:
        found = pass_of(rows, slice(0, len(rows)))
    elif np.array_equal(rows, everything[: len(rows)]):
        found = pass_of(everything, slice(0, len(rows)))
    else:
        found = joined([pass_of(*_with(everything, int(row))) for row in rows])
    return found.layers, found.losses, y[rows]


def _with(batch: NDArray[np.intp], row: int) -> tuple[NDArray[np.intp], slice]:
    """Return a batch with this sample in it, in the place of the first unless it is there, and its place."""
    places = np.flatnonzero(batch == row)
    place = int(places[0]) if places.size else 0
    held = batch.copy()
    held[place] = row
    return held, slice(place, place + 1)


def _settings(training: Training, config: RunConfig, rehearsal: Rehearsal) -> dict[str, Any]:
    live = training.live
    return {
        "loss": dict(config.loss_options),
        "penalties": dict(live.penalties),
        "clip_value": live.clip_value,
        "clip_norm": live.clip_norm,
        "found": _frozen_state(rehearsal.found),
        "base_rate": live.learning_rate,
        "schedule": config.schedule,
        "schedule_fields": dict(config.schedule_options),
        "schedule_state": training.schedule.state(),
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
