"""Slow play in the whole window: it waits until a window has been everywhere."""

from __future__ import annotations

import pytest

from bpviz.present.walk.place import Target
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers
from tests.wiring.test_window import Open


@pytest.fixture
def opened(qtbot):
    one = Open(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_slow_play_goes_on_when_the_window_was_everywhere(opened, qtbot):
    before = opened.wiring.display.info.run_id
    layers = parse_layers("conv 2 3x3 relu, flatten, 4 tanh")
    opened.wiring.runs.start_with(RunConfig(data=DataConfig("digits"), layers=layers))
    opened.wait_for_run(before)
    walks, panel = opened.wiring.walks, opened.window.panels()["network"]
    qtbot.waitUntil(lambda: panel.canvas.scene.snapshot is not None, timeout=20_000)
    walks.go_to(Target(0, "first"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    opened.window.set_grain("operation")
    canvas = panel.canvas
    # Whatever the desktop says of things that move.
    canvas._went_round = False
    assert canvas.window_flow().count == 36
    assert panel.is_sliding()
    walks._on_timer_timeout()
    assert walks.walk.operation == 0
    canvas.place_window(3)
    assert not panel.is_sliding()
    canvas.let_go()
    canvas._went_round = True
    walks._on_timer_timeout()
    assert walks.walk.operation == 1
    assert not panel.is_sliding()
