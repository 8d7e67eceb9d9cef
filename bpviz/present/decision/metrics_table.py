"""The metrics of a snapshot as a table of texts, and in one short line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bpviz.present.loss.scales import percent, shown
from bpviz.present.numbers import grouped
from bpviz.snapshot import ClassMetrics, Metrics, RegressionErrors, RunInfo, Snapshot
from bpviz.text import tr

Part = Literal["train", "test"]


@dataclass(frozen=True)
class MetricsTable:
    """Heads of the columns, rows of a name and its numbers, the means first; ``note`` stands below."""

    heads: tuple[str, ...]
    means: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""

    def as_text(self) -> str:
        """Return the table with a tab between columns, to be copied."""
        lines = ["\t".join(("", *self.heads))]
        lines += ["\t".join((name, *numbers)) for name, numbers in (*self.means, *self.rows)]
        return "\n".join([*lines, self.note] if self.note else lines)


def measured(snapshot: Snapshot, part: Part) -> Metrics | None:
    """Return the metrics over a part; over the training part where there is no other."""
    if part == "test" and snapshot.metrics_test is not None:
        return snapshot.metrics_test
    return snapshot.metrics_train


def metrics_table(info: RunInfo, snapshot: Snapshot, part: Part) -> MetricsTable | None:
    """Return the table of a part, None for a function."""
    found = measured(snapshot, part)
    if found is None:
        return None
    if isinstance(found, ClassMetrics):
        return _of_classes(info, found)
    rows = tuple(
        (name, _errors(errors)) for name, errors in zip(info.target_names, found.per_output, strict=False)
    )
    heads = ("R²", "MAE", "RMSE")
    return MetricsTable(heads, ((tr("all outputs"), _errors(found.overall)),), rows if len(rows) > 1 else ())


def _of_classes(info: RunInfo, found: ClassMetrics) -> MetricsTable:
    means = tuple(
        (name, (percent(mean.precision), percent(mean.recall), percent(mean.f1), ""))
        for name, mean in (
            (tr("mean (macro)"), found.macro),
            (tr("by support"), found.weighted),
            (tr("all together (micro)"), found.micro),
        )
    )
    columns = zip(info.class_names, found.precision, found.recall, found.f1, found.support, strict=False)
    rows = tuple(
        (name, (percent(precision), percent(recall), percent(f1), grouped(support)))
        for name, precision, recall, f1, support in columns
    )
    heads = (tr("precision"), tr("recall"), "F1", tr("samples"))
    note = tr("accuracy {accuracy}", accuracy=percent(found.accuracy))
    if found.roc_auc is not None:
        note += f" · ROC-AUC {shown(found.roc_auc)}"
    return MetricsTable(heads, means, rows, note)


def _errors(errors: RegressionErrors) -> tuple[str, str, str]:
    return shown(errors.r2), shown(errors.mae), shown(errors.rmse)


def metrics_line(snapshot: Snapshot | None, part: Part) -> str:
    """Return e.g. ``F1 98.4 % · ROC-AUC 0.9991`` or ``R² 0.93 · MAE 0.1 · RMSE 0.2``."""
    found = measured(snapshot, part) if snapshot is not None else None
    if found is None:
        return ""
    if isinstance(found, ClassMetrics):
        area = "" if found.roc_auc is None else f" · ROC-AUC {shown(found.roc_auc)}"
        return f"F1 {percent(found.macro.f1)}{area}"
    r2, mae, rmse = _errors(found.overall)
    return f"R² {r2} · MAE {mae} · RMSE {rmse}"
