"""The measures that a run tells beside its loss: names, as ``--json`` has them, and what they are."""

from __future__ import annotations

from typing import Any

from bpviz.registry import Entry, Registry
from bpviz.text import N_

METRICS: Registry[Any] = Registry(N_("metric"))
"""Named by the fields of `bpviz.snapshot.ClassMetrics` and `RegressionErrors`; ``make`` is not for use."""


def _add(name: str, label: str, said: str) -> None:
    METRICS.add(Entry(name, label, object, said))


_add("accuracy", N_("Accuracy"), N_("Classes: the share of right answers."))
_add(
    "precision",
    N_("Precision of answers"),
    N_("Classes: of the answers “this class”, the share that is right."),
)
_add("recall", N_("Recall"), N_("Classes: of the samples of this class, the share that is found."))
_add("f1", N_("F1"), N_("Classes: the harmonic mean of precision and recall."))
_add("macro", N_("Macro average"), N_("Classes: precision, recall and F1, each class counting alike."))
_add("micro", N_("Micro average"), N_("Classes: the same over all answers together."))
_add("weighted", N_("Weighted average"), N_("Classes: the same, each class counting by its samples."))
_add("roc_auc", N_("ROC-AUC"), N_("Two classes: how often the score of a one is above that of a zero."))
_add(
    "confusion",
    N_("Confusion matrix"),
    N_("Classes: how often each true class (a row) was answered by each class (a column)."),
)
_add("r2", N_("R²"), N_("Numbers: the share of the variance that is explained; 1 is all of it."))
_add("mae", N_("MAE"), N_("Numbers: the mean absolute error, in the target's own unit."))
_add("rmse", N_("RMSE"), N_("Numbers: the root of the mean squared error, in the target's own unit."))
_add("mse", N_("MSE"), N_("Numbers: the mean squared error, in the square of the target's unit."))
