"""The network diagram, used as a person would."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest

from bpviz.present import palette
from bpviz.present.diagram.layout import Spot
from bpviz.text import set_language
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.fake_snapshots import function_run, function_snapshot, network_run, network_snapshot


@pytest.fixture
def panel(qtbot):
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(640, 420)
    return panel


def show(panel, info, **options):
    panel.show_run(info)
    panel.show_snapshot(network_snapshot(info, **options))
    panel.show()
    panel.activateWindow()
    assert QTest.qWaitForWindowActive(panel)
    return info


@pytest.fixture
def spiral(panel):
    return show(panel, network_run((2, 5, 3, 1)))


def tab_into(panel) -> None:
    panel.footer.next.setFocus()
    panel.canvas.setFocus(Qt.FocusReason.TabFocusReason)


def middle(panel, layer: int, unit: int) -> QPoint:
    return panel.canvas.target_rect(Spot(layer, unit)).center().toPoint()


def on_weight(panel, layer: int, unit: int, source: int) -> QPoint:
    """Return a point of a weight's line that no other line and no neuron is nearer to."""
    scene = panel.canvas.scene
    link = next(link for link in scene.links() if link.layer == layer)
    index = link.pairs.tolist().index([unit, source])
    for x, y in link.points[index, 1:-1].tolist():
        if scene.spot_at(round(x), round(y)) == Spot(layer, unit, source):
            return QPointF(x, y).toPoint()
    raise AssertionError("the weight is hidden by others")


def hover(panel, point: QPoint) -> None:
    QTest.mouseMove(panel.canvas, point + QPoint(1, 0))
    QTest.mouseMove(panel.canvas, point)
    QTest.qWait(1)


def pixel(panel, point: QPoint) -> QColor:
    return panel.canvas.grab().toImage().pixelColor(point)


def click(panel, point: QPoint) -> None:
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=point)


def test_pointing_at_a_neuron_shows_its_numbers(panel, spiral):
    hover(panel, middle(panel, 2, 1))
    assert panel.card_view.isVisible()
    assert panel.card_view.card.title == "Neuron 2 of layer 2"
    assert panel.card_view.image is not None
    assert not panel.card_view.copy_button.isVisible()


def test_pointing_at_a_weight_shows_its_numbers(panel, spiral):
    hover(panel, on_weight(panel, 3, 0, 2))
    assert panel.card_view.card.title == "Weight W⁽³⁾[1,3]"


def test_pointing_at_nothing_hides_the_card(panel, spiral):
    hover(panel, middle(panel, 2, 1))
    hover(panel, QPoint(3, 3))
    assert not panel.card_view.isVisible()


