"""Axes: pixels, ticks, bounds and labels, against values worked by hand."""

import numpy as np
import pytest

from bpviz.present.loss.scales import (
    Axis,
    grown_end,
    linear_bounds,
    linear_ticks,
    log_bounds,
    log_ticks,
    percent,
    shown,
    tick_label,
)


def test_a_straight_axis_maps_both_ways() -> None:
    axis = Axis(0.0, 10.0, 100.0, 0.0)
    assert axis.pixel([0.0, 2.5, 10.0]).tolist() == [100.0, 75.0, 0.0]
    assert axis.value(75.0) == 2.5


def test_a_logarithmic_axis_maps_decades_evenly_and_has_no_place_for_zero() -> None:
    axis = Axis(0.01, 1.0, 200.0, 0.0, log=True)
    pixels = axis.pixel([0.01, 0.1, 1.0, 0.0, -1.0])
    np.testing.assert_allclose(pixels[:3], [200.0, 100.0, 0.0], atol=1e-9)
    assert np.isnan(pixels[3:]).all()
    assert axis.value(100.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("last", "end"),
    [(0, 1), (1, 1), (7, 8), (11, 12), (420, 500), (1000, 1000), (1001, 1200), (10**6, 10**6)],
)
def test_the_end_of_an_axis_grows_in_round_steps(last: int, end: float) -> None:
    assert grown_end(last) == pytest.approx(end)


def test_the_axis_is_never_much_longer_than_the_run() -> None:
    for last in range(2, 5000, 7):
        assert last <= grown_end(last) * (1 + 1e-9) <= 1.5 * last


def test_ticks_are_round_and_within() -> None:
    assert linear_ticks(0.0, 1.0, 5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert linear_ticks(-1.2, 1.2, 3) == [-1.0, 0.0, 1.0]
    assert log_ticks(0.001, 10.0, 10) == pytest.approx([0.001, 0.01, 0.1, 1.0, 10.0])
    assert log_ticks(1e-8, 1.0, 4) == pytest.approx([1e-8, 1e-6, 1e-4, 1e-2, 1.0])
    assert log_ticks(1.0, 6.0, 4) == pytest.approx([1.0, 2.0, 5.0])


def test_bounds_are_round_and_hold_the_values() -> None:
    assert linear_bounds(0.1, 0.93) == (0.0, 1.0)
    assert linear_bounds(5.0, 5.0)[0] <= 5.0 < linear_bounds(5.0, 5.0)[1]
    low, high = log_bounds(0.02, 0.7)
    assert (low, high) == pytest.approx((0.01, 1.0))
    assert log_bounds(0.1, 0.1)[0] < log_bounds(0.1, 0.1)[1]


def test_labels_are_short() -> None:
    assert [tick_label(v) for v in (0.0, 0.1, 1000.0, 20000.0, -0.5)] == [
        "0",
        "0.1",
        "1000",
        "20\u2009000",
        "−0.5",
    ]
    assert [tick_label(v) for v in (1e-6, 1e6, 2.5e7)] == ["1e−6", "1e6", "2.5e7"]
    assert percent(1.0) == "100\u2009%"
    assert percent(0.9999) == "99.9\u2009%"
    assert percent(None) == "–"
    assert shown(float("nan")) == "–"
    assert shown(0.0036) == "0.003600"
