"""Where cards and labels go."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.places import card_place, label_places


@pytest.mark.parametrize("x", range(0, 621, 62))
@pytest.mark.parametrize("y", range(0, 401, 57))
def test_a_card_stays_inside_and_off_what_is_pointed_at(x, y):
    card, target = (200, 110), (x, y, 20, 20)
    left, top = card_place(card, (640, 420), target)
    assert 0 <= left <= 640 - 200
    assert 0 <= top <= 420 - 110
    apart = left >= x + 20 or left + 200 <= x or top >= y + 20 or top + 110 <= y
    assert apart


def test_a_card_too_large_stays_inside_all_the_same():
    left, top = card_place((290, 140), (300, 150), (150, 70, 20, 20))
    assert 0 <= left <= 10
    assert 0 <= top <= 10


def test_a_card_avoids_what_had_better_stay_visible():
    card, target = (200, 110), (300, 200, 20, 20)
    free = card_place(card, (640, 420), target)
    avoided = (free[0], free[1], 200, 110)
    left, top = card_place(card, (640, 420), target, avoided)
    assert left >= free[0] + 200 or left + 200 <= free[0] or top >= free[1] + 110 or top + 110 <= free[1]


def test_labels_of_crossing_lines_do_not_meet():
    t = np.linspace(0, 1, 17)[:, None]
    falling = np.hstack([100 * t, 60 * t])
    rising = np.hstack([100 * t, 60 - 60 * t])
    first, second = label_places(np.stack([falling, rising]), np.full((2, 2), [20.0, 10.0]))
    assert first.tolist() == [50, 30]
    assert abs(first - second)[0] >= 20 or abs(first - second)[1] >= 10


def test_a_card_goes_to_the_edge_rather_than_over_other_units():
    card, room, target = (380.0, 100.0), (580.0, 400.0), (90.0, 60.0, 150.0, 40.0)
    units = [(240.0, y, 56.0, 56.0) for y in (40.0, 130.0, 220.0)] + [(450.0, 130.0, 56.0, 56.0)]
    left, top = card_place(card, room, target, others=units)
    hidden = [
        unit
        for unit in units
        if left < unit[0] + unit[2]
        and left + card[0] > unit[0]
        and top < unit[1] + unit[3]
        and top + 100 > unit[1]
    ]
    assert hidden == []
    assert top == 296
