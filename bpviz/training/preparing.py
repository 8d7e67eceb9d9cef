"""Data as a run takes them: split, scaled, a part for the window.  Runs of the same data share them."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Array, Dataset, SplitDataset, split
from bpviz.snapshot import frozen
from bpviz.training.config import DataConfig

SPLIT_STREAM = 0x5B117
SHOWN_ROWS = 20_000
"""Beyond this many samples the window measures and shows an evenly spaced part of them."""

_prepared: WeakValueDictionary[tuple[int, str], SplitDataset] = WeakValueDictionary()
_shown: WeakKeyDictionary[SplitDataset, Shown] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Shown:
    """The samples that the window shows, in the data's own units."""

    x_train: Array
    y_train: NDArray[np.int64] | Array
    x_test: Array
    y_test: NDArray[np.int64] | Array


def prepared(config: DataConfig, dataset: Dataset) -> SplitDataset:
    """Split and scale ``dataset`` as ``config`` says, or return what another run has of it already."""
    # What is found holds its data set: the identity is of no other one.
    key = id(dataset), repr(config)
    data = _prepared.get(key)
    if data is None:
        rng = np.random.default_rng((config.seed, SPLIT_STREAM))
        data = split(dataset, config.test_share, rng, standardize=config.standardize)
        _prepared[key] = data
    return data


def shown(data: SplitDataset) -> Shown:
    """Return what the window shows of the data; of the same data the same arrays."""
    found = _shown.get(data)
    if found is None:
        train, test = shown_rows(len(data.x_train)), shown_rows(len(data.x_test))
        x = data.dataset.x
        found = _shown[data] = Shown(
            frozen(x[data.train_rows[train]]),
            frozen(data.y_train[train]),
            frozen(x[data.test_rows[test]]),
            frozen(data.y_test[test]),
        )
    return found


def shown_rows(count: int) -> NDArray[np.intp]:
    """Return the rows that the window shows: all, or 20,000 evenly spaced."""
    if count <= SHOWN_ROWS:
        return np.arange(count)
    return np.linspace(0, count - 1, SHOWN_ROWS).round().astype(np.intp)


def bytes_of(data: SplitDataset) -> dict[int, int]:
    """Return the bytes of each array of the data, by its identity."""
    seen = shown(data)
    arrays = (
        data.dataset.x,
        data.dataset.y,
        *(data.x_train, data.y_train, data.x_test, data.y_test, data.train_rows, data.test_rows),
        *(seen.x_train, seen.y_train, seen.x_test, seen.y_test),
    )
    return {id(one): one.nbytes for one in arrays}
