"""What flows at an operation, and the numbers that the walk shows, held against the engine's."""

from dataclasses import replace

import numpy as np
import pytest

from bpviz.present.walk.flow import MOST_DOTS, along, flow_at, moving
from bpviz.present.walk.light import lit_at, mean_input, since, walked_snapshot
from bpviz.present.walk.words import sample_choices, sample_text
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

PICTURES = {"data": "digits", "layers": "conv 3 3x3 tanh stride=2 padding=1, maxpool 2, flatten, 4 tanh"}


def begun(**options):
    """Return a run at iteration 2, its dissection, and its snapshot."""
    config = run_config({"batch_size": 7, **options})
    training = build(config)
    going = training.iterations()
    for _ in range(3):
        next(going)
    return training, dissect(training, config), training.snapshot(SnapshotRequest())


def shown_at(dissection, snapshot, index, sample="mean"):
    lit = lit_at(dissection, dissection.operations[index], sample)
    return lit, walked_snapshot(snapshot, lit)


def place_of(dissection, phase, kind, layer):
    return next(
        index
        for index, each in enumerate(dissection.operations)
        if (each.phase, each.kind, each.layer) == (phase, kind, layer)
    )


@pytest.fixture(scope="module")
def dense():
    return begun(data="spiral", layers="4 tanh, 3 tanh")


def test_a_sample_s_numbers_are_the_forward_pass_at_the_weights_shown(dense):
    _, dissection, snapshot = dense
    _, shown = shown_at(dissection, snapshot, 0, 5)
    x, first, second = shown.layers[0], shown.layers[1], shown.layers[2]
    np.testing.assert_allclose(first.z, first.weights @ x.a + first.bias, rtol=1e-12)
    np.testing.assert_allclose(second.z, second.weights @ np.tanh(first.z) + second.bias, rtol=1e-12)
    np.testing.assert_allclose(
        first.delta, (second.weights.T @ second.delta) * (1 - first.a**2), rtol=1e-10, atol=1e-15
    )
    assert shown.sample == dissection.rows[5]


def test_the_mean_is_over_the_batch(dense):
    _, dissection, snapshot = dense
    _, shown = shown_at(dissection, snapshot, 0)
    np.testing.assert_allclose(shown.layers[1].a, dissection.layers[0].a.mean(axis=0), rtol=1e-14)
    each = [shown_at(dissection, snapshot, 0, row)[1].layers[2].delta for row in range(7)]
    np.testing.assert_allclose(shown.layers[2].delta, np.mean(each, axis=0), rtol=1e-12)
    assert shown.target is None
    assert shown.sample == -1


def test_the_sum_of_what_flows_forward_is_z_and_of_what_flows_back_is_the_error(dense):
    _, dissection, snapshot = dense
    lit, shown = shown_at(dissection, snapshot, place_of(dissection, "forward", "sum", 2), 3)
    flow = flow_at(lit, shown.layers)
    layer = shown.layers[2]
    np.testing.assert_allclose(flow.strengths.sum(axis=1) + layer.bias, layer.z, rtol=1e-12)
    lit, shown = shown_at(dissection, snapshot, place_of(dissection, "backward", "delta", 1), 3)
    flow = flow_at(lit, shown.layers)
    first = shown.layers[1]
    assert flow.backward
    np.testing.assert_allclose(flow.strengths.sum(axis=0) * (1 - first.a**2), first.delta, rtol=1e-10)


def test_after_the_last_update_the_weights_shown_are_those_of_the_next_iteration(dense):
    training, dissection, snapshot = dense
    lit, shown = shown_at(dissection, snapshot, len(dissection.operations) - 1)
    flow = flow_at(lit, shown.layers)
    before = snapshot.layers[3].weights
    np.testing.assert_allclose(shown.layers[3].weights, before - flow.strengths, rtol=1e-14)
    theta = np.concatenate([p.values.ravel() for state in shown.layers[1:] for p in state.parameters])
    # θ keeps a unit's bias beside its weights: the same numbers in another order.
    np.testing.assert_array_equal(np.sort(theta), np.sort(dissection.theta - dissection.update))
    assert training.iteration == 2