@pytest.mark.parametrize("size", [(300, 200), (640, 420), (1400, 900)])
@pytest.mark.parametrize("units", [(2, 8, 8, 1), (64, 50, 10)])
def test_the_card_stays_in_the_panel_and_off_what_is_pointed_at(panel, units, size, qtbot):
    panel.resize(*size)
    show(panel, network_run(units, picture_shape=(8, 8) if units[0] == 64 else None, output="sigmoid"))
    panel.layout().activate()
    QTest.qWait(30)  # the header may take a second row, and the canvas moves
    for layer, count in enumerate(units):
        for unit in (0, count // 2, count - 1):
            spot = Spot(layer, unit)
            hover(panel, middle(panel, layer, unit))
            # The screen's own pointer follows a moment later and must not have the last word.
            qtbot.waitUntil(lambda spot=spot: panel.canvas.scene.hovered == spot)
            assert panel.card_view.isVisible()
            card = panel.card_view.geometry()
            assert panel.rect().contains(card)
            target = panel.canvas.target_rect(spot).toRect()
            assert not card.intersects(target.translated(panel.canvas.pos()).adjusted(1, 1, -1, -1))


def test_a_click_pins_the_card_which_stays_live(panel, spiral):
    click(panel, middle(panel, 1, 2))
    hover(panel, QPoint(3, 3))
    assert panel.card_view.isVisible()
    before = panel.card_view.card
    panel.show_snapshot(network_snapshot(spiral, iteration=421, seed=5))
    after = panel.card_view.card
    assert after.title == before.title == "Neuron 3 of layer 1"
    assert after.lines[0].value != before.lines[0].value


def test_on_the_way_to_a_pinned_cards_buttons_nothing_takes_its_place(panel, spiral):
    click(panel, middle(panel, 1, 2))
    hover(panel, middle(panel, 2, 0))
    assert panel.card_view.card.title == "Neuron 3 of layer 1"
    assert panel.card_view.copy_button.isVisible()
    click(panel, middle(panel, 2, 0))
    assert panel.card_view.card.title == "Neuron 1 of layer 2"
    click(panel, QPoint(3, 3))
    assert not panel.card_view.isVisible()


def test_escape_lets_the_card_go(panel, spiral):
    click(panel, middle(panel, 1, 2))
    panel.canvas.setFocus()
    hover(panel, QPoint(3, 3))
    QTest.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert panel.canvas.scene.pinned is None


def test_the_cards_own_button_lets_it_go(panel, spiral):
    click(panel, on_weight(panel, 3, 0, 2))
    hover(panel, QPoint(3, 3))
    QTest.mouseClick(panel.card_view.close_button, Qt.MouseButton.LeftButton)
    assert panel.canvas.scene.pinned is None
    assert not panel.card_view.isVisible()


def test_copying_gives_all_digits(panel, spiral):
    click(panel, on_weight(panel, 3, 0, 2))
    hover(panel, QPoint(3, 3))
    QTest.mouseClick(panel.card_view.copy_button, Qt.MouseButton.LeftButton)
    w = float(panel.canvas.scene.snapshot.layers[3].weights[0, 2])
    assert f"w = {w!r}" in QGuiApplication.clipboard().text().splitlines()


def test_ctrl_c_copies_the_pinned_card(panel, spiral):
    QGuiApplication.clipboard().clear()
    click(panel, middle(panel, 1, 0))
    QTest.keyClick(panel.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("Neuron 1 of layer 1\nz = ")


def test_a_snapshot_of_another_run_is_dropped(panel, spiral):
    shown = panel.canvas.scene.snapshot
    other = network_run((2, 5, 3, 1), run_id=2)
    panel.show_snapshot(network_snapshot(other))
    assert panel.canvas.scene.snapshot is shown


def test_arrows_move_the_focus_and_enter_pins(panel, spiral):
    tab_into(panel)
    assert panel.canvas.scene.cursor == Spot(0, 0)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Down)
    assert panel.canvas.scene.cursor == Spot(0, 1)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Right)
    assert panel.canvas.scene.cursor.layer == 1
    QTest.keyClick(panel.canvas, Qt.Key.Key_Return)
    assert panel.canvas.scene.pinned == panel.canvas.scene.cursor
    assert panel.canvas.accessibleDescription().startswith("Neuron")


def test_tab_goes_through_the_neurons_and_on(panel, spiral):
    tab_into(panel)
    seen = []
    for _ in range(11):
        seen.append(panel.canvas.scene.cursor)
        QTest.keyClick(panel.canvas, Qt.Key.Key_Tab)
    counts = (2, 5, 3, 1)
    assert seen == [Spot(layer, unit) for layer, count in enumerate(counts) for unit in range(count)]
    assert not panel.canvas.hasFocus()
    assert panel.canvas.scene.cursor is None


def test_tab_does_not_stop_at_each_of_784_pixels(panel):
    show(panel, network_run((784, 50, 10), picture_shape=(28, 28), output="softmax"))
    tab_into(panel)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Tab)
    assert panel.canvas.scene.cursor == Spot(1, 0)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Backtab)
    assert panel.canvas.scene.cursor == Spot(0, 0)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Right)
    QTest.keyClick(panel.canvas, Qt.Key.Key_Down)
    assert panel.canvas.scene.cursor == Spot(0, 29)


def test_g_shows_gradients(panel, spiral):
    panel.canvas.setFocus()
    before = panel.canvas.grab().toImage()
    QTest.keyClick(panel.canvas, Qt.Key.Key_G)
    assert panel.footer.gradients.isChecked()
    assert panel.canvas.scene.strengths(1) is panel.canvas.scene.snapshot.layers[1].weight_gradient
    assert panel.canvas.grab().toImage() != before
    QTest.mouseClick(panel.footer.gradients, Qt.MouseButton.LeftButton)
    assert panel.canvas.scene.strengths(1) is panel.canvas.scene.snapshot.layers[1].weights


