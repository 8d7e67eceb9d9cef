"""A recurrent network in the whole window: trained, unrolled, and looked at sample by sample."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bpviz.present.unrolled import Mark
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers
from tests.wiring.test_window import Open


@pytest.fixture
def opened(qtbot):
    one = Open(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def test_the_panels_show_the_same_sequence(opened, qtbot):
    before = opened.wiring.display.info.run_id
    data = DataConfig("binary_addition", options={"points": 60})
    opened.wiring.runs.start_with(RunConfig(data=data, layers=parse_layers("lstm 4")))
    opened.wait_for_run(before)
    opened.window.step_requested.emit("iteration")
    qtbot.waitUntil(lambda: opened.state.position == 1 and not opened.state.running, timeout=20_000)
    network, decision = (opened.window.panels()[key] for key in ("network", "map"))
    scene = network.unrolled.canvas.scene
    qtbot.waitUntil(lambda: scene.snapshot is not None and scene.snapshot.iteration == 1, timeout=20_000)
    assert network.unrolled.isVisible()
    assert decision.picture is decision.sequence
    decision.sequence.grab()
    QTest.mouseClick(
        decision.sequence, Qt.MouseButton.LeftButton, pos=decision.sequence.after.center().toPoint()
    )
    qtbot.waitUntil(lambda: scene.snapshot.sample == 1, timeout=20_000)
    rect = network.unrolled.canvas.target_rect(Mark("cell", 1, 7, 3, "h"))
    QTest.mouseMove(network.unrolled.canvas, rect.center().toPoint())
    assert repr(float(scene.snapshot.layers[1].arrays["h"][7, 3])) in network.card_view.card.copied()
