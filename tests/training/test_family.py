"""Runs beside one another: what is kept of them, in how much memory, and that they come back to the bit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bpviz.training.branches import MOST_BRANCHES
from bpviz.training.build import build
from bpviz.training.config import LiveSettings, RunConfig
from bpviz.training.family import IN_ITS_PLACE, MOST_RUNS, Member
from bpviz.training.loop import Training
from bpviz.training.safe_rate import STEPS, safe_rate

XAVIER, HE = RunConfig(), RunConfig(initializer="he")


def trained(config: RunConfig, iterations: int, run_id: int = 1) -> Training:
    """Return a run that was trained so far."""
    training = build(config, run_id)
    train_to(training, iterations)
    return training


def train_to(training: Training, iterations: int) -> None:
    for iteration in training.iterations():
        if iteration.iteration >= iterations:
            return


def beside(old: Training, config: RunConfig, run_id: int, name: str = "") -> Training:
    """Return a new run of 50 iterations that was begun beside ``old``."""
    new = trained(config, 0, run_id)
    old.family.keep(Member(old, XAVIER), new, config, name)
    train_to(new, 50)
    return new


def test_both_are_branches_in_one_row_of_numbers_and_share_no_iteration():
    new = beside(trained(XAVIER, 80), HE, 2, "he")
    places = new.places()
    assert [(info.id, info.name, info.last, info.present) for info in places.branches] == [
        (1, "", 80, False),
        (2, "he", 50, True),
    ]
    assert places.shared == {1: -1, 2: 50}
    assert places.branches[0].config == XAVIER
    assert places.branches[0].history.train_loss[-1] == places.branches[0].train_loss
    assert [note.kind for note in places.notes] == ["beside"]


@pytest.mark.parametrize("stands_at", [80, 33, 0])
def test_a_run_comes_back_and_goes_on_to_the_bit(stands_at):
    old = trained(XAVIER, 80)
    old.seek(stands_at)
    new = beside(old, HE, 2)
    back = new.family.bring(1, Member(new, HE)).training
    assert back is old
    for iteration in (80, 17, 0, 79):
        back.seek(iteration)
        np.testing.assert_array_equal(back.theta, trained(XAVIER, iteration).theta)
    back.seek(80)
    train_to(back, 120)
    whole = trained(XAVIER, 120)
    np.testing.assert_array_equal(back.theta, whole.theta)
    np.testing.assert_array_equal(back.recorder.history().loss, whole.recorder.history().loss)
    there = back.family.bring(2, Member(back, XAVIER)).training
    there.seek(50)
    np.testing.assert_array_equal(there.theta, trained(HE, 50).theta)


def test_a_run_keeps_its_branches_and_its_settings():
    old = trained(XAVIER, 80)
    old.seek(40)
    old.apply(LiveSettings(0.3))
    train_to(old, 70)
    theta = old.theta.copy()
    new = beside(old, HE, 2)
    assert [info.id for info in new.places().branches] == [1, 2, 3]
    back = new.family.bring(1, Member(new, HE)).training
    back.switch(1)
    back.seek(80)
    np.testing.assert_array_equal(back.theta, trained(XAVIER, 80).theta)
    assert back.live == XAVIER.live
    back.switch(2)
    back.seek(70)
    np.testing.assert_array_equal(back.theta, theta)


def test_a_branch_of_another_run_is_renamed_and_deleted_the_last_one_with_its_run():
    old = trained(XAVIER, 80)
    old.seek(40)
    old.apply(LiveSettings(0.3))
    train_to(old, 70)
    new = beside(old, HE, 2)
    family = new.family
    family.rename(new, 1, "first")
    assert new.places().branches[0].name == "first"
    family.delete(new, 2)  # the one in which that run stood
    assert [info.id for info in new.places().branches] == [1, 3]
    back = family.bring(1, Member(new, HE)).training
    back.seek(80)
    np.testing.assert_array_equal(back.theta, trained(XAVIER, 80).theta)
    family.delete(back, 3)
    assert [info.id for info in back.places().branches] == [1]
    assert family.runs == 0


def test_a_bookmark_of_another_run_keeps_its_own_number():
    old = trained(XAVIER, 80)
    old.mark(20)
    new = beside(old, HE, 2)
    new.mark(30)
    assert [(mark.id, mark.branch, mark.iteration) for mark in new.places().bookmarks] == [
        (1, 1, 20),
        (2, 2, 30),
    ]
    new.family.rename_mark(new, 1, "there")
    new.family.remove_mark(new, 2)
    assert [mark.name for mark in new.places().bookmarks] == ["there"]


def test_of_many_runs_the_oldest_without_a_name_goes_and_it_is_said():
    present = trained(XAVIER, 50)
    present.branches.rename(1, "mine")
    for run_id in range(2, MOST_RUNS + 4):
        present = beside(present, HE, run_id, f"try {run_id}" if run_id == 3 else "")
    assert present.family.runs == MOST_RUNS
    places = present.places()
    assert [info.id for info in places.branches][:2] == [1, 3]
    assert [note.branch.id for note in places.notes if note.kind == "dropped"] == [2, 4]


def test_all_branches_of_all_runs_are_bounded_together():
    present = trained(XAVIER, 50)
    rates = itertools.count(1)
    for run_id in range(2, 5):
        for _ in range(6):
            present.seek(10)
            present.apply(LiveSettings(0.01 + 1e-4 * next(rates)))
            train_to(present, 40)
        present = beside(present, HE, run_id)
    assert len(present.places().branches) == MOST_BRANCHES + 1


def test_what_is_put_aside_takes_no_more_memory_than_a_branch():
    old = trained(XAVIER, 5000)
    before = old.nbytes
    new = beside(old, HE, 2)
    assert new.family.nbytes(new) < before
    assert new.family.nbytes(new) < 3 * 2**20
    assert len(old.checkpoints) == 1


def test_a_run_of_no_iterations_is_kept_under_a_name_only_and_a_reset_keeps_the_others():
    untouched, first, second = (trained(XAVIER, 0, run_id) for run_id in (1, 2, 3))
    untouched.family.keep(Member(untouched, XAVIER), first, HE)
    assert first.places().branches[0].id == 1
    assert len(first.places().branches) == 1
    first.family.keep(Member(first, HE), second, HE, "remedy")
    assert len(second.places().branches) == 2
    train_to(second, 20)
    again = trained(HE, 0, 4)
    second.family.keep(Member(second, HE), again, HE, IN_ITS_PLACE)
    assert [info.id for info in again.places().branches] == [1, 3]


def test_a_safe_rate_goes_well_and_the_run_is_left_as_it_was():
    config = RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(4000.0, None))
    training = build(config)
    for _ in training.iterations():
        pass
    assert training.stopped == "diverged"
    theta, at = training.theta.copy(), training.iteration
    rate = safe_rate(training)
    assert rate == 0.1  # x² is descended by any η < 1; a higher one than this is never proposed
    assert (training.iteration, training.live.learning_rate) == (at, 4000.0)
    np.testing.assert_array_equal(training.theta, theta)
    slower = build(RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(rate, None)))
    train_to(slower, STEPS)
    assert slower.stopped is None


def test_a_rate_that_only_puts_the_divergence_off_is_not_proposed():
    # With η = 0.001 each step of θ ← θ − 2001 η θ makes θ longer by a thousandth: finite, but not well.
    training = build(RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(1.0, None)))
    of_parabola = training.method.loss_and_gradient

    def of_steeper_one(objective, theta, batch):
        return of_parabola(objective, theta, batch)[0], 2001.0 * theta

    training.method.loss_and_gradient = of_steeper_one
    assert safe_rate(training) == 1e-4


def test_the_search_is_given_up_when_asked():
    config = RunConfig(function="parabola", optimizer="sgd", live=LiveSettings(4000.0, None))
    assert safe_rate(build(config), lambda: True) is None
