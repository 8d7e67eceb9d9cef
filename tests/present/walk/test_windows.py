"""What a window does at each place: sums, shares and gathered gradients, held against the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.layout import Spot
from bpviz.present.walk.flow import flow_at
from bpviz.present.walk.windows import gathering, livest, place_text, seen_at, window_card
from bpviz.snapshot.probing import ParameterPlace
from tests.present.walk.test_flow import PICTURES, begun, place_of, shown_at


@pytest.fixture(scope="module")
def run():
    return begun(**PICTURES)


def at(run, phase, kind, layer, sample):
    _, dissection, snapshot = run
    lit, shown = shown_at(dissection, snapshot, place_of(dissection, phase, kind, layer), sample)
    return lit, shown, flow_at(lit, shown.layers)


def named(card):
    return {line.name: line.value for line in card.lines}


@pytest.mark.parametrize("sample", ["mean", 4])
def test_the_sum_over_the_window_is_z_at_every_place(run, sample):
    lit, shown, flow = at(run, "forward", "sum", 1, sample)
    state = shown.layers[1]
    assert flow.count == 16
    for unit in range(state.units):
        card = window_card(shown, lit, Spot(1, unit))
        told = named(card)
        assert told["z = Σ w·x + b"] == state.z[unit]
        bias = state.parameters[1].values[unit // 16]
        assert told["Σ w·x"] + bias == pytest.approx(state.z[unit], rel=1e-12)
        assert card.tables[2].values.sum() == pytest.approx(told["Σ w·x"], rel=1e-12)
        np.testing.assert_array_equal(card.tables[0].values * card.tables[1].values, card.tables[2].values)
        assert card.others == (ParameterPlace(1, "b", (unit // 16,)),)


def test_beyond_the_edge_the_window_sees_zeros(run):
    _, shown, _ = at(run, "forward", "sum", 1, 4)
    seen = seen_at(shown.layers, 1, 0)
    assert not seen[0, 0].any()
    assert not seen[0, :, 0].any()
    np.testing.assert_array_equal(seen[0, 1:, 1:], shown.layers[0].a.reshape(8, 8)[:2, :2])


@pytest.mark.parametrize("sample", ["mean", 4])
def test_a_window_that_has_gone_over_all_places_has_gathered_the_gradient(run, sample):
    lit, shown, flow = at(run, "backward", "gradient", 1, sample)
    found = gathering(lit, shown.layers[1], 1)
    assert len(found.parts) == flow.count
    assert not found.until(0).any()
    gradient = lit.dissection.layers[0].parameters[0].gradient
    if sample == "mean":
        np.testing.assert_allclose(found.until(16), gradient, rtol=1e-9, atol=1e-13)
        return
    # Of one sample: δ times what the window sees, summed over the places.
    delta = shown.layers[1].delta.reshape(3, 16)
    by_hand = sum(delta[2, p] * seen_at(shown.layers, 1, 32 + p) for p in range(16))
    np.testing.assert_allclose(found.until(16)[2], by_hand, rtol=1e-12, atol=1e-15)
    assert np.abs(found.until(16) - gradient).max() > 1e-6


def test_a_place_tells_what_it_adds_and_what_is_gathered_so_far(run):
    lit, shown, _ = at(run, "backward", "gradient", 1, 4)
    found = gathering(lit, shown.layers[1], 1)
    card = window_card(shown, lit, Spot(1, 16 + 5), found)
    delta = shown.layers[1].delta[21]
    assert named(card)["δ = ∂L/∂z"] == delta
    np.testing.assert_allclose(card.tables[1].values, delta * card.tables[0].values, rtol=1e-12)
    np.testing.assert_allclose(card.tables[2].values, found.parts[:6, 1].sum(axis=0), rtol=1e-12)


def test_what_flows_back_through_the_kernel_adds_up_to_the_error_below():
    run = begun(data="digits", layers="conv 2 3x3 identity, conv 2 3x3 tanh, flatten, 4 tanh")
    lit, shown, flow = at(run, "backward", "delta", 1, 2)
    assert (flow.layer, flow.backward, flow.count) == (2, True, 16)
    below = np.zeros((2, 6, 6))
    for unit in range(shown.layers[2].units):
        _, rest = divmod(unit, 16)
        row, column = divmod(rest, 4)
        card = window_card(shown, lit, Spot(2, unit))
        assert named(card)["δ = ∂L/∂z"] == shown.layers[2].delta[unit]
        below[:, row : row + 3, column : column + 3] += card.tables[1].values
    np.testing.assert_allclose(below.ravel(), shown.layers[1].delta, rtol=1e-10, atol=1e-15)


def test_the_line_over_the_layer_says_the_same_numbers(run):
    lit, shown, flow = at(run, "forward", "sum", 1, 4)
    total, bias = seen_at(shown.layers, 1, 20), shown.layers[1].parameters[1].values[1]
    total = (total * shown.layers[1].parameters[0].values[1]).sum()
    text = place_text(shown.layers, flow, 20)
    numbers = [float(part.replace("−", "-")) for part in text.split(" ") if part[-1].isdigit()]
    assert numbers == pytest.approx([total, abs(bias), shown.layers[1].z[20]], rel=5e-3)
    lit, shown, flow = at(run, "forward", "pool", 2, 4)
    assert place_text(shown.layers, flow, 3).startswith("max = ")
    lit, shown, flow = at(run, "backward", "gradient", 1, 4)
    assert place_text(shown.layers, flow, 20, gathering(lit, shown.layers[1], 1)).endswith("(5/16)")


def test_a_pooling_and_what_is_not_in_hand_keep_their_cards(run):
    lit, shown, _ = at(run, "forward", "pool", 2, 4)
    assert window_card(shown, lit, Spot(2, 0)) is None
    lit, shown, _ = at(run, "forward", "sum", 1, 4)
    assert window_card(shown, lit, Spot(2, 0)) is None
    assert window_card(shown, lit, Spot(1, 0, 3, kernel=True)) is None
    assert window_card(shown, None, Spot(1, 0)) is None


def test_the_map_in_which_most_happens_is_spoken_of(run):
    _, shown, flow = at(run, "forward", "sum", 1, 4)
    assert livest(shown.layers[1], flow) == int(np.abs(shown.layers[1].a).argmax()) // 16
    _, shown, flow = at(run, "backward", "gradient", 1, 4)
    assert livest(shown.layers[1], flow) == int(np.abs(shown.layers[1].delta).argmax()) // 16
