"""A table as sequences over time: its rows in the form, and what an edit of them changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.run import build_form
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import format_layers

COLUMNS = ("day", "load", "heat")
TABLE = RunConfig(data=DataConfig("heat", "heat.csv"))
ROWS = ("data.window", "data.horizon", "data.window_step", "data.sequence_column")


def edited(config, *pairs):
    for key, value in pairs:
        config = apply_edit(config, key, value)
    return config


def test_an_opened_file_has_the_rows_folded_away_and_other_data_have_none():
    form = build_form(TABLE, columns=COLUMNS)
    assert {form.row(key).fold.title for key in ROWS} == {"Over time"}
    assert [c.value for c in form.row("data.sequence_column").choices] == ["", *COLUMNS]
    assert not any(form.row(key).is_changed for key in ROWS)
    with pytest.raises(KeyError):
        build_form(RunConfig()).row("data.sequence_column")


def test_what_needs_a_window_waits_for_one():
    assert not build_form(TABLE, columns=COLUMNS).row("data.horizon").enabled
    windows = edited(TABLE, ("data.window", 6))
    assert build_form(windows, columns=COLUMNS).row("data.horizon").enabled


def test_a_window_proposes_an_lstm_and_without_it_the_usual_network_is_back():
    windows = edited(TABLE, ("data.window", 6), ("data.horizon", 2))
    assert windows.data.options == {"window": 6, "horizon": 2}
    assert format_layers(windows.layers) == "lstm 16"
    plain = edited(windows, ("data.window", 0))
    assert plain.data.options == {}
    assert format_layers(plain.layers) == "8 tanh, 8 tanh"


def test_a_recurrent_network_stays_when_the_window_grows():
    windows = edited(TABLE, ("data.window", 6), ("layers", "gru 4"), ("data.window", 9))
    assert format_layers(windows.layers) == "gru 4"


def test_a_column_and_a_window_take_each_other_s_place():
    by_column = edited(TABLE, ("data.window", 6), ("data.horizon", 2), ("data.sequence_column", "day"))
    assert by_column.data.options == {"sequence_column": "day"}
    assert edited(by_column, ("data.window", 3)).data.options == {"window": 3}
    target = replace(TABLE, data=replace(TABLE.data, options={"target": "heat"}))
    assert edited(target, ("data.sequence_column", "day")).data.options["target"] == "heat"


def test_a_negative_window_is_refused():
    with pytest.raises(UserError, match="Window cannot be -2: it is a whole number from 0"):
        edited(TABLE, ("data.window", -2))
