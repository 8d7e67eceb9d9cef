"""The checking thread: one end for every check, none of an older run, and the run left alone."""

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot

from bpviz.errors import UserError
from bpviz.present.gradients.check import CheckRequest
from bpviz.training.build import build
from bpviz.training.config import LiveSettings, RunConfig, StopConfig
from bpviz.training.options import run_config
from bpviz.workers.checking import CheckingWorker, CheckJob
from bpviz.workers.loading import Thread


class Running(QObject):
    """A worker in its thread, and what it said to this one."""

    def __init__(self, qtbot) -> None:
        super().__init__()
        self.qtbot, self.worker = qtbot, CheckingWorker()
        self.ends, self.progress = [], []
        self.worker.ended.connect(self._on_worker_ended)
        self.worker.progressed.connect(self._on_worker_progressed)
        self.thread = Thread(self.worker)
        self.thread.start()

    @Slot(object)
    def _on_worker_ended(self, end) -> None:
        self.ends.append(end)

    @Slot(object)
    def _on_worker_progressed(self, progress) -> None:
        self.progress.append(progress)

    def wait_for_ends(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: len(self.ends) >= count, timeout=60_000)


@pytest.fixture
def running(qtbot):
    one = Running(qtbot)
    yield one
    one.worker.quit()
    one.thread.quit()
    assert one.thread.wait(20_000)


def trained(iterations: int = 20, **options):
    training = build(RunConfig(stop=StopConfig(iterations=iterations), **options), 1)
    for _ in training.iterations():
        pass
    return training


def test_a_check_of_the_last_batch_is_the_gradient_of_the_last_batch(running):
    training = trained()
    theta = training.theta.copy()
    running.worker.take(training, CheckRequest("central", 1e-5), running.worker.new())
    running.wait_for_ends(1)
    (end,) = running.ends
    report = end.report
    assert end.kind == "finished"
    assert (report.run_id, report.iteration, report.samples) == (1, 20, 10)
    _, gradient = training.objective.loss_and_gradient(theta, training.last_batch)
    np.testing.assert_allclose(report.check.backprop, gradient, atol=1e-15)
    assert report.check.max_relative_error < 1e-6
    assert set(report.valley.largest) == {"forward", "central", "complex"}
    np.testing.assert_array_equal(training.theta, theta)
    assert {one.stage for one in running.progress} == {"check", "valley"}
    assert all(0 < one.done <= one.total for one in running.progress)


@pytest.mark.parametrize(
    ("request_", "samples"), [(("all", 1), 250), (("some", 30), 30), (("some", 9999), 250)]
)
def test_other_samples_may_be_asked_for(running, request_, samples):
    request = CheckRequest("complex", None, *request_, valley=False)
    running.worker.take(trained(), request, running.worker.new())
    running.wait_for_ends(1)
    report = running.ends[0].report
    assert report.samples == samples
    assert report.valley is None
    assert report.check.max_relative_error < 1e-12


def test_penalties_masks_and_statistics_are_those_of_the_run(running):
    live = LiveSettings(penalties={"l2": 0.1})
    layers = run_config({"layers": "6 tanh, batchnorm, dropout 0.3, 4 tanh"}).layers
    training = trained(layers=layers, live=live)
    running.worker.take(training, CheckRequest("central", 1e-5, "all", valley=False), running.worker.new())
    running.wait_for_ends(1)
    check = running.ends[0].report.check
    training.objective.begin(training.iteration)
    _, gradient = training.objective.loss_and_gradient(training.theta)
    np.testing.assert_allclose(check.backprop, gradient, atol=1e-14)
    assert check.max_relative_error < 1e-6


def test_a_newer_check_ends_the_one_before_and_each_ends_once(running):
    training = trained()
    jobs = [CheckJob.of(training, CheckRequest(), running.worker.new()) for _ in range(3)]
    for job in jobs:
        running.worker.submit(job)
    running.wait_for_ends(3)
    assert [(end.number, end.kind) for end in running.ends] == [
        (1, "stopped"),
        (2, "stopped"),
        (3, "finished"),
    ]


def test_a_cancelled_check_ends_as_stopped(running):
    job = CheckJob.of(trained(), CheckRequest(), running.worker.new())
    running.worker.cancel()
    running.worker.submit(job)
    running.wait_for_ends(1)
    assert running.ends[0].kind == "stopped"
    assert running.ends[0].report is None


def test_what_fails_is_told_and_the_next_check_is_made(running, monkeypatch):
    training = trained()
    broken = CheckJob.of(training, CheckRequest(), running.worker.new())

    def refuse(*_arguments, **_options):
        raise UserError("No.")

    monkeypatch.setattr(broken.objective, "loss_and_gradient", refuse)
    running.worker.submit(broken)
    running.wait_for_ends(1)
    assert running.ends[0].kind == "failed"
    assert str(running.ends[0].error) == "No."
    running.worker.take(training, CheckRequest(valley=False), running.worker.new())
    running.wait_for_ends(2)
    assert running.ends[1].kind == "finished"


def test_a_run_that_cannot_be_taken_fails_in_one_end(running, monkeypatch):
    training = trained()
    monkeypatch.setattr(training.objective, "clone", lambda: 1 / 0)
    running.worker.take(training, CheckRequest(), running.worker.new())
    running.wait_for_ends(1)
    assert isinstance(running.ends[0].error, ZeroDivisionError)
