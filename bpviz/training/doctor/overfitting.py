"""Overfitting: the loss on what was never trained on rises while that of the training part falls."""

from __future__ import annotations

import numpy as np

from bpviz.snapshot.diagnosis import Finding, Remedy
from bpviz.text import N_, Text
from bpviz.training.doctor.base import DIAGNOSES, Evidence, figure, finding, remedy

LEAST_EVALUATIONS = 8
RISE = 1.5
FALL = 0.8
GAP = 2.0
LEAST_OF_START = 0.1
"""The rise counts from a tenth of the start's loss on."""
ACCURACY_GAP = 0.15
SMOOTH = 5
LOSS_DIGITS = 4
USUAL_L2 = 0.001


@DIAGNOSES.register("overfitting", N_("Overfitting"))
def overfitting(evidence: Evidence) -> list[Finding]:
    """Compare the present losses with those at the lowest test loss: running means of both, so that no
    single evaluation decides.  What is told are the losses themselves.
    """
    if len(evidence.test_loss) < LEAST_EVALUATIONS or not np.isfinite(evidence.test_loss).all():
        return []
    test, train = _smooth(evidence.test_loss), _smooth(evidence.train_loss)
    best = int(test.argmin())
    rise, start = float(test[-1] - test[best]), evidence.start_loss
    if not (test[-1] > RISE * test[best] and rise > LEAST_OF_START * start):
        return []
    if not (train[-1] < FALL * train[best] and test[-1] > GAP * train[-1]):
        return []
    gap = evidence.accuracy - evidence.test_accuracy
    if np.isfinite(gap) and gap < ACCURACY_GAP:
        return []
    now_train, now_test = evidence.training.evaluate()
    return [] if now_test is None else [_finding(evidence, now_train.loss, now_test.loss)]


def _finding(evidence: Evidence, train: float, test: float) -> Finding:
    best = int(evidence.test_loss.argmin())
    low, before = float(evidence.test_loss[best]), float(evidence.train_loss[best])
    at = int(evidence.history.evaluated[best])
    return finding(
        "overfitting",
        "warning",
        Text(
            "Since iteration {iteration}, where it was lowest, the test loss has risen from {low} to {test}, "
            "while the training loss fell from {before} to {train}.",
            iteration=at,
            low=figure(low, LOSS_DIGITS),
            test=figure(test, LOSS_DIGITS),
            before=figure(before, LOSS_DIGITS),
            train=figure(train, LOSS_DIGITS),
        ),
        Text(
            "The network has so many weights for so few samples that it learns these by heart, noise "
            "included, instead of what they have in common."
        ),
        _remedy(evidence),
        seat="loss",
        iteration=at,
        low=low,
        test=test,
        before=before,
        train=train,
    )


def _remedy(evidence: Evidence) -> Remedy | None:
    before = evidence.live.penalties.get("l2", 0.0)
    strength = max(USUAL_L2, 10 * before)
    return remedy(
        N_("L2 = {strength}, and stop early"),
        ("l2", strength),
        ("stop.early", 20),
        strength=figure(strength),
    )


def _smooth(values: np.ndarray) -> np.ndarray:
    """Return running means of a few evaluations: one lucky epoch is no best."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    means: np.ndarray = (sums[SMOOTH:] - sums[:-SMOOTH]) / SMOOTH
    return means
