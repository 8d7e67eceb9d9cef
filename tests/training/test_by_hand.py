"""Numbers changed by hand: imagined without touching the run, kept as an iteration of its own."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.samples import Samples
from bpviz.errors import UserError
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training.build import build
from bpviz.training.by_hand import imagined, keep
from bpviz.training.dissecting import dissect
from bpviz.training.edits import data_changes
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
    train = training.objective.train
    data = train.x.tobytes(), train.y.tobytes(), train.labels.tobytes()
    return (
        training.iteration,
        training.theta.tobytes(),
        memory,
        kept.batches,
        training.gradient.tobytes(),
        data,
    )


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
def test_what_is_imagined_is_taken_apart_as_a_run_with_these_numbers_goes_on(options):
    training, other, third = (begun(options) for _ in range(3))
    config = run_config(options)
    changes = (W, B, X, Y)
    before = state(training)
    update = training.update.tobytes()
    made = dissect(imagined(training, changes), config)
    assert state(training) == before
    assert training.update.tobytes() == update
    assert made.loss != dissect(training, config).loss
    for change in (W, B):
        at = {"W": "W1", "b": "b1"}[change.where.name]
        other.objective.network.named(other.theta)[at][change.where.place] = change.value
    other.change_samples(tuple(data_changes((X, Y), np.arange(300))))
    np.testing.assert_array_equal(made.theta, other.theta)
    other.advance()
    assert made.loss == other.loss
    assert made.gradient.tobytes() == other.gradient.tobytes()
    assert made.update.tobytes() == other.update.tobytes()
    go(training, 12)
    go(third, 12)
    assert state(training) == state(third)


def test_what_is_imagined_before_a_change_by_hand_is_a_step_of_the_optimizer():
    training = begun(RUNS[0])
    keep(training, (B,))
    training.seek(6)
    made = dissect(imagined(training, (W,)), run_config(RUNS[0]))
    assert not made.by_hand
    assert np.count_nonzero(made.update) > 10
    assert dissect(training, run_config(RUNS[0])).by_hand


@pytest.mark.parametrize("options", RUNS)
def test_what_is_kept_is_in_the_record_and_comes_back_bit_for_bit(options):
    training = begun(options)
    states = {6: state(training)}
    keep(training, (W, B, X, Y))
    assert training.iteration == training.line.last == 7
    assert training.parameters()["W1"][1, 0] == 0.75
    assert training.objective.train.x[3, 1] == 2.0
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
    keep(training, (W, X))
    new = training.branches.present.id
    assert new != old
    go(training, 15)
    mine = state(training)
    training.switch(old)
    training.seek(20)
    assert state(training) == end
    assert training.objective.train.x[3, 1] != 2.0
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


@pytest.mark.parametrize("options", RUNS)
def test_a_kept_sample_is_learnt_from_by_every_iteration_after_it(options):
    training, other = begun(options), begun(options)
    theta, place = training.theta.tobytes(), training.batches.at()
    keep(training, (X, Y))
    assert training.theta.tobytes() == theta
    assert training.batches.at() == place
    assert not training.update.any()
    # The same by other means: an iteration that changes nothing, and then other samples.
    keep(other, ())
    train = other.objective.train
    x, y, labels = train.x.copy(), train.y.copy(), train.labels.copy()
    x[3, 1], y[3, 0], labels[3] = 2.0, 0.0, 0
    objective = other.objective.clone()
    objective.train = Samples(x, y, labels)
    objective.recall(other.objective.memory())
    other.objective = objective
    assert training.evaluate() == other.evaluate()
    for run in (training, other):
        going = run.iterations()
        for _ in range(12):
            next(going)
    assert state(training) == state(other)


def test_what_is_shown_of_a_sample_is_what_is_learnt_from():
    training = begun({"data": "iris", "layers": "3 tanh"})
    info, mean = training.info, training.data.scaling
    own = 1.5
    network = (own - float(mean.mean[1])) / float(mean.scale[1])
    before = training.snapshot(SnapshotRequest(sample=3))
    assert before.changed == ()
    keep(training, (Change(ParameterPlace(0, "x", (1,)), network, 3),))
    shown = training.snapshot(SnapshotRequest(sample=3))
    assert shown.by_hand
    assert shown.layers[0].a[1] == network
    (told,) = shown.changed
    assert (told.sample, told.x[0], told.x[1], told.y) == (3, info.x_train[3, 0], own, info.y_train[3])
    assert training.snapshot(SnapshotRequest()).changed is shown.changed
    assert int(shown.confusion_train.sum()) == len(info.x_train)
    training.seek(6)
    assert training.snapshot(SnapshotRequest(sample=3)).changed == ()


def test_the_map_reaches_a_sample_that_was_moved_out_of_it():
    training = begun(RUNS[0])
    keep(training, (Change(ParameterPlace(0, "x", (0,)), 40.0, 3),))
    assert training.snapshot(SnapshotRequest(features=(0, 1))).prediction_map.x_range[1] > 40.0
    training.seek(6)
    assert training.snapshot(SnapshotRequest(features=(0, 1))).prediction_map.x_range[1] < 40.0


@pytest.mark.parametrize(("target", "label"), [(0.4, 0), (0.6, 1), (0.5, None)])
def test_a_sample_s_class_is_that_of_its_largest_target(target, label):
    training = begun(RUNS[0])
    before = int(training.objective.train.labels[3])
    keep(training, (Change(ParameterPlace(0, "y", (0,)), target, 3),))
    assert training.objective.train.labels[3] == (before if label is None else label)
    assert training.objective.train.y[3, 0] == target


def test_targets_of_a_regression_and_of_a_sequence_s_steps():
    regression = begun({"data": "sine", "layers": "3 tanh"})
    keep(regression, (Change(ParameterPlace(0, "y", (0,)), 0.25, 2),))
    shown = regression.snapshot(SnapshotRequest(sample=2))
    assert shown.target[0] == 0.25
    assert shown.changed[0].y[0] == 0.25
    steps = begun({"data": "binary_addition", "layers": "rnn 3"})
    labels = steps.objective.train.labels[2].copy()
    keep(steps, (Change(ParameterPlace(0, "y", (1,)), 1.0 - float(labels[1]), 2), Change(X.where, 0.5, 2)))
    labels[1] = 1 - labels[1]
    np.testing.assert_array_equal(steps.objective.train.labels[2], labels)
    np.testing.assert_array_equal(steps.snapshot(SnapshotRequest(sample=2)).changed[0].y, labels)


def test_numbers_with_which_the_loss_is_not_finite_are_not_kept():
    training = begun(RUNS[0], 10)
    training.seek(8)
    before, branch = state(training), training.branches.present.id
    with pytest.raises(UserError, match="not finite"):
        keep(
            training,
            (Change(ParameterPlace(2, "W", (0, 0)), 1e308), Change(ParameterPlace(3, "W", (0, 0)), 1e308)),
        )
    assert state(training) == before
    assert (training.line.last, training.branches.present.id, training.line.edits) == (10, branch, {})


def test_what_comes_is_told_with_old_and_new():
    training = begun(RUNS[0])
    old = training.parameters()["W1"][1, 0], training.objective.train.x[3, 1]
    assert dissect(training, run_config(RUNS[0])).by_hand == ()
    keep(training, (W, X))
    training.seek(6)
    made = dissect(training, run_config(RUNS[0])).by_hand
    assert [(one.where, one.before, one.after, one.sample) for one in made] == [
        (W.where, old[0], 0.75, -1),
        (X.where, old[1], 2.0, 3),
    ]


def test_a_function_s_imagined_variable_is_walked_from():
    config = run_config({"function": "bowl", "optimizer": "momentum", "seed": 3})
    training = build(config)
    go(training, 4)
    theta, memory = training.theta.tobytes(), training.optimizer.state()
    where = ParameterPlace(0, "", (0,))
    made = dissect(imagined(training, (Change(where, 1.5),)), config)
    assert made.theta[0] == 1.5
    np.testing.assert_allclose(made.gradient, 2 * made.theta, rtol=1e-12)
    assert training.theta.tobytes() == theta
    assert {name: np.array(one).tobytes() for name, one in training.optimizer.state().items()} == {
        name: np.array(one).tobytes() for name, one in memory.items()
    }
