"""The set-up panel, as a person fills it in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.form import Choice, Row
from bpviz.present.setup.run import build_form
from bpviz.registry import Field
from bpviz.text import set_language
from bpviz.training.config import DataConfig, RunConfig
from bpviz.views import controls
from bpviz.views.controls import ChoiceBox
from bpviz.views.setup.panel import SetupPanel
from tests.helpers.pieces import small_pieces

PIECES = small_pieces()


class Bench:
    """The panel, and the configuration that its edits make, as the window would."""

    def __init__(self) -> None:
        self.panel = SetupPanel()
        self.config = RunConfig(data=DataConfig("spiral"), optimizer="heavy")
        self.edits: list[tuple[str, object]] = []
        self.panel.edited.connect(self._on_panel_edited)
        self.refresh()

    def _on_panel_edited(self, key: str, value: object) -> None:
        self.edits.append((key, value))
        self.config = apply_edit(self.config, key, value, PIECES)
        self.refresh()

    def refresh(self) -> None:
        self.panel.set_form(build_form(self.config, PIECES))

    def control(self, key: str):
        return self.panel.row_view(key).control


@pytest.fixture
def bench(qtbot):
    bench = Bench()
    qtbot.addWidget(bench.panel)
    bench.panel.resize(240, 500)
    bench.panel.show()
    qtbot.waitExposed(bench.panel)
    bench.panel.activateWindow()
    qtbot.waitUntil(bench.panel.isActiveWindow, timeout=20_000)
    return bench


def type_into(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_typed_number_is_an_edit(bench, qtbot):
    type_into(qtbot, bench.control("learning_rate"), "0.5")
    assert bench.edits == [("learning_rate", 0.5)]
    assert bench.control("learning_rate").text() == "0.5"


def test_a_wrong_number_says_why_and_stays_until_it_is_mended(bench, qtbot):
    field, view = bench.control("learning_rate"), bench.panel.row_view("learning_rate")
    type_into(qtbot, field, "-1")
    bench.refresh()
    assert bench.edits == []
    assert field.text() == "-1"
    assert view.problem.isVisible()
    assert view.problem.text() == "Learning rate η cannot be -1: it is a number above 0, for example 0.03."
    type_into(qtbot, field, "1")
    assert bench.edits == [("learning_rate", 1.0)]
    assert not view.problem.isVisible()


def test_escape_takes_back_what_was_typed(bench, qtbot):
    field = bench.control("learning_rate")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.03"
    assert bench.edits == []


def test_arrow_keys_step(bench, qtbot):
    qtbot.keyClick(bench.control("learning_rate"), Qt.Key.Key_Up)
    qtbot.keyClick(bench.control("learning_rate"), Qt.Key.Key_Up)
    qtbot.keyClick(bench.control("layer.0.units"), Qt.Key.Key_Down)
    assert bench.edits == [("learning_rate", 0.04), ("learning_rate", 0.05), ("layer.0.units", 7)]


def test_an_empty_batch_is_the_whole_set(bench, qtbot):
    field = bench.control("batch_size")
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bench.edits == [("batch_size", None)]
    assert field.placeholderText() == "whole set"


def test_a_slider_shows_its_value_at_once_and_edits_when_it_rests(bench, qtbot):
    view = bench.panel.row_view("data.noise")
    with qtbot.waitSignal(bench.panel.edited):
        qtbot.keyClick(view.slider, Qt.Key.Key_End)
        assert view.control.text() == "0.5"
        assert bench.edits == []
    assert bench.edits == [("data.noise", 0.5)]


@pytest.mark.parametrize(
    ("key", "keys", "value"),
    [
        ("data.noise", "RR", 0.12),
        ("data.noise", "L", 0.09),
        ("data.points", "R", 201),
        ("learning_rate", "RR", 0.05),
        ("learning_rate", "LLL", 0.009),
        ("batch_size", "L", 9),
    ],
)
def test_arrows_on_a_slider_go_to_the_next_round_value(bench, qtbot, key, keys, value):
    slider = bench.panel.row_view(key).slider
    slider.setFocus()
    for letter in keys:
        qtbot.keyClick(slider, Qt.Key.Key_Right if letter == "R" else Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: bench.edits[-1:] == [(key, value)])
    assert bench.panel.row_view(key).control.text() == str(value)


def test_the_end_of_the_batch_slider_is_the_whole_set_and_an_arrow_leaves_it(bench, qtbot):
    slider = bench.panel.row_view("batch_size").slider
    qtbot.keyClick(slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: bench.config.live.batch_size is None)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: bench.config.live.batch_size == 900)


def test_a_choice_is_an_edit(bench, qtbot):
    box = bench.control("optimizer")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert bench.edits == [("optimizer", "sgd")]
    with pytest.raises(KeyError):
        bench.panel.row_view("optimizer.momentum")


def test_a_switch_is_an_edit(bench, qtbot):
    qtbot.keyClick(bench.control("shuffle"), Qt.Key.Key_Space)
    assert bench.edits == [("shuffle", False)]


def test_layers_are_added_and_taken_away_by_their_buttons(bench, qtbot):
    minus, plus = (button for button, _ in bench.panel.row_view("hidden_layers")._buttons)
    qtbot.mouseClick(plus, Qt.MouseButton.LeftButton)
    assert len(bench.config.layers) == 3
    for _ in range(3):
        minus = bench.panel.row_view("hidden_layers")._buttons[0][0]
        qtbot.mouseClick(minus, Qt.MouseButton.LeftButton)
    assert bench.config.layers == ()
    assert not bench.panel.row_view("hidden_layers")._buttons[0][0].isEnabled()


def test_a_refresh_keeps_the_controls_and_what_is_being_typed(bench, qtbot):
    field = bench.control("learning_rate")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.1")
    bench.config = replace(bench.config, seed=5)
    bench.refresh()
    assert bench.control("learning_rate") is field
    assert field.text() == "0.1"
    assert bench.control("seed").text() == "5"


def test_a_new_structure_keeps_the_focus_and_the_scroll(bench, qtbot):
    bar = bench.panel.area.verticalScrollBar()
    bench.control("seed").setFocus()
    bar.setValue(60)
    bench.config = apply_edit(bench.config, "data", "xor", PIECES)
    bench.refresh()
    qtbot.waitUntil(lambda: bar.value() == 60)
    assert bench.control("seed").hasFocus()


def test_a_problem_found_later_is_shown_at_its_row(bench):
    assert bench.panel.show_problem("l2", UserError("Too much."))
    assert bench.panel.row_view("l2").problem.text() == "Too much."
    assert not bench.panel.show_problem("nonsense", UserError("Too much."))


def test_every_control_has_a_name_a_tooltip_and_a_place_in_the_tab_order(bench):
    for section in build_form(bench.config, PIECES).sections:
        for row in section.rows:
            view = bench.panel.row_view(row.key)
            for widget in filter(None, (view.control, view.slider)):
                assert widget.accessibleName()
                assert widget.toolTip()
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_no_row_is_wider_than_a_narrow_panel(bench):
    bench.panel.resize(bench.panel.minimumWidth(), 500)
    viewport = bench.panel.area.viewport().width()
    assert bench.panel.area.widget().minimumSizeHint().width() <= viewport


def test_it_speaks_chinese(bench):
    set_language("zh_CN")
    try:
        bench.panel.retranslate()
        assert bench.panel.row_view("learning_rate").label.text() == "学习率 η"
        assert "立即生效" in bench.control("learning_rate").toolTip()
    finally:
        set_language("en")


def test_the_label_gives_way_before_the_value(bench):
    bench.panel.resize(bench.panel.minimumSizeHint().width(), 500)
    bench.config = replace(bench.config, live=replace(bench.config.live, batch_size=None))
    bench.refresh()
    QApplication.processEvents()
    edit = bench.control("batch_size")
    assert edit.placeholderText() == "whole set"
    assert edit.width() >= edit.fontMetrics().horizontalAdvance("whole set") + 10


def test_a_choice_says_the_whole_of_it_in_its_tooltip(bench):
    assert bench.control("data").toolTip().startswith(bench.control("data").currentText() + "\n")


def test_a_choice_that_is_too_long_is_cut_with_an_ellipsis(qtbot, monkeypatch):
    row = Row(
        "data", Field("data", "Data", "choice", "a"), "a", choices=(Choice("a", "By hand: 40, 80 → 6"),)
    )
    box = ChoiceBox(row)
    qtbot.addWidget(box)
    drawn = []
    paint = controls.QStylePainter.drawControl
    monkeypatch.setattr(
        controls.QStylePainter,
        "drawControl",
        lambda painter, element, option: (drawn.append(option.currentText), paint(painter, element, option)),
    )
    for width in (90, 400):
        box.resize(width, 26)
        box.grab()
    assert drawn[0].endswith("…")
    assert drawn[-1] == "By hand: 40, 80 → 6"


def test_a_given_start_is_called_so_until_another_is_chosen(bench, qtbot):
    count = 2 * 8 + 8 + 8 + 1
    bench.config = replace(bench.config, start=(0.1,) * count)
    bench.refresh()
    box = bench.control("initializer")
    assert box.currentText() == "as given"
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert bench.config.start is None
    assert bench.control("initializer").findText("as given") == -1
    assert bench.control("initializer").currentData() == bench.config.initializer
