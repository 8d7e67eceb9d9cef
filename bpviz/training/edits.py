"""What an iteration sets by hand: numbers of θ, and numbers of the samples that are learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Scaling
from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.samples import Samples
from bpviz.snapshot import RunInfo, frozen
from bpviz.snapshot.changes import Change, ChangedSample

Array = NDArray[np.floating]

CHANGE_BYTES = 600
"""What Python's own objects of one change take, at the most."""
DIGITS = (6, 9, 12, 15)
"""A number in the data's units is told with as few digits as name the same number of the network."""


@dataclass(frozen=True)
class DataChange:
    """One number of a training sample, as the network sees it.

    ``row`` is the sample among all of the training part, ``shown`` among those that the window shows.
    """

    row: int
    shown: int
    name: str
    column: int
    value: float


@dataclass(frozen=True)
class Edit:
    """One iteration's changes: θ[``index``] becomes ``values``; ``data`` holds from it on."""

    changes: tuple[Change, ...]
    index: NDArray[np.intp]
    values: NDArray[np.float64]
    data: tuple[DataChange, ...] = ()

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return (
            self.index.nbytes + self.values.nbytes + CHANGE_BYTES * (1 + len(self.changes) + len(self.data))
        )


def data_until(edits: Mapping[int, Edit], iteration: int) -> tuple[DataChange, ...]:
    """Return all changes of data that are in force after ``iteration``, the oldest first."""
    return tuple(one for number in sorted(edits) if number <= iteration for one in edits[number].data)


def data_changes(changes: Iterable[Change], rows: NDArray[np.intp]) -> tuple[DataChange, ...]:
    """Return the changes that are of data; ``rows`` are the samples that the window shows."""
    return tuple(
        DataChange(int(rows[one.sample]), one.sample, one.where.name, one.where.place[0], one.value)
        for one in changes
        if not one.is_parameter
    )


def changed(objective: NetworkObjective, base: Samples, changes: Sequence[DataChange]) -> Samples:
    """Return the samples with these changes; arrays in which nothing is changed are shared.

    A sample's class is the one with the largest target; where several are as large it stays as it was.
    """
    if not changes:
        return base
    x, y = base.x, base.y
    if any(one.name == "x" for one in changes):
        x = x.copy()
    if any(one.name == "y" for one in changes):
        y = y.copy()
    for one in changes:
        (x if one.name == "x" else y)[one.row, one.column] = one.value
    if base.labels is None or y is base.y:
        return replace(base, x=x, y=y)
    labels = base.labels.copy()
    for row in {one.row for one in changes if one.name == "y"}:
        labels[row] = _label(objective.scores(y[row : row + 1]), labels[row])
    return replace(base, x=x, y=y, labels=labels)


def _label(scores: Array, before: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of each row of scores; ``before`` where none is above its own."""
    old = np.ravel(before)
    kept = scores[np.arange(len(old)), old] >= scores.max(axis=1)
    return np.where(kept, old, scores.argmax(axis=1)).reshape(np.shape(before))


def told(
    info: RunInfo,
    samples: Samples,
    changes: Sequence[DataChange],
    inputs: Scaling,
    targets: Scaling,
) -> tuple[ChangedSample, ...]:
    """Return the changed samples in the data's own units, for the window."""
    assert info.x_train is not None and info.y_train is not None
    found = {}
    for shown in sorted({one.shown for one in changes}):
        own = [one for one in changes if one.shown == shown]
        row = own[0].row
        x = np.array(info.x_train[shown], np.float64)
        for column in {one.column for one in own if one.name == "x"}:
            x[column] = _in_own_units(samples.x[row, column], inputs, column)
        y = np.array(info.y_train[shown])
        if samples.labels is not None:
            y = np.array(samples.labels[row])
        else:
            for column in {one.column for one in own if one.name == "y"}:
                y[column] = _in_own_units(samples.y[row, column], targets, column)
        found[shown] = ChangedSample(shown, frozen(x), frozen(y))
    return tuple(found.values())


def _in_own_units(value: np.floating, scaling: Scaling, column: int) -> float:
    """Return the shortest number that is ``value`` once it is scaled."""
    mean, scale = float(scaling.mean[column]), float(scaling.scale[column])
    exact = float(value) * scale + mean
    for digits in DIGITS:
        rounded = float(f"{exact:.{digits}g}")
        if value.dtype.type((rounded - mean) / scale) == value:
            return rounded
    return exact
