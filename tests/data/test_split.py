"""Splitting and standardizing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpviz.data import Dataset, generate
from bpviz.data.dataset import Scaling, split
from bpviz.errors import UserError


def table(y: list[int], classes: int) -> Dataset:
    rows = np.arange(len(y), dtype=np.float64)
    x = np.column_stack([rows, rows**2])
    return Dataset(
        "t", x, np.array(y), "classification", ("a", "b"), class_names=tuple("abcdefghij"[:classes])
    )


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=60),
    st.floats(0, 0.99),
    st.integers(0, 2**32 - 1),
)
def test_every_row_is_in_one_part_and_every_class_can_be_learnt(y, share, seed):
    data = table(y, 4)
    parts = split(data, share, np.random.default_rng(seed))
    assert sorted([*parts.train_rows, *parts.test_rows]) == list(range(len(y)))
    assert set(parts.y_train.tolist()) == set(y)
    for label in set(y):
        count = y.count(label)
        assert (parts.y_test == label).sum() == min(round(share * count), count - 1)


def test_the_scale_is_the_training_parts_alone():
    data = generate("wine")
    parts = split(data, 0.3, np.random.default_rng(0))
    assert parts.x_train.mean(axis=0) == pytest.approx(np.zeros(13), abs=1e-12)
    assert parts.x_train.std(axis=0) == pytest.approx(np.ones(13))
    own = data.x[parts.train_rows]
    expected = (data.x[parts.test_rows] - own.mean(axis=0)) / own.std(axis=0)
    assert parts.x_test == pytest.approx(expected)
    # The test part's own mean would give another result: it must not have been used.
    assert np.abs(parts.x_test.mean(axis=0)).max() > 0.01


def test_wild_test_rows_do_not_touch_the_training_part():
    data = table([0, 1] * 20, 2)
    parts = split(data, 0.5, np.random.default_rng(1))
    data.x[parts.test_rows] *= 1e6
    again = split(data, 0.5, np.random.default_rng(1))
    assert again.x_train.tobytes() == parts.x_train.tobytes()


def test_scaling_goes_back():
    data = generate("iris")
    parts = split(data, 0.5, np.random.default_rng(0))
    assert parts.scaling.invert(parts.x_test) == pytest.approx(data.x[parts.test_rows])


@pytest.mark.parametrize("constant", [0.0, 7.0, 0.1, -1e9])
def test_a_constant_feature_keeps_its_unit(constant):
    x = np.column_stack([np.full(30, constant), np.arange(30.0)])
    scaling = Scaling.fit(x)
    assert scaling.scale[0] == 1.0
    assert scaling.apply(x)[:, 0] == pytest.approx(np.zeros(30), abs=1e-5)


def test_a_tiny_unit_is_a_unit():
    x = np.arange(30.0)[:, None] * 1e-15
    assert Scaling.fit(x).apply(x).std() == pytest.approx(1.0)


@pytest.mark.parametrize("wished", [None, True, False])
def test_the_data_sets_own_wish_can_be_overruled(wished):
    data = generate("spiral")
    parts = split(data, 0.5, np.random.default_rng(0), standardize=wished)
    scaled = not np.array_equal(parts.x_train, data.x[parts.train_rows])
    assert scaled == bool(wished)


def test_one_seed_gives_one_split():
    data = generate("iris")
    one, two, other = (split(data, 0.4, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert one.train_rows.tobytes() == two.train_rows.tobytes()
    assert one.x_train.tobytes() == two.x_train.tobytes()
    assert one.train_rows.tobytes() != other.train_rows.tobytes()


def test_regression_splits_by_count():
    parts = split(generate("sine", points=100), 0.25, np.random.default_rng(0))
    assert (len(parts.x_train), len(parts.x_test)) == (75, 25)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_leaves_nothing_is_refused(share):
    with pytest.raises(UserError, match="test share"):
        split(generate("sine"), share, np.random.default_rng(0))


def test_what_follows_in_time_is_split_by_time():
    data = replace(table([0, 1] * 10, 2), chronological=True)
    parts = split(data, 0.3, np.random.default_rng(0))
    assert parts.train_rows.tolist() == list(range(14))
    assert parts.test_rows.tolist() == list(range(14, 20))
    assert len(split(data, 0.0, np.random.default_rng(0)).test_rows) == 0


def test_one_class_before_the_others_is_refused():
    data = replace(table([1] * 15 + [0, 2] * 5, 3), chronological=True)
    with pytest.raises(UserError, match=r"the first 15 samples, holds one class only: “b”\.") as caught:
        split(data, 0.4, np.random.default_rng(0))
    assert "smaller test share" in str(caught.value.hint)
    assert len(split(data, 0.2, np.random.default_rng(0)).train_rows) == 20


def test_labels_at_every_step_are_split_by_count():
    labels = np.arange(40).reshape(10, 4) % 2
    data = replace(table([0] * 10, 2), y=labels, target_steps=4, sequence_shape=(2, 1))
    parts = split(data, 0.3, np.random.default_rng(0))
    assert parts.y_train.shape == (7, 4)
    assert sorted([*parts.train_rows, *parts.test_rows]) == list(range(10))


def test_a_channel_is_scaled_alike_at_all_its_steps():
    # Two sequences of two steps: channel a holds 1, 3, 5, 7 (mean 4, deviation √5), channel b only 2.
    x = np.array([[1.0, 2.0, 3.0, 2.0], [5.0, 2.0, 7.0, 2.0]])
    scaling = Scaling.fit(x, 2)
    assert scaling.mean.tolist() == [4.0, 2.0, 4.0, 2.0]
    assert scaling.scale == pytest.approx([5**0.5, 1.0, 5**0.5, 1.0])
    assert scaling.apply(x)[:, 0] * 5**0.5 == pytest.approx([-3.0, 1.0])
    assert scaling.invert(scaling.apply(x)) == pytest.approx(x)


def test_sequences_are_scaled_by_their_channels():
    data = generate("adding")
    parts = split(data, 0.5, np.random.default_rng(0), standardize=True)
    steps = parts.x_train.reshape(-1, 2)
    assert steps.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert steps.std(axis=0) == pytest.approx([1.0, 1.0])
    assert len(set(parts.scaling.scale.tolist())) == 2


def test_no_samples_are_refused():
    empty = Dataset("none", np.empty((0, 2)), np.empty(0, dtype=np.int64), "classification", ("a", "b"))
    with pytest.raises(UserError, match="no samples"):
        split(empty, 0.5, np.random.default_rng(0))
