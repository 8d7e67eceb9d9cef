"""Inputs, targets and answers of a mean over a batch, and of a sample that was changed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.unrolled.cards import card
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.numbers import changeable
from bpviz.present.unrolled.shown import own_input, shown_in
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training.by_hand import imagined
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from tests.helpers.sequences import shown, training


@pytest.fixture(scope="module")
def made():
    return training("delayed_xor", "lstm 4")


def walked(made, sample="mean"):
    snapshot = made.snapshot(SnapshotRequest(sample=3))
    dissection = dissect(made, RunConfig())
    lit = lit_at(dissection, dissection.operations[0], sample)
    return walked_snapshot(snapshot, lit), lit


def test_the_mean_input_is_the_mean_of_the_batch_in_the_datas_own_units(made):
    snapshot, lit = walked(made)
    found = shown_in(made.info, snapshot, lit)
    rows = lit.dissection.rows
    assert len(rows) > 1
    assert (rows >= 0).all()
    assert found.x == pytest.approx(made.info.x_train[rows].mean(axis=0).reshape(16, 2), rel=1e-12, abs=1e-14)
    assert found.target.item() == pytest.approx(made.info.y_train[rows].mean())
    assert found.prediction.item() == pytest.approx(lit.dissection.layers[-1].a.mean())
    assert found.bits == (False, False)
    assert found.labels is None


def test_without_a_walk_a_mean_shows_nothing(made):
    snapshot, _ = walked(made)
    assert shown_in(made.info, snapshot) is None


def test_standardized_inputs_come_back_in_their_own_units():
    info, _ = shown("noisy_sine", "rnn 3")
    info = replace(info, input_scaling=(np.full(12, 2.0), np.full(12, 4.0)))
    assert own_input(info, np.arange(12.0))[3].item() == 14.0


def test_a_mean_card_says_the_mean_input(made):
    snapshot, lit = walked(made)
    found = card(made.info, snapshot, Mark("cell", 0, 4, 0), shown_in(made.info, snapshot, lit))
    rows = lit.dissection.rows
    assert found.lines[0].value == pytest.approx(made.info.x_train[rows].reshape(-1, 16, 2)[:, 4, 0].mean())
    assert changeable(made.info, snapshot, found, Mark("cell", 0, 4, 0)).numbers == ()


def test_what_was_typed_is_what_is_shown(made):
    changes = (
        Change(ParameterPlace(0, "x", (9,)), -1.5, 3),
        Change(ParameterPlace(0, "y", (0,)), 0.25, 3),
    )
    before = shown_in(made.info, made.snapshot(SnapshotRequest(sample=3)))
    snapshot = replace(imagined(made, changes).snapshot(SnapshotRequest(sample=3)), what_if=True)
    found = shown_in(made.info, snapshot)
    mean, scale = made.info.input_scaling
    assert found.x[4, 1] == pytest.approx(-1.5 * scale[9] + mean[9])
    untouched = np.ones((16, 2), bool)
    untouched[4, 1] = False
    assert (found.x[untouched] == before.x[untouched]).all()
    assert found.target.item() == 0.25
    assert found.labels is None


def test_a_target_that_is_a_class_stays_one(made):
    label = int(made.info.y_train[3])
    changes = (Change(ParameterPlace(0, "y", (0,)), 1.0 - label, 3),)
    snapshot = replace(imagined(made, changes).snapshot(SnapshotRequest(sample=3)), what_if=True)
    assert shown_in(made.info, snapshot).labels.tolist() == [1 - label]


def test_the_channels_of_a_step_can_be_changed(made):
    snapshot = made.snapshot(SnapshotRequest(sample=3))
    mark = Mark("block", 0, 4, -1)
    numbers = changeable(made.info, snapshot, card(made.info, snapshot, mark), mark).numbers
    assert [each.where.place for each in numbers] == [(8,), (9,)]
    assert [each.value for each in numbers] == snapshot.layers[0].a[8:10].tolist()
    assert [each.label.partition(" ")[0] for each in numbers] == ["x", "mark"]


@pytest.mark.parametrize(
    ("data", "mark", "places"),
    [
        ("delayed_xor", Mark("cell", 2, 15, 0, "a"), [(0,)]),
        ("binary_addition", Mark("cell", 2, 5, 0, "a"), [(5,)]),
        ("binary_addition", Mark("cell", 1, 5, 0, "h"), []),
    ],
)
def test_targets_can_be_changed(data, mark, places):
    info, snapshot = shown(data, "rnn 4")
    numbers = changeable(info, snapshot, card(info, snapshot, mark), mark).numbers
    assert [each.where for each in numbers] == [ParameterPlace(0, "y", place) for place in places]
    assert [each.value for each in numbers] == [float(snapshot.target[place]) for place in places]
