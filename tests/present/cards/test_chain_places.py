"""The places where a parameter works, and what comes back to a unit, held against the engine's gradient."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.engine.registries import ACTIVATIONS
from bpviz.present.cards.chain_back import shares
from bpviz.present.cards.chain_places import places_at_rest, places_of_batch
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import ParameterPlace
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

SEQUENCE = {"data": "delayed_xor", "steps": 6, "delay": 2, "batch_size": 5}
PICTURE = {"data": "digits", "batch_size": 6}
NETWORKS = [
    {"data": "spiral", "layers": "4 tanh, 3 sigmoid, 2 softplus", "batch_size": 7},
    {
        "data": "spiral",
        "layers": "4 tanh, dropout 0.4, 5 gelu, batchnorm activation=tanh, 3 tanh",
        "batch_size": 9,
    },
    {"data": "wine", "layers": "batchnorm, 6 elu, batchnorm, 3 tanh", "batch_size": 8},
    PICTURE | {"layers": "conv 3 3x3 tanh, maxpool 2, flatten, 6 tanh"},
    PICTURE | {"layers": "conv 2 3x2 elu stride=2 padding=1, batchnorm, avgpool 2, conv 2 2x2 tanh, flatten"},
    PICTURE | {"layers": "conv 2 3x3 tanh padding=1, dropout 0.3, maxpool 3 stride=2, flatten, dropout 0.2"},
    SEQUENCE | {"layers": "rnn 3"},
    SEQUENCE | {"layers": "lstm 3 returns=sequence, dropout 0.3, gru 2"},
    SEQUENCE | {"layers": "gru 3 returns=sequence biases=one, batchnorm, lstm 2"},
    SEQUENCE | {"layers": "rnn 4 returns=sequence truncate=3, 3 tanh, rnn 2"},
]


def begun(options, seed):
    config = run_config({**options, "seed": seed})
    training = build(config)
    going = training.iterations()
    for _ in range(2):
        next(going)
    return training, config


def sampled(training, rng, most=60):
    """Return places of θ of all layers and arrays."""
    named = training.objective.network.named(np.arange(training.theta.size, dtype=float))
    found = []
    for name, array in named.items():
        letters = name.rstrip("0123456789")
        every = list(np.ndindex(array.shape))
        for at in rng.permutation(len(every))[: max(most // len(named), 2)]:
            found.append((name, ParameterPlace(int(name[len(letters) :]), letters, every[at])))
    return found


@pytest.mark.parametrize("options", NETWORKS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_mean_over_a_batch_of_what_the_places_add_is_the_engine_s_gradient(options, seed):
    training, config = begun(options, seed)
    found, snapshot = dissect(training, config), training.snapshot(SnapshotRequest(with_maps=False))
    gradient = training.objective.network.named(found.gradient)
    largest = np.abs(found.gradient).max()
    for name, where in sampled(training, np.random.default_rng(seed)):
        places = places_of_batch(snapshot, found, where)
        assert len(places.gradients) == options["batch_size"] == len(found.rows)
        engine = float(gradient[name][where.place])
        assert abs(places.gradients.mean() - engine) <= 1e-12 * max(largest, 1e-3)


@pytest.mark.parametrize("options", [each for each in NETWORKS if "norm" not in each["layers"]])
def test_of_one_sample_it_is_the_gradient_of_its_own_loss(options):
    options = {**options, "batch_size": 1}
    training, config = begun(options, 4)
    found = dissect(training, config)
    snapshot = training.snapshot(SnapshotRequest(sample=3, with_maps=False))
    gradient = training.objective.network.named(found.gradient)
    for name, where in sampled(training, np.random.default_rng(5)):
        batch = places_of_batch(snapshot, found, where)
        assert batch.gradients[0] == pytest.approx(float(gradient[name][where.place]), rel=1e-11, abs=1e-14)
        rest = places_at_rest(snapshot, where)
        assert rest.delta.shape == batch.delta.shape
        assert len(rest.units) == rest.delta.shape[1]


def slope_of(state):
    """Return da/dz of each unit; 1 where δ is ∂L/∂a."""
    if state.kind in ("dense", "conv", "batchnorm", "rnn") and state.activation:
        return np.asarray(ACTIVATIONS.create(state.activation).slope(state.z, state.a))
    return np.ones(state.units)


@pytest.mark.parametrize("options", NETWORKS)
@pytest.mark.parametrize("seed", [1, 2])
def test_what_comes_back_to_a_unit_makes_its_delta(options, seed):
    training, _ = begun(options, seed)
    layers = training.snapshot(SnapshotRequest(sample=1, with_maps=False)).layers
    compared = 0
    for number, state in enumerate(layers[:-1]):
        slope = slope_of(state)
        recurrent = state.kind == "rnn"
        for unit in range(0, state.units, max(state.units // 40, 1)):
            found = shares(layers, number, unit)
            if found.coupled:
                continue
            back = float(found.terms.sum())
            if recurrent and len(state.shape) == 2 and unit // state.shape[-1] < state.shape[0] - 1:
                # At its last step alone nothing comes back through time.
                continue
            scale = float(np.abs(found.terms * slope[unit]).sum())
            assert abs(back * slope[unit] - float(state.delta[unit])) <= 1e-12 * max(scale, 1e-9)
            compared += 1
    assert compared > 5
