"""The loss panel, used as a person would."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from pytestqt.qtbot import QtBot

from bpviz.present.palette import DARK, LIGHT
from bpviz.snapshot import Evaluation, RunInfo, Snapshot
from bpviz.text import set_language
from bpviz.views.loss.panel import LossPanel
from tests.helpers.fake_history import fake_history, shortened

INFO = RunInfo(1, "network", "spiral", 37, task="classification")


def snapshot(iteration: int) -> Snapshot:
    zero = np.zeros(1)
    train, test = Evaluation(0.03612, 0.984), Evaluation(0.0741, 0.971)
    return Snapshot(1, iteration, 1.0, 0.1, 0.03, 1.0, zero, zero, train, test)


@pytest.fixture
def panel(qtbot: QtBot) -> LossPanel:
    panel = LossPanel()
    qtbot.addWidget(panel)
    panel.resize(500, 200)
    panel.show_run(INFO)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def filled(panel: LossPanel, iterations: int = 400, every: int = 1) -> LossPanel:
    panel.show_history(fake_history(iterations, every=every))
    panel.show_snapshot(snapshot(iterations))
    panel.plot.grab()
    return panel


def at(panel: LossPanel, iteration: int) -> QPoint:
    x = float(panel.plot.x_axis.pixel(iteration))
    return QPointF(x, panel.plot.height() / 2).toPoint()


def count_colour(image: QImage, colour: str) -> int:
    """Return how many pixels are close to a colour."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3]
    wanted = [int(colour[i : i + 2], 16) for i in (5, 3, 1)]
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) <= 12).sum())