def test_more_and_fewer_neurons(panel, spiral, qtbot):
    controls = panel.header.controls[1]
    with qtbot.waitSignal(panel.units_changed) as heard:
        qtbot.mouseClick(controls.more, Qt.MouseButton.LeftButton)
    assert heard.args == [1, 4]
    with qtbot.waitSignal(panel.units_changed) as heard:
        qtbot.mouseClick(controls.fewer, Qt.MouseButton.LeftButton)
    assert heard.args == [1, 3]


def test_the_number_of_neurons_can_be_typed(panel, spiral, qtbot):
    box = panel.header.controls[0].units
    box.setFocus()
    box.selectAll()
    with qtbot.waitSignal(panel.units_changed) as heard:
        qtbot.keyClicks(box, "12")
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert heard.args == [0, 12]


def test_a_layer_keeps_one_neuron(panel, qtbot):
    show(panel, network_run((2, 1, 1)))
    assert not panel.header.controls[0].fewer.isEnabled()
    with qtbot.assertNotEmitted(panel.units_changed):
        qtbot.keyClick(panel.header.controls[0].units, Qt.Key.Key_Down)


def test_layers_are_added_and_removed(panel, spiral, qtbot):
    assert len(panel.header.adders) == 3
    for index, adder in enumerate(panel.header.adders):
        with qtbot.waitSignal(panel.layer_added) as heard:
            qtbot.mouseClick(adder, Qt.MouseButton.LeftButton)
        assert heard.args == [index]
    with qtbot.waitSignal(panel.layer_removed) as heard:
        qtbot.mouseClick(panel.header.controls[1].remove, Qt.MouseButton.LeftButton)
    assert heard.args == [1]


def test_activation_is_chosen_from_a_menu(panel, spiral, qtbot):
    actions = {action.text(): action for action in panel.header.controls[0].activation.menu().actions()}
    assert {"Identity", "Sigmoid", "tanh", "ReLU", "Leaky ReLU"} <= set(actions)
    assert "Softmax" not in actions  # made for an output
    assert [text for text, action in actions.items() if action.isChecked()] == ["tanh"]
    with qtbot.waitSignal(panel.activation_changed) as heard:
        actions["ReLU"].trigger()
    assert heard.args == [0, "relu"]


def test_in_a_narrow_panel_the_menu_does_it_all(panel, spiral, qtbot):
    panel.resize(300, 200)
    controls = panel.header.controls[0]
    assert not controls.more.isVisible()
    more = next(action for action in controls.activation.menu().actions() if "more" in action.text())
    with qtbot.waitSignal(panel.units_changed) as heard:
        more.trigger()
    assert heard.args == [0, 6]


def test_controls_stand_over_their_columns_and_apart(panel, spiral):
    for size in ((300, 200), (640, 420), (1400, 900)):
        panel.resize(*size)
        places = [controls.geometry() for controls in panel.header.controls]
        places += [adder.geometry() for adder in panel.header.adders]
        for index, place in enumerate(places):
            assert panel.header.rect().contains(place)
            assert not any(place.intersects(other) for other in places[:index])
        centres = [column.centre_x for column in panel.canvas.scene.layout.columns[1:-1]]
        assert [place.center().x() for place in places[:2]] == pytest.approx(centres, abs=2)


def test_controls_follow_the_run(panel, spiral):
    show(panel, network_run((2, 4, 4, 4, 4, 1)))
    assert [controls.units.value for controls in panel.header.controls] == [4, 4, 4, 4]
    show(panel, network_run((2, 1)))
    assert panel.header.controls == []
    assert len(panel.header.adders) == 1


