"""δ of a unit beside its differences, for every kind of layer."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.cards.chain_back import shares
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.probing import ParameterPlace, error_at
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config
from bpviz.training.probing import probe

SEQUENCE = {"data": "delayed_xor", "steps": 6, "delay": 2, "batch_size": 5}
PICTURE = {"data": "digits", "batch_size": 6}
NETWORKS = [
    {"data": "spiral", "layers": "4 tanh, 3 sigmoid", "batch_size": 7, "l2": 0.1},
    {"data": "spiral", "layers": "4 tanh, dropout 0.4, 5 gelu, batchnorm activation=tanh", "batch_size": 9},
    PICTURE | {"layers": "conv 3 3x3 tanh, batchnorm, avgpool 2, flatten, 6 tanh"},
    PICTURE | {"layers": "conv 3 3x3 tanh, maxpool 2, flatten"},
    SEQUENCE | {"layers": "lstm 3 returns=sequence, 3 tanh, gru 2"},
]


def begun(options):
    config = run_config(options)
    training = build(config)
    going = training.iterations()
    for _ in range(2):
        next(going)
    return training, config


def shown(state, unit):
    return float(np.ravel(state.delta)[unit])


@pytest.mark.parametrize("options", NETWORKS)
@pytest.mark.parametrize("sample", [0, 4])
def test_of_a_sample_it_is_what_the_snapshot_shows_and_the_differences_agree(options, sample):
    training, _ = begun(options)
    before = training.theta.tobytes()
    layers = training.snapshot(SnapshotRequest(sample=sample, with_maps=False)).layers
    for number, state in enumerate(layers):
        for unit in {0, state.units // 2, state.units - 1}:
            found = probe(training, error_at(number, unit), sample=sample)
            assert found.backprop == pytest.approx(shown(state, unit), rel=1e-9, abs=1e-13)
            assert found.central.relative_error < 1e-6
            assert found.forward.relative_error < 1e-3
            central = found.central
            assert central.value == (central.above - central.below) / (2 * central.step)
            assert found.sample == sample
    assert training.theta.tobytes() == before


@pytest.mark.parametrize("options", NETWORKS)
def test_in_a_walk_it_is_the_delta_that_the_walk_shows(options):
    training, config = begun(options)
    found = dissect(training, config)
    for layer in found.layers:
        every = layer.delta.reshape(len(found.rows), -1)
        unit = int(np.abs(every.mean(axis=0)).argmax())
        own = every[:, unit]
        mean = probe(training, error_at(layer.number, unit), coming=True)
        assert mean.backprop == pytest.approx(float(own.mean()), rel=1e-9, abs=1e-13)
        # Windows of an empty corner are all alike: there the largest pixel jumps.
        assert mean.central.relative_error < 1e-6 or (mean.at_kink and "maxpool" in options["layers"])
        assert mean.samples == len(found.rows)
        one = probe(training, error_at(layer.number, unit), coming=True, sample=int(found.rows[2]))
        assert one.backprop == pytest.approx(float(own[2]), rel=1e-9, abs=1e-13)
        assert one.central.relative_error < 1e-6


RECURRENT = [
    ("rnn 3", 1, ("delta",)),
    ("4 tanh, lstm 3 returns=sequence, gru 2", 2, ("delta_i", "delta_f", "delta_g", "delta_o")),
    ("lstm 3 returns=sequence biases=two, gru 2 biases=one", 2, ("delta_r", "delta_z_gate", "delta_n")),
    ("rnn 3 returns=sequence, dropout 0.3, rnn 2", 1, ("delta",)),
]


@pytest.mark.parametrize(("layers", "number", "names"), RECURRENT)
@pytest.mark.parametrize("sample", [-1, 2])
def test_the_sums_of_a_recurrent_layer_at_any_step(layers, number, names, sample):
    training, config = begun(SEQUENCE | {"layers": layers})
    found = dissect(training, config)
    extras = found.layers[number - 1].extras
    shown = -1 if sample < 0 else int(found.rows[sample])
    for name in names:
        for place in ((0, 1), (3, 0), (5, 1)):
            one = probe(training, ParameterPlace(number, name, place), coming=True, sample=shown)
            own = [float(each[name][place]) for each in extras]
            wanted = float(np.mean(own)) if sample < 0 else own[sample]
            assert one.backprop == pytest.approx(wanted, rel=1e-9, abs=1e-13)
            assert one.central.relative_error < 1e-6


@pytest.mark.parametrize("layers", ["lstm 3", "gru 3 returns=sequence, rnn 2", "rnn 2", "4 tanh, rnn 2"])
def test_what_comes_back_to_an_input_at_any_step(layers):
    training, _ = begun(SEQUENCE | {"layers": layers})
    snapshot = training.snapshot(SnapshotRequest(sample=3, with_maps=False))
    for unit in (0, 5, snapshot.layers[0].units - 1):
        back = float(shares(snapshot.layers, 0, unit).terms.sum())
        assert probe(training, error_at(0, unit), sample=3).central.value == pytest.approx(
            back, rel=1e-6, abs=1e-10
        )


def test_what_a_parameter_s_gradient_holds_is_told():
    training, _ = begun(NETWORKS[0] | {"clip_norm": 0.5})
    found = probe(training, ParameterPlace(1, "W", (0, 1)))
    assert found.penalty == pytest.approx(0.1 * training.objective.network.named(training.theta)["W1"][0, 1])
    assert found.clipped
    assert probe(training, ParameterPlace(1, "b", (0,))).penalty == 0.0
    assert not found.truncated
