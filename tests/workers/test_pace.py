"""The pace: nothing at once but the first, no burst, and a figure that is right at any speed."""

import math

import pytest

from bpviz.workers import pace as module
from bpviz.workers.pace import Pace


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def perf_counter(self) -> float:
            return self.now

    one = Clock()
    monkeypatch.setattr(module, "time", one)
    return one


def test_only_the_first_iteration_is_due_at_once(clock):
    pace = Pace()
    pace.set_limit(1.0)
    assert pace.wait_s() <= 0
    pace.count()
    assert pace.wait_s() == pytest.approx(1.0)


@pytest.mark.parametrize("per_second", [1.0, 2.0, 7.0, 400.0])
def test_the_figure_is_the_speed(clock, per_second):
    pace = Pace()
    pace.set_limit(per_second)
    figures = []
    for _ in range(round(5 * per_second)):
        pace.count()
        figures.append(pace.speed())
        clock.now += 1.0 / per_second
    assert figures[0] == 0.0
    assert figures[-1] == pytest.approx(per_second)
    assert all(figure == pytest.approx(per_second) for figure in figures if figure)


def test_a_run_that_fell_behind_does_not_burst(clock):
    pace = Pace()
    pace.set_limit(10.0)
    pace.count()
    clock.now += 5.0
    pace.count()
    pace.count()
    assert pace.wait_s() > 0


def test_full_speed_never_waits(clock):
    pace = Pace()
    pace.set_limit(math.inf)
    pace.count()
    assert pace.wait_s() == 0.0
