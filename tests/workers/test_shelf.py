"""A run that is put aside comes back whole; a run goes on to an iteration and no further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bpviz.training.config import LiveSettings, RunConfig, StopConfig
from tests.workers.test_training_worker import Driven


@pytest.fixture
def driven(qtbot) -> Iterator[Driven]:
    one = Driven(qtbot)
    yield one
    one.close()


def test_it_goes_on_to_an_iteration(driven):
    driven.build(RunConfig())
    end = driven.end(lambda: driven.worker.train_to(37))
    assert (end.kind, driven.worker.state().position) == ("stopped", 37)
    driven.end(lambda: driven.worker.train_to(40))
    assert driven.worker.state().position == 40
    assert [each.iteration for each in driven.iterations] == list(range(41))


def test_a_stop_on_the_way_counts(driven):
    driven.build(RunConfig(stop=StopConfig(iterations=20)))
    end = driven.end(lambda: driven.worker.train_to(37))
    assert (end.reason, driven.worker.state().position) == ("iterations", 20)


def test_what_was_put_aside_comes_back_with_its_record(driven):
    driven.build(RunConfig())
    driven.end(lambda: driven.worker.train_to(30))
    run, losses = driven.worker.state().run_id, driven.worker._training.recorder.history().loss.copy()
    theta = driven.worker._training.theta.tobytes()
    driven.worker.seek(20)
    driven.worker.shelve()
    driven.build(RunConfig(function="bowl", live=LiveSettings(0.1, None)))
    assert driven.worker.state().run_id != run
    changed = RunConfig(live=LiveSettings(learning_rate=0.02))
    with driven.qtbot.waitSignal(driven.said.run_built, timeout=10_000) as built:
        driven.worker.take_back(changed)
    assert built.args[0].config is changed
    assert built.args[0].info.run_id == run
    state = driven.worker.state()
    assert (state.run_id, state.position, state.last) == (run, 20, 30)
    driven.end(lambda: driven.worker.train_to(30))
    assert driven.worker._training.theta.tobytes() == theta
    assert built.args[0].recorder.history().loss.tobytes() == losses.tobytes()


def test_where_nothing_was_put_aside_nothing_changes(driven, qtbot):
    driven.build(RunConfig())
    run = driven.worker.state().run_id
    with qtbot.assertNotEmitted(driven.said.run_built, wait=200):
        driven.worker.take_back(RunConfig())
    assert driven.worker.state().run_id == run
