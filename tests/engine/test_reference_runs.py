"""Whole training runs of a small network: every loss and the final parameters are PyTorch's."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from bpviz.engine.network_objective import NetworkObjective
from bpviz.engine.registries import INITIALIZERS, LOSSES
from bpviz.engine.samples import Samples
from tests.helpers.networks import network, reference
from tests.helpers.optimizers import of_pytorch

DATA = reference("training_runs")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def by_name(names: Sequence[str], named: dict) -> np.ndarray:
    """Return θ in the order of ``names``, such as W⁽¹⁾[2,1] and b⁽¹⁾[2], wherever they stand in it."""
    theta = []
    for name in names:
        kind, layer, places = re.fullmatch(r"(\w)⁽(.+)⁾\[(.+)\]", name).groups()
        value = named[f"{kind}{layer.translate(_DIGITS)}"]
        for place in places.split(","):
            value = value[int(place) - 1]
        theta.append(value)
    return np.array(theta)


def objective() -> NetworkObjective:
    samples = Samples(np.array(DATA["x"], dtype=float), np.array(DATA["y"], dtype=float).reshape(-1, 1))
    net = network((5, 6, 1), ("tanh", "sigmoid"))
    loss = LOSSES.create("binary_cross_entropy")
    return NetworkObjective(net, loss, INITIALIZERS.create("zeros"), samples, samples)


@pytest.mark.parametrize("name", DATA["runs"])
def test_fifty_steps_are_those_of_pytorch(name):
    run, one = DATA["runs"][name], objective()
    optimizer, rate = of_pytorch(run["class"], run["arguments"])
    optimizer.start(one.size, one.dtype)
    theta, losses = by_name(one.parameter_names, DATA["initial"]), []
    for _ in range(50):
        loss, gradient = one.loss_and_gradient(theta)
        losses.append(loss)
        optimizer.step(theta, gradient, rate)
    np.testing.assert_allclose(losses, run["loss"], rtol=1e-10)
    # One last bit in RMSProp's gradients moves a weight by up to 3e-11 in these 50 steps.
    np.testing.assert_allclose(theta, by_name(one.parameter_names, run["final"]), rtol=0, atol=1e-10)


def test_six_runs_are_compared():
    assert len(DATA["runs"]) == 6
