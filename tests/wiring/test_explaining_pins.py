"""What is chosen in the explanation is pinned in the picture of the network, flat or unrolled over time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import Target
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers
from tests.wiring.test_walk import Walked


@pytest.fixture
def opened(qtbot) -> Iterator[Walked]:
    one = Walked(qtbot)
    yield one
    one.window.close()
    one.window.deleteLater()


def start(opened, data, layers):
    before = opened.wiring.display.info.run_id
    opened.wiring.runs.start_with(RunConfig(data=data, layers=parse_layers(layers)))
    opened.wait_for_run(before)
    panel, explain = (opened.window.panels()[key] for key in ("network", "explain"))
    walks = opened.wiring.walks
    display = opened.wiring.display
    opened.qtbot.waitUntil(
        lambda: display.snapshot is not None and display.snapshot.run_id > before, timeout=20_000
    )
    walks.go_to(Target(0, "first"))
    opened.qtbot.waitUntil(lambda: walks.walk.on and explain.explained.base is not None, timeout=20_000)
    return panel, explain, walks


def at(walks, phase, kind, layer, step=-1):
    wanted = (phase, kind, layer, step)
    found = (
        index
        for index, each in enumerate(walks.walk.operations)
        if (each.phase, each.kind, each.layer, each.step) == wanted
    )
    walks.go_to(Target(0, next(found)))


def test_in_a_convolution(opened):
    panel, explain, walks = start(opened, DataConfig("digits"), "conv 2 3x3 relu, flatten, 4 tanh")
    scene = panel.canvas.scene
    explain.head.chosen.emit(40)
    assert scene.pinned == Spot(1, 40)
    at(walks, "backward", "gradient", 1)
    explain.head.chosen.emit(13)
    assert scene.pinned == Spot(1, 1, 4, kernel=True)
    explain.head.chosen.emit(None)
    assert scene.pinned is None


def test_over_time(opened):
    data = DataConfig("delayed_xor", options={"points": 60})
    panel, explain, walks = start(opened, data, "lstm 3")
    scene = panel.unrolled.canvas.scene
    at(walks, "forward", "cell", 1, 5)
    explain.head.chosen.emit(1)
    assert scene.pinned == Mark("cell", 1, 5, 1, "c")
    at(walks, "backward", "gradient", 1)
    chosen = 24 + 17  # behind Wx (12, 2): row 6, column 3 of Wh (12, 3)
    explain.head.chosen.emit(chosen)
    assert scene.pinned == Mark("weight", 1, unit=5, name="Wh", source=2)
    gradient = next(each for each in walks.dissection.layers[0].parameters if each.name == "Wh").gradient
    assert repr(float(gradient[5, 2])) in panel.card_view.card.copied()
    assert np.isfinite(gradient).all()
