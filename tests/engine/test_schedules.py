from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.engine.registries import SCHEDULES
from bpviz.engine.schedules import rates
from tests.helpers.networks import reference

REFERENCE = reference("schedules")
# PyTorch's arguments, in our fields.
IN_OUR_FIELDS = {
    "step": {"step_every": 5, "step_factor": 0.5},
    "exponential": {"exponential_factor": 0.9},
    "cosine": {"total_steps": 20, "final_rate": 0.001},
    "cosine_restarts": {"cycle": 6, "cycle_growth": 2, "final_rate": 0.001},
    "one_cycle": {"total_steps": 31},
    "linear_warmup": {"warmup": 10, "warmup_start": 0.1},
    "polynomial": {"total_steps": 20, "power": 2.0},
}
BY_LOSS = [entry.name for entry in SCHEDULES if entry.create().uses_loss]
BY_TIME = [name for name in SCHEDULES.names() if name not in BY_LOSS]


def fields_of(entry):
    """Return a strategy for the fields of ``entry``, over all that they allow."""
    kinds = {"int": st.integers, "float": st.floats}
    return st.fixed_dictionaries(
        {
            f.name: kinds[f.kind](f.minimum, f.maximum).filter(
                lambda value, f=f: not (f.exclusive_minimum and value == f.minimum)
            )
            for f in entry.fields
        }
    )


def fed(schedule, losses, base=1.0):
    """Return the rate after each of ``losses``."""
    after = []
    for step, loss in enumerate(losses):
        schedule.observe(loss, step)
        after.append(schedule.rate(base, step + 1))
    return after


def test_the_schedules_that_were_asked_for_are_there():
    assert SCHEDULES.names() == (
        *("constant", "step", "exponential", "cosine", "cosine_restarts", "one_cycle", "linear_warmup"),
        *("polynomial", "inverse_time", "reduce_on_plateau", "bold_driver"),
    )
    assert BY_LOSS == ["reduce_on_plateau", "bold_driver"]


@pytest.mark.parametrize("name", REFERENCE["learning_rates"])
def test_rates_are_those_of_pytorch(name):
    expected = np.array(REFERENCE["learning_rates"][name])
    # Behind its end PyTorch's cosine rises again; ours stays.
    count = 21 if name == "cosine" else len(expected)
    ours = rates(SCHEDULES.create(name, **IN_OUR_FIELDS[name]), REFERENCE["base_learning_rate"], count)
    np.testing.assert_allclose(ours, expected[:count], rtol=1e-10, atol=1e-17)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("constant", {}, [8, 8, 8, 8, 8, 8]),
        ("step", {"step_every": 2, "step_factor": 0.25}, [8, 8, 2, 2, 0.5, 0.5]),
        ("step", {"step_every": 1, "step_factor": 0.0}, [8, 0, 0, 0, 0, 0]),
        ("exponential", {"exponential_factor": 0.5}, [8, 4, 2, 1, 0.5, 0.25]),
        ("cosine", {"total_steps": 4}, [8, 4 + math.sqrt(8), 4, 4 - math.sqrt(8), 0, 0]),
        ("cosine", {"total_steps": 2, "final_rate": 2.0}, [8, 5, 2, 2, 2, 2]),
        ("cosine", {"total_steps": 2, "final_rate": 9.0}, [8, 8, 8, 8, 8, 8]),
        ("cosine_restarts", {"cycle": 2}, [8, 4, 8, 4, 8, 4]),
        (
            "cosine_restarts",
            {"cycle": 1, "cycle_growth": 2, "final_rate": 2.0},
            [8, 8, 5, 8, 5 + 3 * math.sqrt(0.5), 5],
        ),
        # The peak is at 0.5 · 6 − 1 = 2, the end at 5.
        (
            "one_cycle",
            {"total_steps": 6, "rise_share": 0.5, "start_divisor": 2.0, "final_divisor": 4.0},
            [4, 6, 8, 6.25, 2.75, 1],
        ),
        ("linear_warmup", {"warmup": 4, "warmup_start": 0.0}, [0, 2, 4, 6, 8, 8]),
        ("linear_warmup", {"warmup": 0}, [8, 8, 8, 8, 8, 8]),
        ("polynomial", {"total_steps": 4, "power": 1.0}, [8, 6, 4, 2, 0, 0]),
        ("polynomial", {"total_steps": 2, "power": 3.0, "final_rate": 4.0}, [8, 4.5, 4, 4, 4, 4]),
        ("inverse_time", {"rate_decay": 1.0}, [8, 4, 8 / 3, 2, 1.6, 8 / 6]),
        ("inverse_time", {"rate_decay": 0.0}, [8, 8, 8, 8, 8, 8]),
    ],
)
def test_rates_by_hand(name, fields, expected):
    if name == "cosine" and "final_rate" not in fields:
        expected[1:4] = [4 + 4 * math.sqrt(0.5), 4, 4 - 4 * math.sqrt(0.5)]
    np.testing.assert_allclose(
        rates(SCHEDULES.create(name, **fields), 8.0, 6), expected, rtol=1e-6, atol=1e-15
    )


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "linear_warmup", "polynomial"])
def test_past_the_end_the_last_rate_stays(name):
    fields = {"warmup": 7} if name == "linear_warmup" else {"total_steps": 7}
    schedule = SCHEDULES.create(name, **fields)
    last = schedule.rate(0.3, 7)
    assert last != schedule.rate(0.3, 5)
    assert all(schedule.rate(0.3, step) == last for step in (8, 13, 14, 10**9))


