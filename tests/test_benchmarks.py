from __future__ import annotations

import pytest

from tests.benchmarks.__main__ import BENCHMARKS, describe_machine, print_table
from tests.benchmarks.timing import Row, medians, percentile
from tests.benchmarks.window import growth_mb_per_minute


def test_percentiles_count_what_is_not_exceeded():
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 0.5) == 50.0
    assert percentile(values, 0.95) == 95.0
    assert percentile(values, 0.99) == 99.0
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


@pytest.mark.parametrize(
    ("ratio", "at_most", "met"),
    [(2.4, False, False), (2.5, False, True), (2.5, True, True), (2.6, True, False)],
)
def test_goals_are_bounds_from_either_side(ratio, at_most, met):
    assert Row("", "", "", ratio, 2.5, at_most).met is met


def test_no_goal_is_neither_met_nor_missed():
    assert Row("", "", "", 2.0).met is None


def test_medians_leave_out_the_first_round():
    calls: dict[str, int] = {"one": 0, "other": 0}

    def count(name):
        calls[name] += 1

    times = medians({name: lambda name=name: count(name) for name in calls}, repeats=3)
    assert calls == {"one": 4, "other": 4}
    assert set(times) == set(calls)


def test_growth_is_the_slope_of_the_second_half():
    filling = [float(value) for value in range(0, 100, 10)]
    assert growth_mb_per_minute([*filling, *[100.0] * 10]) == pytest.approx(0.0, abs=1e-9)
    assert growth_mb_per_minute([100.0 + 0.5 * second for second in range(20)]) == pytest.approx(30.0)
    assert growth_mb_per_minute([]) == 0.0


def test_the_table_says_what_was_measured_on_what(capsys):
    print_table(
        [Row("surface", "30 ms", "loop 90 ms", 3.0, 2.5), Row("late", "20 ms", "16 ms", 1.25, 1.0, True)]
    )
    head, met, missed = capsys.readouterr().out.splitlines()
    assert head.split() == ["what", "bpviz", "against", "ratio", "goal"]
    assert met.split()[-4:] == ["3.00", "≥", "2.5", "met"]
    assert missed.split()[-4:] == ["1.25", "≤", "1", "MISSED"]
    machine = "\n".join(describe_machine())
    for word in ("BLAS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "numpy", "cores"):
        assert word in machine
    assert set(BENCHMARKS) == {
        "step",
        "dense",
        "differences",
        "convolution",
        "recurrent",
        "learning",
        "surface",
        "time",
        "walk",
        "start",
        "csv",
        "window",
        "cycles",
    }
