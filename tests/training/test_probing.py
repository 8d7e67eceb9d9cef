"""One gradient beside its differences, for every kind of parameter."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.cards.card import Card
from bpviz.present.cards.probed import probe_lines, probed_card
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import ParameterPlace
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config
from bpviz.training.probing import index_of, probe

RUNS = [
    ({"data": "spiral", "layers": "4 tanh, 3 tanh"}, ParameterPlace(2, "W", (1, 3)), "W⁽²⁾[2,4]"),
    ({"data": "spiral", "layers": "4 tanh, 3 tanh"}, ParameterPlace(1, "b", (2,)), "b⁽¹⁾[3]"),
    (
        {"data": "digits", "layers": "conv 2 3x3 tanh, flatten", "batch_size": 8},
        ParameterPlace(1, "W", (1, 0, 2, 1)),
        "W⁽¹⁾[2,1,3,2]",
    ),
    (
        {"data": "delayed_xor", "layers": "rnn 3", "batch_size": 4, "steps": 5, "delay": 2},
        ParameterPlace(1, "Wh", (0, 2)),
        "Wh⁽¹⁾[1,3]",
    ),
    ({"data": "spiral", "layers": "5 tanh, batchnorm"}, ParameterPlace(2, "gamma", (0,)), "γ⁽²⁾[1]"),
    ({"data": "spiral", "layers": "5 tanh, dropout 0.4"}, ParameterPlace(1, "W", (0, 0)), "W⁽¹⁾[1,1]"),
]


def begun(options):
    config = run_config(options)
    training = build(config)
    going = training.iterations()
    for _ in range(4):
        next(going)
    return training, config


@pytest.mark.parametrize(("options", "where", "name"), RUNS)
@pytest.mark.parametrize("coming", [False, True])
def test_the_differences_agree_and_come_from_their_two_losses(options, where, name, coming):
    training, _ = begun(options)
    theta, gradient = training.theta.copy(), training.gradient.copy()
    assert training.objective.parameter_names[index_of(training.objective, where)] == name
    found = probe(training, where, coming=coming)
    assert found.central.relative_error < 1e-6
    assert found.forward.relative_error < 1e-3
    central, forward = found.central, found.forward
    assert central.value == (central.above - central.below) / (2 * central.step)
    assert forward.value == (forward.above - forward.below) / forward.step
    assert training.theta.tobytes() == theta.tobytes()
    assert training.gradient.tobytes() == gradient.tobytes()


def test_in_a_walk_it_is_the_gradient_that_the_walk_shows():
    training, config = begun(RUNS[0][0] | {"batch_size": 7})
    shown = dissect(training, config).layers[1].parameters[0].gradient[1, 3]
    assert probe(training, RUNS[0][1], coming=True).backprop == pytest.approx(float(shown), rel=1e-12)


def test_a_function_s_variable():
    training = build(run_config({"function": "x^2 + 3*y^2", "start": "1.5,-1"}))
    next(training.iterations())
    found = probe(training, ParameterPlace(0, "", (1,)))
    assert found.backprop == pytest.approx(-6.0)
    assert found.central.relative_error < 1e-8


def test_a_kink_is_told():
    training = build(run_config({"function": "abs(x)", "start": "0"}))
    next(training.iterations())
    found = probe(training, ParameterPlace(0, "", (0,)))
    assert found.forward.value == pytest.approx(1.0)
    assert any("kink" in line.name for line in probe_lines(found)) == found.at_kink


def test_its_lines_stand_in_the_card_of_its_parameter_alone():
    training, _ = begun(RUNS[0][0])
    found = probe(training, RUNS[0][1])
    snapshot = training.snapshot(SnapshotRequest(with_maps=False))
    mine, other = (Card("", (), parameter=p) for p in (RUNS[0][1], RUNS[1][1]))
    card = probed_card(mine, found, snapshot)
    assert f"L(+h) = {found.central.above!r} · L(-h) = {found.central.below!r}" in card.copied()
    assert np.isclose(card.lines[1].value, found.backprop, rtol=1e-6)
    assert probed_card(other, found, snapshot) is other
    next(training.iterations())
    later = training.snapshot(SnapshotRequest(with_maps=False))
    assert probed_card(mine, found, later) is mine
