from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.present.axes import format_ticks, log_ticks, nice_ticks


@pytest.mark.parametrize(
    ("low", "high", "count", "texts"),
    [
        (-6, 6, 8, ["−6", "−4", "−2", "0", "2", "4", "6"]),
        (0, 1.6, 4, ["0.0", "0.5", "1.0", "1.5"]),
        (0.1, 0.35, 6, ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]),
        (0, 3e6, 5, ["0", "1e6", "2e6", "3e6"]),
        (0, 2.5e-5, 5, ["0", "1e−5", "2e−5"]),
        (0, 8, 4, ["0", "4", "8"]),
        (990, 1010, 3, ["990", "1000", "1010"]),
    ],
)
def test_ticks_are_round_and_read_alike(low, high, count, texts):
    assert format_ticks(nice_ticks(low, high, count)) == texts


@pytest.mark.parametrize("count", range(2, 12))
def test_ticks_lie_inside_and_are_no_more_than_asked_for(count):
    rng = np.random.default_rng(count)
    for low, span in zip(rng.normal(scale=1e3, size=50), 10 ** rng.uniform(-6, 6, 50), strict=True):
        ticks = nice_ticks(low, low + span, count)
        assert len(ticks) <= count
        assert np.all(ticks >= low - 1e-6 * span)
        assert np.all(ticks <= low + span * (1 + 1e-6))
        if count >= 4:
            assert len(ticks) >= 2


def test_ticks_are_exact_multiples():
    assert 0.3 in nice_ticks(0.0, 0.35, 5).tolist()


def test_an_axis_without_length_has_one_tick():
    assert nice_ticks(5.0, 5.0).tolist() == [5.0]
    assert format_ticks([5.0]) == ["5"]
    assert nice_ticks(0.0, 1e-310).tolist() == [0.0]
    assert len(nice_ticks(0.0, 1e308)) >= 2
    assert nice_ticks(math.nan, 1.0).size == 0
    assert nice_ticks(0.0, math.inf).size == 0
    assert format_ticks([]) == []


def test_zero_has_no_sign():
    assert format_ticks([-0.5, -0.0, 0.5]) == ["−0.5", "0.0", "0.5"]


def test_log_ticks_are_whole_powers_where_there_are_two():
    assert log_ticks(-3.0, 1.0, 5).tolist() == [-3, -2, -1, 0, 1]
    assert log_ticks(-3.0, 4.0, 4).tolist() == [-3, -1, 1, 3]
    assert log_ticks(-0.2, 0.3, 4).tolist() == pytest.approx([-0.2, 0.0, 0.2])
