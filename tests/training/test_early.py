from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.training.early import EarlyStopping

LOSSES = st.lists(st.floats(-100.0, 100.0) | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=40)


def told(early, losses, every=10):
    """Return what ``early`` says to losses at iterations 0, 10, 20, …"""
    return [early.observe(every * place, loss) for place, loss in enumerate(losses)]


def test_it_stops_after_patience_evaluations_without_improvement():
    early = EarlyStopping(3)
    assert told(early, [4.0, 3.0, 3.5, 3.0, 2.0, 2.1, 2.2, 2.0]) == [False] * 7 + [True]
    assert (early.best, early.best_loss) == (40, 2.0)


def test_a_patience_of_one_stops_at_the_first_rise():
    assert told(EarlyStopping(1), [2.0, 1.0, 1.1]) == [False, False, True]


def test_falls_within_the_tolerance_do_not_lengthen_the_wait_and_are_yet_the_best():
    early = EarlyStopping(3, 0.5)
    assert told(early, [2.0, 1.9, 1.6, 1.5]) == [False, False, False, True]
    assert (early.best, early.best_loss) == (30, 1.5)
    # In sum the small falls are a real one.
    assert not any(told(EarlyStopping(3, 0.5), [2.0, 1.8, 1.6, 1.4, 1.2, 1.0, 0.8]))


def test_a_loss_that_is_not_finite_is_never_the_best():
    early = EarlyStopping(4)
    assert told(early, [math.nan, math.inf, -math.inf]) == [False] * 3
    assert (early.best, early.best_loss) == (0, math.inf)
    assert not early.observe(30, 7.0)
    assert (early.best, early.best_loss) == (30, 7.0)
    assert [early.observe(40 + n, math.nan) for n in range(4)] == [False, False, False, True]
    assert (early.best, early.best_loss) == (30, 7.0)


def test_it_goes_on_saying_so_until_the_loss_improves():
    early = EarlyStopping(2)
    assert told(early, [1.0, 2.0, 2.0, 2.0, 0.5, 0.6]) == [False, False, True, True, False, False]


@given(losses=LOSSES, patience=st.integers(1, 5), tolerance=st.floats(0.0, 10.0))
def test_the_best_is_the_first_of_the_lowest(losses, patience, tolerance):
    early = EarlyStopping(patience, tolerance)
    told(early, losses, every=1)
    finite = np.array([loss if math.isfinite(loss) else math.inf for loss in losses])
    if np.isfinite(finite).any():
        assert early.best == int(np.argmin(finite))
        assert early.best_loss == finite.min()
    else:
        assert (early.best, early.best_loss) == (0, math.inf)


@given(losses=LOSSES, patience=st.integers(1, 5))
def test_without_tolerance_it_stops_once_the_best_is_patience_evaluations_old(losses, patience):
    early = EarlyStopping(patience)
    best, lowest = -1, math.inf
    for place, loss in enumerate(losses):
        if math.isfinite(loss) and loss < lowest:
            best, lowest = place, loss
        assert early.observe(place, loss) == (place - best >= patience)


@pytest.mark.parametrize("tolerance", [0.0, 0.1])
def test_a_steady_fall_never_stops(tolerance):
    assert not any(told(EarlyStopping(1, tolerance), np.arange(50.0, -50.0, -0.2)))