def test_another_sample(panel, qtbot):
    info = show(panel, network_run((4, 6, 3), output="softmax", class_names=("a", "b", "c")))
    assert panel.footer.target.text() == f"→ {info.class_names[info.y_train[0]]}"
    with qtbot.waitSignal(panel.sample_changed) as heard:
        qtbot.mouseClick(panel.footer.next, Qt.MouseButton.LeftButton)
    assert heard.args == [1]
    # An older snapshot on its way does not undo the choice.
    panel.show_snapshot(network_snapshot(info, iteration=421, sample=0))
    assert panel.footer.sample.value == 1
    panel.show_snapshot(network_snapshot(info, iteration=422, sample=1))
    with qtbot.waitSignal(panel.sample_changed) as heard:
        qtbot.mouseClick(panel.footer.previous, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(panel.footer.previous, Qt.MouseButton.LeftButton)
    assert panel.footer.sample.value == len(info.x_train) - 1


def test_picture_shows_the_weights_of_the_unit_pointed_at(panel):
    show(panel, network_run((64, 50, 10), picture_shape=(8, 8), output="softmax"))
    digit = panel.canvas.scene.picture().copy()
    hover(panel, middle(panel, 1, 7))
    weights = panel.canvas.scene.picture()
    assert (weights.width(), weights.height()) == (8, 8)
    assert weights != digit
    assert panel.card_view.image == weights


def test_neuron_shows_its_map_the_right_way_up(panel):
    show(panel, network_run((2, 5, 3, 1)))
    x, y, width, height = panel.canvas.scene.layout.cell(0, 1)
    # x₂ grows upwards: orange above, blue below.
    above = pixel(panel, QPoint(round(x + width / 2), round(y + 0.15 * height)))
    below = pixel(panel, QPoint(round(x + width / 2), round(y + 0.85 * height)))
    assert above.red() > above.blue()
    assert below.blue() > below.red()


def test_strong_weights_are_drawn_in_their_colour(panel):
    info = network_run((2, 2, 1))
    show(panel, info)
    snapshot = panel.canvas.scene.snapshot
    weights = snapshot.layers[2].weights
    source = int(np.abs(weights[0]).argmax())
    colour = pixel(panel, on_weight(panel, 2, 0, source))
    assert (colour.red() > colour.blue()) == bool(weights[0, source] > 0)


@pytest.mark.parametrize("theme", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("units", "options"),
    [
        ((2, 8, 8, 1), {}),
        ((1, 8, 1), {"task": "regression", "output": "identity"}),
        ((2, 16, 16, 3), {"output": "softmax"}),
        ((64, 50, 10), {"picture_shape": (8, 8), "output": "softmax"}),
        ((784, 50, 10), {"picture_shape": (28, 28), "output": "softmax"}),
        ((13, 40, 40, 3), {"output": "softmax", "hidden": "relu"}),
        ((2, 1), {}),
        ((3, 2, 2), {"task": "regression", "output": "identity"}),
    ],
)
def test_every_network_is_painted_at_every_size(panel, theme, units, options):
    panel.set_palette(theme)
    show(panel, network_run(units, **options))
    for size in ((300, 200), (640, 420), (1400, 900)):
        panel.resize(*size)
        for gradients in (False, True):
            panel.canvas.set_gradients(gradients)
            image = panel.canvas.grab().toImage()
            colours = {
                image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 7)
            }
            assert len(colours) > 20


def test_weights_that_are_not_finite_are_painted_all_the_same(panel):
    info = network_run((2, 3, 1))
    show(panel, info)
    snapshot = network_snapshot(info, iteration=421, scale=1.0)
    for layer in snapshot.layers[1:]:
        layer.weights[:] = np.inf
        layer.a[:] = np.nan
        layer.maps[:] = np.nan
    panel.show_snapshot(snapshot)
    hover(panel, middle(panel, 1, 1))
    assert not panel.grab().isNull()
    assert panel.card_view.card.lines[1].shown() == "a = tanh z = NaN"


@pytest.mark.parametrize(("variables", "point"), [(1, (5.0,)), (2, (1.5, -1.5))])
def test_a_function_is_a_small_diagram_with_numbers(panel, variables, point):
    info = function_run(variables)
    panel.show_run(info)
    panel.show_snapshot(function_snapshot(info, point))
    panel.show()
    assert not panel.header.isVisible()
    hover(panel, middle(panel, 0, variables - 1))
    assert panel.card_view.card.title == f"Variable {'xy'[variables - 1]}"
    assert panel.card_view.card.lines[1].value == 2 * point[-1]
    hover(panel, middle(panel, 1, 0))
    assert panel.card_view.card.lines[0].value == sum(value**2 for value in point)
    assert panel.subtitle().startswith(info.formula)


