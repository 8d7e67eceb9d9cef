"""What is said to add up does: shares of sums, of errors and of gradients."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.explain.shares import GATES, forward, gate
from bpviz.present.explain.shares_back import gradient, reaching, slope
from tests.helpers.explained import LAYER_RUNS, engine_number, moments


def close(found, expected):
    return np.isclose(found, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_the_shares_of_a_sum_are_the_sum(name):
    for moment in moments(name):
        if moment.operation.kind == "sum":
            assert close(forward(moment).total(), engine_number(moment)), moment.operation


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_the_shares_of_a_gradient_are_the_gradient(name):
    if name in ("penalties", "elastic", "held", "held search"):
        return
    for moment in moments(name):
        if moment.operation.kind == "gradient" and moment.mean:
            assert close(gradient(moment).total(), engine_number(moment)), (
                moment.operation,
                moment.parameter,
            )


@pytest.mark.parametrize("name", LAYER_RUNS)
def test_what_arrives_times_the_slope_is_delta(name):
    for moment in moments(name):
        if moment.operation.kind != "delta" or moment.output:
            continue
        shares = reaching(moment)
        if moment.kind in ("lstm", "gru"):
            assert close(shares.total(), engine_number(moment)), moment.operation
            continue
        arrived = sum((part.values.sum(axis=1) for part in shares.parts), np.zeros(len(moment.rows)))
        assert close((arrived * slope(moment)).mean(), engine_number(moment)), moment.operation


def test_what_goes_into_a_gate_is_what_makes_it():
    for moment in moments("every step"):
        if moment.kind not in ("lstm", "gru") or moment.operation.kind != "gates" or moment.mean:
            continue
        for name in GATES[moment.kind]:
            kept = moment.extra("z_gate" if name == "z" else name)[moment.step][moment.place]
            squash = np.tanh if name in "gn" else lambda z: 1 / (1 + np.exp(-z))
            assert close(squash(gate(moment, name).total()), kept), (moment.operation, name)


def test_the_largest_share_is_the_largest():
    moment = next(each for each in moments("dense") if each.operation.kind == "sum" and each.number == 2)
    part, term, value = forward(moment).largest()
    means = part.values.mean(axis=0)
    assert value == means[term]
    assert abs(value) == np.abs(means).max()
