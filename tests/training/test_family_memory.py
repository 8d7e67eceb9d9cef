"""All that a window keeps of its runs is within 256 MB together, and what must go for it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.data.dataset import Dataset
from bpviz.present.histograms import MOST_COLUMNS, Record
from bpviz.snapshot import SnapshotRequest
from bpviz.training import family as family_module
from bpviz.training.branches import MOST_BRANCHES
from bpviz.training.budget import BESIDE_BYTES, HISTOGRAM_BYTES, LIMIT
from bpviz.training.build import build, load
from bpviz.training.config import LiveSettings, RunConfig
from bpviz.training.family import MOST_RUNS, Member
from bpviz.training.histograms import histograms
from bpviz.training.loop import Training
from bpviz.training.options import run_config
from tests.training.test_travel_memory import TRUE, fill, size_of

LARGE = run_config({"data": "digits28", "layers": "256 relu, 128 relu", "optimizer": "adam"})


@pytest.fixture(scope="module")
def pictures() -> Dataset:
    return load(LARGE)


def begun(config: RunConfig, run_id: int, data: Dataset | None = None) -> Training:
    training = build(config, run_id, data)
    next(training.iterations())
    return training


def taken_back(training: Training, number: int) -> None:
    """Have a branch fork off, as if the run had been trained on from an earlier iteration."""
    training.branches.fork(10 + number, LiveSettings(0.01 + 0.001 * number))
    training.family.bound(training)
    fill(training, 400 + number)


def held(training: Training) -> int:
    """Return the true bytes of the record, and of the runs beside but for the data that all have."""
    seen: set[int] = set()
    size_of([training.data, training.info, training.objective.train, training.objective.test], seen)
    beside = [one.training for one in training.family._others]
    return size_of([training.line, training.branches, [vars(one) for one in beside]], seen)


def test_several_large_runs_with_branches_keep_within_the_memory_together(pictures):
    present = begun(LARGE, 1, pictures)
    notes = []
    for run_id in range(2, MOST_RUNS + 2):
        fill(present, 300)
        for number in range(3):
            taken_back(present, number)
        present.snapshot(SnapshotRequest())
        new = begun(replace(LARGE, seed=run_id), run_id, pictures)
        present.family.keep(Member(present, LARGE), new, LARGE, "")
        present = new
        fill(present, 200)
        notes += [note.branch.id for note in present.places().notes if note.kind == "dropped"]
        assert present.nbytes <= LIMIT - HISTOGRAM_BYTES
        assert present.nbytes - present.line.nbytes <= BESIDE_BYTES
        assert held(present) <= TRUE * present.nbytes + 2**20
    # So large that the memory, not the number, says how many there may be: the oldest had to go.
    assert 1 <= present.family.runs < MOST_RUNS
    assert notes == sorted(notes)
    assert notes[0] == 1
    assert len(present.places().branches) + len(notes) == 4 * MOST_RUNS + 1


def test_a_run_with_a_name_outlives_later_ones_without(pictures):
    present = begun(LARGE, 1, pictures)
    present.branches.rename(1, "mine")
    for run_id in range(2, 6):
        fill(present, 50)
        new = begun(LARGE, run_id, pictures)
        present.family.keep(Member(present, LARGE), new, LARGE, "")
        present = new
    infos = present.places().branches
    assert len(infos) < 5
    assert infos[0].name == "mine"


def test_a_run_that_would_not_fit_alone_goes_and_the_small_ones_stay(pictures, monkeypatch):
    monkeypatch.setattr(family_module, "BESIDE_BYTES", 20 * 2**20)
    present = begun(RunConfig(), 1)
    fill(present, 100)
    for run_id, config, data in ((2, LARGE, pictures), (3, RunConfig(), None)):
        new = begun(config, run_id, data)
        present.family.keep(Member(present, RunConfig()), new, config, "")
        fill(new, 100)
        present = new
    assert [info.id for info in present.places().branches] == [1, 3]


def test_what_changes_by_hand_take_is_taken_off_what_may_be_kept_beside(monkeypatch):
    present = begun(RunConfig(), 1)
    for number in range(MOST_BRANCHES):
        fill(present, 300)
        taken_back(present, number)
    assert len(present.places().branches) == MOST_BRANCHES + 1
    beside = present.branches.nbytes
    monkeypatch.setattr(family_module, "BESIDE_BYTES", beside + present.line.by_hand_nbytes)
    present.family.bound(present)
    assert len(present.places().branches) == MOST_BRANCHES + 1
    present.line.go_on_with(present.iteration, LiveSettings(7.0))
    present.family.bound(present)
    assert len(present.places().branches) == MOST_BRANCHES


def test_a_large_run_comes_back_to_the_bit_with_its_names(pictures):
    old = begun(LARGE, 1, pictures)
    for iteration in old.iterations():
        if iteration.iteration == 12:
            break
    theta, names = old.theta.copy(), old.info.parameter_names
    new = begun(LARGE, 2, pictures)
    assert new.data is old.data
    old.family.keep(Member(old, LARGE), new, LARGE, "")
    assert not old.info.parameter_names
    back = new.family.bring(1, Member(new, LARGE)).training
    assert back.info.parameter_names == names
    for iteration in (0, 7, 12):
        back.seek(iteration)
    np.testing.assert_array_equal(back.theta, theta)


def test_the_histograms_over_time_keep_within_their_part():
    training = begun(run_config({"data": "xor", "layers": ", ".join(["9 tanh"] * 10)}), 1)
    record = Record()
    for number in range(3 * MOST_COLUMNS):
        record.add(replace(histograms(training), iteration=number))
    assert size_of(record, set()) <= HISTOGRAM_BYTES


def test_a_large_run_that_rests_for_another_leaves_that_one_a_part_and_comes_back_to_the_bit(pictures):
    old = begun(LARGE, 1, pictures)
    fill(old, 300)
    for number in range(MOST_BRANCHES):
        taken_back(old, number)
    theta, last = old.theta.copy(), old.line.last
    kept = old.make_room_for_another()
    assert kept == old.nbytes_beside + old.family.nbytes(old)
    assert kept < BESIDE_BYTES
    old.take_up()
    assert old.line.last == last
    np.testing.assert_array_equal(old.theta, theta)


def test_a_small_run_rests_whole():
    old = begun(RunConfig(), 1)
    fill(old, 300)
    before = len(old.checkpoints)
    assert old.make_room_for_another() < BESIDE_BYTES // 2
    assert len(old.checkpoints) == before > 100
