"""How far a step trains, and how it is said."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz import text
from bpviz.present.lessons.goals import Goal, end, state, task
from bpviz.present.lessons.model import Claim, Until
from bpviz.snapshot import Evaluation, History, Iteration

UNTIL = Until(Claim("test_accuracy", above=0.9), at_most=40)


def iteration(number: int, accuracy: float | None = None) -> Iteration:
    test = None if accuracy is None else Evaluation(0.5, accuracy)
    return Iteration(1, number, 0.0, 1.0, 0.1, 1.0, test=test)


def history(last: int, accuracies: dict[int, float]) -> History:
    nothing = np.full(len(accuracies), np.nan)
    evaluated = np.array(list(accuracies), dtype=np.int64)
    found = np.array(list(accuracies.values()))
    return History(1, 0, np.zeros(last + 1), evaluated, nothing, nothing, nothing, found)


@pytest.fixture(autouse=True)
def english():
    text.set_language("en")


def test_a_training_ends_where_it_is_first_so():
    goal = Goal.of(0, UNTIL)
    assert task(goal) == "Training until the test accuracy is above 90\u00a0%, for 40 iterations at most"
    assert not goal.reached(iteration(0, 0.95))  # the start is not what was trained for
    assert not goal.reached(iteration(10, 0.9))
    assert not goal.reached(iteration(11))
    assert state(goal) == "iteration 11 · test accuracy 90\u00a0%"
    assert goal.reached(iteration(20, 0.91))
    assert (goal.at, goal.met) == (20, True)
    assert end(goal, left=False) == "Reached at iteration 20: test accuracy 91\u00a0%."


def test_a_training_ends_at_its_bound_at_the_latest():
    goal = Goal.of(0, UNTIL)
    assert not goal.reached(iteration(39, 0.8))
    assert goal.reached(iteration(40))
    assert (goal.at, goal.met) == (40, False)
    assert end(goal, left=False) == "Not reached: after 40 iterations, test accuracy 80\u00a0%."


def test_what_is_met_at_the_bound_is_met():
    goal = Goal.of(0, UNTIL)
    assert goal.reached(iteration(40, 0.92))
    assert goal.met


def test_the_record_tells_the_same():
    assert not Goal.of(0, UNTIL).look_up(None)
    fresh = Goal.of(0, UNTIL)
    assert not fresh.look_up(history(30, {0: 0.1, 10: 0.5, 20: 0.9}))
    assert fresh.latest is None
    goal = Goal.of(0, UNTIL)
    assert goal.look_up(history(60, {0: 0.1, 10: 0.5, 20: 0.95, 30: 0.2}))
    assert (goal.at, goal.met, goal.found) == (20, True, 0.95)
    late = Goal.of(0, UNTIL)
    assert late.look_up(history(60, {0: 0.1, 10: 0.5, 50: 0.95}))
    assert (late.at, late.met, late.found) == (40, False, 0.5)


def test_without_a_condition_it_is_the_iteration_that_counts():
    goal = Goal.of(20, None)
    assert not goal.reached(iteration(19, 1.0))
    assert task(goal) == "Training to iteration 20"
    assert goal.reached(iteration(20))
    assert end(goal, left=False) == ""


def test_it_is_said_when_the_learner_stops_it():
    goal = Goal.of(0, UNTIL)
    goal.reached(iteration(7))
    assert end(goal, left=True) == "You stopped it at iteration 7."
