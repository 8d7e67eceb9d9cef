"""Tables whose rows are steps of time: windows, and sequences told apart by a column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpviz.data import BadRows, Dataset, load
from bpviz.data.dataset import split
from bpviz.errors import UserError

# Ten rows: u = 0 … 9, v = 0, −1, … and the target t = 0.5, 1.5, …, 9.5.
SERIES = "u,v,t\n" + "".join(f"{i},{-i},{i}.5\n" for i in range(10))

# Two sequences of three rows, not next to each other; the class is that of the sequence.
GROUPS = "id,u,y\n7,1,a\n7,2,a\n9,10,b\n7,3,a\n9,20,b\n9,30,b\n"


@pytest.fixture
def read(tmp_path):
    def read_text(text: str, **options: Any) -> Dataset:
        path = Path(tmp_path / "t.csv")
        path.write_text(text)
        return load(path, **options)

    return read_text


def notes(data: Dataset) -> list[str]:
    return [str(note) for note in data.notes]


def test_a_window_is_some_rows_and_the_target_comes_after(read):
    data = read(SERIES, window=3, task="regression")
    assert data.shape == (3, 3)
    assert data.feature_channel_names == ("u", "v", "t")
    assert data.feature_names[:4] == ("u[1]", "v[1]", "t[1]", "u[2]")
    assert data.x.shape == (7, 9)
    assert data.x[0].tolist() == [0, 0, 0.5, 1, -1, 1.5, 2, -2, 2.5]
    assert data.x[6].tolist() == [6, -6, 6.5, 7, -7, 7.5, 8, -8, 8.5]
    assert data.y[:, 0].tolist() == [3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
    assert (data.target_steps, data.outputs, data.target_names) == (0, 1, ("t",))
    assert data.chronological
    assert data.notes == ()


def test_a_window_of_no_rows_is_no_window(read):
    data = read(SERIES, window=0)
    assert (data.sequence_shape, data.chronological, data.shape) == (None, False, (2,))


def test_horizon_and_step(read):
    data = read(SERIES, window=2, horizon=4, window_step=3, target="u", task="regression")
    assert data.x[:, ::3].tolist() == [[0, 1], [3, 4]]
    assert data.y[:, 0].tolist() == [5, 8]


def test_two_windows_are_the_fewest(read):
    assert len(read(SERIES, window=3, horizon=6)) == 2
    with pytest.raises(UserError, match=r"only one window .* can be 10 at most"):
        read(SERIES, window=3, horizon=7)


def test_horizon_zero_keeps_the_target_out_of_the_inputs(read):
    data = read(SERIES, window=2, horizon=0)
    assert data.feature_channel_names == ("u", "v")
    assert data.x[0].tolist() == [0, 0, 1, -1]
    assert data.y[:, 0].tolist() == [i + 0.5 for i in range(1, 10)]


def test_one_column_is_a_series(read):
    text = "t\n" + "".join(f"{i * 0.25}\n" for i in range(8))
    data = read(text, window=3)
    assert data.shape == (3, 1)
    assert data.x[0].tolist() == [0, 0.25, 0.5]
    assert data.y[0].tolist() == [0.75]
    with pytest.raises(UserError, match="has only one column"):
        read(text)


def test_classes_are_told_ahead_and_are_no_inputs(read):
    text = "u,y\n" + "".join(f"{i},{'up' if i % 2 else 'down'}\n" for i in range(6))
    data = read(text, window=2)
    assert data.feature_channel_names == ("u",)
    assert data.class_names == ("down", "up")
    assert data.y.tolist() == [0, 1, 0, 1]


def test_a_class_before_the_first_target_is_none(read):
    data = read("u,y\n1,early\n2,a\n3,b\n4,a\n5,b\n", window=2)
    assert data.class_names == ("a", "b")
    assert data.y.tolist() == [1, 0, 1]


def test_texts_become_channels_and_dates_are_left_out(read):
    rows = "".join(f"2024-01-{i + 1:02},{'wet' if i % 3 else 'dry'},{i}.5\n" for i in range(9))
    data = read("day,sky,t\n" + rows, window=2)
    assert data.feature_channel_names == ("sky=dry", "sky=wet", "t")
    assert data.x[0].tolist() == [1, 0, 0.5, 0, 1, 1.5]
    assert notes(data) == [
        "Left out: column “day”, whose 9 texts tell the rows apart and teach nothing.",
    ]


def test_hundreds_of_dates_are_left_out_too(read):
    rows = "".join(f"day {i},{i % 7}.5\n" for i in range(400))
    assert read("day,t\n" + rows, window=10).shape == (10, 1)


def test_windows_are_split_by_time_and_see_no_target_of_the_test(read):
    data = read(SERIES, window=3)
    parts = split(data, 0.4, np.random.default_rng(0))
    assert parts.test_rows.tolist() == [4, 5, 6]
    past = parts.scaling.invert(parts.x_train)[:, 2::3].ravel()
    assert not set(parts.y_test[:, 0]) & {*past.round(9), *parts.y_train[:, 0]}


def test_gaps_are_told(read):
    text = SERIES.replace("4,-4,4.5", "4,oops,4.5")
    with pytest.raises(BadRows):
        read(text, window=3)
    data = read(text, window=3, drop_bad_rows=True)
    assert len(data) == 6
    assert notes(data) == ["Bad rows left out: 1.", "The windows go on over the gaps that these rows leave."]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"window": 11}, "t.csv has 10 usable rows, fewer than a window of 11."),
        ({"window": 10}, "t.csv: a horizon of 1 after a window of 10 lies beyond its 10 rows."),
        ({"window": 4, "horizon": 7}, "t.csv: a horizon of 7 after a window of 4 lies beyond its 10 rows."),
        ({"window": 9}, "t.csv: its 10 rows hold only one window of 9 rows with its target."),
        ({"window": 3, "window_step": 9}, "t.csv: its 10 rows hold only one window of 3 rows"),
        ({"window": -1}, "window cannot be -1."),
        ({"window": 2.5}, "window cannot be 2.5."),
        ({"window": 3, "horizon": -1}, "horizon cannot be -1."),
        ({"window": 3, "window_step": 0}, "window_step cannot be 0."),
        ({"horizon": 2}, "horizon 2 says nothing without a window."),
        ({"window_step": 2}, "window_step 2 says nothing without a window."),
        ({"window": 3, "sequence_column": "u"}, "window and sequence_column both say what a sample is."),
        ({"sequence_column": "w"}, "t.csv has no column “w”."),
        ({"sequence_column": "t"}, "t.csv: “t” cannot be both the target and the sequence column."),
    ],
)
def test_what_cannot_be_is_said(read, options, sentence):
    with pytest.raises(UserError) as caught:
        read(SERIES, **options)
    assert str(caught.value).startswith(sentence)
    assert caught.value.hint


def test_a_target_that_never_changes_is_refused(read):
    with pytest.raises(UserError, match="the target “t” is the same in every row"):
        read("u,t\n" + "".join(f"{i},2.5\n" for i in range(9)), window=2)
    # In the first row alone it differs, and no window has that row for its target.
    with pytest.raises(UserError, match="the target “y” is the same in every row"):
        read("u,y\n0,a\n" + "".join(f"{i},b\n" for i in range(9)), window=2)


def test_nothing_to_learn_from_is_said(read):
    text = "day,y\n" + "".join(f"day {i},{'a' if i % 2 else 'b'}\n" for i in range(9))
    with pytest.raises(UserError, match="has no column to learn “y” from"):
        read(text, window=2)


def test_windows_that_would_fill_the_memory_are_refused(read, monkeypatch):
    monkeypatch.setattr("bpviz.data.loaders.windows.MOST_VALUES", 62)
    with pytest.raises(UserError, match="7 windows of 3 rows and 3 columns are too many numbers"):
        read(SERIES, window=3)
    assert len(read(SERIES, window=3, horizon=2)) == 6


def test_constant_columns_are_named_and_keep_their_unit(read):
    data = read("a,b,c,t\n" + "".join(f"3,{i},7,{i}.5\n" for i in range(8)), window=2)
    assert notes(data) == ["The same in every row, and of no use: “a”, “c”."]
    parts = split(data, 0.3, np.random.default_rng(0), standardize=True)
    assert parts.scaling.scale[[0, 2, 4, 6]].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert not parts.x_train[:, [0, 2]].any()


def test_constant_columns_of_plain_rows_are_named_too(read):
    names = "".join(f"c{i}," for i in range(7))
    data = read(f"{names}u,t\n" + "".join(f"{'3,' * 7}{i},{i}.5\n" for i in range(4)))
    assert notes(data) == ["The same in every row, and of no use: “c0”, “c1”, “c2”, “c3”, “c4”, “…”."]


def test_rows_of_one_id_are_a_sequence(read):
    data = read(GROUPS, sequence_column="id")
    assert data.shape == (3, 1)
    assert data.x.tolist() == [[1, 2, 3], [10, 20, 30]]
    assert data.y.tolist() == [0, 1]
    assert data.class_names == ("a", "b")
    assert not data.chronological
    assert notes(data) == ["2 sequences of 3 rows, one answer each."]


def test_sequences_stand_in_the_order_of_the_file(read):
    rows = "".join(f"{name},{i},{i % 2}\n" for name in ("z", "k", "m") for i in range(2))
    data = read("id,u,y\n" + rows, sequence_column="1")
    assert data.x.tolist() == [[0, 1]] * 3
    mixed = "".join(f"{name},{ord(name)}{i},{i % 2}\n" for i in range(2) for name in ("z", "k", "m"))
    assert read("id,u,y\n" + mixed, sequence_column="id").x[:, 0].tolist() == [1220, 1070, 1090]


def test_a_target_that_changes_within_a_sequence_is_due_at_every_step(read):
    classes = read(GROUPS.replace("9,20,b", "9,20,a"), sequence_column="id")
    assert classes.y.tolist() == [[0, 0, 0], [1, 0, 1]]
    assert (classes.target_steps, classes.outputs) == (3, 3)
    assert notes(classes) == ["2 sequences of 3 rows, an answer at every step."]
    text = "id,u,y\n" + "".join(f"{i // 4},{i},{i * i + 0.5}\n" for i in range(12))
    numbers = read(text, sequence_column="id")
    assert numbers.y.shape == (3, 4)
    assert numbers.y[1].tolist() == [16.5, 25.5, 36.5, 49.5]
    assert (numbers.target_steps, numbers.outputs, numbers.target_channels) == (4, 4, 1)


def test_ids_may_be_any_texts_and_many(read):
    text = "who,u,y\n" + "".join(f"person {i // 2},{i},{i // 2 % 2}\n" for i in range(300))
    data = read(text, sequence_column="who")
    assert data.shape == (2, 1)
    assert len(data) == 150


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            GROUPS + "8,1,a\n8,2,a\n",
            "t.csv: the sequence “8” has 2 rows; it needs 3 like the others.",
        ),
        (
            "id,u,y\nx y,1,a\nx y,2,a\nz,1,b\nz,2,b\nlong,1,a\nlong,2,a\nlong,3,a\n",
            "t.csv: the sequence “long” has 3 rows; it needs 2 like the others.",
        ),
        ("id,u,y\n", "t.csv has too few usable rows: 0."),
        ("id,u,y\n1,1,a\n1,2,b\n", "t.csv has fewer than two sequences by column “id”."),
        ("id,u,y\n1,1,a\n1,2,a\n2,1,a\n2,2,a\n", "t.csv: the target “y” is the same in every row."),
        ("id,y\n1,a\n1,a\n2,b\n2,b\n", "t.csv has no column to learn “y” from."),
    ],
)
def test_sequences_that_cannot_be_are_said(read, text, sentence):
    with pytest.raises(UserError) as caught:
        read(text, sequence_column="id")
    assert str(caught.value).startswith(sentence)
    assert caught.value.hint
