"""Numbers as they are shown."""

from __future__ import annotations

import math

import pytest

from bpviz.present.numbers import change, entry, exact, grouped, raised, short, speed


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (180.0, "180"),
        (7200.0, "7200"),
        (140.3136, "140.3"),
        (0.0123456, "0.01235"),
        (-0.5, "\u22120.5"),
        (1e-5, "1e−5"),
        (-1.23456e-7, "\u22121.235e−7"),
        (123456.0, "1.235e5"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "\u2212∞"),
    ],
)
def test_short_keeps_four_digits(value, shown):
    assert short(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(7200.0, "7200"), (-9614.0, "\u22129610"), (72_000.0, "7.2e4")])
def test_thousands_are_plain_with_three_digits_too(value, shown):
    assert short(value, 3) == shown


def test_steady_keeps_its_width():
    assert [short(x, steady=True) for x in (0.015, 0.0151, 1.0, 7200.0)] == [
        "0.01500",
        "0.01510",
        "1.000",
        "7200",
    ]


@pytest.mark.parametrize("value", [0.1, 1 / 3, 3225.1371724800006, 1e-300, -7.0])
def test_exact_gives_the_number_back(value):
    assert float(exact(value)) == value


@pytest.mark.parametrize("value", [0.03, 1e-5, 240.0, 1e6, 1.5e-8, -2.5, 0.0, 1e300])
def test_entry_gives_the_number_back_and_is_plain(value):
    assert float(entry(value)) == value
    assert entry(value).isascii()


def test_entry_is_what_a_person_types():
    assert [entry(x) for x in (0.03, 1e-5, 240.0, 1.5e-8)] == ["0.03", "1e-5", "240", "1.5e-8"]


def test_whole_numbers_stand_in_groups():
    assert grouped(1234567) == "1\u2009234\u2009567"
    assert grouped(-1000) == "\u22121\u2009000"
    assert grouped(999) == "999"


def test_speed_is_whole_from_ten_on():
    assert [speed(x) for x in (0.5, 3.14159, 12.7, 12345.6, math.inf)] == [
        "0.5",
        "3.1",
        "13",
        "12\u2009346",
        "∞",
    ]


def test_a_change_has_the_digits_that_tell_it():
    assert change(0.5, 0.404) == "0.5 → 0.404"
    assert change(0.40112, 0.40087) == "0.4011 → 0.4009"
    assert change(1.0, 1.0) == "1 → 1"


def test_whole_powers_are_raised_and_others_stay():
    assert raised("x^2 + 10*y^12") == "x² + 10·y¹²"
    assert raised("x^2.5 + x^n") == "x^2.5 + x^n"