@pytest.mark.parametrize("name", SCHEDULES.names())
@given(data=st.data())
def test_every_rate_is_finite_and_not_negative(name, data):
    schedule = SCHEDULES.create(name, **data.draw(fields_of(SCHEDULES[name])))
    base = data.draw(st.floats(0.0, 1e12, exclude_min=True))
    for loss in data.draw(st.lists(st.floats(), max_size=20)):
        schedule.observe(loss, 0)
    for step in data.draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=5)):
        assert 0.0 <= schedule.rate(base, step) < math.inf


@pytest.mark.parametrize("name", BY_TIME)
@given(data=st.data())
def test_no_rate_by_time_is_above_the_one_that_was_set(name, data):
    schedule = SCHEDULES.create(name, **data.draw(fields_of(SCHEDULES[name])))
    assert schedule.rate(0.5, data.draw(st.integers(0, 10**6))) <= 0.5 * (1 + 1e-15)


@pytest.mark.parametrize("name", SCHEDULES.names())
def test_defaults_fit_two_thousand_iterations(name):
    rate = rates(SCHEDULES.create(name), 0.1, 2001)
    assert rate.dtype == np.float64
    assert rate.shape == (2001,)
    assert rate.max() == pytest.approx(0.1)
    if name not in ("constant", "linear_warmup", "reduce_on_plateau", "bold_driver", "cosine_restarts"):
        assert rate[2000] <= 0.2 * 0.1
    assert rate[600:].max() > 0.02


@pytest.mark.parametrize("name", BY_TIME)
def test_a_schedule_by_time_remembers_nothing(name):
    schedule = SCHEDULES.create(name)
    before = rates(schedule, 0.1, 50)
    schedule.observe(1.0, 3)
    schedule.start()
    assert schedule.state() == {}
    schedule.restore({})
    np.testing.assert_array_equal(rates(schedule, 0.1, 50), before)


def noisy_losses():
    rng = np.random.default_rng(1)
    losses = [*np.exp(-np.arange(400) / 90) + 0.2 * rng.random(400)]
    losses[17], losses[230] = math.nan, math.inf
    return losses


@pytest.mark.parametrize("split", [0, 1, 18, 200, 399])
@pytest.mark.parametrize("name", BY_LOSS)
def test_a_restored_state_goes_on_to_the_bit(name, split):
    fields = {"plateau_patience": 7} if name == "reduce_on_plateau" else {}
    losses = noisy_losses()
    whole = fed(SCHEDULES.create(name, **fields), losses)
    assert len(set(whole)) > 3
    first, second = SCHEDULES.create(name, **fields), SCHEDULES.create(name, **fields)
    fed(first, losses[:split])
    second.restore(first.state())
    assert fed(second, losses[split:]) == whole[split:]
    assert all(isinstance(value, int | float) for value in first.state().values())


@pytest.mark.parametrize("name", BY_LOSS)
def test_start_forgets_and_a_state_is_a_copy(name):
    schedule = SCHEDULES.create(name)
    fresh = schedule.state()
    once = fed(schedule, noisy_losses())
    assert schedule.state() != fresh
    schedule.start()
    assert schedule.state() == fresh
    assert fed(schedule, noisy_losses()) == once


