"""A check of the gradient in words and rows: worked out by hand on small made-up checks."""

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.gradients.check import (
    CheckReport,
    CheckRequest,
    grade,
    short_verdict,
    timing,
    verdict,
)
from bpviz.present.gradients.valley import (
    CEILING,
    FLOOR,
    advice,
    curves,
    error_bounds,
    explanation,
    power_labels,
    reading,
)
from bpviz.present.loss.scales import Axis
from bpviz.snapshot import ErrorValley, GradientCheck

NAMES = ("W⁽¹⁾[1,1]", "b⁽¹⁾[1]", "W⁽¹²⁾[1,1]", "b⁽¹²⁾[1]")


def made(differences, method="central", step=1e-5, valley=None) -> CheckReport:
    """Return a check of four parameters whose gradient is 1, 2, 3, 4."""
    backprop = np.array([1.0, 2.0, 3.0, 4.0])
    differences = np.asarray(differences, float)
    absolute = np.abs(backprop - differences)
    relative = absolute / np.maximum(backprop, np.abs(differences))
    check = GradientCheck(
        method,
        step,
        0.5,
        0.001,
        np.arange(4),
        backprop,
        differences,
        absolute,
        relative,
        NAMES[int(relative.argmax())],
    )
    return CheckReport(1, 120, 10, CheckRequest(), check, NAMES, valley)


def valley_of(**largest) -> ErrorValley:
    steps = np.array([1e-1, 1e-4, 1e-7])
    arrays = {method: np.array(values) for method, values in largest.items()}
    return ErrorValley(
        steps, arrays, {method: values / 10 for method, values in arrays.items()}, np.arange(4)
    )


def test_the_worst_parameter_comes_first_and_the_order_can_be_that_of_the_absolute_errors():
    report = made([1.1, 2.0, 3.3, 4.2])
    assert [row.name for row in report.rows()] == [NAMES[0], NAMES[2], NAMES[3], NAMES[1]]
    by_size = report.rows(order="absolute")
    assert [row.name for row in by_size] == [NAMES[2], NAMES[3], NAMES[0], NAMES[1]]
    assert by_size[0].absolute == pytest.approx(0.3)
    assert report.rows()[0].copied().split("\t")[:3] == [NAMES[0], "1.0", "1.1"]


def test_rows_and_summary_are_told_apart_by_the_layer_in_the_name():
    report = made([1.1, 2.0, 3.3, 4.2])
    assert report.layer_numbers() == [1, 12]
    assert [row.name for row in report.rows(12)] == [NAMES[2], NAMES[3]]
    first, last = report.layer_rows()
    assert (first.layer, first.parameters, first.worst) == (1, 2, NAMES[0])
    assert last.absolute == pytest.approx(0.3)
    assert last.relative == pytest.approx(0.3 / 3.3)


def test_two_hundred_of_many_are_listed():
    count = 1001
    errors = np.linspace(0, 1, count)
    zero = np.zeros(count)
    check = GradientCheck(
        "central", 1e-5, 1, 1, np.arange(count), zero, errors, errors, errors, "W⁽¹⁾[1,1001]"
    )
    names = tuple(f"W⁽¹⁾[1,{n + 1}]" for n in range(count))
    rows = CheckReport(1, 0, 10, CheckRequest(), check, names).rows()
    assert len(rows) == 200
    assert rows[0].name == "W⁽¹⁾[1,1001]"


def test_an_error_that_is_no_number_is_the_worst():
    report = made([np.nan, 2.0, 3.0, 4.5])
    assert report.rows()[0].name == NAMES[0]
    assert grade(report.check) == "danger"


@pytest.mark.parametrize(("share", "expected"), [(1e-8, "good"), (1e-4, "warning"), (0.2, "danger")])
def test_the_verdict_names_method_step_error_and_the_worst(share, expected):
    check = made([1, 2, 3 * (1 - share), 4]).check
    assert grade(check) == expected
    said = verdict(check)
    for part in ("Central differences", "1e−5", NAMES[2]):
        assert part in said
    assert NAMES[2] in short_verdict(check)
    assert ("agree" in said) == (expected != "danger")


