"""Random actions in the real window leave the state that the same decisions reach without it, bit for bit."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.snapshot.probing import ParameterPlace
from bpviz.training import checkpoints
from bpviz.training.options import run_config
from tests.training.test_random_actions import Decision, Direct, Path, state
from tests.wiring.test_walk import Walked

ACTIONS = 200
CTRL = Qt.KeyboardModifier.ControlModifier
OPTIONS = {
    "data": "iris",
    "layers": "4 tanh, batchnorm, dropout 0.3, 3 tanh",
    "optimizer": "adam",
    "batch_size": 9,
}


class Wandering(Walked):
    """An open window, hands that do anything, and an account of what makes each branch's iterations."""

    def begin_with(self, config, seed: int) -> None:
        before = self.state.run_id
        self.wiring.runs.start_with(config)
        self.wait_for_run(before)
        self.draw = random.Random(seed)
        self.paths: dict[int, Path] = {self.present: ()}
        self.done: list[str] = []
        self.rest()

    @property
    def training(self):
        return self.wiring.training._training

    @property
    def present(self) -> int:
        return self.training.branches.present.id

    @property
    def path(self) -> Path:
        return self.paths[self.present][: self.training.iteration]

    def rest(self) -> None:
        """Wait until everything that was asked for is done and on the screen."""
        self.arrive()
        reached = []
        self.wiring.training.look(lambda _: reached.append(True))
        self.qtbot.waitUntil(lambda: bool(reached), timeout=20_000)
        self.settle()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()  # the name of a mark, which takes the keys
        display = self.wiring.display
        self.qtbot.waitUntil(
            lambda: display.snapshot is not None and display.snapshot.iteration == self.state.position,
            timeout=20_000,
        )

    def act(self) -> None:
        actions = {
            self.step: 4,
            self.step_back: 3,
            self.operation_on: 4,
            self.operation_back: 4,
            self.phase: 2,
            self.train: 2,
            self.jump: 4,
            self.visit: 2,
            self.keep: 4,
            self.undo_at_once: 2,
            self.imagine: 2,
            self.undo: 2,
            self.rate: 1,
            self.bookmark: 1,
            self.choose: 1,
        }
        (action,) = self.draw.choices(list(actions), list(actions.values()))
        self.done.append(f"{action.__name__} at {self.training.iteration} of branch {self.present}")
        before, at, live = self.paths[self.present], self.training.iteration, self.training.live
        kept = action() or ()
        self.rest()
        self._account(before, at, Decision(live, kept), live)

    def _account(self, before: Path, at: int, first: Decision, live) -> None:
        """Note what must have been done, given where the run stands now."""
        now = self.training.iteration
        if first.changes:
            self.paths[self.present] = (*before[:at], first)
        elif self.done[-1].startswith(("undo", "visit", "jump", "rate")) or now <= at:
            pass
        elif all(one.live == live for one in before[at:]) or not self.done[-1].startswith("train"):
            # A step goes along what is recorded, whatever the settings are by now.
            self.paths[self.present] = before + (Decision(live),) * (now - len(before))
        else:
            self.paths[self.present] = before[:at] + (Decision(live),) * (now - at)

    # --- what is done ---

    def step(self) -> None:
        self.grain("iteration")
        self.key(Qt.Key.Key_Period)

    def step_back(self) -> None:
        self.grain("iteration")
        self.key(Qt.Key.Key_Comma)

    def operation_on(self) -> None:
        self.grain("operation")
        self.on(self.draw.randint(1, 4))

    def operation_back(self) -> None:
        self.grain("operation")
        self.back(self.draw.randint(1, 4))

    def phase(self) -> None:
        self.grain("phase")
        (self.on if self.draw.random() < 0.6 else self.back)(self.draw.randint(1, 3))

    def train(self) -> None:
        self.wiring.walks.leave()
        self.wiring.training.train_to(self.training.iteration + self.draw.randint(2, 9))

    def jump(self) -> None:
        for _ in range(self.draw.randint(1, 3)):  # a slider that is dragged asks for several
            target = self.draw.randint(0, self.training.line.last)
            self.window.seek_requested.emit(target)
        self.rest()
        assert self.training.iteration == target

    def visit(self) -> None:
        branch = self.draw.choice(self.training.branches.infos()).id
        self.wiring.travel.visit(branch)

    def keep(self):
        self.imagine()
        present = self.wiring.what_ifs.present
        self.wiring.what_ifs.bar.buttons["keep"].click()
        return present

    def imagine(self) -> None:
        what_ifs, draw = self.wiring.what_ifs, self.draw
        for _ in range(draw.randint(1, 2)):
            kind = draw.choice("wxy")
            if kind == "w":
                where = ParameterPlace(1, "W", (draw.randrange(4), draw.randrange(4)))
            else:
                where = ParameterPlace(0, kind, (draw.randrange(4 if kind == "x" else 3),))
            what_ifs.change(where, draw.uniform(0, 1))
        self.rest()

    def undo(self) -> None:
        """Undo what is imagined, or the keeping where nothing is."""
        before, branch, at = self.paths[self.present], self.present, self.training.iteration
        self.key(Qt.Key.Key_Z, CTRL)
        self.rest()
        if self.present == branch and self.training.iteration == at - 1:
            assert before[-1].changes
            self.paths[branch] = before[:-1]

    def undo_at_once(self) -> None:
        """Keep something, take it back, and throw it away."""
        at = self.training.iteration
        self.keep()
        self.rest()
        assert self.training.iteration == at + 1
        self.key(Qt.Key.Key_Z, CTRL)
        self.rest()
        self.wiring.what_ifs.throw_away()
        assert self.training.iteration == at
        # What came after is as it was, unless it was too short to be a branch.
        last = self.training.line.last
        assert last in (at, len(self.paths[self.present]))
        self.paths[self.present] = self.paths[self.present][:last]

    def rate(self) -> None:
        self.wiring.runs.edit("learning_rate", self.draw.choice((0.01, 0.02)))

    def bookmark(self) -> None:
        self.wiring.travel.mark()

    def choose(self) -> None:
        self.wiring._on_sample_changed(self.draw.randrange(100))


@pytest.fixture
def opened(qtbot) -> Iterator[Wandering]:
    one = Wandering(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_random_actions_in_the_window_leave_the_state_that_is_reached_directly(opened, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST", 9)
    config = run_config(OPTIONS)
    opened.begin_with(config, seed=3)
    direct = Direct(config)
    for number in range(ACTIONS):
        opened.act()
        assert len(opened.paths[opened.present]) == opened.training.line.last, (
            opened.done[-4:],
            opened.present,
            opened.training.iteration,
            len(opened.paths[opened.present]),
        )
        assert state(opened.training) == direct.state(opened.path), (number, opened.done[-8:])
        shown = opened.wiring.display.snapshot
        if not shown.what_if:
            assert shown.theta.tobytes() == opened.training.theta.tobytes()
        info, train = opened.wiring.display.info, opened.training.objective.train
        if not shown.what_if and shown.sample < len(info.y_train):
            assert info.y_train[shown.sample] == train.labels[shown.sample]
    assert len(opened.paths) >= 5
