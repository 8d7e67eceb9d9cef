"""One iteration as the panels show it, and what they want of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot.arrays import Array
from bpviz.snapshot.changes import ChangedSample
from bpviz.snapshot.history import Evaluation
from bpviz.snapshot.layers import LayerState
from bpviz.snapshot.metrics import ClassMetrics, RegressionMetrics
from bpviz.snapshot.spread import Histograms


@dataclass(frozen=True, slots=True)
class PredictionMap:
    """The network's answer over a plane of two features, in the data's own units.

    ``values``: (height, width, outputs), row 0 at the lowest y; probabilities for classification (one column
    a class, two columns for two classes), predictions for regression.  For a single feature height is 1.
    """

    features: tuple[int, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    values: Array


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One iteration, whole: what every panel shows.

    For a function of one or two variables ``layers`` is empty and ``theta`` is the point. ``confusion_*`` are
    (classes, classes) counts, row = true class, column = predicted. ``predictions_train``/``_test`` are (N,
    outputs) for regression, else None. ``update`` (n,) is what the last update took off θ: before − after.
    ``what_if``: numbers were changed by hand, only to look. ``by_hand``: the update was a change by hand, the
    optimizer took no step. ``changed`` are the samples that are no more what `RunInfo` says of them; it is
    the same object as long as they are the same.
    """

    run_id: int
    iteration: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    theta: Array
    gradient: Array
    train: Evaluation
    test: Evaluation | None
    layers: tuple[LayerState, ...] = ()
    sample: int = 0
    target: Array | None = None
    prediction_map: PredictionMap | None = None
    confusion_train: NDArray[np.int64] | None = None
    confusion_test: NDArray[np.int64] | None = None
    predictions_train: Array | None = None
    predictions_test: Array | None = None
    update: Array | None = None
    metrics_train: ClassMetrics | RegressionMetrics | None = None
    metrics_test: ClassMetrics | RegressionMetrics | None = None
    histograms: Histograms | None = None
    what_if: bool = False
    by_hand: bool = False
    changed: tuple[ChangedSample, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """What the window wants the next snapshot to hold."""

    sample: int = 0
    features: tuple[int, int] = (0, 1)
    map_size: int = 64
    neuron_map_size: int = 32
    with_maps: bool = True
    with_histograms: bool = False
