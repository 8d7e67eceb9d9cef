"""Data sets of sequences: their shapes, and every answer worked out once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.data import GENERATORS, Dataset, generate
from bpviz.data.dataset import split
from bpviz.data.sequences import sequence_dataset, step_names
from bpviz.errors import UserError

NAMES = [entry.name for entry in GENERATORS if entry.extra["category"] == "sequence"]
BITWISE = ("echo", "parity", "binary_addition")


def steps_of(data: Dataset) -> np.ndarray:
    return data.x.reshape(len(data), *data.shape)


@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_is_a_flat_row(name):
    data = generate(name, 1, points=20, steps=7, **({"delay": 2} if name == "delayed_xor" else {}))
    assert data.sequence_shape is not None
    assert data.shape == data.sequence_shape
    assert data.shape[0] == 7
    assert len(data.feature_channel_names) == data.shape[1]
    assert data.feature_names == step_names(data.feature_channel_names, 7)
    assert data.target_steps in (0, 7)
    assert data.outputs == max(1, data.target_steps)
    assert len(data.y.ravel()) == 20 * max(1, data.target_steps)


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_other_sequences(name):
    assert generate(name, 1).x.tobytes() != generate(name, 2).x.tobytes()


@pytest.mark.parametrize("name", BITWISE)
def test_bits_are_zeros_and_ones_alike_often(name):
    data = generate(name, 0, points=2000, steps=8)
    assert set(data.x.ravel().tolist()) == {0.0, 1.0}
    assert steps_of(data)[:, :7].mean() == pytest.approx(0.5, abs=0.02)


def test_noisy_sine_goes_on_with_the_next_value():
    data = generate("noisy_sine", 0, points=30, steps=5, noise=0.0, period=8.0)
    series = np.sin(np.pi / 4 * np.arange(35))
    for row in range(30):
        assert data.x[row] == pytest.approx(series[row : row + 5])
        assert data.y[row] == pytest.approx(series[row + 5 : row + 6])


def test_noisy_sine_has_one_noise_for_inputs_and_targets():
    calm, noisy = (generate("noisy_sine", 3, points=4000, noise=noise) for noise in (0.0, 0.3))
    assert (noisy.y - calm.y).std() == pytest.approx(0.3, rel=0.05)
    # The target of one window is the last value of the next.
    assert noisy.y[:-1, 0].tolist() == noisy.x[1:, -1].tolist()


def test_no_window_of_the_training_part_has_seen_a_target_of_the_test_part():
    data = generate("noisy_sine", 0, points=50, steps=6)
    parts = split(data, 0.4, np.random.default_rng(0))
    assert parts.test_rows.tolist() == list(range(30, 50))
    assert not set(parts.y_test[:, 0]) & {*parts.x_train.ravel(), *parts.y_train[:, 0]}


@pytest.mark.parametrize("delay", [0, 1, 4])
def test_echo_repeats_the_bit_of_some_steps_before(delay):
    data = generate("echo", 0, points=40, steps=5, delay=delay)
    bits = steps_of(data)[:, :, 0]
    for row in range(40):
        for step in range(5):
            expected = bits[row, step - delay] if step >= delay else 0
            assert data.y[row, step] == expected


def test_parity_is_one_for_an_odd_number_of_ones():
    data = generate("parity", 0, points=200, steps=6)
    assert data.y.tolist() == [int(sum(row)) % 2 for row in data.x.tolist()]


@pytest.mark.parametrize(("steps", "delay"), [(16, 10), (4, 3), (9, 1)])
def test_delayed_xor_compares_the_two_marked_bits(steps, delay):
    data = generate("delayed_xor", 0, points=300, steps=steps, delay=delay)
    values, marks = steps_of(data).transpose(2, 0, 1)
    firsts = set()
    for row in range(300):
        first, second = np.flatnonzero(marks[row])
        assert second - first == delay
        assert {values[row, first], values[row, second]} <= {-1.0, 1.0}
        assert data.y[row] == (values[row, first] != values[row, second])
        firsts.add(first)
    assert firsts == set(range(steps - delay))
    assert values[marks == 0].std() == pytest.approx(0.3, rel=0.1)
    assert np.bincount(data.y).tolist() == [150, 150]


def test_neither_marked_bit_alone_tells_the_answer():
    data = generate("delayed_xor", 0, points=4000)
    values, marks = steps_of(data).transpose(2, 0, 1)
    for place in (0, 1):
        bits = np.array([values[row, np.flatnonzero(marks[row])[place]] for row in range(4000)])
        assert abs(np.corrcoef(bits, data.y)[0, 1]) < 0.05


@pytest.mark.parametrize(("steps", "delay"), [(8, 0), (2, 0), (12, 4)])
def test_binary_addition_is_the_whole_sum(steps, delay):
    data = generate("binary_addition", 0, points=100, steps=steps, delay=delay)
    weights = 2 ** np.arange(steps)
    a, b = (steps_of(data)[:, :, channel] @ weights for channel in (0, 1))
    assert (data.y[:, delay:] @ weights[: steps - delay]).tolist() == (a + b).tolist()
    assert not data.y[:, :delay].any()
    assert a.max() == b.max() == 2 ** (steps - 1 - delay) - 1 or steps - delay > 7


def test_adding_is_the_sum_of_the_marked_values():
    data = generate("adding", 0, points=500, steps=7)
    values, marks = steps_of(data).transpose(2, 0, 1)
    assert ((values >= 0) & (values < 1)).all()
    assert (marks[:, :3].sum(axis=1) == 1).all()
    assert (marks[:, 3:].sum(axis=1) == 1).all()
    assert (marks.sum(axis=0) > 0).all()
    assert data.y[:, 0] == pytest.approx((values * marks).sum(axis=1))


def test_always_one_is_wrong_by_a_sixth_in_the_adding_problem():
    data = generate("adding", 0, points=20_000)
    assert ((data.y - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.03)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("echo", {"steps": 5, "delay": 5}, "A delay of 5 does not fit into sequences of 5 steps."),
        ("delayed_xor", {"steps": 8, "delay": 8}, "A delay of 8 does not fit into sequences of 8 steps."),
        ("binary_addition", {"steps": 4, "delay": 3}, "A delay of 3 does not fit into sequences of 4"),
        ("delayed_xor", {"delay": 0}, "delay cannot be 0."),
        ("echo", {"steps": 1}, "steps cannot be 1."),
        ("adding", {"steps": 501}, "steps cannot be 501."),
        ("noisy_sine", {"period": 1.5}, "period cannot be 1.5."),
        ("parity", {"delay": 1}, "“parity” has no field “delay”."),
    ],
)
def test_what_cannot_be_made_is_said(name, options, sentence):
    with pytest.raises(UserError) as caught:
        generate(name, 0, **options)
    assert str(caught.value).startswith(sentence)
    assert caught.value.hint


def test_the_longest_delay_that_is_named_is_taken():
    for name, steps, most in (("echo", 5, 4), ("delayed_xor", 8, 7), ("binary_addition", 4, 2)):
        with pytest.raises(UserError, match=f"at most {most}"):
            generate(name, 0, steps=steps, delay=most + 1)
        assert generate(name, 0, steps=steps, delay=most).shape[0] == steps


def test_columns_are_named_step_by_step():
    assert step_names(("x", "mark"), 2) == ("x[1]", "mark[1]", "x[2]", "mark[2]")


@pytest.mark.parametrize(("classes", "outputs"), [(2, 3), (4, 12)])
def test_outputs_of_classes_at_every_step(classes, outputs):
    x, y = np.zeros((5, 3, 2)), np.zeros((5, 3), dtype=np.int64)
    data = sequence_dataset("t", x, y, ("a", "b"), class_names=tuple("abcd"[:classes]))
    assert (data.task, data.y.shape, data.target_steps) == ("classification", (5, 3), 3)
    assert data.outputs == outputs
    assert replace(data, y=y[:, 0], target_steps=0).outputs == outputs // 3


def test_outputs_of_numbers_at_every_step():
    x, y = np.arange(30.0).reshape(5, 3, 2), np.arange(30.0).reshape(5, 3, 2)
    data = sequence_dataset("t", x, y, ("a", "b"), target_names=("u", "v"))
    assert (data.task, data.y.shape, data.outputs) == ("regression", (5, 6), 6)
    assert data.target_channels == 2
    assert data.y[1].tolist() == [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]
    assert sequence_dataset("t", x, y[:, 0], ("a", "b")).target_channels == 2


def test_shapes_of_samples():
    assert generate("iris").shape == (4,)
    assert generate("digits").shape == (1, 8, 8)
    assert generate("adding").shape == (16, 2)