@pytest.mark.parametrize("name", BY_LOSS)
def test_a_rate_follows_the_learning_rate_that_is_changed_meanwhile(name):
    schedule = SCHEDULES.create(name)
    fed(schedule, noisy_losses())
    assert schedule.rate(0.6, 400) == pytest.approx(6 * schedule.rate(0.1, 400))
    np.testing.assert_array_equal(rates(schedule, 0.1, 3), [schedule.rate(0.1, 0)] * 3)


def test_reduce_on_plateau_by_hand():
    schedule = SCHEDULES.create(
        "reduce_on_plateau",
        plateau_factor=0.5,
        plateau_patience=2,
        plateau_threshold=0.1,
        plateau_smoothing=0.0,
        minimum_rate=0.2,
    )
    # 0.95 and 0.91 are less than a tenth below 1; the third that is no fall cuts; 0.8 is a fall.
    losses = [1.0, 0.95, 0.91, 0.91, 0.8, 0.79, math.nan, 0.8, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    expected = [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2]
    assert fed(schedule, losses) == expected
    assert schedule.rate(0.1, 99) == 0.1  # below the lowest from the start: left alone


def test_reduce_on_plateau_smooths_what_it_watches():
    schedule = SCHEDULES.create("reduce_on_plateau", plateau_smoothing=0.75)
    fed(schedule, [4.0, 8.0, 1.0])
    assert schedule.state()["mean"] == pytest.approx(0.75 * 5.0 + 0.25 * 1.0)
    assert schedule.state()["best"] == schedule.state()["mean"]


def test_a_noisy_fall_is_no_plateau():
    rng = np.random.default_rng(0)
    losses = np.linspace(2.0, 1.0, 1000) + rng.normal(0.0, 0.1, 1000)
    smooth = SCHEDULES.create("reduce_on_plateau", plateau_smoothing=0.98)
    rough = SCHEDULES.create("reduce_on_plateau", plateau_smoothing=0.0)
    assert fed(smooth, losses)[-1] == 1.0
    assert fed(rough, losses)[-1] < 1.0
    assert fed(smooth, np.full(150, 3.0))[-1] == 0.5


@pytest.mark.parametrize("losses", [[0.0] * 4, [-1.0] * 4, [-1.0, -1.05, -1.09, -1.09]])
def test_a_plateau_at_or_below_zero_is_one(losses):
    schedule = SCHEDULES.create(
        "reduce_on_plateau", plateau_patience=2, plateau_threshold=0.1, plateau_smoothing=0.0
    )
    assert fed(schedule, losses) == [1, 1, 1, 0.5]


def test_bold_driver_by_hand():
    schedule = SCHEDULES.create("bold_driver", bold_up=1.5, bold_down=0.5, bold_tolerance=0.1)
    # The first loss says nothing; 1.05 and 1.0 again stay within the tolerance and change nothing.
    losses = [2.0, 1.0, 1.05, 1.05, 2.0, 1.9, math.nan, 1.8, math.inf]
    expected = [1, 1.5, 1.5, 1.5, 0.75, 1.125, 0.5625, 0.84375, 0.421875]
    assert fed(schedule, losses) == expected


def test_bold_driver_below_zero():
    schedule = SCHEDULES.create("bold_driver", bold_up=2.0, bold_down=0.5, bold_tolerance=0.1)
    assert fed(schedule, [-1.0, -2.0, -1.9, -1.0]) == [1.0, 2.0, 2.0, 1.0]


def test_bold_driver_comes_back_from_both_ends():
    schedule = SCHEDULES.create("bold_driver")
    falling = itertools.accumulate(itertools.repeat(0.99, 3000), lambda loss, by: loss * by)
    assert fed(schedule, falling)[-1] == 1e12
    assert fed(schedule, [10.0**n for n in range(200)])[-1] == 1e-12
    assert fed(schedule, [10.0**-n for n in range(100)])[-1] > 1e-12 * 1.04**90


def test_bold_driver_finds_the_rate_of_a_bowl():
    """L = 50 x², η₀ far too small: the rate rises to the edge 2/100 and is cut there."""
    schedule, x, seen = SCHEDULES.create("bold_driver"), 1.0, []
    for step in range(400):
        rate = schedule.rate(1e-5, step)
        seen.append(rate)
        loss = 50.0 * x * x
        x -= rate * 100.0 * x
        schedule.observe(loss, step)
    assert 0.005 < max(seen) < 0.05
    assert abs(x) < 1e-10
