"""Runs of every optimizer and schedule, on networks that remember and draw: the way back is exact."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpviz.engine.numerical import numerical_gradient
from bpviz.engine.registries import OPTIMIZERS, SCHEDULES
from bpviz.errors import UserError
from bpviz.snapshot import Iteration
from bpviz.training import checkpoints
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, StopConfig
from bpviz.training.dissecting import dissect
from bpviz.training.network_training import NetworkTraining
from bpviz.training.weights import save_weights
from tests.helpers.synthetic import dataset, training_on

REMEMBERING = "4 tanh, batchnorm, dropout 0.3, 3 tanh"
UPDATES = 40


def small_run(layers: str = REMEMBERING, *, kind: str = "features", classes: int = 0, **config):
    config.setdefault("live", LiveSettings(0.05, 5))
    config.setdefault("stop", StopConfig(iterations=UPDATES))
    data = dataset(kind, np.random.default_rng(0), rows=12, classes=classes)
    return training_on(data, layers, **config)


def driven(training: NetworkTraining) -> list[Iteration]:
    return list(training.iterations())


def standing(training: NetworkTraining) -> tuple[object, ...]:
    """Return everything that the next iterations follow from, and what is shown, in bytes."""
    memory = training.objective.memory()
    state = {name: np.asarray(value).tobytes() for name, value in training.optimizer.state().items()}
    return (
        training.iteration,
        training.theta.tobytes(),
        None if memory is None else memory.tobytes(),
        state,
        training.schedule.state(),
        training.batches.at(),
        training.gradient.tobytes(),
        training.update.tobytes(),
        (training.loss, training.learning_rate),
    )


def hold_the_way_back(training: NetworkTraining) -> None:
    """Run to the end, then go back and forward and compare all that there is."""
    seen = {}
    for iteration in training.iterations():
        seen[iteration.iteration] = standing(training)
    assert training.stopped == "iterations"
    assert len(training.checkpoints) < UPDATES / 2
    for place in (17, 39, 0, 40, 1, 23):
        training.seek(place)
        assert standing(training) == seen[place]
    training.seek(9)
    driven(training)
    assert standing(training) == seen[UPDATES]


@pytest.fixture(autouse=True)
def few_checkpoints(monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST", 8)
    # However slow the machine: an iteration that takes long would be kept more densely.
    monkeypatch.setattr(checkpoints, "DEAR_S", float("inf"))


@pytest.mark.parametrize("precision", [64, 32])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_the_way_back_with_every_optimizer(optimizer, precision):
    training = small_run(optimizer=optimizer, precision=precision)
    hold_the_way_back(training)
    assert (
        training.theta.dtype == training.gradient.dtype == training.update.dtype == training.objective.dtype
    )
    for value in training.optimizer.state().values():
        if isinstance(value, np.ndarray) and value.ndim:
            assert value.dtype == training.objective.dtype


@pytest.mark.parametrize("optimizer", ["rprop", "adam", "lbfgs"])
@pytest.mark.parametrize("schedule", SCHEDULES.names())
def test_the_way_back_with_every_schedule(schedule, optimizer):
    names = [field.name for field in SCHEDULES[schedule].fields]
    short = {"total_steps": 30, "warmup": 10, "step_every": 7, "cycle": 9, "plateau_patience": 2}
    options = {name: value for name, value in short.items() if name in names}
    hold_the_way_back(small_run(optimizer=optimizer, schedule=schedule, schedule_options=options))


@pytest.mark.parametrize("layers", ["lstm 3, dropout 0.2", "rnn 3, batchnorm", "gru 3, 2 relu"])
def test_the_way_back_with_sequences(layers):
    hold_the_way_back(small_run(layers, kind="sequences", optimizer="adam"))


def test_the_way_back_with_pictures_live_changes_and_bounds():
    layers = "conv 2 2x2 relu, batchnorm, maxpool 2, flatten, dropout 0.2"
    training = small_run(layers, kind="pictures", optimizer="nadam")
    seen = {}
    for iteration in training.iterations():
        seen[iteration.iteration] = standing(training)
        if iteration.iteration == 15:
            training.apply(LiveSettings(0.5, 4, {"max_norm": 0.8, "l2": 0.1}, 0.05, 0.1))
        if iteration.iteration == 30:
            training.apply(LiveSettings(0.01, None, {"l1": 0.1}))
    for place in (35, 16, 2, 31, 15, 30):
        training.seek(place)
        assert standing(training) == seen[place]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_two_runs_of_one_seed_are_the_same_bytes(optimizer):
    runs = [small_run(optimizer=optimizer, seed=seed) for seed in (4, 4, 5)]
    losses = [[one.loss for one in driven(run)] for run in runs]
    ends = [standing(run) for run in runs]
    assert losses[0] == losses[1]
    assert ends[0] == ends[1]
    assert ends[0][1] != ends[2][1]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_looking_changes_nothing(optimizer):
    from bpviz.snapshot import SnapshotRequest

    plain, looked = small_run(optimizer=optimizer), small_run(optimizer=optimizer)
    driven(plain)
    for _ in looked.iterations():
        looked.snapshot(SnapshotRequest(sample=2))
        dissect(looked, RunConfig(), np.array([0, 3]))
        looked.metrics()
    assert standing(looked) == standing(plain)


@pytest.mark.parametrize("schedule", SCHEDULES.names())
def test_the_rate_of_each_iteration_is_the_schedule_s(schedule):
    training = small_run(optimizer="sgd", schedule=schedule)
    found = driven(training)
    alone = SCHEDULES.create(schedule)
    alone.start()
    assert found[0].learning_rate == alone.rate(0.05, 0)
    for step, iteration in enumerate(found[1:]):
        assert iteration.learning_rate == alone.rate(0.05, step)
        if alone.uses_loss:
            alone.observe(iteration.loss, step)


def test_a_schedule_s_rate_is_the_one_that_acts():
    training = small_run("3 tanh", optimizer="sgd", schedule="exponential")
    before = training.theta.copy()
    for iteration in training.iterations():
        np.testing.assert_allclose(
            training.update,
            iteration.learning_rate * training.gradient * (iteration.iteration > 0),
            rtol=1e-12,
        )
        if iteration.iteration:
            np.testing.assert_array_equal(before - training.update, training.theta)
        before = training.theta.copy()
    assert iteration.learning_rate < 0.05


def test_clipping_bounds_what_the_optimizer_sees():
    for live, size in (
        (LiveSettings(1.0, None, clip_value=1e-3), lambda update: np.abs(update).max()),
        (LiveSettings(1.0, None, clip_norm=1e-3), lambda update: float(np.linalg.norm(update))),
    ):
        training = small_run("3 tanh", optimizer="sgd", live=live)
        for iteration in training.iterations():
            assert size(training.update) <= 1e-3 * (1 + 1e-12)
            # What is told and shown is the gradient itself.
            assert iteration.gradient_norm == pytest.approx(np.linalg.norm(training.gradient))
        assert iteration.gradient_norm > 1e-2
        assert size(training.update) == pytest.approx(1e-3)
    both = small_run("3 tanh", optimizer="sgd", live=LiveSettings(1.0, None, {}, 0.05, 0.08))
    driven(both)
    clipped = np.clip(both.gradient, -0.05, 0.05)
    length = np.linalg.norm(clipped)
    np.testing.assert_allclose(both.update, clipped * min(1.0, 0.08 / length), rtol=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
def test_max_norm_holds_with_every_optimizer(optimizer):
    live = LiveSettings(0.3, 5, {"max_norm": 0.5})
    training = small_run("4 tanh, 3 relu", optimizer=optimizer, live=live)
    before = training.theta.copy()
    for iteration in training.iterations():
        if iteration.iteration:
            for rows in training.objective.network.weight_rows(training.theta):
                assert np.linalg.norm(rows, axis=1).max() <= 0.5 * (1 + 1e-12)
            np.testing.assert_allclose(before - training.update, training.theta, rtol=1e-12, atol=1e-15)
        before = training.theta.copy()
    biases = training.theta[training.objective.network.weight_mask() == 0]
    assert biases.any()


@pytest.mark.parametrize("optimizer", [one.name for one in OPTIMIZERS if one.create().searches])
def test_searches_lower_the_loss_in_the_loop(optimizer):
    training = small_run("4 tanh", optimizer=optimizer, live=LiveSettings(0.1, None))
    losses = [one.loss for one in driven(training)]
    assert np.diff(losses[1:]).max() <= 0.0
    assert losses[-1] < 0.5 * losses[0]
    first = small_run("4 tanh", optimizer=optimizer, live=LiveSettings(0.1, None))
    before, steps = first.theta.copy(), first.iterations()
    next(steps), next(steps)
    np.testing.assert_allclose(before - first.update, first.theta, rtol=1e-12, atol=1e-15)
    # The gradient that is shown is that at the start, not the last that the search looked at.
    np.testing.assert_array_equal(first.gradient, first.objective.loss_and_gradient(before)[1])


def test_early_stopping_goes_back_to_the_best():
    training = small_run(
        "6 tanh, batchnorm, dropout 0.2",
        optimizer="adam",
        data=DataConfig(test_share=0.5),
        live=LiveSettings(0.05, 2),
        stop=StopConfig(iterations=2000, early=8),
    )
    tests = {0: math.inf}
    standings = {}
    for iteration in training.iterations():
        if training.stopped is None:
            standings[iteration.iteration] = standing(training)
        if iteration.test is not None:
            tests[iteration.iteration] = iteration.test.loss
    assert training.stopped == "early"
    best = min(tests, key=lambda place: tests[place])
    assert training.iteration == best
    assert standing(training) == standings[best]
    assert training.evaluate()[1].loss == tests[best]
    after = [loss for place, loss in tests.items() if place > best]
    assert len(after) == 8


@pytest.mark.parametrize("layers", ["3 tanh", "3 tanh, batchnorm, 2 relu", "3 tanh, dropout 0.4"])
@pytest.mark.parametrize("method", ["central", "forward", "complex"])
def test_gradients_by_differences_train_the_same(method, layers):
    within = {"central": 1e-8, "forward": 1e-5, "complex": 1e-12}[method]
    runs = [small_run(layers, optimizer="sgd", gradient=one) for one in ("backprop", method)]
    for run in runs:
        driven(run)
    np.testing.assert_allclose(runs[1].theta, runs[0].theta, rtol=0, atol=within)
    if runs[0].objective.memory() is not None:
        np.testing.assert_allclose(runs[1].objective.memory(), runs[0].objective.memory(), atol=within)


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        (REMEMBERING, "features"),
        ("conv 2 2x2 relu nobias, batchnorm, maxpool 2, flatten", "pictures"),
        ("rnn 3, lstm 2 nobias, gru 3", "sequences"),
        ("gru 3, 2 relu", "sequences_by_step"),
    ],
)
def test_weights_of_every_kind_come_back_from_a_file(tmp_path, layers, kind):
    file = tmp_path / "w.safetensors"
    training = small_run(layers, kind=kind)
    driven(training)
    save_weights(file, training.parameters())
    again = small_run(layers, kind=kind, seed=9, initial_weights=str(file))
    assert again.theta.tobytes() == training.theta.tobytes()
    assert again.evaluate() == training.evaluate()
    # From there on the file is the start: going back to 0 comes to it.
    driven(again)
    again.seek(0)
    assert again.theta.tobytes() == training.theta.tobytes()
    assert again.evaluate() == training.evaluate()


def test_batch_norm_remembers_only_updates():
    training = small_run("3 tanh, batchnorm", live=LiveSettings(0.05, None))
    start = training.objective.memory()
    np.testing.assert_array_equal(start, [0, 0, 0, 1, 1, 1])
    steps = training.iterations()
    next(steps)
    np.testing.assert_array_equal(training.objective.memory(), start)
    work = training.objective.forward(training.theta, training.objective.train.x)
    a = work.a[0].copy()
    next(steps)
    expected = np.concatenate([0.1 * a.mean(axis=0), 0.9 + 0.1 * a.var(axis=0, ddof=1)])
    np.testing.assert_allclose(training.objective.memory(), expected, rtol=1e-12)


def test_each_update_draws_its_own_masks():
    training = small_run("8 tanh, dropout 0.5", live=LiveSettings(0.05, None))
    masks = []
    for _ in zip(training.iterations(), range(5), strict=False):
        work = training.objective.network.workspace(12).layers[1]
        training.objective.training_loss(training.theta)
        masks.append(work.mask.tobytes())
    # Before the first update the masks are those that it will use.
    assert masks[0] == masks[1]
    assert len(set(masks[1:])) == 4


@pytest.mark.parametrize("method", ["forward", "central", "complex"])
@pytest.mark.parametrize(("layers", "kind"), [("4 tanh", "features"), ("lstm 4", "sequences")])
def test_differences_in_float32_are_a_gradient_still(layers, kind, method):
    rough = small_run(layers, kind=kind, precision=32, gradient=method)
    exact = small_run(layers, kind=kind)
    found = rough.method.loss_and_gradient(rough.objective, rough.theta, None)[1]
    expected = exact.objective.loss_and_gradient(rough.theta.astype(float))[1]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=5e-3 * np.abs(expected).max())


def test_a_last_batch_of_one_sample_spoils_no_statistics():
    training = small_run("3 tanh, batchnorm", live=LiveSettings(0.05, 11))
    kept = []
    for _ in training.iterations():
        kept.append(training.objective.memory().tobytes())
    assert training.batches.count == 12
    # Eleven, one, eleven, one: every second update leaves them as they are.
    assert all(kept[place] == kept[place - 1] for place in range(2, 40, 2))
    assert all(kept[place] != kept[place - 1] for place in range(1, 40, 2))


@pytest.mark.parametrize("layers", ["3 tanh, batchnorm", "8 tanh, dropout 0.5"])
def test_a_batch_larger_than_a_chunk_goes_through_whole(monkeypatch, layers):
    whole = small_run(layers, live=LiveSettings(0.05, None))
    monkeypatch.setattr("bpviz.engine.network_objective.CHUNK_ROWS", 5)
    training = small_run(layers, live=LiveSettings(0.05, None))
    for one in (whole, training):
        one.objective.begin(0)
    loss, gradient = training.objective.loss_and_gradient(training.theta)
    expected = whole.objective.loss_and_gradient(whole.theta)
    assert loss == expected[0]
    np.testing.assert_array_equal(gradient, expected[1])
    assert training.objective.training_loss(training.theta) == loss
    assert training.objective.complex_loss(training.theta.astype(complex)).real == pytest.approx(loss, 1e-13)
    # By differences, too: of the loss over the whole batch.
    by_differences = numerical_gradient(training.objective, training.theta, None, "complex", 1e-20)
    np.testing.assert_allclose(by_differences, gradient, rtol=1e-10, atol=1e-14)


def test_a_mask_does_not_come_twice_in_a_batch(monkeypatch):
    monkeypatch.setattr("bpviz.engine.network_objective.CHUNK_ROWS", 4)
    training = small_run("40 tanh, dropout 0.5", live=LiveSettings(0.05, None))
    training.objective.loss_and_gradient(training.theta)
    mask = training.objective.network.workspace(12).layers[1].mask
    assert len({row.tobytes() for row in mask}) == 12


def test_a_batch_larger_than_a_chunk_is_remembered_whole(monkeypatch):
    monkeypatch.setattr("bpviz.engine.network_objective.CHUNK_ROWS", 5)
    training = small_run("3 tanh, batchnorm", live=LiveSettings(0.05, None))
    steps = training.iterations()
    next(steps)
    predictions = []
    for rows in (slice(0, 5), slice(5, 10), slice(10, 12)):
        predictions.append(
            training.objective.forward(training.theta, training.objective.train.x[rows]).a[0].copy()
        )
    a = np.concatenate(predictions)
    next(steps)
    expected = np.concatenate([0.1 * a.mean(axis=0), 0.9 + 0.1 * a.var(axis=0, ddof=1)])
    np.testing.assert_allclose(training.objective.memory(), expected, rtol=1e-12)
    hold_the_way_back(small_run("3 tanh, batchnorm, dropout 0.5", live=LiveSettings(0.05, None)))


@pytest.mark.parametrize(
    ("layers", "kind"), [("3 tanh, batchnorm", "Batch norm"), ("dropout 0.5", "Dropout")]
)
def test_a_batch_too_large_to_go_through_whole_is_refused_before_training(monkeypatch, layers, kind):
    numbers = small_run(layers).objective.network.all_cells
    monkeypatch.setattr("bpviz.engine.network_objective.MOST_NUMBERS", 11 * numbers)
    with pytest.raises(UserError, match=f"batch of 12 samples.*{kind}.*at most 11"):
        small_run(layers, live=LiveSettings(0.05, None))
    training = small_run(layers, live=LiveSettings(0.05, 11))
    driven(training)  # answering over all twelve goes in chunks
    with pytest.raises(UserError, match="at most 11"):
        training.objective.training_loss(training.theta)
    small_run("3 tanh", live=LiveSettings(0.05, None))  # nothing here needs the batch whole


def test_what_is_seen_of_a_large_batch_is_what_was_trained(monkeypatch):
    monkeypatch.setattr("bpviz.engine.network_objective.CHUNK_ROWS", 5)
    training = small_run("3 tanh, batchnorm, dropout 0.5", live=LiveSettings(0.05, None))
    going = training.iterations()
    for _ in range(3):
        next(going)
    dissection = dissect(training, RunConfig())
    assert len(dissection.layers[0].x) == 12
    assert np.mean(dissection.losses) == pytest.approx(dissection.loss, rel=1e-12)
    traced = training._traced(7).layers[1].extras[0]
    np.testing.assert_allclose(traced["mean"], training._traced(0).layers[1].extras[0]["mean"], rtol=1e-12)
