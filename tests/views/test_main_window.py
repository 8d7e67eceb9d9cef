"""The window, as a person uses it: keys, buttons, menus, files dropped."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from bpviz import messages
from bpviz.present.palette import DARK, LIGHT
from bpviz.present.preview import OpenChoice, Preview
from bpviz.present.setup.form import Choice
from bpviz.present.setup.run import build_form
from bpviz.snapshot import RunInfo
from bpviz.text import set_language
from bpviz.training.config import DataConfig, RunConfig
from bpviz.views.toolbar import ToolBar, position_of, speed_at
from tests.helpers.pieces import small_pieces
from tests.helpers.window import small_window, snapshot_at, state_at

FORM = build_form(
    RunConfig(data=DataConfig("spiral"), optimizer="sgd"),
    small_pieces(),
    presets=(Choice("xor", "XOR"), Choice("by_hand", "2-3-1 by hand")),
)


@pytest.fixture
def window(qtbot, tmp_path):
    window = small_window(tmp_path)
    qtbot.addWidget(window)
    window.set_form(FORM)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    # Keys reach the window that the screen calls active, and a busy screen takes its time.
    qtbot.waitUntil(window.isActiveWindow, timeout=20_000)
    window.setFocus()
    yield window
    window.close()


def heard(signal):
    """Return a list that grows with every emission of ``signal``."""
    said: list[object] = []
    signal.connect(lambda *values: said.append(values[0] if len(values) == 1 else values))
    return said


def test_the_keys_of_the_run(window, qtbot):
    trained, stepped = heard(window.train_toggled), heard(window.step_requested)
    back, reset = heard(window.back_requested), heard(window.reset_requested)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_Period)
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert (len(trained), stepped, len(back), len(reset)) == (1, ["", "epoch"], 1, 1)


def test_the_keys_are_letters_while_one_types(window, qtbot):
    everything = [heard(s) for s in (window.train_toggled, window.step_requested, window.reset_requested)]
    field = window.setup.row_view("learning_rate").control
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1. r,")
    assert field.text() == "1. r,"
    assert everything == [[], [], []]


def test_space_presses_the_button_that_has_the_focus(window, qtbot):
    trained, reset = heard(window.train_toggled), heard(window.reset_requested)
    window.toolbar.buttons["reset"].setFocus()
    qtbot.keyClick(window.toolbar.buttons["reset"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(reset) == 1)
    assert trained == []


def test_the_buttons_of_the_toolbar(window, qtbot):
    signals = {
        "train": window.train_toggled,
        "step": window.step_requested,
        "reset": window.reset_requested,
        "back": window.back_requested,
        "language": window.language_requested,
    }
    said = {name: heard(signal) for name, signal in signals.items()}
    window.show_state(state_at(3, 3))
    for name in signals:
        qtbot.mouseClick(window.toolbar.buttons[name], Qt.MouseButton.LeftButton)
    assert [len(said[name]) for name in signals] == [1, 1, 1, 1, 1]
    assert said["language"] == ["zh_CN"]
    assert said["step"] == [""]


def test_train_becomes_pause_and_the_speed_is_shown(window):
    button, figure = window.toolbar.buttons["train"], window.toolbar.figure
    window.show_state(state_at(5, 5, running=True, speed=12345.6))
    assert (button.text(), figure.text()) == ("Pause", "12\u2009346/s")
    window.show_state(state_at(5, 5))
    assert (button.text(), figure.text()) == ("Train", "full speed")


def test_the_speed_slider_goes_from_one_a_second_to_as_fast_as_it_goes(window, qtbot):
    said = heard(window.speed_changed)
    qtbot.keyClick(window.toolbar.slider, Qt.Key.Key_Home)
    qtbot.keyClick(window.toolbar.slider, Qt.Key.Key_End)
    assert said == [1.0, math.inf]
    window.set_speed(100.0)
    assert window.toolbar.speed() == pytest.approx(100.0)
    assert said == [1.0, math.inf]
    assert [position_of(speed_at(p)) for p in range(52)] == list(range(52))


def test_data_and_presets_are_chosen_from_their_menus(window):
    data, presets = heard(window.data_requested), heard(window.preset_requested)
    by_text = {a.text(): a for a in window.toolbar.data_menu.actions()}
    assert not by_text["Classification"].isEnabled()
    assert by_text["Spiral"].isChecked()
    by_text["XOR"].trigger()
    functions = next(a.menu() for a in window.toolbar.data_menu.actions() if a.text() == "Functions")
    functions.actions()[0].trigger()
    window.toolbar.presets_menu.actions()[1].trigger()
    assert (data, presets) == (["xor", "bowl"], ["by_hand"])
    assert by_text["Spiral"].isChecked()


def test_an_edit_of_the_set_up_comes_out_of_the_window(window, qtbot):
    said, trained = heard(window.edited), heard(window.train_toggled)
    switch = window.setup.row_view("shuffle").control
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: said == [("shuffle", False)])
    assert trained == []


def test_what_is_shown_reaches_the_panels_that_can_be_seen(window, qtbot):
    panels = window.panels()
    window.host.docks["loss"].close()
    assert not window.panel_visible("loss")
    snapshot = snapshot_at(7)
    window.show_snapshot(snapshot)
    assert panels["network"].shown == [snapshot]
    assert panels["loss"].shown == []
    assert window.host.docks["network"].bar.subtitle.text() == "1 shown"
    assert "iteration 7 " in window.timeline.reading.text()
    info = RunInfo(run_id=2, kind="network", name="spiral", size=3)
    window.show_run(info)
    assert panels["loss"].shown == [info]
    assert window.windowTitle() == "spiral – bpviz"


def test_a_panel_that_comes_back_says_so(window, qtbot):
    window.host.docks["loss"].close()
    said = heard(window.panel_shown)
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert said == ["loss"]
    assert window.panel_visible("loss")


def test_a_file_may_be_dropped(window, tmp_path):
    said = heard(window.open_requested)
    path = tmp_path / "数据 1.csv"
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    nothing = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(5, 5), *nothing)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), *nothing))
    assert said == [str(path)]


def test_a_table_is_opened_through_a_dialog(window, qtbot, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n")
    said = heard(window.open_requested)
    dialog = window.ask_open()
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert said == [str(path)]
    assert window.settings.value("folder") == str(tmp_path)


def test_a_home_that_is_not_there_is_not_asked_for(window, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    dialog = window.ask_open()
    assert dialog.directory().absolutePath() == str(tmp_path)
    dialog.close()


def test_weights_are_saved_through_a_dialog(window, qtbot, tmp_path):
    said = heard(window.save_requested)
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(QFileDialog)
    assert dialog.defaultSuffix() == "safetensors"
    dialog.fileSelected.emit(str(tmp_path / "w.safetensors"))
    dialog.close()
    assert said == [str(tmp_path / "w.safetensors")]


def test_a_preview_is_answered(window, qtbot, tmp_path):
    said = heard(window.open_confirmed)
    preview = Preview(tmp_path / "iris.csv", ("a", "b", "species"), (("1", "2", "setosa"),))
    dialog = window.show_preview(preview)
    assert dialog.target.currentText() == "species"
    dialog.target.setCurrentText("b")
    qtbot.mouseClick(dialog.drop, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.drop.height() // 2))
    dialog.buttons.button(dialog.buttons.StandardButton.Open).click()
    assert said == [OpenChoice(tmp_path / "iris.csv", "b", drop_bad_rows=True)]


def test_themes_change_everything_at_once(window):
    said = heard(window.theme_requested)
    by_key = {a.data(): a for a in window.menus.themes.actions()}
    by_key["dark"].trigger()
    assert said == ["dark"]
    assert all(panel.palette_in_use is DARK for panel in window.panels().values())
    assert by_key["dark"].isChecked()
    by_key["light"].trigger()
    assert all(panel.palette_in_use is LIGHT for panel in window.panels().values())


def test_text_grows_shrinks_and_comes_back(window, qtbot):
    before = window.toolbar.speed_label.fontInfo().pointSizeF()
    control = Qt.KeyboardModifier.ControlModifier
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Plus, control)
    label = window.setup.row_view("seed").label
    assert window.toolbar.speed_label.fontInfo().pointSizeF() == pytest.approx(before + 3, abs=0.6)
    assert label.fontInfo().pointSizeF() == pytest.approx(before + 3, abs=0.6)
    for _ in range(40):
        qtbot.keyClick(window, Qt.Key.Key_Minus, control)
    assert window.themes.points == 9
    qtbot.keyClick(window, Qt.Key.Key_0, control)
    assert window.toolbar.speed_label.fontInfo().pointSizeF() == pytest.approx(before, abs=0.1)


def test_the_language_changes_while_it_runs(window):
    set_language("zh_CN")
    try:
        window.retranslate()
        assert window.toolbar.buttons["train"].text() == "训练"
        assert window.host.docks["surface"].windowTitle() == "损失曲面"
        assert window.menuBar().actions()[0].text() == "文件(&F)"
        assert window.setup.row_view("learning_rate").label.text() == "学习率 η"
    finally:
        set_language("en")
    window.retranslate()
    assert window.toolbar.buttons["train"].text() == "Train"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_toolbar_fits_with_all_its_words_at_1280(qtbot, tmp_path, language):
    set_language(language)
    try:
        window = small_window(tmp_path)
        qtbot.addWidget(window)
        window.set_form(replace(FORM, data_label="Handwritten digits 8×8"))
        window.resize(1280, 720)
        window.show()
        words = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        styles = {n: b.toolButtonStyle() for n, b in window.toolbar.buttons.items() if n != "language"}
        assert set(styles.values()) == {words}
        assert window.toolbar.speed_label.isVisible()
    finally:
        set_language("en")


def test_a_narrow_toolbar_keeps_every_button(qtbot):
    bar = ToolBar()
    qtbot.addWidget(bar)
    bar.set_form(FORM)
    bar.resize(560, 50)
    bar.show()
    qtbot.wait(10)
    for button in bar.buttons.values():
        assert button.geometry().right() < 560
        assert button.width() > 10


def test_every_button_has_a_name_and_a_tooltip(window):
    buttons = [*window.toolbar.buttons.values(), *window.timeline.buttons.values()]
    for dock in window.host.docks.values():
        buttons += [dock.bar.float_button, dock.bar.close_button]
    for button in buttons:
        assert button.toolTip()
        assert button.accessibleName()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_no_two_actions_share_a_key(window):
    keys = [k.toString() for a in window.findChildren(QAction) for k in a.shortcuts()]
    assert len(keys) == len(set(keys))


def test_full_screen_and_back(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


def test_escape_dismisses_a_message(window, qtbot):
    window.show_message("error", "Something is wrong.")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.message_bar.isVisible()


def test_help_names_the_keys(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.help.isVisible()
    page = window.help.page.toPlainText()
    assert "Space" in page
    assert "Loss surface" in page


def test_messages_and_progress_are_shown_above_the_timeline(window, qtbot):
    window.show_message("error", "Something is wrong.")
    bar = window.message_bar
    assert bar.isVisible()
    assert bar.geometry().bottom() < window.timeline.geometry().top()
    assert window.content.rect().contains(bar.geometry())
    bar.dismiss()
    cancelled = heard(window.progress_cancelled)
    window.show_progress("Loading", 1, 2)
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert len(cancelled) == 1
    window.hide_progress()
    assert not bar.isVisible()


def test_what_the_program_says_is_shown(window, qtbot):
    messages.info("Saved.")
    qtbot.waitUntil(lambda: window.message_bar.label.text() == "Saved.")
    window.close()
    messages.info("Nobody listens.")
    qtbot.wait(10)
    assert window.message_bar.label.text() == "Saved."


def test_closing_is_said(window):
    said = heard(window.closing)
    window.close()
    assert len(said) == 1


def test_the_picture_of_the_window_has_the_asked_size_and_every_panel(window, qtbot):
    qtbot.waitUntil(lambda: not window.host._arrange.isActive())
    docks = [dock for dock in window.host.docks.values() if dock.isVisible()]
    before = [dock.geometry() for dock in docks]
    picture = window.render_image(900, 600, 2.0)
    assert (picture.width(), picture.height()) == (1800, 1200)
    plain = picture.convertToFormat(picture.Format.Format_RGB32)
    pixels = np.array(plain.constBits()).reshape(1200, 1800, 4)[..., :3]
    share = np.all(pixels == (0, 255, 0), axis=-1).mean()
    assert 0.05 < share < 0.4
    # Qt's own black picture of that panel is nowhere to be seen.
    assert not np.all(pixels == 0, axis=-1).mean() > 0.01
    assert [dock.geometry() for dock in docks] == before


def test_the_menus_do_not_pile_up(window, qtbot):
    toolbar = window.toolbar
    before = len(toolbar.findChildren(QMenu))
    for number in range(50):
        value = ("spiral", "moons")[number % 2]
        toolbar.set_form(replace(FORM, data_value=value, presets=FORM.presets[: 1 + number % 2]))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(toolbar.findChildren(QMenu)) == before


def test_each_language_has_one_menu_of_functions(window):
    def folded():
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return [menu.title() for menu in window.toolbar.data_menu.findChildren(QMenu)]

    assert folded() == ["Functions"]
    try:
        for name, said in (("zh_CN", "函数"), ("en", "Functions")):
            set_language(name)
            window.retranslate()
            assert folded() == [said]
    finally:
        set_language("en")


def test_an_info_covers_no_panel_s_head_and_stays_above_the_strip(window):
    messages.info("Stopped at iteration 50, as set.")
    bar = window.message_bar
    QApplication.processEvents()
    assert bar.isVisible()
    assert bar.y() > window.content.height() / 2
    assert bar.geometry().bottom() < window.strip.y()


def test_the_tick_in_the_menu_follows_the_form(window):
    def ticked():
        return [a.data() for a in window.toolbar.data_menu.actions() if a.isChecked()]

    actions = [a.data() for a in window.toolbar.data_menu.actions() if a.isCheckable()]
    for value in actions[:2]:
        window.set_form(replace(FORM, data_value=value))
        assert ticked() == [value]


def test_the_menus_follow_the_language(window):
    menu = window.toolbar.data_menu
    english = [a.text() for a in menu.actions()]
    set_language("zh_CN")
    try:
        window.retranslate()
        chinese = [a.text() for a in menu.actions() if a.text()]
        assert "函数" in chinese
        assert not set(chinese) & {"Functions", "Classification", "Regression", "Spiral"}
    finally:
        set_language("en")
        window.retranslate()
    assert [a.text() for a in menu.actions()] == english


def test_an_empty_middle_says_how_to_fill_it(window, qtbot):
    nothing, docks = window.host.nothing, [d for d in window.host.docks.values() if d.isVisible()]
    assert not nothing.isVisible()
    for number in range(1, len(docks) + 1):
        assert not nothing.isVisible()
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
    assert nothing.isVisible()
    assert "Ctrl+1 to Ctrl+7" in nothing.text()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not nothing.isVisible()


def test_the_message_bar_stands_under_the_toolbar(window, qtbot):
    window.show_message("error", "bad")
    bar, loss = window.message_bar, window.host.docks["loss"]
    assert window.toolbar.geometry().bottom() < bar.y()
    window.themes.resize_text(4)
    QApplication.processEvents()
    assert window.toolbar.geometry().bottom() < bar.y()
    window.themes.resize_text(0)
    QApplication.processEvents()
    assert bar.geometry().bottom() < loss.mapTo(window.content, QPoint(0, 0)).y()