def test_kinks_are_told_and_do_not_count():
    report = made([1.5, 2.0, 3.0 + 1e-8, 4.0])
    check = replace(
        report.check,
        at_kink=np.array([True, False, False, False]),
        kinks=("ReLU", "Max pooling"),
        kink_names=(NAMES[0],),
        worst_parameter=NAMES[2],
    )
    assert grade(report.check) == "danger"
    assert grade(check) == "good"
    assert verdict(check) == (
        "Central differences at h = 1e−5 and backpropagation: all but 1 of 4 parameters agree to 3.3e−9; "
        "1 stand at a kink of ReLU, Max pooling, where a difference mixes both sides, e.g. W⁽¹⁾[1,1]."
    )
    assert short_verdict(check).startswith("All but 1 of 4 agree to 3.3e−9; 1 stand at a kink of ReLU")
    wrong = replace(check, backprop=check.backprop + np.array([0, 0, 0, 1]), relative_error=np.ones(4))
    assert "differ" in verdict(wrong)
    assert "kink of ReLU" in verdict(wrong)
    told = replace(report, check=check)
    assert [row.at_kink for row in told.rows()] == [True, False, False, False]
    first, last = told.layer_rows()
    assert (first.parameters, first.worst, first.relative) == (2, NAMES[1], 0.0)
    assert last.worst == NAMES[2]
    every = replace(check, at_kink=np.ones(4, bool), worst_parameter="")
    assert replace(report, check=every).layer_rows()[0].worst == ""


def test_both_times_are_told():
    assert (
        timing(made([1, 2, 3, 4])) == "4 parameters, samples: 10 · 0.5 s against 0.001 s by backpropagation"
    )


def test_a_step_that_is_too_large_or_too_small_is_told_with_the_best():
    valley = valley_of(forward=[0.5, 1e-3, 1e-7], central=[0.1, 1e-9, 1e-5])
    large = advice(made([1.1, 2, 3, 4], step=1e-1, valley=valley))
    assert "too large" in large
    assert "0.0001" in large
    assert "too small" in advice(made([1.1, 2, 3, 4], step=1e-7, valley=valley))
    assert advice(made([1, 2, 3, 4], valley=valley)) == ""


def test_no_step_is_advised_where_none_helps():
    valley = valley_of(forward=[0.5, 0.1, 0.2], central=[0.1, 0.09, 0.1])
    assert "mistake" in advice(made([1.1, 2, 3, 4], valley=valley))
    better = valley_of(forward=[0.5, 1e-3, 1e-5], central=[0.1, 1e-9, 1e-5])
    assert "central" in advice(made([1.00001, 2, 3, 4], "forward", 1e-7, better))


def test_curves_rise_in_h_and_stay_within_what_can_be_drawn():
    drawn = curves(valley_of(central=[np.nan, 1e-9, 0.0]))
    (curve,) = drawn
    assert curve.steps.tolist() == [1e-7, 1e-4, 1e-1]
    assert curve.largest.tolist() == [FLOOR, 1e-9, CEILING]
    low, high = error_bounds(drawn)
    assert low <= FLOOR
    assert high >= CEILING


def test_the_reading_and_the_explanation_name_every_method():
    valley = valley_of(forward=[0.5, 1e-3, 1e-6], central=[0.1, 1e-9, 1e-5])
    lines = reading(curves(valley), 1)
    assert lines[0] == ("", "h = 0.0001")
    assert lines[2] == ("central", "Central differences: max 1e−9 · median 1e−10")
    assert [method for method, _ in explanation(valley, 4)] == ["forward", "central", ""]
    assert explanation(valley, 1000)[-1] == ("", "Drawn from 4 of the parameters.")


def test_powers_of_ten_are_written_alike():
    labels = power_labels(Axis(1e-4, 1.0, 0, 400, log=True), 100)
    assert [text for _, text in labels] == ["1e−4", "1e−3", "1e−2", "1e−1", "1"]
