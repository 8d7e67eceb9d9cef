"""A data set: what the network is shown and what it should answer.

Symbols: X the features, one row a sample; y the targets.  N samples; T steps of a sequence, D
channels; K targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.errors import UserError
from bpviz.text import Text

Array = NDArray[np.floating]
Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Dataset:
    """Samples before they are split, in their own units.

    A sample is a flat row, whatever its shape: a sequence lies there step by step, the channel
    fastest, so ``x.reshape(N, T, D)`` takes the rows apart.

    Attributes
    ----------
    x : (N, features) float64
        Finite; for sequences T D features.
    y : (N,) int64 class indices, or (N, K) float64 targets
        By ``task``.  With an answer at every step (N, T) class indices, or (N, T K) targets, step
        by step.
    class_names : tuple of str
        One a class; empty for regression.
    picture_shape : (height, width) or None
        Set when each row of ``x`` is a picture.
    source, licence : str
        Where it comes from; empty for generated data.
    """

    name: str
    x: Array
    y: NDArray[np.int64] | Array
    task: Task
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...] = ("y",)
    class_names: tuple[str, ...] = ()
    picture_shape: tuple[int, int] | None = None
    source: str = ""
    licence: str = ""
    standardize: bool = True
    """Whether the features are standardized unless the user says otherwise."""
    notes: tuple[Text, ...] = ()
    """What the user should know about how it was read, e.g. how many rows were dropped."""
    sequence_shape: tuple[int, int] | None = None
    """(T steps, D channels) where each row of ``x`` is a sequence."""
    target_steps: int = 0
    """T where there is an answer at every step; 0 for one answer a sample."""
    feature_channel_names: tuple[str, ...] = ()
    """One a channel of a sequence; ``feature_names`` has one a column, e.g. "x[3]" for step 3."""
    chronological: bool = False
    """Whether the samples follow one another in time: the test part is then the last ones."""

    def __len__(self) -> int:
        return len(self.x)

    @property
    def shape(self) -> tuple[int, ...]:
        """A sample's shape: (features,), (1, height, width) for a picture, (T, D) for a sequence."""
        if self.picture_shape is not None:
            return (1, *self.picture_shape)
        return self.sequence_shape or (int(self.x.shape[1]),)

    @property
    def outputs(self) -> int:
        """Number of values that a network predicts: K, or 1 for two classes, or one a class.

        With an answer at every step T times as many.
        """
        if self.task == "regression":
            return int(self.y.shape[1])
        return (1 if len(self.class_names) == 2 else len(self.class_names)) * max(1, self.target_steps)

    @property
    def target_channels(self) -> int:
        """K, the number of targets of a regression at one step; ``Scaling.fit`` ties the steps by it."""
        return int(self.y.shape[1]) // max(1, self.target_steps)


@dataclass(frozen=True)
class Scaling:
    """x ↦ (x − mean) / scale for each feature; a constant feature has scale 1.

    In sequences a channel has one mean and one scale for all its steps.
    """

    mean: Array
    scale: Array

    @classmethod
    def identity(cls, features: int) -> Scaling:
        """Return the scaling that changes nothing."""
        return cls(np.zeros(features), np.ones(features))

    @classmethod
    def fit(cls, x: Array, channels: int | None = None) -> Scaling:
        """Return mean 0 and standard deviation 1 (divisor N) over the rows of ``x``.

        Parameters
        ----------
        x : (N, features)
        channels : int or None
            D where a row is T steps of D channels: the mean and the deviation of a channel are
            over the N T values of all its steps, and stand T times in the result.  None takes
            each column by itself.
        """
        width = x.shape[1]
        rows = x if channels is None else x.reshape(-1, channels)
        mean, scale = rows.mean(axis=0), rows.std(axis=0)
        # A constant column has a deviation that is zero up to rounding: leave its unit alone.
        scale[scale <= 1e-12 * np.abs(rows).max(axis=0)] = 1.0
        steps = width // rows.shape[1]
        return cls(np.tile(mean, steps), np.tile(scale, steps))

    def apply(self, x: Array) -> Array:
        """Return ``x`` in standardized units."""
        return (x - self.mean) / self.scale

    def invert(self, x: Array) -> Array:
        """Return standardized ``x`` in its own units."""
        return x * self.scale + self.mean


@dataclass(frozen=True, eq=False)
class SplitDataset:
    """A data set split into a training and a test part and scaled by the training part only."""

    dataset: Dataset
    scaling: Scaling
    x_train: Array
    y_train: NDArray[np.int64] | Array
    x_test: Array
    y_test: NDArray[np.int64] | Array
    train_rows: NDArray[np.intp]
    test_rows: NDArray[np.intp]


def split(
    dataset: Dataset, test_share: float, rng: np.random.Generator, *, standardize: bool | None = None
) -> SplitDataset:
    """Split at random, or by time where the samples follow one another, and standardize by the training part.

    Parameters
    ----------
    test_share : float
        In [0, 1).  Classification with one answer a sample keeps each class's share
        (stratified), every class with at least one sample in training.
    standardize : bool or None
        None takes the data set's own wish.

    Raises
    ------
    UserError
        When no training sample would be left, or a split by time leaves it a single class.
    """
    count = len(dataset)
    if not 0 <= test_share < 1:
        raise UserError(
            "The test share cannot be {share}.", hint="It is at least 0 and below 1.", share=test_share
        )
    if count == 0:
        raise UserError("The data set “{name}” has no samples.", name=dataset.name)
    test = _test_rows(dataset, test_share, rng)
    is_test = np.zeros(count, dtype=bool)
    is_test[test] = True
    train_rows, test_rows = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    wanted = dataset.standardize if standardize is None else standardize
    x_train = dataset.x[train_rows]
    _check_classes(dataset, train_rows)
    channels = dataset.sequence_shape[1] if dataset.sequence_shape is not None else None
    scaling = Scaling.fit(x_train, channels) if wanted else Scaling.identity(dataset.x.shape[1])
    return SplitDataset(
        dataset,
        scaling,
        scaling.apply(x_train),
        dataset.y[train_rows],
        scaling.apply(dataset.x[test_rows]),
        dataset.y[test_rows],
        train_rows,
        test_rows,
    )


def _test_rows(dataset: Dataset, test_share: float, rng: np.random.Generator) -> NDArray[np.intp]:
    count = min(round(test_share * len(dataset)), len(dataset) - 1)
    if dataset.chronological:
        return np.arange(len(dataset) - count, len(dataset))
    if dataset.task == "regression" or dataset.y.ndim > 1:
        return rng.permutation(len(dataset))[:count]
    chosen = []
    for label in range(len(dataset.class_names)):
        rows = rng.permutation(np.flatnonzero(dataset.y == label))
        chosen.append(rows[: min(round(test_share * len(rows)), max(len(rows) - 1, 0))])
    return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.intp)


def _check_classes(dataset: Dataset, train_rows: NDArray[np.intp]) -> None:
    """Refuse a split by time that leaves the training part a single class."""
    if not dataset.chronological or dataset.task == "regression":
        return
    found = np.unique(dataset.y[train_rows])
    if len(found) < 2:
        raise UserError(
            "{name}: the training part, the first {count} samples, holds one class only: “{label}”.",
            hint="The samples follow one another in time and the last ones are the test; "
            "take a smaller test share.",
            name=dataset.name,
            count=len(train_rows),
            label=dataset.class_names[int(found[0])],
        )
