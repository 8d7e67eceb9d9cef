"""A recurrent network in the whole window: trained, unrolled, and looked at sample by sample."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import Target
from bpviz.present.walk.time import way_of
from bpviz.snapshot.probing import ParameterPlace
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import parse_layers
from bpviz.views.unrolled.walk import drop_ways
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


def lstm(opened, qtbot):
    before = opened.wiring.display.info.run_id
    data = DataConfig("delayed_xor", options={"points": 60})
    opened.wiring.runs.start_with(RunConfig(data=data, layers=parse_layers("lstm 3")))
    opened.wait_for_run(before)
    opened.window.step_requested.emit("iteration")
    qtbot.waitUntil(lambda: opened.state.position == 1 and not opened.state.running, timeout=20_000)
    panel = opened.window.panels()["network"]
    qtbot.waitUntil(lambda: shown_at(panel) == 1, timeout=20_000)
    return panel


def shown_at(panel) -> int:
    snapshot = panel.unrolled.canvas.scene.snapshot
    return -1 if snapshot is None else snapshot.iteration


def type_in(panel, qtbot, text: str) -> None:
    qtbot.mouseClick(panel.card_view.edit_button, Qt.MouseButton.LeftButton)
    line = panel.number_box.fields[0][1]
    line.setText(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_an_input_of_a_step_and_a_target_are_changed_by_hand(opened, qtbot):
    panel = lstm(opened, qtbot)
    scene = panel.unrolled.canvas.scene
    rest = scene.snapshot
    panel.pin(ParameterPlace(0, "x", (8,)))
    assert scene.pinned == Mark("cell", 0, 4, 0)
    type_in(panel, qtbot, "0.75")
    qtbot.waitUntil(lambda: scene.snapshot.what_if, timeout=20_000)
    assert scene.snapshot.layers[0].a[8] == 0.75
    # What came before does not know of it; what comes after does.
    h, before = scene.snapshot.layers[1].arrays["h"], rest.layers[1].arrays["h"]
    assert (h[:4] == before[:4]).all()
    assert (h[4:] != before[4:]).any(axis=1).all()
    panel.pin(ParameterPlace(0, "y", (0,)))
    type_in(panel, qtbot, "0.5")
    qtbot.waitUntil(lambda: scene.snapshot.target.item() == 0.5, timeout=20_000)
    assert scene.shown.target.item() == 0.5
    opened.wiring.what_ifs.throw_away()
    qtbot.waitUntil(lambda: not scene.snapshot.what_if, timeout=20_000)
    assert (scene.snapshot.layers[1].arrays["h"] == before).all()


def test_a_pinned_gate_weight_is_shown_in_a_view_that_has_it(opened, qtbot):
    panel = lstm(opened, qtbot)
    scene = panel.unrolled.canvas.scene
    panel.unrolled.strip.chips["i"].click()
    panel.pin(ParameterPlace(1, "Wh", (4, 2)))  # the forget gate of unit 2
    assert scene.view == "f"
    assert panel.unrolled.strip.chips["f"].isChecked()
    weight = next(each for each in scene.snapshot.layers[1].parameters if each.name == "Wh").values[4, 2]
    assert repr(float(weight)) in panel.card_view.card.copied()
    panel.pin(Spot(1, 1), step=6, name="c")
    assert scene.view == "c"
    assert scene.pinned == Mark("cell", 1, 6, 1, "c")
    panel.pin(None)
    assert scene.pinned is None


def test_the_mean_over_sequences_shows_the_mean_input_and_says_so(opened, qtbot):
    panel = lstm(opened, qtbot)
    walks = opened.wiring.walks
    walks.go_to(Target(1, "first"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    opened.window.strip.sample_chosen.emit("mean")
    scene, rows = panel.unrolled.canvas.scene, walks.dissection.rows
    assert scene.is_mean
    assert scene.shown.x[4, 0] == pytest.approx(scene.info.x_train[rows][:, 8].mean())
    assert str(len(rows)) in panel.footer.target.text()
    panel.pin(Spot(1, 0), step=0, name="h")
    assert any(str(len(rows)) in line.name for line in panel.card_view.card.lines)
    walks.leave()
    assert not scene.is_mean
    assert scene.shown.x[4, 0] == scene.info.x_train[scene.snapshot.sample, 8]


def test_the_walk_shows_gate_by_gate_and_puts_back_what_was_shown(opened, qtbot):
    panel = lstm(opened, qtbot)
    opened.window.resize(1400, 1000)
    walks, scene = opened.wiring.walks, panel.unrolled.canvas.scene
    walks.go_to(Target(1, "first"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    assert scene.view == "all" or not panel.unrolled.canvas.has_room()
    panel.unrolled.strip.chips["c"].click()
    walks.step("operation")
    assert scene.view == "c"
    walks.leave()
    assert scene.view == "c"
    panel.unrolled.strip.chips["h"].click()
    walks.go_to(Target(1, "last"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    walks.leave()
    assert scene.view == "h"
    assert panel.unrolled.strip.chips["h"].isChecked()


def test_delta_goes_back_through_time_step_by_step_and_to_the_left(opened, qtbot):
    panel = lstm(opened, qtbot)
    walks, scene = opened.wiring.walks, panel.unrolled.canvas.scene
    walks.go_to(Target(1, "backward"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    last = len(walks.walk.operations)
    seen = []
    for index, each in enumerate(walks.walk.operations[:last]):
        if each.phase == "backward" and each.kind == "delta" and each.layer == 1:
            walks.go_to(Target(1, index))
            row = next(row for row in scene.layout.rows if row.spec.kind == "recurrent")
            seen.append(scene.cells(row).errors)
            ways = drop_ways(scene.layout, way_of(scene.lit))
            assert each.step == 15 or ways[-1][2] < ways[-1][0]
            assert panel.unrolled.strip.slider.value() == each.step + 1
    assert seen == list(range(15, -1, -1))


def test_a_gradient_gathers_on_the_way_back_and_is_held_at_a_step(opened, qtbot):
    panel = lstm(opened, qtbot)
    walks, scene = opened.wiring.walks, panel.unrolled.canvas.scene
    walks.go_to(Target(1, "first"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    operations = walks.walk.operations
    at = next(j for j, each in enumerate(operations) if (each.kind, each.layer) == ("gradient", 1))
    walks.go_to(Target(1, at))
    opened.window.strip.sample_chosen.emit("mean")
    panel.unrolled.strip.slider.setValue(4)
    assert scene.gather_step == 3
    assert not panel.is_sliding()
    late = panel.unrolled.canvas.grab().toImage()
    panel.unrolled.strip.slider.setValue(1)
    assert scene.gather_step == 0
    assert panel.unrolled.canvas.grab().toImage() != late
    for each in scene.snapshot.layers[1].parameters:
        assert scene.gathered.sums[each.name][0] == pytest.approx(each.gradient, rel=1e-9, abs=1e-14)
    walks.go_to(Target(1, at - 1))
    assert scene.gather_step is None


def test_where_not_all_gates_have_room_what_an_operation_makes_is_shown(opened, qtbot):
    panel = lstm(opened, qtbot)
    walks, scene = opened.wiring.walks, panel.unrolled.canvas.scene
    panel.unrolled.canvas.has_room = lambda: False
    seen = {}
    walks.go_to(Target(1, "first"))
    qtbot.waitUntil(lambda: walks.walk.on, timeout=20_000)
    for index, each in enumerate(walks.walk.operations):
        if each.step in (-1, 2):
            walks.go_to(Target(1, index))
            seen[each.phase, each.kind, each.layer] = scene.view
    assert [seen["forward", kind, 1] for kind in ("gates", "cell", "hidden")] == ["i", "c", "h"]
    assert seen["backward", "delta", 1] == seen["update", "update", 1] == seen["forward", "sum", 2] == "h"
    walks.leave()
    assert scene.view == "h"
