"""A thousand random actions leave the state that the same decisions reach without any detour, bit for bit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.dissection import Dissection
from bpviz.snapshot.probing import Change, ParameterPlace
from bpviz.training import checkpoints
from bpviz.training.build import build
from bpviz.training.by_hand import imagined, keep, take_back
from bpviz.training.config import LiveSettings
from bpviz.training.dissecting import dissect
from bpviz.training.loop import Training
from bpviz.training.options import run_config

ACTIONS = 1000
LONGEST = 60
FIRST = ("W1", "b1", "Wx1", "Wh1", "bh1")
RUNS = {
    "sgd": {"data": "spiral", "layers": "4 tanh, 3 tanh", "batch_size": 7, "schedule": "reduce_on_plateau"},
    "adam, dropout and batch norm": {
        "data": "iris",
        "layers": "4 tanh, batchnorm, dropout 0.3, 3 tanh",
        "optimizer": "adam",
        "batch_size": 9,
    },
    "lbfgs": {"data": "xor", "layers": "3 tanh", "optimizer": "lbfgs"},
    "a sequence, 32 bits": {
        "data": "parity",
        "layers": "gru 3",
        "optimizer": "momentum",
        "batch_size": 16,
        "precision": 32,
    },
    "a function": {"function": "x^2 + 3*y^2", "start": "1.5,-1", "optimizer": "nesterov"},
}


@dataclass(frozen=True)
class Decision:
    """What makes one iteration: the settings in force, and what is changed by hand in its place."""

    live: LiveSettings
    changes: tuple[Change, ...] = ()

    def __hash__(self) -> int:
        return hash((self.live.learning_rate, self.live.batch_size, self.changes))


Path = tuple[Decision, ...]


def bits(value):
    """Return something that is equal only where every bit is."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return tuple((name, bits(each)) for name, each in sorted(value.items()))
    if isinstance(value, (tuple, list)):
        return tuple(map(bits, value))
    return np.float64(value).tobytes() if isinstance(value, float) else value


def state(training: Training):
    """Return all that the run is at its present iteration, and all that comes of it later depends on."""
    train = getattr(training.objective, "train", None)
    return bits(
        {
            "iteration": training.iteration,
            "theta": training.theta,
            "optimizer": dict(training.optimizer.state()),
            "schedule": dict(training.schedule.state()),
            "batches": training.batches.at(),
            "memory": training.objective.memory(),
            "data": None if train is None else (train.x, train.y, train.labels),
            "loss": training.loss,
            "rate": training.learning_rate,
            "gradient": training.gradient,
            "update": training.update,
            "evaluations": [None if one is None else (one.loss, one.accuracy) for one in training.evaluate()],
        }
    )


class Direct:
    """Says what a new run is after a path, by doing nothing else."""

    def __init__(self, config) -> None:
        self.config = config
        self._known: dict[Path, object] = {}

    def state(self, path: Path):
        if path not in self._known:
            training = build(self.config)
            next(training.iterations())
            self._known.setdefault((), state(training))
            for number, decision in enumerate(path, 1):
                training.apply(decision.live)
                if decision.changes:
                    keep(training, decision.changes)
                else:
                    next(training.iterations())
                self._known.setdefault(path[:number], state(training))
        return self._known[path]


