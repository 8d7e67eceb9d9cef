"""How good the answers are.

With TP, FP and FN the right, the false and the missed answers "this class":
precision = TP / (TP + FP),  recall = TP / (TP + FN),  F1 = 2 TP / (2 TP + FP + FN).
R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)².
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.snapshot import ClassAverages, ClassMetrics, RegressionErrors, RegressionMetrics

Array = NDArray[np.floating]
Counts = NDArray[np.int64]


def correct_share(scores: Array, labels: Counts) -> float:
    """Return the accuracy: the share of rows whose largest score (N, classes) is at the true class."""
    return float(np.count_nonzero(scores.argmax(axis=-1) == labels)) / len(labels)


def confusion_matrix(predicted: Counts, labels: Counts, classes: int) -> Counts:
    """Return counts (classes, classes): row = true class, column = predicted class."""
    flat = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)


def classification_metrics(
    confusion: Counts,
    scores: Array | None = None,
    labels: Counts | None = None,
    classes: Sequence[str] = (),
) -> ClassMetrics:
    """Return precision, recall and F1 of each class and their averages; 0/0 counts as 0.

    So a class that is never predicted has precision 0, one without samples recall 0, and both stay in
    the macro average, as in scikit-learn.

    Parameters
    ----------
    confusion : (classes, classes)
        As `confusion_matrix` makes it.
    scores : (N,) or (N, 2), labels : (N,)
        For two classes, the score of class 1 (the last column) and the true classes: with both comes the
        area under the ROC curve.
    classes : sequence of str
        Their names; with them come the counts themselves.
    """
    right, support = confusion.diagonal(), confusion.sum(axis=1)
    predicted = confusion.sum(axis=0)
    precision, recall = _share(right, predicted), _share(right, support)
    f1 = _share(2 * right, predicted + support)
    accuracy = float(_share(right.sum(), support.sum()))
    of_classes = np.stack([precision, recall, f1])
    weighted = _share((of_classes * support).sum(axis=1), support.sum())
    two = len(confusion) == 2 and scores is not None and labels is not None
    return ClassMetrics(
        accuracy,
        tuple(precision.tolist()),
        tuple(recall.tolist()),
        tuple(f1.tolist()),
        tuple(support.tolist()),
        ClassAverages(*of_classes.mean(axis=1).tolist()),
        ClassAverages(accuracy, accuracy, accuracy),
        ClassAverages(*weighted.tolist()),
        roc_auc(scores, labels) if two else None,  # type: ignore[arg-type]
        tuple(map(tuple, confusion.tolist())) if classes else (),
        tuple(classes),
    )


def roc_auc(scores: Array, labels: Counts) -> float | None:
    """Return the area under the ROC curve for classes 0 and 1.

    It is the share of the pairs (a sample of class 1, one of class 0) where the former has the higher
    score, a tie counting ½: Mann and Whitney's U over n₁ n₀, by ranks, in O(N log N).

    Parameters
    ----------
    scores : (N,) or (N, 2)
        The score of class 1, or one a class.
    labels : (N,)

    Returns
    -------
    float or None
        None where a class is absent or a score is not a number.
    """
    scores = scores if scores.ndim == 1 else scores[:, -1]
    positive = labels == 1
    ones = int(np.count_nonzero(positive))
    pairs = ones * (len(labels) - ones)
    if not pairs or np.isnan(scores).any():
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    # Equal scores share the mean of their ranks, which are counted from 1.
    ranks = counts.cumsum() - 0.5 * (counts - 1)
    u = float(ranks[place.ravel()[positive]].sum()) - 0.5 * ones * (ones + 1)
    return u / pairs


def regression_metrics(predictions: Array, targets: Array) -> RegressionMetrics:
    """Return R², MAE, RMSE and MSE of predictions and targets (N, K), over all outputs and for each.

    Over all outputs MAE and MSE are means over every number, RMSE is the root of that MSE (scikit-learn
    takes the mean of the outputs' roots) and R² is the mean of the outputs' R².  0/0 counts as 0: a
    constant target that is met exactly has R² = 1; one that is missed has R² = 0, as in scikit-learn.
    Without samples everything is NaN.
    """
    targets = targets.astype(np.float64)
    with np.errstate(all="ignore"):  # a run that diverged predicts infinities
        error = predictions - targets
        if not len(error):
            return _regression(*np.full((3, error.shape[1]), math.nan))
        squares = (error * error).mean(axis=0)
        spread = np.var(targets, axis=0)
        unexplained = np.where(squares == 0.0, 0.0, np.where(spread == 0.0, 1.0, squares / spread))
        return _regression(1.0 - unexplained, np.abs(error).mean(axis=0), squares)


def _regression(r2: Array, mae: Array, mse: Array) -> RegressionMetrics:
    rows = np.stack([r2, mae, np.sqrt(mse), mse])
    means = rows.mean(axis=1)
    means[2] = np.sqrt(means[3])
    return RegressionMetrics(
        RegressionErrors(*means.tolist()), tuple(RegressionErrors(*row) for row in rows.T.tolist())
    )


def _share(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Array:
    """Return part / whole, 0 where whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.asarray(np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0))