def test_an_update_shows_only_what_is_updated(dense):
    _, dissection, snapshot = dense
    _, shown = shown_at(dissection, snapshot, place_of(dissection, "update", "update", 1))
    assert (shown.layers[1].weights != snapshot.layers[1].weights).all()
    np.testing.assert_array_equal(shown.layers[2].weights, snapshot.layers[2].weights)


def test_nothing_flows_at_an_activation_or_at_the_output_s_error(dense):
    _, dissection, snapshot = dense
    for phase, kind, layer in (("forward", "activation", 2), ("backward", "output_delta", 3)):
        lit, shown = shown_at(dissection, snapshot, place_of(dissection, phase, kind, layer))
        assert flow_at(lit, shown.layers) is None


def test_at_a_pooling_the_window_slides_and_carries_the_error_back():
    _, dissection, snapshot = begun(**PICTURES)
    for phase, kind, layer, flows in (("forward", "pool", 2, "values"), ("backward", "delta", 1, "errors")):
        lit, shown = shown_at(dissection, snapshot, place_of(dissection, phase, kind, layer), 1)
        flow = flow_at(lit, shown.layers)
        assert (flow.layer, flow.kind, flow.strengths) == (2, flows, None)


def test_the_strongest_lines_carry_and_the_rest_stay_still():
    _, dissection, snapshot = begun(data="digits", layers="30 tanh")
    lit, shown = shown_at(dissection, snapshot, 0)
    flow = flow_at(lit, shown.layers)
    pairs = np.argwhere(np.ones_like(flow.strengths, dtype=bool))
    order, shares, _ = moving(flow, pairs)
    assert len(order) == MOST_DOTS
    assert shares[0] == 1.0
    assert (np.diff(shares) <= 0).all()


def test_points_along_a_way():
    way = np.array([[[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]])
    assert along(way, 0.25).tolist() == [[0.5, 0.0]]
    assert along(way, 1.5).tolist() == [[1.0, 2.0]]
    assert along(way, -1.0).tolist() == [[0.0, 0.0]]


def test_whose_numbers_are_shown_is_said(dense):
    training, dissection, _ = dense
    assert sample_text(dissection, "mean") == "mean over 7 samples"
    choices = sample_choices(dissection)
    assert choices[0] == ("mean over 7 samples", "mean")
    assert choices[3] == (f"sample {dissection.rows[2]}", 2)
    lit = lit_at(dissection, dissection.operations[0], "mean")
    x = training.info.x_train
    np.testing.assert_array_equal(mean_input(x, lit), x[dissection.rows].mean(axis=0))


def test_of_a_large_batch_it_is_said_how_many_are_kept():
    _, dissection, _ = begun(data="spiral", layers="3 tanh", batch_size=300, points=800)
    assert sample_text(dissection, "mean") == "mean over 256 of 300 samples"


def test_a_step_of_a_phase_runs_through_its_operations_and_a_step_back_does_not(dense):
    _, dissection, _ = dense
    operations = dissection.operations
    loss = place_of(dissection, "loss", "loss", 0)
    lit = [lit_at(dissection, each, "mean") for each in operations]
    forward = since(None, lit[loss - 1])
    assert [each.operation for each in forward] == list(operations[:loss])
    assert forward[-1] is lit[loss - 1]
    assert [each.operation for each in since(lit[1], lit[3])] == list(operations[2:4])
    assert since(lit[3], lit[1]) == (lit[1],)
    assert since(lit[loss - 1], lit[loss]) == (lit[loss],)
    later = replace(dissection, iteration=dissection.iteration + 1)
    assert since(lit_at(later, operations[0], "mean"), lit[-1]) == (lit[-1],)
    assert len(since(lit[-1], lit_at(later, operations[loss - 1], "mean"))) == loss
