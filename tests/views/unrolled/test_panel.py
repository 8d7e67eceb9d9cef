"""A recurrent network in the Network panel, used as a person would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtTest import QTest

from bpviz.present import palette
from bpviz.present.numbers import short
from bpviz.present.unrolled.layout import Mark
from bpviz.present.unrolled.updated import most_updated
from bpviz.present.walk.light import lit_at, walked_snapshot
from bpviz.snapshot import SnapshotRequest
from bpviz.snapshot.dissection import Operation
from bpviz.text import set_language
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from bpviz.views.network.panel import NetworkPanel
from tests.helpers.fake_snapshots import network_run, network_snapshot
from tests.helpers.sequences import shown, training

SIZES = [(480, 300), (230, 170), (1200, 800)]
NETWORKS = [
    ("delayed_xor", "lstm 16", None),
    ("binary_addition", "gru 8", None),
    ("noisy_sine", "rnn 16, 8 relu", None),
    ("binary_addition", "rnn 8 sequence, lstm 4, 6 tanh", None),
    ("parity", "gru 20 sequence, flatten, 5", 60),
    ("delayed_xor", "rnn 6 truncate 3, dropout 0.2", None),
    ("echo", "rnn 3", 400),
]


@pytest.fixture
def panel(qtbot):
    panel = NetworkPanel()
    qtbot.addWidget(panel)
    panel.resize(640, 420)
    return panel


def show(panel, data="delayed_xor", layers="lstm 16", **options):
    info, snapshot = shown(data, layers, **options)
    panel.show_run(info)
    panel.show_snapshot(snapshot)
    panel.show()
    panel.activateWindow()
    assert QTest.qWaitForWindowActive(panel)
    return info, snapshot


def with_arrays(snapshot, **arrays):
    """Return the snapshot with other arrays in its first layer."""
    below, layer, *above = snapshot.layers
    return replace(snapshot, layers=(below, replace(layer, arrays={**layer.arrays, **arrays}), *above))


def scene(panel):
    return panel.unrolled.canvas.scene


def middle(panel, mark: Mark) -> QPoint:
    rect = panel.unrolled.canvas.target_rect(mark)
    assert not rect.isNull()
    return rect.center().toPoint()


def hover(panel, mark: Mark) -> None:
    QTest.mouseMove(panel.unrolled.canvas, middle(panel, mark))


def click(panel, mark: Mark) -> None:
    QTest.mouseClick(panel.unrolled.canvas, Qt.MouseButton.LeftButton, pos=middle(panel, mark))


def key(panel, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.unrolled.canvas, key, modifier)


def picture(panel):
    return panel.unrolled.canvas.grab().toImage()


def colour(panel, mark: Mark) -> str:
    return picture(panel).pixelColor(middle(panel, mark)).name()


def test_a_recurrent_run_is_unrolled_and_another_one_is_not(panel):
    show(panel)
    assert panel.unrolled.isVisible()
    assert not panel.canvas.isVisible()
    assert not panel.header.isVisible()
    assert panel.subtitle() == "16 × 2 → LSTM 16 → 1 · 1\u2009233 θ · iteration 3"
    info = network_run((2, 5, 1), run_id=2)
    panel.show_run(info)
    panel.show_snapshot(network_snapshot(info))
    assert panel.canvas.isVisible()
    assert panel.header.isVisible()
    assert not panel.unrolled.isVisible()
    show(panel)
    assert panel.unrolled.isVisible()


def test_an_old_run_s_snapshot_is_dropped(panel):
    _, snapshot = show(panel)
    panel.show_snapshot(replace(snapshot, run_id=99, iteration=77))
    assert scene(panel).snapshot.iteration == 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("data", "layers", "steps"), NETWORKS)
def test_every_network_is_painted_at_any_size(panel, data, layers, steps, size):
    show(panel, data, layers, steps=steps)
    panel.resize(*size)
    for view in panel.unrolled.strip.chips:
        panel.unrolled.canvas.set_view(view)
        for colours in (palette.LIGHT, palette.DARK):
            panel.set_palette(colours)
            seen = picture(panel)
            assert seen.pixelColor(1, 1).name() == colours.card
            across, down = range(0, seen.width(), 7), range(0, seen.height(), 3)
            assert len({seen.pixelColor(x, y).name() for x in across for y in down}) > 5


def test_a_cell_has_its_unit_s_colour(panel):
    _, snapshot = show(panel)
    h = np.zeros((16, 16))
    h[4, 2], h[5, 2] = 1.0, -1.0
    panel.show_snapshot(with_arrays(snapshot, h=h))
    assert colour(panel, Mark("cell", 1, 4, 2, "h")) == palette.LIGHT.positive
    assert colour(panel, Mark("cell", 1, 5, 2, "h")) == palette.LIGHT.negative
    assert QColor(colour(panel, Mark("cell", 1, 6, 2, "h"))).lightness() > 250


def test_pointing_at_a_cell_shows_its_sum(panel):
    show(panel, "binary_addition", "rnn 8 sequence, lstm 4, 6 tanh")
    hover(panel, Mark("cell", 1, 4, 2, "h"))
    card = panel.card_view.card
    assert panel.card_view.isVisible()
    assert card.title == "RNN⁽¹⁾, unit 3 at step 5"
    assert [line.name for line in card.lines[:4]] == ["Wx·x₅", "Wh·h₄", "b", "z₅ = Wx·x₅ + Wh·h₄ + b"]
    assert not panel.card_view.copy_button.isVisible()
    QTest.mouseMove(panel.unrolled.canvas, QPoint(3, 3))
    assert not panel.card_view.isVisible()


def test_a_click_keeps_the_card_and_lights_the_step(panel):
    _, snapshot = show(panel)
    click(panel, Mark("cell", 1, 4, 2, "h"))
    assert panel.card_view.copy_button.isVisible()
    assert scene(panel).step == 4
    assert panel.unrolled.strip.slider.value() == 5
    QTest.mouseClick(panel.card_view.copy_button, Qt.MouseButton.LeftButton)
    assert repr(float(snapshot.layers[1].arrays["h"][4, 2])) in QGuiApplication.clipboard().text()
    QTest.mouseMove(panel.unrolled.canvas, QPoint(3, 3))
    assert panel.card_view.isVisible()
    key(panel, Qt.Key.Key_Escape)
    assert not panel.card_view.isVisible()
    assert scene(panel).step == 4
    key(panel, Qt.Key.Key_Escape)
    assert scene(panel).step is None


def test_a_card_stays_and_follows_the_run(panel):
    _, snapshot = show(panel)
    click(panel, Mark("cell", 1, 4, 2, "h"))
    panel.show_snapshot(replace(with_arrays(snapshot, h=np.full((16, 16), 0.25)), iteration=4))
    assert "0.25" in panel.card_view.card.copied()


@pytest.mark.parametrize(
    "mark",
    [
        Mark("cell", 1, 0, 0, "h"),
        Mark("cell", 1, 15, 15, "h"),
        Mark("norm", 1, 8),
        Mark("cell", 0, 8, 1),
        Mark("cell", 2, 15, 0, "a"),
        Mark("weight", 1, unit=30, name="Wh", source=5),
    ],
)
def test_a_card_leaves_visible_what_it_is_about(panel, mark):
    show(panel)
    panel.resize(480, 300)
    panel.unrolled.canvas.pin(mark)
    canvas = panel.unrolled.canvas
    target = canvas.target_rect(mark).translated(QPointF(canvas.mapTo(panel, QPoint(0, 0))))
    assert panel.card_view.isVisible()
    assert not target.toRect().intersects(panel.card_view.geometry())


def test_chips_choose_what_the_cells_show(panel):
    _, snapshot = show(panel)
    strip = panel.unrolled.strip
    assert [chip.text() for chip in strip.chips.values()] == ["h", "c", "i", "f", "g", "o", "δ", "all"]
    QTest.mouseClick(strip.chips["f"], Qt.MouseButton.LeftButton)
    assert scene(panel).view == "f"
    hover(panel, Mark("cell", 1, 4, 2, "f"))
    said = panel.card_view.card.copied()
    assert repr(float(snapshot.layers[1].arrays["f"][4, 2])) in said
    QTest.mouseClick(strip.chips["f"], Qt.MouseButton.LeftButton)
    assert strip.chips["f"].isChecked()
    QTest.mouseClick(strip.chips["all"], Qt.MouseButton.LeftButton)
    rows = [row.spec.name for row in scene(panel).layout.rows if row.spec.kind == "recurrent"]
    assert rows == ["i", "f", "g", "o", "c", "h"]


def test_a_kept_card_tells_what_its_cell_shows_now(panel):
    _, snapshot = show(panel)
    click(panel, Mark("cell", 1, 4, 2, "h"))
    panel.unrolled.strip.chips["o"].click()
    assert scene(panel).pinned == Mark("cell", 1, 4, 2, "o")
    told = next(line for line in panel.card_view.card.lines if line.name.startswith("o₅ = "))
    assert told.value == snapshot.layers[1].arrays["o"][4, 2]


def test_a_view_that_the_next_run_lacks_is_left(panel):
    show(panel)
    panel.unrolled.strip.chips["f"].click()
    show(panel, "binary_addition", "gru 8", run_id=2)
    assert scene(panel).view == "h"
    assert panel.unrolled.strip.chips["h"].isChecked()


def test_arrow_keys_walk_through_time(panel):
    show(panel)
    panel.footer.next.setFocus()
    panel.unrolled.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.card_view.card.title == "LSTM⁽¹⁾ at step 1"
    key(panel, Qt.Key.Key_Right)
    key(panel, Qt.Key.Key_Right)
    assert scene(panel).step == 2
    assert panel.unrolled.strip.place.text() == "t = 3/16"
    key(panel, Qt.Key.Key_Up)
    assert panel.card_view.card.title == "LSTM⁽¹⁾, unit 16 at step 3"
    assert "unit 16" in panel.unrolled.canvas.accessibleDescription()
    key(panel, Qt.Key.Key_Return)
    assert panel.card_view.copy_button.isVisible()
    key(panel, Qt.Key.Key_End)
    assert scene(panel).step == 15


def test_the_slider_lights_a_step(panel):
    show(panel)
    before = picture(panel)
    panel.unrolled.strip.slider.setValue(6)
    assert scene(panel).step == 5
    layout = scene(panel).layout
    lit, x = picture(panel), round(layout.left + 5.1 * layout.column)
    among, beside_the_answer = QPoint(x, round(layout.rows[0].box[1]) - 4), QPoint(x, 8)
    assert lit.pixelColor(among) != before.pixelColor(among)
    assert lit.pixelColor(beside_the_answer) == before.pixelColor(beside_the_answer)


def walked(panel, data, layers, operation):
    """Show an operation of the walk, of the mean over the batch."""
    run = training(data, layers)
    lit = lit_at(dissect(run, RunConfig()), operation, "mean")
    panel.show_run(run.info)
    snapshot = walked_snapshot(run.snapshot(SnapshotRequest(sample=3)), lit)
    panel.show_snapshot(snapshot)
    panel.show()
    panel.unrolled.set_lit(lit)
    return lit, snapshot


def written(monkeypatch, panel):
    """Return what is painted as text."""
    found = []
    monkeypatch.setattr(QPainter, "drawText", lambda _, *rest: found.append(rest[-1]))
    panel.unrolled.canvas.scene.changed()
    picture(panel)
    return found


@pytest.mark.parametrize("layer", [1, 2])
def test_an_update_tells_the_weight_that_changes_most(panel, monkeypatch, layer):
    lit, snapshot = walked(panel, "binary_addition", "gru 4", Operation("update", "update", layer))
    weights = [each for each in lit.dissection.layers[layer - 1].parameters if each.role == "weight"]
    one = max(weights, key=lambda each: abs(each.update).max())
    place = np.unravel_index(abs(one.update).argmax(), one.update.shape)
    old = float(one.values[place])
    new = float(next(p.values for p in snapshot.layers[layer].parameters if p.name == one.name)[place])
    found = most_updated(snapshot.layers[layer], layer)
    assert (found.mark.unit, found.mark.source, found.new) == (*place, new)
    assert found.old == pytest.approx(old, rel=1e-12)
    text = f"{one.symbol} {short(old, 3)} → {short(new, 3)}"
    assert text in written(monkeypatch, panel)


@pytest.mark.parametrize("data", ["binary_addition", "delayed_xor"])
def test_the_loss_stands_beside_the_answers(panel, monkeypatch, data):
    lit, _ = walked(panel, data, "rnn 4", Operation("loss", "loss"))
    assert f"L = {short(lit.dissection.loss)}" in written(monkeypatch, panel)


def bar(panel, step: int) -> QColor:
    rect = panel.unrolled.canvas.target_rect(Mark("norm", 1, step))
    return picture(panel).pixelColor(rect.center().toPoint().x(), round(rect.bottom()) - 4)


def magenta(panel, step: int) -> bool:
    seen = bar(panel, step)
    return seen.red() > seen.green() + 40


def test_time_is_played_forward_and_delta_comes_back(panel):
    _, snapshot = show(panel)
    panel.show_snapshot(with_arrays(snapshot, delta_h=np.ones((16, 16))))
    strip = panel.unrolled.strip
    assert all(magenta(panel, step) for step in (0, 8, 15))
    key(panel, Qt.Key.Key_T)
    strip._timer.stop()
    for _ in range(4):
        strip.advance()
    assert strip.place.text() == "t → 5/16"
    assert not any(magenta(panel, step) for step in (0, 8, 15))
    # What is not reached yet is pale.
    assert QColor(colour(panel, Mark("cell", 2, 15, 0, "a"))).lightness() > 220
    for _ in range(12 + 7):
        strip.advance()
    assert strip.place.text() == "t ← 9/16"
    assert [magenta(panel, step) for step in (0, 7, 8, 15)] == [False, False, True, True]
    for _ in range(9):
        strip.advance()
    assert scene(panel).clock is None
    assert scene(panel).step is None
    assert all(magenta(panel, step) for step in (0, 8, 15))


def test_playing_runs_by_itself_and_ends_when_it_is_stopped(panel, qtbot):
    show(panel)
    strip = panel.unrolled.strip
    QTest.mouseClick(strip.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: strip.clock is not None and strip.clock.position >= 2, timeout=20_000)
    QTest.mouseClick(strip.play, Qt.MouseButton.LeftButton)
    assert scene(panel).clock is None
    assert not strip._timer.isActive()
    strip.toggle()
    panel.hide()
    assert not strip._timer.isActive()


def test_gradients_take_the_weights_place(panel):
    show(panel)
    mark = Mark("weight", 1, unit=30, name="Wh", source=5)
    before = picture(panel)
    key(panel, Qt.Key.Key_G)
    assert panel.footer.gradients.isChecked()
    box = panel.unrolled.canvas.scene.layout.row_of(1).matrices[1].box
    area = QPoint(round(box[0]), round(box[1])), QPoint(round(box[2]), round(box[3]))
    first, second = (
        image.copy(area[0].x(), area[0].y(), area[1].x(), area[1].y()) for image in (before, picture(panel))
    )
    assert first != second
    hover(panel, mark)
    assert panel.card_view.card.title == "Weight Wh⁽¹⁾[f 15, 6]"


def test_the_footer_tells_the_answer_at_every_step(panel):
    info, _ = show(panel, "binary_addition", "gru 8")
    assert panel.footer.target.text() == "→ " + "".join(map(str, info.y_train[3].tolist()))


def test_a_picture_is_painted_once_while_the_pointer_moves(panel, monkeypatch):
    show(panel)
    picture(panel)
    painted = []
    monkeypatch.setattr("bpviz.views.unrolled.canvas.paint_still", lambda *given: painted.append(given))
    hover(panel, Mark("cell", 1, 4, 2, "h"))
    panel.unrolled.strip.slider.setValue(3)
    picture(panel)
    assert painted == []
    panel.set_palette(palette.DARK)
    picture(panel)
    assert len(painted) == 1


def test_a_picture_at_ratio_two_has_two_pixels_for_one(panel):
    show(panel)
    image = panel.render_image(640, 420, 2.0)
    assert (image.width(), image.height()) == (1280, 840)
    plain = panel.render_image(640, 420, 1.0)
    assert image.scaled(640, 420) != plain


def test_another_language_reaches_every_part(panel):
    show(panel)
    set_language("zh_CN")
    panel.retranslate()
    assert panel.unrolled.canvas.accessibleName() == "沿时间展开的网络"
    assert panel.unrolled.strip.chips["all"].text() == "全部"
    hover(panel, Mark("cell", 1, 4, 2, "h"))
    assert panel.card_view.card.title == "LSTM⁽¹⁾ 第 3 个单元，第 5 步"


def test_every_control_is_named_and_in_the_tab_order(panel):
    show(panel)
    chain = panel.unrolled.strip.tab_chain()
    assert all(widget.accessibleName() and widget.toolTip() for widget in chain)
    panel.unrolled.strip.play.setFocus()
    QTest.keyClick(panel.unrolled.strip.play, Qt.Key.Key_Tab)
    assert panel.unrolled.strip.slider.hasFocus()
    QTest.keyClick(panel.unrolled.strip.slider, Qt.Key.Key_Tab)
    assert panel.unrolled.canvas.hasFocus()
    QTest.keyClick(panel.unrolled.canvas, Qt.Key.Key_Tab)
    assert panel.footer.previous.hasFocus()
