"""Numbers changed by hand: imagined without touching the run, kept as an iteration of its own."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.probing import Change, ParameterPlace
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.by_hand import imagined, keep
from bpviz.training.options import run_config

W = Change(ParameterPlace(1, "W", (1, 0)), 0.75)
B = Change(ParameterPlace(1, "b", (0,)), -0.5)
X = Change(ParameterPlace(0, "x", (1,)), 2.0, 3)
Y = Change(ParameterPlace(0, "y", (0,)), 0.0, 3)
REQUEST = SnapshotRequest(sample=3, with_maps=False)
RUNS = [
    {"data": "spiral", "layers": "4 tanh, 3 tanh", "batch_size": 7},
    {"data": "spiral", "layers": "4 tanh, 3 tanh", "optimizer": "adam"},
    {"data": "spiral", "layers": "4 tanh, batchnorm, dropout 0.3, 3 tanh", "batch_size": 9},
    {"data": "spiral", "layers": "4 tanh, 3 tanh", "optimizer": "lbfgs"},
]


def begun(options, iterations=6):
    training = build(run_config(options))
    go(training, iterations)
    return training


def go(training, until):
    going = training.iterations()
    while training.iteration < until or training.recorder.last < 0:
        next(going)


def state(training):
    kept = training.place_now()
    memory = b"" if kept.memory is None else kept.memory.tobytes()
    return training.iteration, training.theta.tobytes(), memory, kept.batches, training.gradient.tobytes()


@pytest.mark.parametrize("options", RUNS)
def test_what_is_imagined_leaves_the_run_as_it_is(options):
    training, other = begun(options), begun(options)
    changes = (W, B, X, Y)
    before = state(training)
    shown = imagined(training, changes).snapshot(REQUEST)
    assert shown.layers[1].weights[1, 0] == 0.75
    assert shown.layers[0].a[1] == 2.0
    assert shown.target[0] == 0.0
    assert state(training) == before
    plain = training.snapshot(REQUEST)
    assert plain.layers[0].a[1] != 2.0
    assert plain.gradient.tobytes() != shown.gradient.tobytes()
    go(training, 12)
    go(other, 12)
    assert state(training) == state(other)


def test_all_that_follows_is_recomputed():
    training = begun(RUNS[0])
    shown = imagined(training, (W,)).snapshot(REQUEST)
    x, first, second = shown.layers[:3]
    np.testing.assert_allclose(first.z, first.weights @ x.a + first.bias, rtol=1e-13)
    np.testing.assert_allclose(second.z, second.weights @ first.a + second.bias, rtol=1e-13)
    objective = training.objective.clone()
    loss, gradient = objective.loss_and_gradient(shown.theta, training.last_batch)
    assert shown.loss == loss
    assert shown.gradient.tobytes() == gradient.tobytes()


@pytest.mark.parametrize("options", RUNS)
def test_what_is_kept_is_in_the_record_and_comes_back_bit_for_bit(options):
    training = begun(options)
    states = {6: state(training)}
    keep(training, (W, B))
    assert training.iteration == training.line.last == 7
    assert training.parameters()["W1"][1, 0] == 0.75
    states[7] = state(training)
    going = training.iterations()
    for number in range(8, 14):
        next(going)
        states[number] = state(training)
    for number in (6, 13, 7, 9, 6, 8):
        training.seek(number)
        assert state(training) == states[number]
    training.seek(6)
    go(training, 13)
    assert state(training) == states[13]


def test_kept_before_a_recorded_future_it_is_a_branch():
    training = begun(RUNS[0], 20)
    old, end = training.branches.present.id, state(training)
    training.seek(8)
    keep(training, (W,))
    new = training.branches.present.id
    assert new != old
    go(training, 15)
    mine = state(training)
    training.switch(old)
    training.seek(20)
    assert state(training) == end
    training.switch(new)
    training.seek(15)
    assert state(training) == mine
    training.seek(9)
    assert training.parameters()["W1"][1, 0] == 0.75
    training.seek(8)
    assert training.parameters()["W1"][1, 0] != 0.75


def test_a_function_s_variable():
    training = build(run_config({"function": "x^2 + 3*y^2", "start": "1.5,-1"}))
    go(training, 3)
    change = Change(ParameterPlace(0, "", (1,)), 2.0)
    before = training.theta.tobytes()
    shown = imagined(training, (change,)).snapshot(SnapshotRequest())
    assert shown.theta[1] == 2.0
    assert shown.gradient[1] == pytest.approx(12.0)
    assert training.theta.tobytes() == before
    keep(training, (change,))
    assert training.theta[1] == 2.0