def wheel(panel: LossPanel, position: QPoint, notches: int, modifiers: Qt.KeyboardModifier) -> None:
    where = QPointF(position)
    event = QWheelEvent(
        where,
        QPointF(panel.plot.mapToGlobal(position)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QGuiApplication.sendEvent(panel.plot, event)


def test_before_the_first_iteration_there_are_axes_and_a_sentence(panel: LossPanel) -> None:
    image = panel.grab().toImage()
    assert count_colour(image, LIGHT.grid) > 100
    assert count_colour(image, LIGHT.path) == 0
    assert panel.subtitle() == ""
    assert panel.legend.texts() == ["train", "test"]


def test_curves_and_position_are_drawn_and_said(panel: LossPanel) -> None:
    filled(panel)
    image = panel.grab().toImage()
    assert count_colour(image, LIGHT.accent) > 300
    assert count_colour(image, LIGHT.test) > 60
    assert count_colour(image, LIGHT.path) > 60
    assert panel.subtitle() == "iteration 400"
    assert panel.legend.texts() == ["train 0.03612 · 98.4\u2009%", "test 0.07410 · 97.1\u2009%"]


def test_until_a_snapshot_comes_the_legend_says_what_was_recorded(panel: LossPanel) -> None:
    history = fake_history(400, every=100)
    panel.show_history(history)
    assert panel.legend.texts()[0].startswith(f"train {history.train_loss[0]:#.4g}")


def test_the_shown_iteration_is_dotted_with_its_own_values(panel: LossPanel) -> None:
    panel.show_history(fake_history(400, every=400))
    panel.show_snapshot(snapshot(200))
    panel.plot.grab()
    image = panel.plot.grab().toImage()
    band = panel.plot.bands[0]
    x = round(float(panel.plot.x_axis.pixel(200)))
    for value, colour in ((0.03612, LIGHT.accent), (0.0741, LIGHT.test)):
        y = round(float(band.axis.pixel(value)))
        assert count_colour(image.copy(x - 3, y - 3, 7, 7), colour) > 15


def test_the_curves_reach_to_the_shown_iteration(panel: LossPanel) -> None:
    panel.show_history(fake_history(1000, every=300))
    panel.show_snapshot(snapshot(1000))
    history, shown = panel.plot.curves.history, panel.plot.shown
    assert history is not None
    assert shown is not None
    assert history.evaluated[-1] == 900
    image = panel.plot.grab().toImage()
    band = panel.plot.bands[0]
    ends = band.axis.pixel([history.train_loss[-1], shown.train_loss])
    x, y = float(panel.plot.x_axis.pixel(950)), float(np.mean(ends))
    around = image.copy(round(x) - 2, round(y) - 2, 5, 5)
    assert count_colour(around, LIGHT.accent) > 0


def test_the_legend_shortens_before_it_overflows(panel: LossPanel) -> None:
    filled(panel)
    assert "%" in panel.legend.texts()[0]
    panel.resize(260, 180)
    panel.grab()
    assert all("%" not in text for text in panel.legend.texts())
    assert len(panel.legend.texts()) == 2


def test_the_log_button_follows_the_losses_until_the_user_chooses(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel)
    assert panel.plot.log
    assert panel.log_button.isChecked()
    qtbot.mouseClick(panel.log_button, Qt.MouseButton.LeftButton)
    assert not panel.plot.log
    panel.show_run(INFO)
    filled(panel)
    assert not panel.plot.log, "the user's choice outlives the run"


def test_a_narrow_range_of_losses_stays_on_a_straight_axis(panel: LossPanel) -> None:
    history = fake_history(100)
    panel.show_history(shortened(history, 5))
    assert not panel.plot.log


def test_accuracy_takes_the_place_of_the_loss_or_stands_below_it(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel)
    qtbot.mouseClick(panel.accuracy_button, Qt.MouseButton.LeftButton)
    panel.grab()
    assert [band.name for band in panel.plot.bands] == ["accuracy"]
    panel.resize(500, 400)
    panel.grab()
    assert [band.name for band in panel.plot.bands] == ["loss", "accuracy"]
    panel.show_run(RunInfo(2, "network", "sine", 9, task="regression"))
    panel.grab()
    assert [band.name for band in panel.plot.bands] == ["loss"]
    assert panel.accuracy_button.isHidden()


def test_the_pointer_reads_the_nearest_iteration_and_shift_click_pins_it(
    panel: LossPanel, qtbot: QtBot
) -> None:
    filled(panel)
    qtbot.mouseMove(panel.plot, at(panel, 100))
    first = panel.plot.shown_reading()
    assert first is not None
    assert abs(first - 100) <= 1
    qtbot.mouseClick(
        panel.plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, pos=at(panel, 200)
    )
    pinned = panel.plot.pinned
    assert pinned is not None
    assert abs(pinned - 200) <= 1
    qtbot.keyClick(panel.plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    history = fake_history(400)
    shown = panel.plot.shown_reading()
    assert shown is not None
    assert repr(float(history.loss[shown])) in QGuiApplication.clipboard().text()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert panel.plot.pinned is None


def test_a_click_or_enter_goes_to_the_iteration(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel)
    with qtbot.waitSignal(panel.iteration_chosen) as caught:
        qtbot.mouseClick(panel.plot, Qt.MouseButton.LeftButton, pos=at(panel, 250))
    assert abs(caught.args[0] - 250) <= 1
    panel.plot.pinned = 17
    with qtbot.waitSignal(panel.iteration_chosen) as caught:
        qtbot.keyClick(panel.plot, Qt.Key.Key_Return)
    assert caught.args == [17]


def test_arrow_keys_move_the_pin(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel, 40)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Left)
    assert panel.plot.pinned == 39
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert panel.plot.pinned == 40


def test_the_wheel_zooms_about_the_pointer_and_the_button_undoes_it(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel)
    spot = at(panel, 100)
    before = panel.plot.x_axis.value(spot.x())
    wheel(panel, spot, 3, Qt.KeyboardModifier.NoModifier)
    low, high = panel.plot.x_axis.low, panel.plot.x_axis.high
    assert high - low < 300
    assert panel.plot.x_axis.value(spot.x()) == pytest.approx(before, abs=1e-6)
    wheel(panel, spot, 2, Qt.KeyboardModifier.ControlModifier)
    assert "loss" in panel.plot.y_views
    assert panel.whole_button.isVisible()
    qtbot.mouseClick(panel.whole_button, Qt.MouseButton.LeftButton)
    assert (panel.plot.x_axis.low, panel.plot.x_axis.high) == (0.0, 400.0)
    assert not panel.plot.y_views
    assert panel.whole_button.isHidden()


def test_dragging_pans_within_the_run_and_pins_nothing(panel: LossPanel, qtbot: QtBot) -> None:
    filled(panel)
    wheel(panel, at(panel, 200), 4, Qt.KeyboardModifier.NoModifier)
    low = panel.plot.x_axis.low
    start = at(panel, 200)
    qtbot.mousePress(panel.plot, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(panel.plot, start + QPoint(60, 0))
    qtbot.mouseRelease(panel.plot, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert panel.plot.x_axis.low < low
    assert panel.plot.pinned is None
    panel.plot.pan(1e6, 0, QPointF(start))
    assert panel.plot.x_axis.low == 0.0


def test_the_axis_grows_in_round_steps_and_stands_between(panel: LossPanel) -> None:
    full = fake_history(2000)
    ends = set()
    for last in range(1000, 2001, 50):
        panel.show_history(shortened(full, last))
        panel.plot.lay_out()
        ends.add(panel.plot.x_axis.high)
    assert ends == {1000.0, 1200.0, 1500.0, 2000.0}


def test_a_loss_that_is_not_finite_makes_a_gap(panel: LossPanel) -> None:
    history = fake_history(400)
    loss = history.train_loss.copy()
    loss[150:250] = np.nan
    broken = type(history)(1, 0, history.loss, history.evaluated, loss, loss * np.inf, loss, loss)
    panel.show_history(broken)
    panel.plot.grab()
    image = panel.plot.grab().toImage()
    left, right = at(panel, 160).x(), at(panel, 240).x()
    assert count_colour(image.copy(left, 0, right - left, image.height()), LIGHT.accent) == 0
    assert count_colour(image, LIGHT.accent) > 100


def test_a_million_iterations_cost_no_more_points_than_pixels(
    panel: LossPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bpviz.views.loss import curve as loss_curve

    drawn: list[int] = []

    def counting(draw):
        def counted(painter: object, x: np.ndarray, y: np.ndarray) -> None:
            drawn.append(len(x))
            draw(painter, x, y)

        return counted

    for name in ("_draw_run", "_draw_pieces"):
        monkeypatch.setattr(loss_curve, name, counting(getattr(loss_curve, name)))
    filled(panel, 1_000_000, every=1000)
    assert drawn
    assert sum(drawn) <= 8 * panel.plot.width()


def test_another_language_and_theme_reach_every_part(panel: LossPanel) -> None:
    filled(panel)
    set_language("zh_CN")
    try:
        panel.retranslate()
        panel.set_palette(DARK)
        assert panel.log_button.text() == "对数"
        assert panel.subtitle() == "迭代 400"
        assert panel.legend.texts()[0].startswith("训练 ")
        assert count_colour(panel.grab().toImage(), DARK.accent) > 300
    finally:
        set_language("en")


def test_every_control_is_named(panel: LossPanel) -> None:
    for button in (panel.log_button, panel.accuracy_button, panel.whole_button):
        assert button.toolTip()
        assert button.accessibleName()
        assert button.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert panel.plot.accessibleName()


def test_a_picture_at_ratio_two_is_drawn_with_twice_the_pixels(
    panel: LossPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(panel)
    ratios: list[float] = []
    draw = panel.plot._draw_layer
    monkeypatch.setattr(panel.plot, "_draw_layer", lambda ratio: (ratios.append(ratio), draw(ratio))[1])
    image = panel.render_image(640, 300, 2.0)
    assert (image.width(), image.height()) == (1280, 600)
    assert count_colour(image, LIGHT.accent) > 1500
    assert ratios == [2.0]


def test_a_standardized_target_names_its_unit(panel: LossPanel) -> None:
    panel.show_run(replace(INFO, target_scale=(51153.1,)))
    filled(panel)
    assert "5.115" in panel.subtitle()
    assert panel.subtitle().endswith("iteration 400")
    panel.show_run(INFO)
    filled(panel)
    assert panel.subtitle() == "iteration 400"
