"""The window that slides over maps during the walk, held and moved by keys, used as a person would."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from bpviz.present.diagram.layout import Spot
from bpviz.snapshot.probing import ParameterPlace
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.sequences import shown
from tests.present.walk.test_flow import PICTURES, begun, place_of


@pytest.fixture(scope="module")
def run():
    training, dissection, snapshot = begun(**PICTURES)
    return training.info, dissection, snapshot


@pytest.fixture
def panel(qtbot, run):
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    info, _, snapshot = run
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.show()
    panel.activateWindow()
    assert QTest.qWaitForWindowActive(panel)
    return panel


def light(panel, run, phase, kind, layer, sample=4):
    _, dissection, _ = run
    operation = dissection.operations[place_of(dissection, phase, kind, layer)]
    panel.show_operation(dissection, operation, sample)
    # What a step did before it is run through first: the last of it stays.
    while panel.canvas._stages:
        panel.canvas._begin_stage()
    panel.canvas._tell_window()


def key(panel, key):
    QTest.keyClick(panel.canvas, key)


def test_keys_move_the_window_place_by_place_in_the_map_where_most_happens(panel, run):
    light(panel, run, "forward", "sum", 1)
    state = panel.canvas.scene.snapshot.layers[1]
    first = int(np.abs(state.a).argmax()) // 16 * 16
    panel.canvas.setFocus()
    key(panel, Qt.Key.Key_Home)
    assert panel.canvas.scene.cursor == Spot(1, first)
    for _ in range(5):
        key(panel, Qt.Key.Key_PageDown)
    assert panel.footer.places.place.text() == "6/16"
    assert f"z = Σ w·x + b = {float(state.z[first + 5])!r}" in panel.card_view.card.copied()
    key(panel, Qt.Key.Key_PageUp)
    assert panel.canvas.scene.cursor == Spot(1, first + 4)
    key(panel, Qt.Key.Key_End)
    assert panel.footer.places.place.text() == "16/16"
    key(panel, Qt.Key.Key_PageDown)
    assert panel.canvas.scene.cursor == Spot(1, first + 15)


def test_the_buttons_move_it_and_escape_lets_it_slide_on(panel, run):
    light(panel, run, "backward", "gradient", 1)
    places = panel.footer.places
    assert places.isVisible()
    panel.canvas.place_window(8)
    QTest.mouseClick(places.on, Qt.MouseButton.LeftButton)
    assert places.place.text() == "10/16"
    QTest.mouseClick(places.back, Qt.MouseButton.LeftButton)
    assert places.place.text() == "9/16"
    assert [table.name for table in panel.card_view.card.tables][:2] == ["x", "δ·x"]
    assert not panel.canvas.sliding
    key(panel, Qt.Key.Key_Escape)
    assert panel.canvas.scene.held_unit(panel.canvas.window_flow()) is None


def test_what_is_pointed_at_holds_the_window_in_its_own_map(panel, run):
    light(panel, run, "forward", "sum", 1)
    panel.pin(Spot(1, 16 + 7))
    flow = panel.canvas.window_flow()
    assert panel.canvas.scene.window_unit(flow) == 23
    panel.canvas.move_window(1)
    assert panel.canvas.scene.pinned == Spot(1, 24)


def test_without_a_window_there_is_no_place(panel, run):
    light(panel, run, "forward", "sum", 1)
    assert panel.footer.places.isVisible()
    light(panel, run, "forward", "flatten", 3)
    assert not panel.footer.places.isVisible()
    assert panel.canvas.window_flow() is None
    panel.show_operation(None, None)
    assert not panel.footer.places.isVisible()


def test_a_network_unrolled_over_time_has_no_place_left_from_the_run_before(panel, run):
    light(panel, run, "forward", "sum", 1)
    info, snapshot = shown("delayed_xor", "rnn 3", run_id=99)
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    assert not panel.footer.places.isVisible()


def test_the_window_slides_until_it_was_everywhere(panel, run, qtbot):
    light(panel, run, "forward", "pool", 2)
    canvas = panel.canvas
    if not canvas._flowing.isActive():
        canvas._went_round = False
        canvas._flowing.start()
    assert canvas.sliding
    canvas._flows_since -= 2 * canvas._period_s
    qtbot.waitUntil(lambda: not canvas.sliding)


def test_the_kernel_s_gradient_is_painted_as_far_as_it_is_gathered(panel, run):
    light(panel, run, "backward", "gradient", 1, "mean")
    _, dissection, _ = run
    found = panel.canvas.scene.gathering(1)
    gradient = dissection.layers[0].parameters[0].gradient
    np.testing.assert_allclose(found.until(16), gradient, rtol=1e-9, atol=1e-13)
    pictures = []
    for place in (0, 15):
        panel.canvas.place_window(place)
        panel.card_view.hide()
        box = panel.canvas.scene.layout.columns[1].kernel_box(2)
        pictures.append(panel.canvas.grab().toImage().copy(*(round(each) for each in box)))
    assert pictures[0] != pictures[1]


def test_a_kernel_s_weight_and_bias_are_changed_with_the_keyboard_alone(panel, qtbot):
    changed = []
    panel.number_changed.connect(lambda where, value: changed.append((where, value)))
    panel.canvas.setFocus()
    panel.canvas._set_cursor_spot(Spot(1, 2, 4, kernel=True))
    key(panel, Qt.Key.Key_Return)
    assert panel.canvas.scene.pinned == Spot(1, 2, 4, kernel=True)
    key(panel, Qt.Key.Key_Return)
    assert panel.number_box.isVisible()
    (weight, field), (bias, other) = panel.number_box.fields
    assert weight.where == ParameterPlace(1, "W", (2, 0, 1, 1))
    assert bias.where == ParameterPlace(1, "b", (2,))
    field.setText("0.5")
    other.setText("-0.25")
    QTest.keyClick(other, Qt.Key.Key_Return)
    assert changed == [(weight.where, 0.5), (bias.where, -0.25)]


def test_a_pixel_of_the_picture_is_changed(panel):
    changed = []
    panel.number_changed.connect(lambda where, value: changed.append((where, value)))
    panel.pin(ParameterPlace(0, "x", (19,)))
    assert panel.canvas.scene.pinned == Spot(0, 19)
    panel.card_view.edit()
    panel.number_box.fields[0][1].setText("1.5")
    panel.number_box.take()
    assert changed == [(ParameterPlace(0, "x", (19,)), 1.5)]
