"""The metrics as texts."""

from __future__ import annotations

import pytest

from bpviz.present.decision.metrics_table import metrics_line, metrics_table
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config


def trained(**options):
    training = build(run_config({"optimizer": "adam", "iterations": 100, "seed": 0, **options}))
    for _ in training.iterations():
        pass
    return training, training.snapshot(SnapshotRequest())


def test_classes_have_a_row_each_below_the_means():
    training, snapshot = trained(data="iris", layers="6 relu")
    table = metrics_table(training.info, snapshot, "test")
    assert [name for name, _ in table.rows] == list(training.info.class_names)
    assert len(table.means) == 3
    assert all(len(numbers) == len(table.heads) for _, numbers in table.rows)
    macro = training.metrics()[1].macro
    assert float(table.means[0][1][2].split()[0]) == pytest.approx(100 * macro.f1, abs=0.06)
    assert sum(int(numbers[3]) for _, numbers in table.rows) == 75
    assert table.rows != metrics_table(training.info, snapshot, "train").rows
    assert table.as_text().count("\n") == 7
    assert metrics_line(snapshot, "test").startswith("F1 ")


def test_two_classes_have_the_area_under_the_curve():
    training, snapshot = trained(data="spiral", layers="8 tanh")
    assert "ROC-AUC" in metrics_table(training.info, snapshot, "test").note
    assert "ROC-AUC" in metrics_line(snapshot, "test")


def test_numbers_have_errors():
    training, snapshot = trained(data="sine", layers="8 tanh", learning_rate=0.01)
    table = metrics_table(training.info, snapshot, "test")
    assert table.heads == ("R²", "MAE", "RMSE")
    assert not table.rows
    assert metrics_line(snapshot, "test").startswith("R² ")


def test_a_function_has_none():
    training, snapshot = trained(function="bowl")
    assert metrics_table(training.info, snapshot, "test") is None
    assert metrics_line(snapshot, "test") == ""
