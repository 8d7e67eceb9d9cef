"""Histograms of the past are those that were there, bit for bit, and the run is left as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpviz.engine.optimizers import OPTIMIZERS
from bpviz.present.setup.presets import preset
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training.build import build
from bpviz.training.by_hand import keep
from bpviz.training.config import LiveSettings, RunConfig, StopConfig
from bpviz.training.histograms import histograms
from bpviz.training.layer_spec import parse_layers
from bpviz.training.loop import Training
from bpviz.training.past_histograms import Past


def run(config: RunConfig, iterations: int) -> Training:
    training = build(replace(config, stop=StopConfig(iterations=iterations)))
    for _ in training.iterations():
        pass
    return training


def told(columns) -> list[tuple[object, ...]]:
    return [
        (layer.name, kind, spread.edges.tobytes(), spread.counts.tobytes(), spread.mean, spread.zeros)
        for layer in columns.layers
        for kind, spread in layer.of.items()
    ]


CONFIGS = {
    "spiral": preset("spiral").config,
    "bowl": preset("bowl").config,
    "dropout and batch norm": RunConfig(layers=parse_layers("8 tanh, batchnorm, dropout 0.3, 8 relu")),
    "momentum, decaying": RunConfig(optimizer="momentum", schedule="exponential"),
    "binary_addition": preset("binary_addition").config,
}


@pytest.mark.parametrize("name", CONFIGS)
def test_they_are_what_was_there_to_the_bit(name):
    training = run(CONFIGS[name], 60)
    there = dict.fromkeys((0, 1, 37, 60))
    for at in there:
        training.seek(at)
        there[at] = told(histograms(training))
    training.seek(60)
    state = training.theta.tobytes(), training.gradient.tobytes(), training.update.tobytes()
    random, kept = training.batches.at(), [len(training.checkpoints), training.line.nearby.nbytes]
    past = Past(CONFIGS[name])
    for at in (37, 1, 60, 0):
        found = past.count(training, at)
        assert found.iteration == at
        assert told(found) == there[at]
    assert (training.theta.tobytes(), training.gradient.tobytes(), training.update.tobytes()) == state
    assert training.iteration == 60
    assert repr(training.batches.at()) == repr(random)
    assert [len(training.checkpoints), training.line.nearby.nbytes] == kept


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_whatever_the_optimizer_remembers(optimizer):
    config = RunConfig(optimizer=optimizer, layers=parse_layers("3 tanh"))
    training = run(config, 9)
    column = Past(config).count(training, 7)
    assert training.iteration == 9
    training.seek(7)
    assert told(column) == told(histograms(training))


def test_given_up_it_goes_on_from_where_it_was():
    training = run(RunConfig(), 5000)
    whole = told(Past(RunConfig()).count(training, 4999))
    past, steps = Past(RunConfig()), 0

    def tired() -> bool:
        nonlocal steps
        steps += 1
        return steps % 3 == 0

    calls = 0
    while (found := past.count(training, 4999, tired)) is None:
        calls += 1
        assert calls < 2000
    assert told(found) == whole


def test_after_a_branch_they_are_those_of_the_new_way():
    config = RunConfig()
    training = run(config, 40)
    past = Past(config)
    old = told(past.count(training, 35))
    assert past.count(training, 35).cuts == ()
    training.seek(20)
    training.apply(LiveSettings(0.001))
    training.stop = StopConfig(iterations=40)
    for _ in training.iterations():
        pass
    column = past.count(training, 35)
    assert column.cuts == (20,)
    assert told(column) != old
    training.seek(35)
    assert told(column) == told(histograms(training))


def test_a_change_by_hand_is_done_again():
    config = RunConfig()
    training = run(config, 10)
    keep(training, (Change(ParameterPlace(1, "W", (0, 0)), 3.0),))
    training.stop = StopConfig(iterations=15)
    for _ in training.iterations():
        pass
    column = Past(config).count(training, 13)
    training.seek(13)
    assert told(column) == told(histograms(training))