def test_from_a_function_back_to_a_network(panel):
    info = function_run(2)
    panel.show_run(info)
    panel.show_snapshot(function_snapshot(info, (1.0, 1.0)))
    panel.show()
    show(panel, network_run((2, 5, 3, 1), run_id=3))
    assert panel.header.isVisible()
    assert len(panel.canvas.scene.layout.columns) == 4


def test_chinese_is_said_while_running(panel, spiral):
    click(panel, middle(panel, 2, 1))
    hover(panel, QPoint(3, 3))
    set_language("zh_CN")
    panel.retranslate()
    assert panel.card_view.card.title == "第 2 层第 2 个神经元"
    assert panel.footer.gradients.text() == "梯度"
    assert panel.header.adders[0].toolTip() == "在此添加一层"
    assert panel.subtitle() == "2–5–3–1 · 37 θ · 迭代 420"


def test_every_control_says_what_it_is(panel, spiral):
    controls = panel.header.controls[0]
    found = [controls.fewer, controls.units, controls.more, controls.activation, controls.remove]
    found += [panel.header.adders[0], panel.footer.sample, panel.footer.next, panel.footer.previous]
    found += [panel.footer.gradients, panel.card_view.copy_button, panel.card_view.close_button]
    for control in found:
        assert control.toolTip()
        assert control.accessibleName() or control.text()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert panel.canvas.accessibleName() == "Network diagram"


def test_lines_are_made_once(panel, spiral):
    panel.canvas.grab()
    made = dict(panel.canvas.scene.lines._lines)
    panel.canvas.grab()
    assert panel.canvas.scene.lines._lines == made
    panel.resize(700, 500)
    assert not panel.canvas.scene.lines._lines


def test_a_picture_at_ratio_2_has_the_same_lines_and_its_own_ground(panel, spiral):
    link = panel.canvas.scene.links()[2]
    source = int(np.abs(panel.canvas.scene.snapshot.layers[3].weights[0]).argmax())
    x, y = link.points[source, len(link.points[source]) // 2].round().astype(int).tolist()
    y += panel.canvas.y()
    once, twice = panel.render_image(640, 420, 1.0), panel.render_image(640, 420, 2.0)
    assert twice.width() == 1280
    colour = once.pixelColor(x, y)
    assert colour != QColor(palette.LIGHT.card)
    # All across the middle of a thick line: no gaps between its threads.
    for i in (0, 1):
        for j in (0, 1):
            found = twice.pixelColor(2 * x + i, 2 * y + j)
            assert found.getRgb() == pytest.approx(colour.getRgb(), abs=10)
    assert twice.pixelColor(4, 830).name() == palette.LIGHT.card


def test_a_larger_layer_keeps_its_maps_in_the_cells_of_its_grid(panel):
    info = network_run((2, 20, 3, 1))
    show(panel, info)
    assert panel.canvas.scene.layout.columns[1].kind == "grid"
    image = panel.canvas.grab().toImage()
    x, y, width, height = panel.canvas.scene.layout.cell(1, 4)
    inside = {
        image.pixelColor(round(x + share_x * width), round(y + share_y * height)).name()
        for share_x in (0.3, 0.5, 0.7)
        for share_y in (0.3, 0.5, 0.7)
    }
    # An activation alone is one colour.
    assert len(inside) > 4


def test_a_weight_tells_its_old_and_new_value(panel):
    info = network_run((2, 5, 3, 1))
    show(panel, info, iteration=0)
    panel.show_snapshot(network_snapshot(info, iteration=1, seed=2))
    panel.canvas.pin(Spot(1, 0, 0))
    said = [line.shown() for line in panel.card_view.card.lines]
    assert any(line.startswith("last change: ") and " → " in line for line in said)
    # The same iteration once more, for another sample, changes nothing about it.
    panel.show_snapshot(network_snapshot(info, iteration=1, seed=2, sample=1))
    assert [line.shown() for line in panel.card_view.card.lines][2] == said[2]
