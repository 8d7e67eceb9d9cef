"""The histograms: every number counted once, in layers of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpviz.engine.network import Network
from bpviz.present.setup.presets import preset
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.spread import BINS, KINDS, MOST_VALUES, spread_of
from bpviz.training.build import build
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.histograms import histograms, taken
from bpviz.training.layer_spec import parse_layers
from tests.helpers.synthetic import dataset, training_on

numbers = st.floats(-1e6, 1e6, width=32) | st.just(0.0)


@given(arrays(np.float64, st.integers(1, 200), elements=numbers))
def test_every_number_is_counted_once(values):
    spread = spread_of(values)
    assert spread.counts.sum() == spread.total == len(values)
    assert len(spread.counts) == BINS == len(spread.edges) - 1
    assert (np.diff(spread.edges) >= 0).all()
    slack = 1e-9 * (1 + np.abs(values).max())
    assert spread.edges[0] <= values.min() + slack
    assert spread.edges[-1] >= values.max() - slack
    assert spread.low <= spread.high
    assert spread.mean == pytest.approx(values.mean())
    assert spread.zeros == pytest.approx((values == 0).mean())


def test_the_counts_are_those_between_the_edges():
    values = np.random.default_rng(0).normal(size=5000) ** 3
    spread = spread_of(values)
    expected, _ = np.histogram(values, spread.edges)
    assert np.abs(spread.counts - expected).sum() <= 2  # at an edge rounding may put it on either side
    middle = np.diff(spread.edges)[BINS // 2]
    assert np.diff(spread.edges)[0] > 5 * middle


def test_what_is_not_finite_is_left_out_and_very_many_are_thinned():
    assert spread_of(np.array([1.0, np.nan, np.inf])).total == 1
    assert spread_of(np.array([np.nan])) is None
    assert spread_of(np.array([])) is None
    assert MOST_VALUES / 2 < spread_of(np.arange(1e6)).total <= MOST_VALUES


@pytest.mark.parametrize(
    ("kind", "layers"),
    [
        ("features", "4 tanh, batchnorm, dropout 0.3, 3 relu"),
        ("pictures", "conv 2 2x2 relu, maxpool 2, flatten, 3 tanh"),
        ("sequences", "rnn 4"),
        ("sequences", "lstm 3, gru 3"),
        ("sequences_by_step", "lstm 4"),
    ],
)
def test_layers_of_every_kind(kind, layers):
    training = training_on(dataset(kind, np.random.default_rng(0), rows=7), layers)
    next(training.iterations())
    before = training.gradient.tobytes()
    found = histograms(training)
    assert training.gradient.tobytes() == before
    assert [one.layer for one in found.layers] == list(range(1, len(training.info.units)))
    for one, layer in zip(found.layers, training.objective.network.layers, strict=True):
        assert set(one.of) == (set(KINDS) if layer.size else {"activations"})
        assert one.of["activations"].total == 7 * layer.units
        weights = [parameter.size for parameter in layer.parameters if parameter.role == "weight"]
        if weights:
            assert one.of["weights"].total == one.of["gradients"].total == sum(weights)


def test_their_numbers_are_the_run_s():
    training = build(RunConfig())
    next(training.iterations())
    one = histograms(training).layers[1]
    named = training.objective.network.named(training.theta)
    gradient = training.objective.network.named(training.gradient)
    assert one.name == "h2"
    assert one.of["weights"].mean == pytest.approx(named["W2"].mean())
    assert one.of["gradients"].deviation == pytest.approx(gradient["W2"].std())


def test_a_function_has_its_point_and_its_gradient():
    training = build(preset("bowl").config)
    next(training.iterations())
    (one,) = histograms(training).layers
    assert one.name == "θ"
    assert set(one.of) == {"weights", "gradients"}
    assert one.of["weights"].mean == pytest.approx(1.5)
    assert one.of["gradients"].mean == pytest.approx(3.0)


def test_a_snapshot_has_them_only_where_they_are_wanted():
    training = build(RunConfig(data=DataConfig("digits"), layers=parse_layers("4 relu")))
    next(training.iterations())
    assert taken(training, SnapshotRequest()).histograms is None
    assert taken(training, SnapshotRequest(with_histograms=True)).histograms.iteration == 0


def test_a_snapshot_sends_the_samples_through_the_network_once(monkeypatch):
    training = build(preset("digits").config)
    next(training.iterations())
    rows, forward = 0, Network.forward

    def counted(self, x, *args, **kwargs):
        nonlocal rows
        rows += len(x)
        return forward(self, x, *args, **kwargs)

    monkeypatch.setattr(Network, "forward", counted)
    shown = training.snapshot(SnapshotRequest(with_maps=False))
    monkeypatch.undo()
    everything = len(training.objective.train) + len(training.objective.test)
    assert everything <= rows <= everything + 1  # and the chosen sample's trace
    assert shown.train == training.objective.evaluate(training.theta)
    assert shown.confusion_test.sum() == len(training.objective.test)