class Wanderer:
    """Does one action after another, and keeps its own account of what makes each branch's iterations."""

    def __init__(self, config, seed: int) -> None:
        self.config, self.draw = config, random.Random(seed)
        self.training = build(config)
        next(self.training.iterations())
        self.paths: dict[int, Path] = {self.training.branches.present.id: ()}
        self.done: list[str] = []

    @property
    def present(self) -> int:
        return self.training.branches.present.id

    @property
    def path(self) -> Path:
        """The decisions that lead to where the run stands."""
        return self.paths[self.present][: self.training.iteration]

    def act(self) -> None:
        actions: list[tuple[Callable[[], None], int]] = [
            (self.forward, 6),
            (self.back, 4),
            (self.jump, 4),
            (self.give_up_a_jump, 1),
            (self.edit, 3),
            (self.take_an_edit_back, 1),
            (self.imagine, 1),
            (self.set, 1),
            (self.visit, 2),
            (self.delete, 1),
            (self.bookmark, 1),
            (self.walk_on, 2),
            (self.walk_back, 2),
        ]
        names, weights = zip(*actions, strict=True)
        (action,) = self.draw.choices(names, weights)
        self.done.append(f"{action.__name__} at {self.training.iteration} of branch {self.present}")
        action()

    # --- what changes where it stands ---

    def forward(self) -> None:
        for _ in range(self.draw.randint(1, 5)):
            if self.training.iteration < LONGEST:
                self._go_on()

    def _go_on(self) -> None:
        at, live = self.training.iteration, self.training.live
        before = self.paths[self.present]
        along = at < len(before) and all(one.live == live for one in before[at:])
        next(self.training.iterations())
        if not along:
            self.paths[self.present] = (*before[:at], Decision(live))

    def back(self) -> None:
        self.training.seek(self.training.iteration - 1)

    def jump(self) -> None:
        target = self.draw.randint(0, self.training.line.last)
        assert self.training.seek(target)
        assert self.training.iteration == target

    def give_up_a_jump(self) -> None:
        steps = iter(range(self.draw.randint(0, 3)))
        self.training.seek(self.draw.randint(0, self.training.line.last), lambda: next(steps, None) is None)

    def edit(self) -> None:
        if self.training.iteration == LONGEST:
            return
        at, changes = self.training.iteration, self._changes()
        before = self.paths[self.present]
        keep(self.training, changes)
        self.paths[self.present] = (*before[:at], Decision(self.training.live, changes))

    def take_an_edit_back(self) -> None:
        at, branch, path = self.training.iteration, self.present, self.path
        kept = len(self.paths[branch]) == at and bool(path) and bool(path[-1].changes)
        taken = take_back(self.training)
        assert kept or not taken
        if taken:
            assert self.path == path[:-1]
            if self.present == branch:
                self.paths[branch] = path[:-1]

    def set(self) -> None:
        live, draw = self.training.live, self.draw
        if draw.random() < 0.5:
            live = replace(live, learning_rate=draw.choice((0.01, 0.02)))
        elif draw.random() < 0.5:
            live = live.with_penalty("l2", draw.choice((0.0, 0.01)))
        elif self.config.live.batch_size is not None:
            live = replace(live, batch_size=draw.choice((5, self.config.live.batch_size)))
        self.training.apply(live)

    def visit(self) -> None:
        branch = self.draw.choice(self.training.branches.infos()).id
        self.training.switch(branch)
        last = self.training.line.last
        self.training.seek(self.draw.choice((last, self.draw.randint(0, last))))

    def delete(self) -> None:
        self.training.branches.delete(self.draw.choice(self.training.branches.infos()).id)

    def bookmark(self) -> None:
        self.training.mark(self.training.iteration)

    # --- what only looks ---

    def imagine(self) -> None:
        imagined(self.training, self._changes()).snapshot(SnapshotRequest(with_maps=False))
        self.training.snapshot(SnapshotRequest(with_maps=False))

    def walk_on(self) -> None:
        """Take the next iteration apart, go through it, and come out where it leads."""
        made, at = self._take_apart(), self.training.iteration
        if at < LONGEST:
            # Along what is recorded, whatever the settings are by now; beyond it with these.
            if at < self.training.line.last:
                self.training.seek(at + 1)
            else:
                self._go_on()
            assert bits((made.update, made.gradient, made.loss)) == bits(
                (self.training.update, self.training.gradient, self.training.loss)
            )
            self._take_apart()

    def walk_back(self) -> None:
        """From the first operation into the last one of the iteration before."""
        self._take_apart()
        self.back()
        self._take_apart()

    def _take_apart(self) -> Dissection:
        theta, at = self.training.theta.copy(), self.training.iteration
        made = dissect(self.training, self.config)
        assert made.theta.tobytes() == theta.tobytes()
        follows = self.paths[self.present][at : at + 1]
        assert bool(made.by_hand) == bool(follows and follows[0].changes)
        return made

    def _changes(self) -> tuple[Change, ...]:
        draw, info = self.draw, self.training.info
        if info.kind == "function":
            return (Change(ParameterPlace(0, "", (draw.randrange(2),)), draw.uniform(-1, 1)),)
        kinds = draw.choice(("w", "x", "y", "wxy"))
        changes = []
        if "w" in kinds:
            first = {name: each for name, each in self.training.parameters().items() if name in FIRST}
            name = draw.choice(list(first))
            shape = first[name].shape
            place = tuple(draw.randrange(side) for side in shape)
            changes.append(Change(ParameterPlace(1, name[:-1], place), draw.uniform(-1, 1)))
        for kind, width in (("x", info.units[0]), ("y", info.units[-1])):
            if kind in kinds:
                place = ParameterPlace(0, kind, (draw.randrange(width),))
                changes.append(Change(place, draw.uniform(0, 1), draw.randrange(len(info.x_train))))
        return tuple(changes)


@pytest.mark.parametrize("name", RUNS)
def test_a_thousand_random_actions_leave_the_state_that_is_reached_directly(name, monkeypatch):
    # So few states are kept that most jumps compute iterations again.
    monkeypatch.setattr(checkpoints, "MOST", 9)
    config = run_config(RUNS[name])
    one, direct = Wanderer(config, seed=7), Direct(config)
    for number in range(ACTIONS):
        one.act()
        assert len(one.paths[one.present]) == one.training.line.last, one.done[-8:]
        assert state(one.training) == direct.state(one.path), (number, one.done[-8:])
    assert len(one.paths) > 20
