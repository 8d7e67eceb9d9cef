"""Where everything of a network unrolled over time stands, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.trace import trace
from bpviz.present.unrolled.cards import card
from bpviz.present.unrolled.keys import moved
from bpviz.present.unrolled.layout import Look, Mark, Unrolled, lay_out
from bpviz.present.unrolled.rows import ALL, is_unrolled, rows, views
from bpviz.present.unrolled.sums import sum_parts, weight_terms
from bpviz.present.unrolled.words import subtitle
from bpviz.snapshot import SnapshotRequest
from tests.helpers.fake_snapshots import network_run
from tests.helpers.sequences import shown, training

SMALL, LARGE = Look(480, 250, 12, 6), Look(1100, 800, 18, 9)
NETWORKS = [
    ("delayed_xor", "lstm 16"),
    ("binary_addition", "gru 8"),
    ("noisy_sine", "rnn 16, 8 relu"),
    ("binary_addition", "rnn 8 sequence, lstm 4, 6 tanh"),
    ("parity", "gru 20 sequence, flatten, 5"),
    ("delayed_xor", "rnn 6 truncate 3, dropout 0.2"),
]


def placed(data: str, layers: str, view: str = "h", look: Look = SMALL) -> Unrolled:
    info, snapshot = shown(data, layers)
    return lay_out(info, snapshot.layers, view, look)


def marks(layout: Unrolled) -> set[Mark]:
    xs, ys = np.arange(0, layout.look.width, 3), np.arange(0, layout.look.height, 2)
    return {mark for x in xs for y in ys if (mark := layout.mark_at(x, y)) is not None}


def test_only_networks_with_a_state_are_unrolled():
    assert is_unrolled(shown("delayed_xor", "lstm 16")[0])
    assert not is_unrolled(network_run((2, 5, 1)))


def test_a_view_is_offered_where_a_layer_has_it():
    assert views(shown("delayed_xor", "lstm 16")[0]) == ("h", "c", "i", "f", "g", "o", "delta_h", "all")
    assert views(shown("binary_addition", "gru 8")[0]) == ("h", "r", "z_gate", "n", "delta_h", "all")
    assert views(shown("noisy_sine", "rnn 16, 8 relu")[0]) == ("h", "z", "delta_h", "all")


def test_rows_go_from_the_input_to_the_answers():
    info, snapshot = shown("binary_addition", "rnn 8 sequence, lstm 4, 6 tanh")
    found = rows(info, snapshot.layers, "c")
    assert [row.kind for row in found] == ["input", "recurrent", "recurrent", "steps", "steps"]
    # A layer without a cell shows its state.
    assert [row.name for row in found] == ["", "h", "c", "a", "a"]
    assert [row.units for row in found] == [2, 8, 4, 6, 1]


def test_all_shows_every_gate_of_every_layer():
    info, snapshot = shown("binary_addition", "rnn 8 sequence, lstm 4, 6 tanh")
    names = [row.name for row in rows(info, snapshot.layers, ALL) if row.kind == "recurrent"]
    assert names == ["z", "h", "i", "f", "g", "o", "c", "h"]


@pytest.mark.parametrize("look", [SMALL, LARGE, Look(230, 120, 12, 6)])
@pytest.mark.parametrize("view", ["h", ALL])
@pytest.mark.parametrize(("data", "layers"), NETWORKS)
def test_nothing_overlaps_and_nothing_sticks_out(data, layers, view, look):
    layout = placed(data, layers, view, look)
    boxes = [box for row in layout.rows for box in (row.box, row.strip, row.target) if box is not None]
    boxes.sort(key=lambda box: box[1])
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert above[1] + above[3] <= below[1] + 1e-6
    assert boxes[0][1] >= 0
    assert boxes[-1][1] + boxes[-1][3] <= layout.axis
    assert all(layout.left <= x and x + width <= look.width for x, _, width, _ in boxes)
    sides = [matrix.box for row in layout.rows for matrix in row.matrices]
    assert all(x + width <= layout.left for x, _, width, _ in sides)


def test_one_answer_stands_over_the_last_step():
    layout = placed("noisy_sine", "rnn 16, 8 relu")
    for row in layout.rows[2:]:
        assert row.box[0] + row.box[2] == pytest.approx(layout.left + 12 * layout.column - 1)


@pytest.mark.parametrize(("data", "layers"), NETWORKS)
@pytest.mark.parametrize("view", ["h", ALL, "delta_h"])
def test_whatever_is_pointed_at_explains_itself(data, layers, view):
    info, snapshot = shown(data, layers)
    layout = lay_out(info, snapshot.layers, view, SMALL)
    found = marks(layout)
    assert {mark.kind for mark in found} == {"cell", "block", "norm", "weight"}
    for mark in found:
        said = card(info, snapshot, mark)
        assert said.title, mark
        assert said.lines, mark
        assert layout.target_of(mark) is not None, mark
        assert said.copied() != said.spoken()


@pytest.mark.parametrize(
    ("data", "layers", "squash"),
    [("binary_addition", "lstm 5", {"g": np.tanh}), ("binary_addition", "gru 5", {"n": np.tanh})],
)
def test_the_parts_of_a_gate_make_the_gate(data, layers, squash):
    _, snapshot = shown(data, layers)
    state = snapshot.layers[1]
    for gate in ("i", "f", "g", "o") if state.kind == "lstm" else ("r", "z_gate", "n"):
        for step in range(8):
            total = sum_parts(snapshot.layers, 1, step, 2, gate).total
            made = squash.get(gate, lambda z: 1 / (1 + np.exp(-z)))(total)
            assert made == pytest.approx(state.arrays[gate][step, 2], rel=1e-12)


def test_the_parts_of_a_simple_sum_make_z():
    _, snapshot = shown("binary_addition", "rnn 8 sequence, rnn 3")
    for layer in (1, 2):
        for step in range(8):
            total = sum_parts(snapshot.layers, layer, step, 1, "z").total
            assert total == pytest.approx(snapshot.layers[layer].arrays["z"][step, 1], rel=1e-12)


@pytest.mark.parametrize("layers", ["rnn 4", "lstm 4", "gru 4", "gru 4 biases one", "rnn 3 sequence, lstm 4"])
def test_the_steps_parts_sum_up_to_the_gradient(layers):
    made = training("binary_addition", layers)
    snapshot = made.snapshot(SnapshotRequest(sample=3))
    train = made.objective.train
    alone = trace(made.objective.clone(), made.theta, train.x[3:4], train.y[3:4])
    for number, layer in enumerate(alone.layers[:-1], 1):
        for one in layer.parameters:
            for place in np.ndindex(one.gradient.shape):
                row, column = place if len(place) == 2 else (place[0], 0)
                terms = weight_terms(snapshot.layers, number, one.name, row, column)
                assert terms.sum() == pytest.approx(one.gradient[place], rel=1e-9, abs=1e-14)


def test_a_card_of_an_lstm_has_the_numbers_of_its_step():
    info, snapshot = shown("delayed_xor", "lstm 16")
    arrays = snapshot.layers[1].arrays
    said = card(info, snapshot, Mark("cell", 1, 4, 2, "h")).copied()
    for name, step in (("f", 4), ("c", 3), ("i", 4), ("g", 4), ("c", 4), ("o", 4), ("h", 4), ("delta_h", 4)):
        assert repr(float(arrays[name][step, 2])) in said
    first = card(info, snapshot, Mark("cell", 1, 0, 2, "h"))
    assert "c₀ = 0.0" in first.copied()


def test_a_block_is_copied_with_all_its_units():
    info, snapshot = shown("delayed_xor", "lstm 16")
    said = card(info, snapshot, Mark("block", 1, 4))
    assert all(repr(float(value)) in said.copied() for value in snapshot.layers[1].arrays["h"][4])
    assert len(said.lines[4].shown()) < 60


def test_a_weight_names_its_gate():
    info, snapshot = shown("delayed_xor", "lstm 16")
    said = card(info, snapshot, Mark("weight", 1, unit=16 + 2, name="Wh", source=4))
    assert said.title == "Weight Wh⁽¹⁾[f 3, 5]"
    assert said.lines[0].value == snapshot.layers[1].parameters[1].values[18, 4]


def test_the_subtitle_names_the_layers():
    info, snapshot = shown("noisy_sine", "rnn 16, 8 relu")
    assert subtitle(info, snapshot) == "12 × 1 → RNN 16 → 8 → 1 · 433 θ · iteration 3"


def test_arrow_keys_walk_through_time_and_units():
    layout = placed("binary_addition", "gru 8")
    mark = moved(layout, None, "right")
    assert mark == Mark("block", 1, 0, -1, "h")
    assert moved(layout, mark, "left") == mark
    mark = moved(layout, moved(layout, mark, "right"), "up")
    assert mark == Mark("cell", 1, 1, 7, "h")  # the lowest unit is the last
    assert moved(layout, mark, "down") == Mark("block", 1, 1, -1, "h")
    assert moved(layout, mark, "last").step == 7
    assert moved(layout, mark, "layer up") == Mark("block", 2, 1, -1, "a")
    assert moved(layout, moved(layout, mark, "layer down"), "layer down").layer == 0


def test_every_row_is_reached_with_the_keyboard():
    layout = placed("noisy_sine", "rnn 16, 8 relu", ALL)
    mark = moved(layout, None, "layer down")
    reached = []
    for _ in range(80):
        mark = moved(layout, mark, "up")
        assert layout.target_of(mark) is not None
        reached.append((mark.layer, mark.name, mark.unit))
    expected = {
        (row.spec.layer, row.spec.name, unit) for row in layout.rows[1:] for unit in range(row.spec.units)
    }
    assert expected <= set(reached)
