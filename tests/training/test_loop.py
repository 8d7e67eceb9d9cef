"""The loop: numbers worked by hand, the same bits again, the way back, and every way to end."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bpviz.data.dataset import Dataset
from bpviz.present.setup.presets import PRESETS, preset
from bpviz.snapshot import SnapshotRequest
from bpviz.training import checkpoints
from bpviz.training.build import build
from bpviz.training.config import DataConfig, LiveSettings, RunConfig, StopConfig, dense
from bpviz.training.loop import Training


def run(config: RunConfig, iterations: int | None = None) -> Training:
    if iterations is not None:
        config = replace(config, stop=StopConfig(iterations=iterations))
    training = build(config)
    for _ in training.iterations():
        pass
    return training


def test_the_2_3_1_example_of_the_articles():
    training = build(preset("worked_example").config)
    steps = training.iterations()
    first = next(steps)
    assert first.train.loss == pytest.approx(7200.0, rel=1e-12)
    assert training.snapshot(SnapshotRequest()).layers[-1].a[0] == pytest.approx(180.0, rel=1e-12)
    second = next(steps)
    assert second.train.loss == pytest.approx(3225.1371724800006, rel=1e-12)
    assert training.snapshot(SnapshotRequest()).layers[-1].a[0] == pytest.approx(140.3136, rel=1e-12)


def test_descent_on_the_parabola_is_the_closed_form():
    # x ← x − 0.1 · 2x = 0.8 x, fifty times from 5.
    training = run(preset("parabola").config)
    assert training.iteration == 50
    assert training.stopped == "iterations"
    assert training.theta[0] == pytest.approx(5.0 * 0.8**50, rel=1e-12)


def test_descent_on_the_bowl_is_the_closed_form():
    training = run(preset("bowl").config)
    np.testing.assert_allclose(training.theta, [1.5 * 0.8**50] * 2, rtol=1e-12)
    losses = training.recorder.history().train_loss
    np.testing.assert_allclose(losses, [4.5 * 0.8 ** (2 * k) for k in range(51)], rtol=1e-12)


@pytest.mark.parametrize("name", [one.name for one in PRESETS])
def test_every_preset_runs_and_its_loss_falls(name):
    training = run(preset(name).config, 30)
    history = training.recorder.history()
    assert training.stopped == "iterations"
    assert history.train_loss[-1] < history.train_loss[0]


@pytest.mark.parametrize("precision", [32, 64])
def test_the_same_seed_gives_the_same_bits(precision):
    config = RunConfig(seed=7, precision=precision, stop=StopConfig(iterations=300))
    first, second = run(config), run(config)
    assert first.theta.dtype == np.dtype(f"float{precision}")
    assert first.theta.tobytes() == second.theta.tobytes()
    assert first.theta.tobytes() != run(replace(config, seed=8)).theta.tobytes()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_any_iteration_is_come_back_to_bit_for_bit(optimizer, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST", 256)
    training = build(RunConfig(optimizer=optimizer, stop=StopConfig(iterations=3000)))
    seen = {}
    for iteration in training.iterations():
        if iteration.iteration % 371 == 0:
            seen[iteration.iteration] = training.theta.tobytes()
            if iteration.iteration == 742:
                training.apply(LiveSettings(0.001, 7, {"l2": 0.01}))
    assert len(training.checkpoints) <= 256  # it was thinned: what lies between is computed again
    for number in (2968, 0, 1855, 742, 743 - 372):
        training.seek(number)
        assert training.iteration == number
        assert training.theta.tobytes() == seen[number]


def test_going_on_from_an_earlier_iteration_makes_the_same_future():
    training = run(RunConfig(), 500)
    end, losses = training.theta.tobytes(), training.recorder.history().loss.copy()
    training.seek(123)
    for _ in training.iterations():
        pass
    assert training.theta.tobytes() == end
    np.testing.assert_array_equal(training.recorder.history().loss, losses)


def test_looking_at_a_run_does_not_change_it():
    looked = build(RunConfig(stop=StopConfig(iterations=100)))
    for _ in looked.iterations():
        looked.snapshot(SnapshotRequest(sample=3))
    assert looked.theta.tobytes() == run(RunConfig(), 100).theta.tobytes()


def test_snapshot_gradient_is_the_one_of_the_last_update():
    config = RunConfig(optimizer="sgd", live=LiveSettings(learning_rate=0.5), stop=StopConfig(iterations=9))
    training = run(config)
    after = training.snapshot(SnapshotRequest())
    training.seek(8)
    before = training.theta.copy()
    np.testing.assert_allclose(before - 0.5 * after.gradient, after.theta, rtol=0, atol=1e-15)
    with pytest.raises(ValueError, match="read-only"):
        after.theta[0] = 1.0


def test_a_short_last_batch_counts():
    data = DataConfig("xor", options={"points": 23}, test_share=0.0)
    training = build(RunConfig(data=data, live=LiveSettings(batch_size=10), stop=StopConfig(iterations=3)))
    assert training.info.iterations_per_epoch == 3
    assert [one.epoch for one in training.iterations()] == pytest.approx([0, 10 / 23, 20 / 23, 1])


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (StopConfig(iterations=40), "iterations"),
        (StopConfig(loss=0.3, iterations=20_000), "loss"),
        (StopConfig(tolerance=10.0, patience=5, iterations=20_000), "plateau"),
    ],
)
def test_stops(stop, reason):
    training = run(RunConfig(data=DataConfig("gauss"), stop=stop))
    assert training.stopped == reason
    if reason == "loss":
        assert training.evaluate()[0].loss < 0.3
    if reason == "plateau":
        # The first evaluation is the best so far; five more that fall by less than 10 end it.
        assert len(training.recorder.history().train_loss) == 6


def test_divergence_ends_at_the_last_good_iteration_and_says_where_it_began():
    config = RunConfig(optimizer="sgd", layers=(dense(8, "identity"),), live=LiveSettings(learning_rate=1e12))
    training = run(config, 100)
    assert training.stopped == "diverged"
    assert training.divergence is not None
    assert training.divergence.last_good == training.iteration == training.recorder.last
    assert math.isfinite(training.evaluate()[0].loss)
    assert np.isfinite(training.theta).all()
    assert "⁽" in training.divergence.place
    assert str(training.divergence.iteration) in str(training.divergence.sentence())
    # A smaller rate goes on from there.
    training.apply(LiveSettings(learning_rate=1e-3))
    training.stop = StopConfig(iterations=training.iteration + 1)
    last = training.iteration
    assert [one.iteration for one in training.iterations()] == [last + 1]


def test_an_unbounded_function_diverges_with_a_sentence():
    training = run(RunConfig(function="saddle", optimizer="sgd", live=LiveSettings(learning_rate=1.0)), 5000)
    assert training.stopped == "diverged"
    assert np.isfinite(training.theta).all()


def test_regularization_acts_from_the_next_iteration_on():
    free, held = build(RunConfig()), build(RunConfig())
    for training, l2 in ((free, 0.0), (held, 1.0)):
        training.stop = StopConfig(iterations=200)
        training.apply(training.live.with_penalty("l2", l2))
        for _ in training.iterations():
            pass
    assert np.abs(held.theta).sum() < 0.5 * np.abs(free.theta).sum()


def test_a_target_in_the_hundred_thousands_is_scaled_and_predicted_in_its_own_units():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 3))
    y = 200_000.0 + 50_000.0 * x[:, :1]
    dataset = Dataset("prices", x, y, "regression", ("a", "b", "c"))
    training = build(RunConfig(stop=StopConfig(iterations=2000)), dataset=dataset)
    for _ in training.iterations():
        pass
    snapshot = training.snapshot(SnapshotRequest())
    assert snapshot.predictions_train is not None
    np.testing.assert_allclose(snapshot.predictions_train, training.info.y_train, rtol=0.05)
    assert training.info.target_scale == pytest.approx((50_000.0,), rel=0.2)
    plain = build(RunConfig(data=DataConfig(standardize=False)), dataset=dataset)
    # ½ (200,000)² and more: nothing was scaled.
    assert plain.evaluate()[0].loss > 1e10


def test_a_target_of_ordinary_size_is_left_alone():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(50, 2))
    dataset = Dataset("plain", x, 3.0 * x[:, :1] + 2.0, "regression", ("a", "b"))
    training = build(RunConfig(), dataset=dataset)
    np.testing.assert_allclose(training.objective.train.y, training.info.y_train)


def test_a_last_update_that_explodes_is_a_divergence_too():
    data = DataConfig("sine", test_share=0.0)
    config = RunConfig(
        data=data, layers=(dense(8, "relu"),), optimizer="sgd", live=LiveSettings(learning_rate=1e12)
    )
    for count in range(1, 8):
        training = run(config, count)
        assert math.isfinite(training.evaluate()[0].loss)
        if training.stopped == "diverged":
            assert training.divergence.iteration == training.iteration + 1
            return
    raise AssertionError("it never diverged")


def test_a_start_beyond_all_numbers_is_said_to_be_one():
    dataset = Dataset("far", np.ones((4, 1)), np.full((4, 1), 1e30), "regression", ("x",), standardize=False)
    training = build(RunConfig(precision=32, stop=StopConfig(iterations=5)), dataset=dataset)
    for _ in training.iterations():
        pass
    assert training.stopped == "diverged"
    assert training.divergence.iteration == 0
    assert "start" in str(training.divergence.sentence())


def test_figures_without_a_window_are_over_every_sample():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30_001, 1))
    dataset = Dataset("many", x, x**3, "regression", ("x",), standardize=False)
    training = build(RunConfig(data=DataConfig(test_share=0.0)), dataset=dataset)
    exact = training.objective.loss(training.theta)
    assert training.evaluate()[0].loss == pytest.approx(exact, rel=1e-12)
    assert training.snapshot(SnapshotRequest()).train.loss != exact


def test_a_long_epoch_is_measured_on_the_way():
    x = np.random.default_rng(0).normal(size=(20_000, 1))
    dataset = Dataset("long", x, 2.0 * x, "regression", ("x",), standardize=False)
    config = RunConfig(
        data=DataConfig(test_share=0.0), live=LiveSettings(batch_size=1), stop=StopConfig(loss=0.01)
    )
    training = build(config, dataset=dataset)
    for _ in training.iterations():
        pass
    assert training.stopped == "loss"
    assert training.iteration < 20_000
