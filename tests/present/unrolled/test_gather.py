"""A recurrent layer's gradient, gathered step by step, held against the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.present.diagram.colours import diverging_argb
from bpviz.present.unrolled.gather import gathered_over_time, sums_argb
from bpviz.present.unrolled.sums import weight_terms
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.dissection import Operation
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from tests.helpers.sequences import training


def walked(layers, sample):
    run = training("delayed_xor", layers)
    dissection = dissect(run, RunConfig())
    lit = lit_at(dissection, Operation("backward", "gradient", 1), sample)
    return lit, walked_snapshot(run.snapshot(SnapshotRequest(sample=3)), lit)


@pytest.mark.parametrize("layers", ["rnn 3", "lstm 3", "gru 3", "rnn 3 truncate 4"])
def test_at_the_first_step_all_of_the_gradient_is_gathered(layers):
    lit, shown = walked(layers, "mean")
    state = shown.layers[1]
    found = gathered_over_time(lit, state, 1)
    assert found.steps == 16
    assert set(found.sums) == {each.name for each in state.parameters}
    for each in state.parameters:
        np.testing.assert_allclose(found.sums[each.name][0], each.gradient, rtol=1e-9, atol=1e-14)


def test_each_step_adds_its_own_part():
    lit, shown = walked("gru 3", 2)
    state = shown.layers[1]
    found = gathered_over_time(lit, state, 1)
    for name in ("Wx", "Wh"):
        parts = found.sums[name][:-1] - found.sums[name][1:]
        for row in range(9):
            terms = weight_terms(shown.layers, 1, name, row, 1)
            np.testing.assert_allclose(parts[:, row, 1], terms[:-1], rtol=1e-7, atol=1e-13)
            assert found.sums[name][-1, row, 1] == pytest.approx(terms[-1], rel=1e-12)


def test_the_colours_have_one_scale_for_all_steps():
    sums = np.array([[[4.0, -2.0]], [[2.0, 0.0]]])
    assert sums_argb(sums, 0)[0, 0] == diverging_argb()[255]
    assert sums_argb(sums, 1)[0, 0] == diverging_argb()[191]
    assert sums_argb(sums, 1)[0, 1] == sums_argb(np.zeros((1, 1, 1)), 0)[0, 0]


def test_other_layers_have_no_steps_to_gather_over():
    lit, shown = walked("lstm 3", "mean")
    assert gathered_over_time(lit, shown.layers[2], 2) is None
