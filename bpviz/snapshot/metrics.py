"""How well a model answers: counts, shares and errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ClassAverages:
    """Precision, recall and F1 of all classes together."""

    precision: float
    recall: float
    f1: float

    def as_dict(self) -> dict[str, float]:
        """Return them by name."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """How well classes are told apart; every share lies in 0 … 1.

    The tuples have one entry a class; ``support`` counts its samples.  ``macro`` is the mean over the
    classes, ``weighted`` the mean by support, ``micro`` counts all answers together (for one answer a
    sample its three are the accuracy).  ``roc_auc`` is for two classes, None where it has no meaning.
    ``confusion`` counts answers, a row a true class and a column a predicted one, in the order of
    ``classes``, their names; both are empty in a `Snapshot`, which has its own.
    """

    accuracy: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    support: tuple[int, ...]
    macro: ClassAverages
    micro: ClassAverages
    weighted: ClassAverages
    roc_auc: float | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    classes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, lists and None, for JSON."""
        return {
            "accuracy": self.accuracy,
            "precision": list(self.precision),
            "recall": list(self.recall),
            "f1": list(self.f1),
            "support": list(self.support),
            "macro": self.macro.as_dict(),
            "micro": self.micro.as_dict(),
            "weighted": self.weighted.as_dict(),
            "roc_auc": self.roc_auc,
            "confusion": [list(row) for row in self.confusion],
            "classes": list(self.classes),
        }


@dataclass(frozen=True, slots=True)
class RegressionErrors:
    """R², the mean absolute error, the root of the mean squared error, and the mean squared error.

    ``mae`` and ``rmse`` are in the target's unit, ``mse`` in its square.
    """

    r2: float
    mae: float
    rmse: float
    mse: float

    def as_dict(self) -> dict[str, float | None]:
        """Return plain numbers for JSON, None for what is not finite."""
        named = {"r2": self.r2, "mae": self.mae, "rmse": self.rmse, "mse": self.mse}
        return {name: number if math.isfinite(number) else None for name, number in named.items()}


@dataclass(frozen=True, slots=True)
class RegressionMetrics:
    """How well numbers are predicted: over all outputs, and for each output."""

    overall: RegressionErrors
    per_output: tuple[RegressionErrors, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, lists and None, for JSON."""
        return {**self.overall.as_dict(), "per_output": [errors.as_dict() for errors in self.per_output]}


Metrics = ClassMetrics | RegressionMetrics
