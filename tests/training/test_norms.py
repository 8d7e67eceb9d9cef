"""The recorded norms of a gradient's parts: held to their definition, and kept beside the evaluations."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bpviz.engine.registries import OPTIMIZERS
from bpviz.present.setup.presets import preset
from bpviz.snapshot import Evaluation, GradientNorms, Iteration
from bpviz.training import recorder as recorder_module
from bpviz.training.build import build
from bpviz.training.config import LiveSettings, StopConfig
from bpviz.training.recorder import Recorder
from tests.helpers.synthetic import dataset, training_on

SEARCHES = [one.name for one in OPTIMIZERS if one.create().searches]


def run(layers: str, *, kind: str = "features", rows: int = 6, updates: int = 4, **config):
    config.setdefault("live", LiveSettings(0.05, None))
    config.setdefault("stop", StopConfig(iterations=updates))
    return training_on(dataset(kind, np.random.default_rng(0), rows=rows), layers, **config)


def by_layer(training, gradient):
    """Return the lengths of the layers' parts, from the arrays that files name W1, b1, Wx2, …"""
    named = training.objective.network.named(gradient)
    squares = [0.0] * len(training.objective.network.layers)
    for name, array in named.items():
        squares[int(name.lstrip("Wbxhgamet")) - 1] += float((array**2).sum())
    return [math.sqrt(square) if square else math.nan for square in squares]


@pytest.mark.parametrize("layers", ["4 tanh, 3 relu", "4 tanh, batchnorm, dropout 0.3, 3 tanh"])
def test_a_layer_s_norm_is_that_of_its_parameters(layers):
    training = run(layers, live=LiveSettings(0.05, None, {"l2": 0.1}, clip_norm=1e-3))
    for iteration in training.iterations():
        np.testing.assert_allclose(iteration.norms.layers, by_layer(training, training.gradient), rtol=1e-12)
        assert iteration.norms.steps is None
        assert iteration.gradient_norm == pytest.approx(math.sqrt(np.nansum(iteration.norms.layers**2)))
    assert np.isnan(iteration.norms.layers).tolist() == ["dropout" == one for one in training.info.kinds]
    assert not iteration.norms.layers.flags.writeable


def test_a_layer_without_parameters_is_nan():
    training = run("conv 2 2x2 relu, maxpool 2, flatten, 3 tanh", kind="pictures")
    list(training.iterations())
    history = training.recorder.history()
    assert history.layer_norms.shape == (5, 5)
    assert np.isnan(history.layer_norms).all(axis=0).tolist() == [False, True, True, False, False]
    assert (history.layer_norms[:, [0, 3, 4]] > 0).all()


def loss_from(training, h, t):
    """Return L where the state after step t (from 1 on) is ``h`` (B, H), by the definition of the rnn."""
    objective = training.objective
    p = objective.network.named(training.theta)
    x = objective.train.x.reshape(len(h), 3, 2)
    for step in range(t, 3):
        h = np.tanh(x[:, step] @ p["Wx1"].T + h @ p["Wh1"].T + p["b1"])
    y_hat = h @ p["W2"].T + p["b2"]
    return objective.loss_function.sample_losses(y_hat, y_hat, objective.train.y).mean()


