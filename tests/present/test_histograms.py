"""Histograms over time: which columns are kept, what is drawn of them, what is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.histograms import (
    EVENLY,
    MOST_COLUMNS,
    Record,
    Scale,
    inks,
    masses,
    reading,
    shades,
    strip_pixels,
)
from bpviz.present.palette import LIGHT, rgb
from bpviz.snapshot.spread import Histograms, LayerSpread, spread_of


def column(iteration: int, size: float = 1.0) -> Histograms:
    values = np.linspace(-size, 2 * size, 300)
    kinds = {kind: spread_of(values) for kind in ("weights", "activations", "gradients")}
    return Histograms(iteration, (LayerSpread(1, "h1", kinds),))


def test_it_keeps_few_columns_evenly_and_always_the_newest():
    record = Record()
    for iteration in range(0, 100_000, 7):
        record.add(column(iteration))
        assert record.present.iteration == iteration
    assert MOST_COLUMNS / 2 <= len(record.iterations) <= MOST_COLUMNS
    assert record.iterations[0] == 0
    gaps = np.diff(record.iterations)
    assert gaps.max() <= 2 * gaps.min()
    assert record.iterations[-1] > 100_000 - 2 * gaps.max()
    assert [one.iteration for one in record.columns] == record.iterations


def test_going_back_puts_a_column_in_its_place_and_another_way_forgets_what_was_after():
    record = Record()
    for iteration in (0, 10, 30, 20):
        record.add(column(iteration))
    assert record.iterations == [0, 10, 20, 30]
    record.add(column(20, 5.0))
    assert len(record.iterations) == 4
    record.cut(15)
    assert record.iterations == [0, 10]


def test_the_range_grows_in_steps_and_never_shrinks():
    record = Record()
    ends = []
    for iteration, size in enumerate([1.05, 1.06, 1.07, 0.1, 3.0, 0.5]):
        record.add(column(iteration, size))
        ends.append(record.scale(1, "weights").high)
    assert ends == sorted(ends)
    assert len(set(ends[:4])) == 1
    assert record.scale(1, "weights").low == -record.scale(1, "weights").high
    activations = record.scale(1, "activations")
    assert -4.5 < activations.low < -2.9
    assert 5.9 < activations.high < 8
    assert record.scale(7, "weights").high > record.scale(7, "weights").low


@pytest.mark.parametrize("bent", [False, True])
def test_a_scale_goes_there_and_back(bent):
    scale = Scale(-2.0, 2.0, bent)
    assert [float(scale.share(end)) for end in (-2.0, 0.0, 2.0)] == pytest.approx([0.0, 0.5, 1.0])
    for value in (-1.5, -0.001, 0.3):
        assert scale.value(float(scale.share(value))) == pytest.approx(value)
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks(5))
    assert 0.0 in scale.ticks(5)


def test_on_a_bent_scale_small_numbers_have_room():
    assert float(Scale(-1, 1, True).share(0.01)) > 0.65
    assert float(Scale(-1, 1).share(0.01)) < 0.51


def test_the_masses_are_the_shares_of_the_numbers():
    spread = spread_of(np.array([-0.9] * 30 + [0.9] * 70))
    mass = masses(spread, Scale(-1.0, 1.0), 40)
    assert mass.sum() == pytest.approx(1.0)
    assert mass[:20].sum() == pytest.approx(0.7)  # the top is positive
    assert mass[20:].sum() == pytest.approx(0.3)
    assert masses(spread, Scale(0.0, 1.0), 40).sum() == pytest.approx(0.7)  # what lies beyond is not drawn
    assert shades(mass).max() == 1.0
    assert shades(np.zeros(3)).tolist() == [0, 0, 0]


def test_what_is_missing_is_wanted_coarsely_first_and_then_nothing_more():
    record = Record()
    wanted = record.missing(640)
    assert wanted[:6] == (0, 640, 320, 160, 480, 80)
    assert sorted(wanted) == list(range(0, 650, 10))
    for iteration in wanted:
        record.fill(column(iteration))
    assert record.missing(640) == ()
    assert record.present is None
    assert record.iterations == list(range(0, 650, 10))
    assert sorted(Record().missing(3)) == [0, 1, 2, 3]
    assert Record().missing(0) == (0,)


@pytest.mark.parametrize("seed", range(20))
def test_wherever_somebody_looked_it_comes_to_an_end_and_leaves_no_gap(seed):
    rng = np.random.default_rng(seed)
    record, last = Record(), int(rng.integers(1, 20_000))
    for _ in range(rng.integers(0, 400)):
        record.add(column(int(last * rng.random() ** rng.integers(1, 6))))
    for _ in range(500):
        wanted = record.missing(last)
        if not wanted:
            break
        record.fill(column(wanted[0]))
    assert record.missing(last) == ()
    gaps = np.diff([0, *record.iterations, last])
    assert gaps.max() <= 2 * last / EVENLY + 2  # as far as two neighbours reach
    assert len(record.iterations) <= MOST_COLUMNS


def test_a_column_of_another_way_takes_what_is_not_shared_with_it():
    record = Record()
    for iteration in (0, 100, 200, 300):
        record.add(column(iteration))
    record.fill(replace(column(250), cuts=(150,)))
    assert record.iterations == [0, 100, 250]
    record.fill(column(180))  # of the way that was left
    record.fill(column(120))  # of what both share
    assert record.iterations == [0, 100, 120, 250]
    record.add(replace(column(110), cuts=(150, 200, 105)))
    assert record.iterations == [0, 100, 110]


def test_a_single_column_is_not_spread_over_what_nobody_counted():
    ink = inks(Scale(-1, 1), "weights", 4, LIGHT)
    pixels = strip_pixels([np.ones(4)] * 2, [200, 500], 500, 500, ink, LIGHT.card)
    blank = (pixels == (0xFF000000 | int(LIGHT.card[1:], 16))).all(axis=0)
    assert not blank[195:205].any()
    assert blank[:190].all()
    assert blank[210:490].all()
    filled = strip_pixels(
        [np.ones(4)] * 65, [round(500 * k / 64) for k in range(65)], 500, 500, ink, LIGHT.card
    )
    assert (filled != (0xFF000000 | int(LIGHT.card[1:], 16))).all()


def test_a_strip_is_blank_where_nobody_looked():
    iterations = [*range(0, 210, 10), *range(900, 1010, 10)]
    full = [np.ones(6)] * len(iterations)
    ink = inks(Scale(-1, 1), "weights", 6, LIGHT)
    pixels = strip_pixels(full, iterations, 100, 1000, ink, LIGHT.card)
    assert pixels.shape == (6, 100)
    ground = 0xFF000000 | int(LIGHT.card[1:], 16)
    positive, negative = (0xFF000000 | int(one[1:], 16) for one in (LIGHT.positive, LIGHT.negative))
    assert pixels[0, 0] == positive
    assert pixels[-1, 0] == negative
    assert (pixels[:, 40:60] == ground).all()
    assert pixels[0, 99] == positive


def test_gradients_have_the_colour_of_what_flows_back():
    assert (inks(Scale(-1, 1), "gradients", 4, LIGHT) == np.array(rgb(LIGHT.backward))).all()


def test_a_place_is_read_with_its_bin():
    one = column(1234)
    lines = reading(one, 1, "weights", 0.5)
    assert lines[0].replace("\u2009", "") == "iteration 1234"
    assert lines[1].endswith("%")
    assert lines[2].startswith("mean 0.5 · deviation 0.86")
    assert reading(one, 1, "weights", 50.0)[1] == "50: none"
    assert reading(one, 9, "weights", 0.0) == []
