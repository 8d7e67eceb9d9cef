"""The chain rule of a weight, path by path, held against the engine's gradient of one sample."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.cards import inspect
from bpviz.present.cards.card_chain import chained_card
from bpviz.present.cards.chain import chain, chain_lines, head_of, shortcut_line
from bpviz.present.diagram.layout import Spot
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.options import run_config
from tests.helpers.fake_snapshots import network_run, network_snapshot

NETWORKS = [
    {"data": "spiral", "layers": "4 tanh, 3 sigmoid, 2 softplus", "seed": 3},
    {"data": "xor", "layers": "3 sigmoid", "loss": "mean_squared_error", "seed": 1},
    {"data": "sine", "layers": "5 gelu, 4 silu", "loss": "huber", "seed": 2},
    {"data": "iris", "layers": "6 elu, 3 tanh", "seed": 4},
    {"data": "wine", "layers": "5 relu, 4 relu, 3 relu", "seed": 5},
]


def begun(options, sample=2):
    training = build(run_config(options))
    going = training.iterations()
    for _ in range(3):
        next(going)
    return training, training.snapshot(SnapshotRequest(sample=sample, with_maps=False))


def weights_of(snapshot):
    for layer, state in enumerate(snapshot.layers[1:], 1):
        for unit in range(state.units):
            for source in range(min(snapshot.layers[layer - 1].units, 3)):
                yield Spot(layer, unit, source)


@pytest.mark.parametrize("options", NETWORKS)
def test_the_paths_add_up_to_the_engine_s_gradient_of_the_sample(options):
    training, snapshot = begun(options)
    objective = training.objective.clone()
    gradient = objective.loss_and_gradient(training.theta, np.array([2]))[1]
    for spot in weights_of(snapshot):
        found = chain(training.info, snapshot, spot, most=10**6)
        name = f"W{spot.layer}"
        engine = float(objective.network.named(gradient)[name][spot.unit, spot.source])
        assert len(found.paths) == found.count
        whole = sum(abs(path.product) for path in found.paths)
        assert abs(math.fsum(path.product for path in found.paths) - engine) <= 1e-12 * max(whole, 1e-300)
        assert found.total == pytest.approx(engine, rel=1e-12, abs=1e-300)
        assert all(len(path.factors) == len(found.symbols) for path in found.paths)
        assert len({path.units for path in found.paths}) == found.count


@pytest.mark.parametrize("options", NETWORKS)
def test_the_strongest_paths_are_listed_and_the_rest_is_their_sum(options):
    training, snapshot = begun(options)
    for spot in weights_of(snapshot):
        every = chain(training.info, snapshot, spot, most=10**6)
        few = chain(training.info, snapshot, spot, most=4)
        sizes = sorted((abs(path.product) for path in every.paths), reverse=True)
        assert [abs(path.product) for path in few.paths] == pytest.approx(sizes[:4], rel=1e-12, abs=1e-300)
        listed = math.fsum(path.product for path in few.paths)
        assert few.rest + listed == pytest.approx(every.total, rel=1e-12, abs=1e-15 * max(sizes[0], 1e-280))


def test_the_factors_of_a_2_2_1_network_by_hand():
    training, snapshot = begun({"data": "xor", "layers": "2 sigmoid", "loss": "mean_squared_error"})
    hidden, output = snapshot.layers[1], snapshot.layers[2]
    found = chain(training.info, snapshot, Spot(1, 1, 0))
    assert found.symbols == ("∂L/∂ŷ", "∂ŷ/∂z⁽²⁾", "∂z⁽²⁾/∂a⁽¹⁾", "∂a⁽¹⁾/∂z⁽¹⁾", "∂z⁽¹⁾/∂w")
    strongest = found.paths[0]
    k = strongest.units[0][1]
    assert strongest.factors[2] == output.weights[k, 1]
    assert strongest.factors[3] == pytest.approx(hidden.a[1] * (1 - hidden.a[1]), rel=1e-12)
    assert strongest.factors[4] == snapshot.layers[0].a[0]
    assert math.prod(strongest.factors[:2]) == pytest.approx(float(output.delta[k]), rel=1e-12)


def test_a_deep_network_lists_few_of_very_many_paths():
    info = network_run((2, *([12] * 10), 1))
    snapshot = network_snapshot(info)
    found = chain(info, snapshot, Spot(1, 0, 0))
    assert found.count == 12**9
    assert len(found.paths) == 8
    card = chained_card(info, snapshot, inspect.card(info, snapshot, Spot(1, 0, 0)))
    assert any("5159780344" in line.name for line in card.lines)
    path = next(line for line in card.lines if line.factors and "→" in line.name)
    assert "…" in path.shown()
    assert "…" not in path.exact()
    numbers = path.exact().split(": ")[1].split(" = ")
    factors = [float(part.strip("()")) for part in numbers[0].split(" × ")]
    assert math.prod(factors) == float(numbers[1])


def test_no_paths_for_a_mean_or_through_other_layers():
    info = network_run((2, 3, 1))
    snapshot = network_snapshot(info)
    assert chain(info, snapshot, Spot(1, 0, 0)) is not None
    assert chain(info, replace(snapshot, sample=-1), Spot(1, 0, 0)) is None
    training, other = begun({"data": "spiral", "layers": "4 tanh, dropout 0.3, 3 tanh"})
    assert chain_lines(training.info, other, Spot(1, 0, 0)) == []
    assert chain_lines(training.info, other, Spot(3, 0, 0))


def test_a_neuron_s_terms_add_up_to_z():
    info = network_run((20, 4, 1))
    snapshot = network_snapshot(info)
    card = inspect.card(info, snapshot, Spot(1, 2))
    start = next(n for n, line in enumerate(card.lines) if "term by term" in line.name)
    terms = card.lines[start + 1 :]
    assert len(terms) == 10  # eight terms, the other twelve together, b
    assert math.fsum(line.value for line in terms) == pytest.approx(float(snapshot.layers[1].z[2]), rel=1e-12)
    assert all(math.prod(line.factors) == line.value for line in terms if line.factors)


@pytest.mark.parametrize(
    "options",
    [{"data": "spiral", "layers": "4 tanh, 3 tanh"}, {"data": "iris", "layers": "4 tanh"}],
)
@pytest.mark.parametrize("sample", [0, 3, 7])
def test_a_cross_entropy_is_told_by_both_factors_beside_the_short_way(options, sample):
    training, snapshot = begun(options, sample)
    output, head = snapshot.layers[-1], head_of(training.info, snapshot)
    assert [name.translate(str.maketrans("", "", "₁₂₃")) for name, _ in head] == ["∂L/∂ŷ", "∂ŷ/∂z"]
    np.testing.assert_allclose(head[0][1] * head[1][1], output.delta, rtol=1e-9, atol=1e-300)
    target = np.ravel(snapshot.target)
    wanted = int(np.argmax(target)) if output.units > 1 else 0
    y_hat = float(output.a[wanted])
    # −ln ŷ of what is wanted, of one output −ln (1 − ŷ) where 0 is.
    by_answer = -1.0 / y_hat if target[wanted] else 1.0 / (1.0 - y_hat)
    assert head[0][1][wanted] == pytest.approx(by_answer, rel=1e-9)
    for unit in range(output.units):
        line = shortcut_line(snapshot, unit, head)
        assert line.name.endswith("= ŷ − y")
        assert line.value == output.delta[unit]
        assert dict(line.more) == {"ŷ": output.a[unit], "y": target[unit]}
    lines = chain_lines(training.info, snapshot, Spot(1, 0, 0))
    assert lines[0].name.startswith(" · ".join(name for name, _ in head[:1]))
    assert lines[-1].name.startswith("the short way")


def test_where_an_answer_is_all_but_certain_the_factors_are_not_finite_and_the_short_way_is_told():
    training, snapshot = begun({"data": "spiral", "layers": "4 tanh"})
    output = replace(snapshot.layers[-1], z=np.array([800.0]), a=np.array([1.0]), delta=np.array([1.0]))
    far = replace(snapshot, layers=(*snapshot.layers[:-1], output), target=np.array([0.0]))
    assert [name for name, _ in head_of(training.info, far)] == ["∂L/∂z"]
