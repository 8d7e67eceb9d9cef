"""The histograms of a run at which nobody looked while it went on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from bpviz.training.histograms import histograms
from tests.wiring.test_doctor import Consulted


class Looking(Consulted):
    """An open window with the hands for the histograms."""

    @property
    def histograms(self):
        return self.window.panels()["histograms"]

    @property
    def record(self):
        return self.histograms.canvas.record

    def train(self, iterations: int) -> None:
        self.window.edited.emit("stop.iterations", iterations)
        self.window.train_toggled.emit()
        self.qtbot.waitUntil(
            lambda: self.state.position >= iterations and not self.state.running, timeout=20_000
        )
        self.settle()

    def open_histograms(self) -> None:
        self.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
        self.wait_for_filled()

    def wait_for_filled(self) -> None:
        self.qtbot.waitUntil(
            lambda: bool(self.record.iterations) and not self.record.missing(self.state.last), timeout=20_000
        )

    def is_what_was_there(self) -> None:
        """Hold every column to the run itself, taken back to its iteration."""
        training, at = self.wiring.training._training, self.state.position
        for iteration, column in zip(self.record.iterations, self.record.columns, strict=True):
            assert column.iteration == iteration
            training.seek(iteration)
            for mine, shown in zip(histograms(training).layers, column.layers, strict=True):
                for kind, spread in mine.of.items():
                    assert np.array_equal(spread.edges, shown.of[kind].edges), (iteration, kind)
                    assert np.array_equal(spread.counts, shown.of[kind].counts), (iteration, kind)
        training.seek(at)


@pytest.fixture
def opened(qtbot) -> Iterator[Looking]:
    one = Looking(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_a_run_that_nobody_saw_is_counted_afterwards(opened):
    opened.train(500)
    theta = opened.wiring.training._training.theta.tobytes()
    opened.open_histograms()
    assert opened.record.iterations[0] == 0
    assert opened.record.iterations[-1] == 500
    assert np.diff(opened.record.iterations).max() <= 500 / 32
    assert opened.state.position == 500
    assert opened.wiring.training._training.theta.tobytes() == theta
    opened.is_what_was_there()
    opened.window.seek_requested.emit(200)
    opened.qtbot.waitUntil(lambda: opened.histograms.canvas.position == 200)
    assert opened.histograms.canvas._last() == 500
    assert opened.record.present.iteration == 200


def test_after_a_branch_what_is_not_shared_is_counted_anew(opened):
    opened.train(300)
    opened.open_histograms()
    opened.window.seek_requested.emit(100)
    opened.qtbot.waitUntil(lambda: opened.wiring.display.snapshot.iteration == 100)
    opened.window.edited.emit("learning_rate", 0.3)
    opened.train(260)
    opened.wait_for_filled()
    assert opened.record.iterations[-1] <= 260
    opened.is_what_was_there()
    branches = opened.wiring.training._training.branches
    first = next(one.id for one in branches.infos() if one.forked_at is None)
    opened.wiring.travel.visit(first)
    opened.qtbot.waitUntil(lambda: opened.state.last == 300)
    opened.settle()
    opened.qtbot.waitUntil(lambda: opened.record.cuts == branches._line.cuts, timeout=20_000)
    opened.wait_for_filled()
    assert opened.record.iterations[-1] > 290
    opened.is_what_was_there()


def test_it_is_filled_while_the_run_goes_on_and_for_the_next_run_anew(opened):
    opened.window.speed_changed.emit(2000.0)
    opened.train(600)
    opened.window.edited.emit("stop.iterations", None)
    opened.window.train_toggled.emit()
    opened.qtbot.waitUntil(lambda: opened.state.running)
    opened.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    opened.qtbot.waitUntil(lambda: sum(one < 600 for one in opened.record.iterations) > 8, timeout=30_000)
    assert opened.state.running
    opened.window.train_toggled.emit()
    opened.settle()
    run = opened.state.run_id
    opened.wiring.runs.take_preset("bowl")
    opened.wait_for_run(run)
    opened.train(20)
    opened.wait_for_filled()
    assert opened.record.iterations == list(range(21))
    assert [one.name for one in opened.record.columns[3].layers] == ["θ"]


def test_where_nobody_counted_nothing_is_read(opened):
    opened.train(400)
    opened.open_histograms()
    canvas = opened.histograms.canvas
    del opened.record.iterations[20:60], opened.record.columns[20:60]
    strip = canvas._strips()[0][1]
    canvas.pointer = strip.center()
    assert canvas.shown_lines() == []
    canvas.pointer = QPointF(strip.left() + 1, strip.center().y())
    assert canvas.shown_lines()[0] == "iteration 0"


def test_with_the_panel_closed_nothing_is_counted(opened):
    opened.train(50)
    assert opened.wiring.spreads._missing() == ()
    assert opened.record.iterations == []


def test_an_imagined_change_is_shown_and_not_kept(opened):
    from bpviz.snapshot.probing import Change, ParameterPlace

    opened.train(40)
    opened.open_histograms()
    before = [id(one) for one in opened.record.columns]
    opened.wiring.training.imagine((Change(ParameterPlace(1, "W", (0, 0)), 90.0),))
    opened.wiring.display.hasten()
    opened.qtbot.waitUntil(lambda: opened.record.present.layers[0].of["weights"].mean > 3, timeout=20_000)
    assert [id(one) for one in opened.record.columns] == before
