"""Sums of numbers on the screen."""

from __future__ import annotations

import pytest

from bpviz.errors import UserError
from bpviz.present.lessons.sums import worth

NUMBERS = {"x": 3.0, "W1[1,2]": 0.5, "setting:learning_rate": 0.1}


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("x", 3.0),
        ("2 * x + 1", 7.0),
        ("2 * (x + 1)", 8.0),
        ("7 - 2 - 1", 4.0),
        ("8 / 4 / 2", 1.0),
        ("2 * x ^ 2", 18.0),
        ("1 - setting:learning_rate * 2", 0.8),
        ("W1[1,2] / 0.25", 2.0),
        ("abs(1 - x) + lg(100)", 4.0),
        ("ln(sqrt(1))", 0.0),
    ],
)
def test_what_a_sum_is_worth(what, value):
    assert worth(what, NUMBERS.__getitem__) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("what", ["", "x +", "(x", "x x", "x )", "+ x", "()"])
def test_what_is_no_sum_is_refused(what):
    with pytest.raises(UserError, match="no sum"):
        worth(what, NUMBERS.__getitem__)
