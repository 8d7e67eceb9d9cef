"""What the cards say about maps, kernels and layers that pass on, drop or normalize."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.cards import inspect, inspect_maps
from bpviz.present.cards.card import Card
from bpviz.present.cards.editable import editable_card
from bpviz.present.cards.inspect_maps import channel_of, weight_maps
from bpviz.present.diagram.layout import Spot
from bpviz.text import set_language
from tests.helpers.picture_networks import PLAIN, RICH, SMALL, trained


def values(card: Card) -> dict[str, float | None]:
    return {line.name: line.value for line in card.lines}


def card(layers: str, spot: Spot, data: str = "digits") -> Card:
    return inspect.card(*trained(layers, data), spot)


@pytest.mark.parametrize(("layers", "layer"), [(SMALL, 1), (RICH, 1), (RICH, 4)])
def test_convolution_is_a_sum_that_one_can_check(layers, layer):
    state = trained(layers)[1].layers[layer]
    for unit in (0, state.units // 2, state.units - 1):
        told = card(layers, Spot(layer, unit))
        said = values(told)
        x, w = told.tables
        assert (x.values * w.values).sum() == pytest.approx(said["Σ w·x"], abs=1e-12)
        assert said["Σ w·x"] + said["bias b"] == pytest.approx(said["z = Σ w·x + b"], abs=1e-12)
        formula = "a = tanh z" if state.activation == "tanh" else "a = max(0, z)"
        assert said[formula] == state.a[unit]
        assert said["δ = ∂L/∂z"] == state.delta[unit]
        channel = channel_of(state, unit)
        assert said["∂L/∂b of the last update"] == state.parameters[1].gradient[channel]


def test_pixel_says_which_it_is():
    assert card(SMALL, Spot(1, 36 + 6 * 2 + 3)).title == "Layer 1, map 2, row 3, column 4"


def test_convolution_without_bias():
    told = card("conv 2 3x3 relu no bias, flatten", Spot(1, 0))
    assert [line.name for line in told.lines] == [
        "Σ w·x", "z", "a = max(0, z)", "δ = ∂L/∂z", "conv 2 3×3 relu nobias",
    ]  # fmt: skip


def test_kernel_tells_weight_gradient_and_last_change():
    state = trained(RICH)[1].layers[4]
    weights = state.parameters[0]
    at = np.unravel_index(np.abs(weights.update).argmax(), weights.values.shape)
    filter_, *place = (int(index) for index in at)
    told = card(RICH, Spot(4, filter_, (place[0] * 2 + place[1]) * 3 + place[2], kernel=True))
    written = ",".join(str(index + 1) for index in at)
    assert told.title == f"Kernel {filter_ + 1}, weight W⁽⁴⁾[{written}]"
    assert told.lines[0].value == weights.values[at]
    assert told.lines[1].value == weights.gradient[at]
    assert told.lines[2].before == pytest.approx(weights.values[at] + weights.update[at])
    assert weights.update[at] != 0
    w, gradient, change = told.tables
    np.testing.assert_array_equal(w.values, weights.values[filter_])
    np.testing.assert_array_equal(gradient.values, weights.gradient[filter_])
    np.testing.assert_array_equal(change.values, -weights.update[filter_])
    assert w.marked == tuple(place)


def test_copy_has_all_digits_of_the_whole_kernel():
    layers = "conv 6 3x3 relu, conv 2 3x3 relu, flatten"
    kernel = trained(layers)[1].layers[2].parameters[0].values[1]
    told = card(layers, Spot(2, 1, 9 * 4, kernel=True))
    assert told.tables[0].values.shape == (1, 3, 3)
    copied = told.copied()
    assert all(repr(value) in copied for value in kernel.ravel().tolist())
    assert repr(float(kernel[0, 0, 0])) not in told.spoken()


def test_largest_pooling_names_its_winner():
    _, snapshot = trained(SMALL)
    before, state = snapshot.layers[1], snapshot.layers[2]
    told = card(SMALL, Spot(2, 9 + 3 + 2))
    assert values(told)["a = largest of the window"] == state.a[14]
    (table,) = told.tables
    assert table.values[table.marked] == state.a[14] == table.values.max()
    winner = int(state.arrays["winner"].ravel()[14]) - 36
    assert f"from row {winner // 6 + 1}, column {winner % 6 + 1}" in values(told)
    assert "δ goes to this pixel alone" in values(told)
    assert before.a[winner + 36] == state.a[14]


def test_mean_pooling_shares_delta():
    state = trained(RICH)[1].layers[3]
    told = card(RICH, Spot(3, 5))
    assert values(told)["a = mean of the window"] == pytest.approx(told.tables[0].values.mean())
    assert values(told)["each pixel gets δ/4"] == state.delta[5] / 4
    assert told.tables[0].marked is None


def test_dropout_says_what_was_dropped():
    _, snapshot = trained(RICH)
    state, before = snapshot.layers[6], snapshot.layers[5]
    mask = state.arrays["mask"].ravel()
    gone, kept = int(np.flatnonzero(mask == 0)[0]), int(np.flatnonzero(mask)[0])
    lost = card(RICH, Spot(6, gone))
    assert lost.lines[0].name == "was dropped in this iteration: m = 0"
    assert values(lost)["a = m·x"] == 0
    assert values(lost)["x"] == before.a[gone]
    assert values(lost)["∂L/∂x = m·δ"] == 0
    stays = values(card(RICH, Spot(6, kept)))
    assert stays["factor 1/(1 − p)"] == pytest.approx(1 / 0.6)
    assert stays["a = m·x"] == pytest.approx(stays["x"] / 0.6)
    assert stays["rate p"] == 0.4


@pytest.mark.parametrize(("layers", "data", "layer"), [(RICH, "digits", 2), (PLAIN, "spiral", 2)])
def test_batch_norm_is_computed_from_what_is_told(layers, data, layer):
    state = trained(layers, data)[1].layers[layer]
    told = card(layers, Spot(layer, 5), data)
    said = values(told)
    more = {name: value for line in told.lines for name, value in line.more}
    x_hat = (said["x"] - said["batch: μ"]) / np.sqrt(told.lines[1].more[0][1] + 1e-5)
    assert said["x′ = (x − μ)/√(σ² + ε)"] == pytest.approx(x_hat)
    assert said["z = γ·x′ + β"] == pytest.approx(said["γ"] * x_hat + more["β"])
    assert said["z = γ·x′ + β"] == state.z[5]
    channel = channel_of(state, 5)
    assert said["∂L/∂γ"] == state.parameters[0].gradient[channel]
    assert said["∂L/∂β"] == state.parameters[1].gradient[channel]
    assert said["running: μ"] == state.arrays["running_mean"][channel] != said["batch: μ"]


def test_batch_norm_with_an_activation_tells_it_too():
    layers = "conv 2 3x3 identity, batchnorm relu, flatten"
    state = trained(layers)[1].layers[2]
    assert values(card(layers, Spot(2, 0)))["a = max(0, z)"] == state.a[0]


def test_number_of_a_bar_says_which_pixel_it_is():
    told = card(SMALL, Spot(3, 9 + 3 + 2))
    assert told.lines[0].name == "map 2, row 2, column 3"
    assert values(told)["a"] == trained(SMALL)[1].layers[2].a[14]


def test_dense_unit_behind_a_bar_shows_its_weights_map_by_map():
    _, snapshot = trained(SMALL)
    (table,) = card(SMALL, Spot(4, 3)).tables
    np.testing.assert_array_equal(table.values.ravel(), snapshot.layers[4].weights[3])
    assert table.values.shape == (4, 3, 3)
    assert weight_maps(snapshot, Spot(6, 0)) == ()


def test_weight_behind_a_bar_is_told_as_ever():
    _, snapshot = trained(SMALL)
    assert values(card(SMALL, Spot(4, 3, 7)))["w"] == snapshot.layers[4].weights[3, 7]


def test_layer_without_its_arrays_is_still_told():
    info, snapshot = trained(RICH)
    bare = replace(snapshot, layers=tuple(replace(s, arrays={}, parameters=()) for s in snapshot.layers))
    for layer in range(1, len(bare.layers)):
        assert inspect.card(info, bare, Spot(layer, 0)).title
    assert inspect.card(info, bare, Spot(4, 0, 0, kernel=True)).lines == ()


def test_title_of_the_panel_has_shapes_or_the_number_of_layers():
    assert inspect.subtitle(*trained("maxpool 2, flatten")).startswith("1×8×8–1×4×4–16–10 · 170 θ")
    deep = f"{RICH}, 8 relu, dropout 0.1, 8 relu, 8 relu"
    assert inspect.subtitle(*trained(deep)).startswith("11 layers · ")


def test_it_is_said_in_chinese_too():
    try:
        set_language("zh_CN")
        assert card(SMALL, Spot(1, 0)).title == "第 1 层特征图 1，第 1 行第 1 列"
        assert values(card(SMALL, Spot(2, 0))).keys() >= {"a = 窗口中的最大值", "δ 只传给这个像素"}
    finally:
        set_language("en")


def test_a_kernel_s_bias_and_a_batch_norm_s_scale_and_shift_can_be_changed():
    info, snapshot = trained(RICH)
    for spot, named in (
        (Spot(1, 2, 4, kernel=True), [("W", (2, 0, 1, 1)), ("b", (2,))]),
        (Spot(2, 64 + 5), [("gamma", (1,)), ("beta", (1,))]),
    ):
        found = editable_card(info, snapshot, inspect_maps.card(snapshot, spot), spot)
        assert [(each.where.name, each.where.place) for each in found.numbers] == named
        for each in found.numbers:
            values = {one.name: one.values for one in snapshot.layers[spot.layer].parameters}
            assert each.value == values[each.where.name][each.where.place]
