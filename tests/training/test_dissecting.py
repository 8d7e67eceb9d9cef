"""The next iteration taken apart is the one that is then done."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.training.build import build
from bpviz.training.dissecting import dissect
from bpviz.training.options import run_config

RUNS = {
    "dense": {"data": "spiral", "layers": "4 tanh, 3 relu", "batch_size": 7},
    "pictures": {
        "data": "digits",
        "layers": "conv 2 3x3 relu, maxpool 2, flatten, 5 relu, batchnorm, dropout 0.3",
        "batch_size": 9,
    },
    "time": {"data": "delayed_xor", "layers": "lstm 4", "batch_size": 5},
    "every_step": {"data": "binary_addition", "layers": "gru 4", "batch_size": 5},
    "function": {"function": "bowl"},
    "search": {"data": "xor", "layers": "3 tanh", "optimizer": "lbfgs", "batch_size": "full"},
}


@pytest.mark.parametrize("name", RUNS)
def test_what_is_taken_apart_is_what_is_then_done(name):
    config = run_config({**RUNS[name], "seed": 3})
    training, beside = build(config), build(config)
    for one in (training, beside):
        going = one.iterations()
        for _ in range(4):
            next(going)
    before = training.theta.copy()
    dissection = dissect(training, config)
    np.testing.assert_array_equal(training.theta, before)
    np.testing.assert_array_equal(dissection.theta, before)
    training.step()
    beside.step()
    assert training.theta.tobytes() == beside.theta.tobytes()
    assert dissection.loss == training.loss
    np.testing.assert_array_equal(dissection.gradient, training.gradient)
    np.testing.assert_array_equal(dissection.update, training.update)
    assert dissection.iteration == training.iteration
    assert dissection.operations[0].phase == "forward"
    assert dissection.operations[-1].phase == "update"
    if dissection.layers:
        own = np.mean(dissection.losses)
        assert own == pytest.approx(dissection.loss, rel=1e-12)
        rows = training.objective.train.x[dissection.rows]
        np.testing.assert_array_equal(dissection.layers[0].x.reshape(len(rows), -1), rows)


def test_operations_go_forward_then_loss_then_back_then_update():
    config = run_config({"data": "delayed_xor", "layers": "rnn 2, 3 relu", "steps": 8, "delay": 3})
    operations = dissect(build(config), config).operations
    phases = [operation.phase for operation in operations]
    assert phases == sorted(phases, key=["forward", "loss", "backward", "update"].index)
    steps = [one.step for one in operations if one.layer == 1 and one.kind == "delta"]
    assert steps == list(range(7, -1, -1))
    assert [one.kind for one in operations if one.phase == "backward" and one.layer == 3] == [
        "output_delta",
        "gradient",
    ]


def test_a_rehearsal_leaves_the_record_as_it_was():
    config = run_config({"data": "xor", "layers": "3 tanh"})
    training = build(config)
    going = training.iterations()
    for _ in range(5):
        next(going)
    kept, losses = len(training.checkpoints), training.recorder.history().loss.copy()
    snapshot = training.gradient.copy(), training.update.copy(), training.loss
    dissect(training, config)
    assert len(training.checkpoints) == kept
    np.testing.assert_array_equal(training.recorder.history().loss, losses)
    np.testing.assert_array_equal(training.gradient, snapshot[0])
    np.testing.assert_array_equal(training.update, snapshot[1])
    assert training.loss == snapshot[2]


@pytest.mark.parametrize("layers", ["4 tanh", "4 tanh, batchnorm, dropout 0.4"])
def test_chosen_samples_are_traced_with_the_real_iteration_s_gradient(layers):
    config = run_config({"data": "spiral", "layers": layers, "batch_size": 6, "seed": 3})
    training = build(config)
    going = training.iterations()
    for _ in range(4):
        next(going)
    whole = dissect(training, config)
    inside = np.asarray(whole.rows)[[4, 1]]
    outside = np.setdiff1d(np.arange(len(training.objective.train)), whole.rows)[:1]
    chosen = dissect(training, config, np.concatenate([inside, outside]))
    assert chosen.rows.tolist() == [*inside, *outside]
    assert (chosen.loss, chosen.batch_size) == (whole.loss, 6)
    for name in ("gradient", "update", "theta"):
        np.testing.assert_array_equal(getattr(chosen, name), getattr(whole, name))
    np.testing.assert_allclose(chosen.losses[:2], whole.losses[[4, 1]], rtol=1e-12)
    for one, other in zip(chosen.layers, whole.layers, strict=True):
        for name in ("x", "z", "a", "delta"):
            expected = getattr(other, name)[[4, 1]]
            np.testing.assert_allclose(getattr(one, name)[:2], expected, rtol=1e-10, atol=1e-14)
        for state, same in zip(one.parameters, other.parameters, strict=True):
            np.testing.assert_array_equal(state.gradient, same.gradient)
    # A sample that is not in the batch is seen as training would see it: masks and statistics of the batch.
    np.testing.assert_array_equal(chosen.layers[0].x[2], training.objective.train.x[outside[0]])
    if "dropout" in layers:
        masks = [whole.layers[2].extras[0]["mask"], chosen.layers[2].extras[2]["mask"]]
        np.testing.assert_array_equal(*masks)


@pytest.mark.parametrize("name", ["dense", "pictures", "time"])
def test_a_sample_that_the_batch_does_not_have_is_traced_beside_it(name):
    config = run_config({**RUNS[name], "seed": 3})
    training = build(config)
    plain = dissect(training, config)
    absent = int(np.setdiff1d(np.arange(40), plain.rows)[0])
    made = dissect(training, config, sample=absent)
    assert made.rows.tolist() == [absent]
    assert made.outside_of.rows.tolist() == plain.rows.tolist()
    assert made.outside_of.losses.tobytes() == plain.losses.tobytes()
    assert made.gradient.tobytes() == plain.gradient.tobytes()
    alone = dissect(training, config, np.array([absent]))
    assert made.losses.tobytes() == alone.losses.tobytes()
    x = training.objective.train.x[absent]
    np.testing.assert_array_equal(made.layers[0].x.ravel(), x)
    within = dissect(training, config, sample=int(plain.rows[1]))
    assert within.outside_of is None
    assert within.rows.tolist() == plain.rows.tolist()


def test_of_a_large_batch_the_wanted_sample_is_kept():
    config = run_config({"data": "digits", "layers": "3 tanh", "batch_size": "full"})
    training = build(config)
    count = len(training.objective.train)
    assert count > 256
    made = dissect(training, config, sample=count - 1)
    assert made.outside_of is None
    assert made.rows[-1] == count - 1
    assert len(made.rows) == 256
