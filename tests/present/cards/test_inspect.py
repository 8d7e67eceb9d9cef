"""What the cards say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.cards import inspect
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.diagram.layout import Spot
from bpviz.text import set_language
from tests.helpers.fake_snapshots import function_run, function_snapshot, network_run, network_snapshot


@pytest.fixture
def info():
    return network_run((2, 5, 3, 1))


@pytest.fixture
def snapshot(info):
    return network_snapshot(info)


def values(card: inspect.Card) -> dict[str, float | None]:
    return {line.name: line.value for line in card.lines}


def test_neuron_card_has_its_numbers(info, snapshot):
    card = inspect.card(info, snapshot, Spot(2, 1))
    layer = snapshot.layers[2]
    assert card.title == "Neuron 2 of layer 2"
    assert card.picture_kind == "map"
    said = {line.name: line.value for line in card.lines if not line.factors}
    assert said == {
        "z": layer.z[1],
        "a = tanh z": layer.a[1],
        "δ = ∂L/∂z": layer.delta[1],
        "bias b": layer.bias[1],
        "∂L/∂b of the last update": layer.bias_gradient[1],
        "z, term by term: w · a": None,
        "+ b": layer.bias[1],
    }
    assert np.tanh(values(card)["z"]) == pytest.approx(values(card)["a = tanh z"])


def test_weight_card_multiplies_delta_and_activation(info, snapshot):
    card = inspect.card(info, snapshot, Spot(2, 1, 3))
    card = chained_card(info, snapshot, card)
    delta, a = snapshot.layers[2].delta[1], snapshot.layers[1].a[3]
    assert card.title == "Weight W⁽²⁾[2,4]"
    assert values(card)["w"] == snapshot.layers[2].weights[1, 3]
    assert card.lines[2].value == pytest.approx(delta * a)
    assert card.lines[2].factors == (delta, a)
    assert not any("change" in line.name for line in card.lines)


def test_weight_card_tells_what_changed(info, snapshot):
    later = network_snapshot(info, iteration=421, seed=2)
    old, new = (float(s.layers[2].weights[1, 3]) for s in (snapshot, later))
    card = inspect.card(info, later, Spot(2, 1, 3), snapshot)
    # Right after the gradient: a low panel cuts off the end of a card.
    assert card.lines[2].shown() == f"last change: {inspect.short(old)} → {inspect.short(new)}"
    assert card.lines[2].exact() == f"last change: {old!r} → {new!r}"
    much_later = replace(later, iteration=500)
    card = inspect.card(info, much_later, Spot(2, 1, 3), snapshot)
    assert card.lines[2].shown().startswith("change since 420: ")


def test_four_digits_to_read_and_all_to_copy(info, snapshot):
    card = inspect.card(info, snapshot, Spot(1, 0))
    z = float(snapshot.layers[1].z[0])
    assert card.lines[0].shown() == f"z = {inspect.short(z)}"
    assert card.copied().splitlines()[1] == f"z = {z!r}"
    assert float(card.copied().splitlines()[1].removeprefix("z = ")) == z


def test_output_card_names_the_class():
    info = network_run((4, 6, 3), output="softmax", class_names=("setosa", "versicolor", "virginica"))
    card = inspect.card(info, network_snapshot(info), Spot(2, 1))
    assert card.title == "Output “versicolor”"


def test_input_card_has_both_units():
    info = network_run((4, 6, 3), feature_names=("a", "b", "c", "d"))
    snapshot = network_snapshot(info, sample=3)
    card = inspect.card(info, snapshot, Spot(0, 2))
    assert card.title == "Input c"
    assert values(card)["in the data"] == info.x_train[3, 2]
    assert values(card)["the network sees x₃"] == snapshot.layers[0].a[2]


def test_pixel_and_its_readers():
    info = network_run((64, 50, 10), picture_shape=(8, 8), output="softmax")
    snapshot = network_snapshot(info)
    assert inspect.card(info, snapshot, Spot(0, 19)).title == "Pixel in row 3, column 4"
    assert inspect.card(info, snapshot, Spot(1, 7)).picture_kind == "weights"
    weights = inspect.incoming(snapshot, Spot(1, 7))
    assert weights is not None
    assert weights.tolist() == snapshot.layers[1].weights[7].tolist()


def test_a_network_without_bias_says_nothing_of_it():
    info = network_run((2, 3, 1), hidden="identity", output="identity", task="regression", bias=False)
    card = inspect.card(info, network_snapshot(info, bias=False), Spot(1, 1))
    assert list(values(card))[:4] == ["z", "a = z", "δ = ∂L/∂z", "z, term by term: w · a"]
    assert not {"bias b", "+ b"} & set(values(card))


def test_function_cards():
    info = function_run(2)
    snapshot = function_snapshot(info, (1.5, -1.0))
    assert values(inspect.card(info, snapshot, Spot(0, 1))) == {"y": -1.0, "∂f/∂y": -2.0}
    card = inspect.card(info, snapshot, Spot(1, 0))
    assert card.title == "f = x² + y²"
    assert values(card) == {"f": 3.25, "‖∇f‖": pytest.approx(np.sqrt(13.0))}
    earlier = function_snapshot(info, (2.0, -1.0), iteration=2)
    assert inspect.card(info, snapshot, Spot(0, 0), earlier).lines[2].shown() == "last change: 2 → 1.5"


def test_subtitle(info, snapshot):
    assert inspect.subtitle(info, None) == "2–5–3–1 · 37 θ"
    assert inspect.subtitle(info, replace(snapshot, iteration=1234)).endswith("iteration 1\u2009234")
    set_language("zh_CN")
    assert inspect.subtitle(info, snapshot) == "2–5–3–1 · 37 θ · 迭代 420"


def test_target_of_the_sample():
    info = network_run((4, 6, 3), class_names=("setosa", "versicolor", "virginica"))
    snapshot = network_snapshot(info, sample=2)
    assert inspect.target_text(info, snapshot) == info.class_names[info.y_train[2]]
    info = network_run((4, 6, 1), task="regression", output="identity")
    assert inspect.target_text(info, network_snapshot(info)) == inspect.short(info.y_train[0, 0])
