"""Reasons and remedies that depend on the network, tried; δ worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.presets import preset
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, dense
from bpviz.training.doctor import Evidence
from bpviz.training.doctor.base import figure
from bpviz.training.doctor.flow import back_through_layers
from bpviz.training.layer_spec import parse_layers
from tests.training.doctor.test_findings import SICK, cured, found, run, sgd


@pytest.mark.parametrize("rate", [0.1, 1e-3])
def test_delta_at_each_of_five_sigmoid_layers_over_the_samples_of_the_doctor(rate):
    training = run(sgd(rate, layers=(dense(8, "sigmoid"),) * 5), 100)
    p, samples = training.objective.network.named(training.theta), training.objective.train
    a = [samples.x]
    for layer in range(1, 7):
        a.append(1 / (1 + np.exp(-(a[-1] @ p[f"W{layer}"].T + p[f"b{layer}"]))))
    delta = a[-1] - samples.y
    sizes = [math.sqrt((delta**2).mean())]
    for layer in range(5, 0, -1):
        delta = (delta @ p[f"W{layer + 1}"]) * a[layer] * (1 - a[layer])
        sizes.insert(0, math.sqrt((delta**2).mean()))
    flow = back_through_layers(Evidence(training))
    assert [size for _, size in flow.sizes] == pytest.approx(sizes, rel=1e-9)
    assert (flow.first, flow.last) == (flow.sizes[0][1], flow.sizes[-1][1])


def test_units_that_a_large_step_killed_are_not_called_too_slow():
    config = sgd(15.0, data=DataConfig("spiral"), layers=parse_layers("20 relu, 20 relu"))
    training = run(config, 60)
    assert training.evaluate()[0].loss > training.recorder.history().train_loss[0]
    assert "dead_units" in found(training)
    assert "rate_low" not in found(training)


@pytest.mark.parametrize("rate", [1e-6, 1e-5])
def test_what_is_too_slow_is_made_faster(rate):
    finding = found(run(RunConfig(live=LiveSettings(rate)), 60))["rate_low"]
    assert finding.remedy is not None
    assert dict(finding.remedy.edits)["learning_rate"] > rate


def narrow_digits(layers: str = "2 relu") -> RunConfig:
    config = preset("digits").config
    for key, value in (("layers", layers), ("optimizer", "sgd"), ("learning_rate", 0.003)):
        config = apply_edit(config, key, value)
    return config


@pytest.mark.parametrize(("iterations", "classes"), [(1500, 1), (900, 1)])
def test_a_class_is_told_after_the_remedy_of_a_narrow_slow_network(iterations, classes):
    config = narrow_digits()
    finding = found(run(config, iterations))["missing_class"]
    assert finding.numbers["missing"] >= classes
    remedied = cured(config, finding)
    assert (remedied.layers[0]["units"], remedied.optimizer) == (20, "adam")
    training = run(remedied, iterations)
    assert "missing_class" not in found(training)
    assert training.evaluate()[0].accuracy > 0.95


def test_a_class_is_told_after_the_remedy_of_a_narrow_network_that_rests():
    config = apply_edit(apply_edit(preset("digits").config, "layers", "1 tanh"), "learning_rate", 0.003)
    finding = found(run(config, 1500)).get("missing_class")
    assert finding is not None
    remedied = cured(config, finding)
    assert remedied.layers[0]["units"] == 20
    assert "missing_class" not in found(run(remedied, 1500))


def test_small_weights_are_the_reason_where_relu_lets_all_pass():
    config = RunConfig(
        layers=parse_layers(", ".join(["30 relu"] * 8)),
        initializer="normal",
        optimizer="sgd",
    )
    training = run(config, 1)
    finding = found(training)["vanishing"]
    p = training.objective.network.named(training.theta)
    smallest = min(float(p[f"W{layer}"].std()) for layer in range(2, 9))
    assert figure(smallest) in str(finding.why)
    assert figure(math.sqrt(2 / 30)) in str(finding.why)
    assert "σ′" not in str(finding.why)
    assert cured(config, finding).initializer == "he"


def test_the_slope_is_the_reason_where_sigmoids_take_it():
    finding = found(run(*SICK["vanishing"]))["vanishing"]
    assert "at most 0.25 for “Sigmoid”" in str(finding.why)