def test_a_step_s_norm_is_that_of_the_derivative_by_its_state():
    training = run("rnn 4", kind="sequences")
    start = next(training.iterations())
    p = training.objective.network.named(training.theta)
    x = training.objective.train.x.reshape(6, 3, 2)
    h, norms = np.zeros((6, 4)), []
    for t in range(1, 4):
        h = np.tanh(x[:, t - 1] @ p["Wx1"].T + h @ p["Wh1"].T + p["b1"])
        slopes = np.empty_like(h)
        for place in np.ndindex(h.shape):
            change = np.zeros_like(h)
            change[place] = 1e-6
            ahead, behind = (loss_from(training, h + sign * change, t) for sign in (1, -1))
            slopes[place] = (ahead - behind) / 2e-6
        norms.append(np.linalg.norm(slopes))
    np.testing.assert_allclose(start.norms.steps, norms, rtol=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_steps_are_those_of_the_first_recurrent_layer(kind):
    training = run(f"dropout 0.1, {kind} 4, lstm 3", kind="sequences")
    for iteration in training.iterations():
        work = training.objective.network.workspace(6).layers[1]
        np.testing.assert_allclose(iteration.norms.steps, np.linalg.norm(work.delta_h, axis=(1, 2)))
    history = training.recorder.history()
    assert history.step_norms.shape == (5, 3)
    np.testing.assert_array_equal(history.step_norms[-1], iteration.norms.steps)
    assert (history.step_norms > 0).all()


def test_beyond_a_cut_nothing_flows_back():
    training = run("rnn 4 truncate 2", kind="sequences")
    norms = next(training.iterations()).norms.steps
    assert norms[0] == 0.0
    assert (norms[1:] > 0).all()


@pytest.mark.parametrize("optimizer", SEARCHES)
def test_a_search_s_norms_are_those_where_it_began(optimizer):
    training = run("lstm 3", kind="sequences", optimizer=optimizer, live=LiveSettings(1.0, None))
    theta = training.theta.copy()
    for iteration in training.iterations():
        other = run("lstm 3", kind="sequences")
        _, gradient = other.objective.loss_and_gradient(theta)
        np.testing.assert_allclose(iteration.norms.layers, by_layer(other, gradient), rtol=1e-9)
        np.testing.assert_allclose(iteration.norms.steps, other.objective.step_norms(None), rtol=1e-9)
        theta = training.theta.copy()


@pytest.mark.parametrize("optimizer", SEARCHES)
def test_a_search_takes_the_gradient_as_it_is(optimizer):
    plain, bounded = (
        run("4 tanh", optimizer=optimizer, live=live)
        for live in (LiveSettings(1.0, None), LiveSettings(1.0, None, {}, 1e-3, 1e-3))
    )
    for training in (plain, bounded):
        list(training.iterations())
    assert bounded.theta.tobytes() == plain.theta.tobytes()


def test_differences_say_nothing_of_the_steps():
    backprop, central = (run("rnn 3", kind="sequences", gradient=one) for one in ("backprop", "central"))
    for training in (backprop, central):
        list(training.iterations())
    found, expected = central.recorder.history(), backprop.recorder.history()
    assert found.step_norms is None
    np.testing.assert_allclose(found.layer_norms, expected.layer_norms, rtol=1e-5)


def test_a_function_has_no_layers():
    training = build(replace(preset("bowl").config, stop=StopConfig(iterations=3)))
    assert all(iteration.norms is None for iteration in training.iterations())
    assert training.gradient_norms() is None
    history = training.recorder.history()
    assert history.layer_norms is history.step_norms is None


def test_large_batches_tell_of_their_last_chunk(monkeypatch):
    from bpviz.engine import network_objective

    whole = run("rnn 3", kind="sequences", rows=10)
    monkeypatch.setattr(network_objective, "CHUNK_ROWS", 4)
    chunked = run("rnn 3", kind="sequences", rows=10)
    first, second = next(whole.iterations()).norms, next(chunked.iterations()).norms
    np.testing.assert_allclose(second.layers, first.layers)
    assert second.steps.shape == first.steps.shape
    last = chunked.objective.train.x[8:], chunked.objective.train.y[8:]
    work = chunked.objective.network.forward(last[0], training=True)
    chunked.objective.network.backward(*last, work, chunked.objective.loss_function)
    np.testing.assert_allclose(second.steps, chunked.objective.network.step_norms(2))


def measured(number: int, layers: int = 2, steps: int = 3) -> Iteration:
    norms = GradientNorms(np.arange(layers) + number, np.arange(steps) - number)
    return Iteration(1, number, 0.0, 0.5, 0.1, 1.0, Evaluation(0.5), None, norms)


def test_rows_are_thinned_and_cut_with_the_evaluations(monkeypatch):
    monkeypatch.setattr(recorder_module, "MOST_NORMS", 500)
    recorder = Recorder(1)
    for number in range(1001):
        recorder.add(measured(number))
    history = recorder.history()
    assert len(history.evaluated) <= 101
    np.testing.assert_array_equal(history.layer_norms[:, 0], history.evaluated)
    np.testing.assert_array_equal(history.step_norms[:, 2], 2.0 - history.evaluated)
    recorder.cut(300)
    recorder.add(measured(301))
    cut = recorder.history()
    assert cut.evaluated[-1] == 301
    assert cut.layer_norms[-1].tolist() == [301, 302]
    assert len(cut.layer_norms) == len(cut.step_norms) == len(cut.train_loss)
    # What was handed out before is still there.
    assert history.layer_norms[-1, 0] == history.evaluated[-1]
    assert not history.step_norms.flags.writeable


def test_long_sequences_keep_within_the_memory():
    recorder = Recorder(1)
    for number in range(3000):
        recorder.add(measured(number, 2, 9998))
    history = recorder.history()
    assert history.step_norms.size <= recorder_module.MOST_NORMS
    assert len(history.evaluated) > 300
