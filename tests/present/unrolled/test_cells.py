"""What the cells of an unrolled network show during the walk, held against the layers’ arrays."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.unrolled.cells import cells, error_name, heat
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.present.walk.time import Way, errors_from, known_steps, way_of
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.dissection import Operation
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from tests.helpers.sequences import training


@pytest.fixture(scope="module")
def made():
    run = training("delayed_xor", "lstm 4")
    return dissect(run, RunConfig()), run.snapshot(SnapshotRequest(sample=3))


def at(made, phase, kind, layer, step=-1, sample=2):
    dissection, snapshot = made
    lit = lit_at(dissection, Operation(phase, kind, layer, step), sample)
    return lit, walked_snapshot(snapshot, lit).layers


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("gates", {"i": 7, "f": 7, "g": 7, "o": 7, "c": 6, "h": 6}),
        ("cell", {"i": 7, "o": 7, "c": 7, "h": 6}),
        ("hidden", {"i": 7, "c": 7, "h": 7}),
    ],
)
def test_within_a_step_the_gates_come_before_the_cell_and_that_before_the_state(made, kind, known):
    lit, _ = at(made, "forward", kind, 1, 6)
    assert {name: known_steps(lit, 1, 16, name) for name in known} == known
    assert known_steps(lit, 2, 16, "a") == 0


def test_a_plain_layer_has_its_sum_before_its_activation(made):
    lit, layers = at(made, "forward", "sum", 2)
    assert (known_steps(lit, 2, 16, "z"), known_steps(lit, 2, 16, "a")) == (16, 0)
    np.testing.assert_array_equal(cells(lit, layers[2], 2, "a", 16).values, layers[2].z.reshape(1, 1))


def test_behind_the_step_that_delta_has_reached_the_values_stand_still(made):
    lit, layers = at(made, "backward", "delta", 1, 9)
    assert errors_from(lit, 1, 16) == 9
    for name in ("i", "f", "g", "o", "c", "h"):
        found = cells(lit, layers[1], 1, name, 16)
        assert found.back
        assert found.errors == 9
        np.testing.assert_array_equal(found.values[:9], layers[1].arrays[name][:9])
        np.testing.assert_array_equal(found.values[9:], layers[1].arrays[f"delta_{name}"][9:])
    assert heat(found).shape == (4, 16)


def test_forward_and_in_the_update_the_values_are_shown(made):
    for phase, kind in (("forward", "sum"), ("update", "update")):
        lit, layers = at(made, phase, kind, 2)
        found = cells(lit, layers[1], 1, "h", 16)
        assert not found.back
        np.testing.assert_array_equal(found.values, layers[1].arrays["h"])


def test_the_outputs_error_covers_the_only_answer(made):
    lit, layers = at(made, "backward", "output_delta", 2)
    found = cells(lit, layers[2], 2, "a", 16)
    assert found.back
    assert found.values.item() == layers[2].delta.item()
    assert not cells(lit, layers[1], 1, "h", 16).back


@pytest.mark.parametrize(
    ("kind", "name", "error"),
    [
        ("rnn", "h", "delta_h"),
        ("rnn", "z", "delta"),
        ("gru", "z_gate", "delta_z_gate"),
        ("gru", "n", "delta_n"),
        ("lstm", "c", "delta_c"),
        ("dense", "a", "delta"),
    ],
)
def test_each_array_has_its_error(kind, name, error):
    assert error_name(kind, name) == error


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        (("forward", "gates", 1, 6), Way(0, 1, 6)),
        (("forward", "hidden", 1, 6), None),
        (("forward", "sum", 2, -1), Way(1, 2, -1)),
        (("backward", "delta", 1, 6), Way(2, 1, 6)),
        (("backward", "gradient", 1, -1), None),
    ],
)
def test_what_flows(made, operation, way):
    lit, _ = at(made, *operation)
    assert way_of(lit) == way
    assert way is None or way.backward == (operation[0] == "backward")
