"""What is typed and where a slider stands, as values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.errors import UserError
from bpviz.present.setup.form import Row
from bpviz.present.setup.values import (
    SLIDER_STEPS,
    shown_value,
    slider_position,
    slider_value,
    stepped,
    typed_value,
)
from bpviz.registry import Field

RATE = Row(
    "rate",
    Field("rate", "Rate", "float", 0.03, 0.0, exclusive_minimum=True, low=1e-5, high=10.0, logarithmic=True),
    0.03,
)
SHARE = Row(
    "share", Field("share", "Share", "float", 0.5, 0.0, 0.95, high=0.9, step=0.05, unit="%"), 0.5, scale=100.0
)
BATCH = Row(
    "batch",
    Field("batch", "Batch", "int", 10, 1, 10**6, low=1, high=1000, logarithmic=True),
    10,
    off_label="whole set",
)
PENALTY = Row("l2", Field("l2", "L2", "float", 0.0, 0.0, low=0.0, high=1.0, logarithmic=True), 0.0)
UNITS = Row("units", Field("units", "Units", "int", 8, 1, 1024), 8)


@pytest.mark.parametrize(
    ("row", "text", "value"),
    [
        (RATE, "0.5", 0.5),
        (RATE, " 1e-3 ", 1e-3),
        (RATE, "0,25", 0.25),
        (RATE, "０.５", 0.5),
        (SHARE, "25 %", 0.25),
        (SHARE, "25", 0.25),
        (BATCH, "1\u2009000", 1000),
        (BATCH, "", None),
        (BATCH, "whole set", None),
        (UNITS, "12", 12),
    ],
)
def test_what_people_type_is_understood(row, text, value):
    assert typed_value(row, text) == value
    assert type(typed_value(row, text)) is type(value)


@pytest.mark.parametrize(
    ("row", "text", "says"),
    [
        (RATE, "fast", "Rate: “fast” is not a number."),
        (RATE, "", "is not a number"),
        (RATE, "0", "Rate cannot be 0: it is a number above 0, for example 0.03."),
        (RATE, "-1", "Rate cannot be -1: it is a number above 0"),
        (RATE, "nan", "Rate cannot be nan"),
        (RATE, "inf", "Rate cannot be inf"),
        (SHARE, "120 %", "Share cannot be 120 %: it is a number from 0 % to 95 %, for example 50 %."),
        (UNITS, "2.5", "Units cannot be 2.5: it is a whole number from 1 to 1,024, for example 8."),
        (UNITS, "1e99", "Units cannot be 1e99: it is a whole number from 1 to 1,024"),
        (UNITS, "nan", "Units cannot be nan"),
        (UNITS, "inf", "Units cannot be inf"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(row, text, says):
    with pytest.raises(UserError) as problem:
        typed_value(row, text)
    assert says in str(problem.value)


def test_a_value_is_shown_with_its_unit():
    assert shown_value(SHARE, 0.35) == "35 %"
    assert shown_value(RATE, 1e-5) == "1e-5"
    assert shown_value(BATCH, None) == ""


@given(st.floats(1e-5, 10.0))
def test_what_is_shown_is_read_back(value):
    assert typed_value(RATE, shown_value(RATE, value)) == value


def test_the_ends_of_a_slider():
    assert (slider_value(RATE, 0), slider_value(RATE, SLIDER_STEPS)) == (1e-5, 10.0)
    assert (slider_value(SHARE, 0), slider_value(SHARE, SLIDER_STEPS)) == (0.0, 0.9)
    assert (slider_value(BATCH, 0), slider_value(BATCH, SLIDER_STEPS)) == (1, None)
    assert (slider_value(PENALTY, 0), slider_value(PENALTY, 1), slider_value(PENALTY, SLIDER_STEPS)) == (
        0.0,
        1e-6,
        1.0,
    )


def test_the_middle_of_a_logarithmic_slider_is_the_geometric_mean():
    assert slider_value(RATE, SLIDER_STEPS // 2) == 0.01
    assert slider_position(RATE, 0.01) == SLIDER_STEPS // 2


def test_a_slider_gives_round_numbers():
    assert slider_value(SHARE, 512) == 0.45
    assert slider_value(RATE, 517) == 0.013


@pytest.mark.parametrize("row", [RATE, SHARE, BATCH, PENALTY])
def test_a_slider_stands_near_the_value_that_it_gave(row):
    for position in range(0, SLIDER_STEPS + 1, 7):
        value = slider_value(row, position)
        # Rounding to what a person types moves it, by less than the width of its handle.
        assert abs(slider_position(row, value) - position) <= 60


def test_values_beyond_the_slider_stand_at_its_end():
    assert slider_position(RATE, 50.0) == SLIDER_STEPS
    assert slider_position(PENALTY, 0.0) == 0


def test_arrow_keys_step_by_the_leading_digit():
    assert stepped(RATE, 0.03, 1) == 0.04
    assert stepped(RATE, 0.01, -1) == 0.009
    assert stepped(RATE, 0.1, -1) == 0.09
    assert stepped(SHARE, 0.5, 1) == 0.55
    assert stepped(UNITS, 1, -1) == 1
    assert stepped(UNITS, 1023, 1) == 1024
    assert stepped(BATCH, 10, -1) == 9
    assert stepped(BATCH, None, 1) is None


def test_no_batch_is_larger_than_the_training_set():
    row = replace(BATCH, most=250)
    with pytest.raises(UserError) as problem:
        typed_value(row, "300")
    assert str(problem.value) == (
        "Batch cannot be 300: there are 250 training samples. "
        "Take at most 250, or leave it empty for the whole set."
    )
    assert (typed_value(row, "250"), typed_value(row, "")) == (250, None)
    assert slider_value(row, SLIDER_STEPS - 1) == 250
    assert stepped(row, 250, 1) == 250
    assert typed_value(replace(BATCH, most=4), "10") == 10
