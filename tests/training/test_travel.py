"""Going back and forth, branching, coming back: the same bits as by the direct way."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from bpviz.snapshot import SnapshotRequest
from bpviz.training import checkpoints, recorder
from bpviz.training.build import build
from bpviz.training.config import LiveSettings, StopConfig
from bpviz.training.loop import Training
from bpviz.training.options import run_config

RATES = (0.03, 0.1, 0.003)
Way = list[LiveSettings]
"""Which settings made each iteration of a branch, from the first on."""


def made(**options) -> Training:
    training = build(run_config({"data": "spiral", "layers": "4 tanh", **options}))
    next(training.iterations())
    return training


def trained(training: Training, iterations: int) -> Training:
    training.stop = StopConfig(iterations=training.iteration + iterations)
    for _ in training.iterations():
        pass
    return training


def bits(training: Training) -> tuple[object, ...]:
    """Return all that is to be the same."""
    shown = training.snapshot(SnapshotRequest())
    return (
        training.iteration,
        training.theta.tobytes(),
        training.gradient.tobytes(),
        training.update.tobytes(),
        training.loss,
        training.learning_rate,
        training.batches.at(),
        {name: np.asarray(value).tobytes() for name, value in training.optimizer.state().items()},
        training.schedule.state(),
        None if training.objective.memory() is None else training.objective.memory().tobytes(),
        shown.train,
        shown.test,
        [layer.z.tobytes() for layer in shown.layers],
    )


class Player:
    """Does at random what a person does, and knows which settings made every iteration."""

    def __init__(self, training: Training, seed: int) -> None:
        self.training, self.random = training, random.Random(seed)
        self.ways: dict[int, Way] = {1: []}
        self.live = training.live

    def act(self) -> None:
        actions: list[Callable[[], None]] = [self.forward, self.back, self.jump, self.train, self.switch]
        self.random.choices(actions, (4, 6, 4, 4, 1))[0]()

    def forward(self) -> None:
        training = self.training
        if training.iteration < training.recorder.last:
            training.seek(training.iteration + 1)
        else:
            self.go_on(1)

    def back(self) -> None:
        self.training.seek(self.training.iteration - 1)

    def jump(self) -> None:
        self.training.seek(self.random.randint(0, self.training.recorder.last))

    def train(self) -> None:
        if self.random.random() < 0.5:
            self.live = LiveSettings(self.random.choice(RATES), self.random.choice((5, 10, None)))
            self.training.apply(self.live)
        self.go_on(self.random.randint(1, 40))

    def go_on(self, iterations: int) -> None:
        at, before = self.training.iteration, self.training.branches.present.id
        way = self.ways[before]
        trained(self.training, iterations)
        new = way[:at] + [self.live] * (self.training.iteration - at)
        now = self.training.branches.present.id
        # Along what is recorded with the same settings nothing new is made.
        self.ways[now] = way if now == before and way[: len(new)] == new else new

    def switch(self) -> None:
        branch = self.random.choice(self.training.branches.infos())
        self.training.switch(branch.id)
        assert self.training.recorder.last == branch.last
        self.training.seek(self.random.randint(0, branch.last))
        self.live = self.training.live


def directly(way: Way, iteration: int, **options) -> Training:
    """Return a run that went straight there."""
    training = made(**options)
    for live in way[:iteration]:
        training.apply(live)
        trained(training, 1)
    return training


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "adam", "layers": "4 tanh, batchnorm, dropout 0.2, 3 relu"},
        {"optimizer": "momentum", "schedule": "reduce_on_plateau", "layers": "4 tanh"},
        {"optimizer": "lbfgs", "layers": "3 tanh", "batch": None},
    ],
)
def test_a_thousand_random_actions_end_where_the_direct_way_does(options, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST", 16)
    training = made(**options)
    player = Player(training, seed=5)
    for number in range(1000):
        player.act()
        if number % 97 == 0 or number == 999:
            way = player.ways[training.branches.present.id]
            assert len(way) == training.recorder.last
            assert bits(training) == bits(directly(way, training.iteration, **options))
    assert len(training.branches.infos()) > 5


def test_the_same_settings_go_along_what_is_recorded():
    training = trained(made(), 50)
    end, losses = bits(training), training.recorder.history().loss
    training.seek(20)
    trained(training, 30)
    assert bits(training) == end
    assert len(training.branches.infos()) == 1
    assert training.recorder.history().loss is not losses
    np.testing.assert_array_equal(training.recorder.history().loss, losses)


def test_other_settings_from_an_earlier_iteration_start_a_branch_and_the_old_one_stays():
    training = trained(made(), 50)
    end, losses = bits(training), training.recorder.history().loss.copy()
    training.seek(20)
    training.apply(LiveSettings(0.3))
    trained(training, 5)
    first, second = training.branches.infos()
    assert (first.last, second.last, second.parent, second.forked_at) == (50, 25, 1, 20)
    assert first.live != second.live == LiveSettings(0.3)
    assert second.present
    assert first.history.evaluated[0] <= 20 < first.history.evaluated[1]
    (note,) = training.branches.take_notes()
    assert (note.kind, note.branch.id, note.iteration, note.new) == ("forked", 1, 20, 2)
    training.switch(1)
    training.seek(50)
    assert bits(training) == end
    assert training.live == first.live
    np.testing.assert_array_equal(training.recorder.history().loss, losses)


def test_settings_moved_while_one_looks_back_change_nothing_that_is_recorded():
    training = trained(made(), 50)
    training.seek(30)
    expected = bits(training)
    training.seek(10)
    training.apply(LiveSettings(0.5))
    training.seek(30)
    assert bits(training) == expected


def test_a_branch_begins_where_the_settings_are_moved_while_the_run_goes_along_its_record():
    training = trained(made(), 50)
    training.seek(10)
    for iteration in training.iterations():
        if iteration.iteration == 20:
            training.apply(LiveSettings(0.5))
        if iteration.iteration == 30:
            break
    assert training.branches.infos()[1].forked_at == 20
    assert training.recorder.last == 30


def test_an_end_of_one_iteration_is_not_kept_unless_it_is_marked():
    training = trained(made(), 10)
    for rate in (0.1, 0.2, 0.3):
        training.seek(training.recorder.last - 1)
        training.apply(LiveSettings(rate))
        trained(training, 1)
    assert len(training.branches.infos()) == 1
    training.branches.bookmarks.add(1, 10)
    training.seek(9)
    training.apply(LiveSettings(0.4))
    trained(training, 1)
    assert len(training.branches.infos()) == 2


def test_too_many_branches_take_the_oldest_without_a_name_away():
    training = trained(made(), 10)
    training.branches.rename(1, "the first")
    for number in range(20):
        training.seek(5)
        training.apply(LiveSettings(0.01 + 0.01 * number))
        trained(training, 3)
    infos = training.branches.infos()
    assert len(infos) == 13
    assert infos[0].name == "the first"
    assert {note.kind for note in training.branches.take_notes()} == {"forked", "dropped"}


def test_a_branch_that_another_hangs_on_is_deleted_without_it():
    training = trained(made(), 40)
    training.seek(30)
    training.apply(LiveSettings(0.1))
    trained(training, 10)  # 2, from 30 of 1
    end = bits(training)
    training.switch(1)
    training.seek(20)
    training.apply(LiveSettings(0.2))
    trained(training, 10)  # 3, from 20 of 1
    training.branches.delete(1)
    assert [info.id for info in training.branches.infos()] == [2, 3]
    training.switch(2)
    training.seek(40)
    assert bits(training) == end
    training.branches.delete(3)
    assert [info.id for info in training.branches.infos()] == [2]
    assert training.branches.nbytes == 0


def test_bookmarks_follow_what_becomes_of_their_branch():
    training = trained(made(), 40)
    marks = training.branches.bookmarks
    early, late = marks.add(1, 10), marks.add(1, 35, "end")
    assert marks.add(1, 10) is early
    training.seek(20)
    training.apply(LiveSettings(0.1))
    trained(training, 10)
    assert training.branches.shared_until(1) == 20
    marks.rename(early.id, "begin")
    training.branches.delete(1)
    assert [(one.branch, one.iteration, one.name) for one in marks.all()] == [(2, 10, "begin")]
    assert marks.get(late.id) is None


def test_a_seek_stops_for_a_newer_one_and_what_it_went_through_helps():
    training = trained(made(), 600)
    training.checkpoints.cut(0)
    training.line.nearby.cut(0)
    asked = iter([False] * 99 + [True])
    assert not training.seek(500, lambda: next(asked))
    assert training.iteration == 100
    assert training.seek(100)
    steps: list[int] = []
    advance = training.advance
    training.advance = lambda: (steps.append(training.iteration), advance())[1]
    training.seek(400)
    assert len(steps) == 300
    training.checkpoints.cut(0)
    steps.clear()
    for back in range(399, 299, -1):
        training.seek(back)
    assert len(steps) < 1000
    training.seek(301)
    assert len(steps) < 1002


def test_a_record_that_was_thinned_comes_back_in_order(monkeypatch):
    for name, value in (("MOST_LOSSES", 64), ("KEPT_LOSSES", 16), ("KEPT_EVALUATIONS", 16)):
        monkeypatch.setattr(recorder, name, value)
    training = trained(made(batch=None), 150)
    training.seek(70)
    training.apply(LiveSettings(0.2, None))
    trained(training, 10)
    training.switch(1)
    history = training.recorder.history()
    assert history.stride == 8
    assert len(history.loss) == 150 // 8 + 1
    assert (np.diff(history.evaluated) > 0).all()
    losses = [training.loss for k in range(len(history.loss)) if training.seek(k * history.stride)]
    np.testing.assert_array_equal(history.loss, losses)
