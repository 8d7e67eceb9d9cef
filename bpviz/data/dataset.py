"""A data set: what the network is shown and what it should answer.

Symbols: X the features, one row a sample; y the targets.
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

    Attributes
    ----------
    x : (N, D) float64
        Features, finite.
    y : (N,) int64 class indices, or (N, K) float64 targets
        By ``task``.
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

    def __len__(self) -> int:
        return len(self.x)

    @property
    def outputs(self) -> int:
        """Number of values that a network predicts: K, or 1 for two classes, or one a class."""
        if self.task == "regression":
            return int(self.y.shape[1])
        return 1 if len(self.class_names) == 2 else len(self.class_names)


@dataclass(frozen=True)
class Scaling:
    """x ↦ (x − mean) / scale for each feature; a constant feature has scale 1."""

    mean: Array
    scale: Array

    @classmethod
    def identity(cls, features: int) -> Scaling:
        """Return the scaling that changes nothing."""
        return cls(np.zeros(features), np.ones(features))

    @classmethod
    def fit(cls, x: Array) -> Scaling:
        """Return mean 0 and standard deviation 1 (divisor N) over the rows of ``x``."""
        mean, scale = x.mean(axis=0), x.std(axis=0)
        # A constant column has a deviation that is zero up to rounding: leave its unit alone.
        scale[scale <= 1e-12 * np.abs(x).max(axis=0)] = 1.0
        return cls(mean, scale)

    def apply(self, x: Array) -> Array:
        """Return ``x`` in standardized units."""
        return (x - self.mean) / self.scale

    def invert(self, x: Array) -> Array:
        """Return standardized ``x`` in its own units."""
        return x * self.scale + self.mean


@dataclass(frozen=True)
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
    """Split at random and standardize by the training part.

    Parameters
    ----------
    test_share : float
        In [0, 1).  Classification keeps each class's share (stratified), every class with at
        least one sample in training.
    standardize : bool or None
        None takes the data set's own wish.

    Raises
    ------
    UserError
        When no training sample would be left.
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
    scaling = Scaling.fit(x_train) if wanted else Scaling.identity(dataset.x.shape[1])
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
    if dataset.task == "regression":
        order = rng.permutation(len(dataset))
        return order[: min(round(test_share * len(dataset)), len(dataset) - 1)]
    chosen = []
    for label in range(len(dataset.class_names)):
        rows = rng.permutation(np.flatnonzero(dataset.y == label))
        chosen.append(rows[: min(round(test_share * len(rows)), max(len(rows) - 1, 0))])
    return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.intp)
