"""The training thread: every iteration told, commands obeyed between two, exactly one end for a start."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal

from bpviz.errors import UserError
from bpviz.snapshot import Iteration
from bpviz.training.build import build
from bpviz.training.config import LiveSettings, RunConfig, StopConfig, dense
from bpviz.workers.loading import Thread
from bpviz.workers.training import RunEnd, TrainingWorker


class Relay(QObject):
    """Lives in the test's thread: what the worker says arrives here, as it does in the window."""

    run_built = Signal(object)
    build_failed = Signal(object)
    run_ended = Signal(object)
    saved = Signal(str)
    save_failed = Signal(object)


class Driven:
    """A worker in its thread, and all that it said."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.worker = TrainingWorker()
        self.iterations: list[Iteration] = []
        self.ends: list[RunEnd] = []
        # In the worker's own thread, as the window does it: a list takes it in one step.
        self.worker.iterated.connect(self.iterations.append)
        self.worker.run_ended.connect(self.ends.append)
        self.said = Relay()
        for name in ("run_built", "build_failed", "run_ended", "saved", "save_failed"):
            getattr(self.worker, name).connect(getattr(self.said, name))
        self.thread = Thread(self.worker)
        self.thread.start()

    def build(self, config: RunConfig) -> None:
        with self.qtbot.waitSignal(self.said.run_built, timeout=10_000):
            self.worker.build(config)

    def end(self, command) -> RunEnd:
        with self.qtbot.waitSignal(self.said.run_ended, timeout=20_000) as ended:
            command()
        return ended.args[0]

    def close(self) -> None:
        self.worker.quit()
        self.thread.quit()
        assert self.thread.wait(10_000)


@pytest.fixture
def driven(qtbot) -> Iterator[Driven]:
    one = Driven(qtbot)
    yield one
    one.close()


def test_every_iteration_is_told_in_order(driven):
    driven.build(RunConfig(stop=StopConfig(iterations=2500)))
    end = driven.end(driven.worker.train)
    driven.qtbot.waitUntil(lambda: len(driven.iterations) == 2501)
    assert [one.iteration for one in driven.iterations] == list(range(2501))
    assert (end.kind, end.reason) == ("finished", "iterations")


def test_the_thread_gives_the_same_bits_as_the_bare_loop(driven):
    config = RunConfig(stop=StopConfig(iterations=400), seed=5)
    driven.build(config)
    driven.end(driven.worker.train)
    driven.worker.ask_snapshot()
    driven.qtbot.waitUntil(lambda: driven.worker.snapshots.wanted is False)
    snapshot = driven.worker.snapshots.take()
    bare = build(config)
    for _ in bare.iterations():
        pass
    assert snapshot is not None
    assert snapshot.theta.tobytes() == bare.theta.tobytes()


def test_pause_step_and_back(driven):
    worker = driven.worker
    driven.build(RunConfig())
    worker.train()
    driven.qtbot.waitUntil(lambda: worker.state().position > 50)
    assert worker.state().running
    assert driven.end(worker.pause).kind == "stopped"
    assert not worker.state().running
    at = worker.state().position
    driven.end(lambda: worker.step("iteration"))
    assert worker.state().position == at + 1
    driven.end(lambda: worker.step("epoch"))
    assert worker.state().position % 25 == 0  # 250 training samples in batches of 10
    at = worker.state().position
    worker.back()
    driven.qtbot.waitUntil(lambda: worker.state().position == at - 1)
    assert worker.state().last == at
    for target in (0, 40, 7):
        worker.seek(target)
    driven.qtbot.waitUntil(lambda: worker.state().position == 7)


def test_speed_holds_the_run_back(driven):
    driven.build(RunConfig())
    driven.worker.set_speed(20.0)
    driven.worker.train()
    driven.qtbot.waitUntil(lambda: driven.worker.state().position >= 5, timeout=5000)
    driven.end(driven.worker.pause)
    # Not a measurement: at full speed thousands would be over by now.
    assert driven.worker.state().position < 500


def test_live_settings_reach_the_running_training(driven):
    driven.build(RunConfig())
    driven.worker.train()
    driven.worker.apply(LiveSettings(learning_rate=0.5, batch_size=50), StopConfig(iterations=600))
    driven.qtbot.waitUntil(lambda: bool(driven.ends), timeout=10_000)
    driven.qtbot.waitUntil(lambda: driven.iterations[-1].iteration == 600)
    assert driven.iterations[-1].learning_rate == 0.5
    assert driven.ends[0].reason == "iterations"


def test_divergence_is_an_end_with_a_sentence(driven):
    config = RunConfig(optimizer="sgd", layers=(dense(8, "identity"),), live=LiveSettings(learning_rate=1e12))
    driven.build(config)
    end = driven.end(driven.worker.train)
    assert (end.kind, end.reason) == ("finished", "diverged")
    assert "⁽" in str(end.sentence)
    assert len(driven.ends) == 1


def test_a_failure_inside_the_loop_is_an_end_too(driven, monkeypatch):
    driven.build(RunConfig())
    monkeypatch.setattr(driven.worker._training.optimizer, "step", lambda *_: 1 / 0)
    end = driven.end(driven.worker.train)
    assert end.kind == "failed"
    assert isinstance(end.error, ZeroDivisionError)
    assert not driven.worker.state().running


def test_what_cannot_be_built_leaves_the_run_that_is_there(driven):
    driven.build(RunConfig())
    driven.end(lambda: driven.worker.step("iteration"))
    with driven.qtbot.waitSignal(driven.said.build_failed, timeout=5000) as failed:
        driven.worker.build(replace(RunConfig(), layers=(dense(0),)))
    assert isinstance(failed.args[0], UserError)
    driven.end(lambda: driven.worker.step("iteration"))
    assert driven.worker.state().position == 2


def test_reset_starts_again_with_the_same_numbers(driven):
    driven.build(RunConfig())
    driven.end(lambda: driven.worker.step("iteration"))
    first = driven.worker.state()
    with driven.qtbot.waitSignal(driven.said.run_built, timeout=5000):
        driven.worker.reset()
    driven.end(lambda: driven.worker.step("iteration"))
    assert driven.worker.state().run_id > first.run_id
    losses = [one.loss for one in driven.iterations if one.iteration == 1]
    assert losses[0] == losses[1]


def test_snapshots_are_frozen(driven):
    driven.build(RunConfig())
    driven.worker.ask_snapshot()
    driven.qtbot.waitUntil(lambda: driven.worker.snapshots.wanted is False)
    snapshot = driven.worker.snapshots.take()
    arrays = [snapshot.theta, snapshot.gradient, snapshot.prediction_map.values]
    arrays += [array for layer in snapshot.layers for array in (layer.a, layer.delta, layer.maps)]
    assert all(isinstance(array, np.ndarray) and not array.flags.writeable for array in arrays)


def test_saving_weights(driven, tmp_path):
    driven.build(RunConfig())
    with driven.qtbot.waitSignal(driven.said.saved, timeout=5000):
        driven.worker.save(str(tmp_path / "w.safetensors"))
    assert (tmp_path / "w.safetensors").stat().st_size > 0
    with driven.qtbot.waitSignal(driven.said.save_failed, timeout=5000) as failed:
        driven.worker.save(str(tmp_path / "missing" / "w.safetensors"))
    assert "missing" in str(failed.args[0])


def test_a_run_keeps_its_time_for_itself_and_shows_at_once_when_it_rests():
    worker = TrainingWorker()
    worker._build(RunConfig(layers=(dense(3),)), None)
    worker._serve()
    assert worker.snapshots.take() is not None
    worker._snapshot_due = float("inf")  # as after a snapshot that took long
    worker._go(None)
    worker.ask_snapshot()
    worker._serve()
    assert worker.snapshots.take() is None
    assert worker.snapshots.wanted
    worker._rest()
    worker._serve()
    assert worker.snapshots.take() is not None
