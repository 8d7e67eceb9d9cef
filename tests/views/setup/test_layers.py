"""The set-up panel's layers of any kind, and what in it folds away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from bpviz.errors import UserError
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.run import build_form
from bpviz.text import set_language
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.layer_spec import format_layers, parse_layers
from bpviz.views.setup.fold import followed
from bpviz.views.setup.panel import SetupPanel
from tests.helpers.pieces import small_pieces

PIECES = small_pieces()


class Bench:
    """The panel over a stack of layers, and the configuration that its edits make."""

    def __init__(self) -> None:
        self.panel = SetupPanel()
        layers = parse_layers("conv 8 3x3 relu, maxpool 2, flatten, 32 relu")
        self.config = RunConfig(data=DataConfig("digits"), optimizer="heavy", layers=layers)
        self.panel.edited.connect(self._on_panel_edited)
        self.refresh()

    def _on_panel_edited(self, key: str, value: object) -> None:
        self.config = apply_edit(self.config, key, value, PIECES)
        self.refresh()

    def refresh(self) -> None:
        self.panel.set_form(build_form(self.config, PIECES))

    @property
    def layers(self) -> str:
        return format_layers(self.config.layers)

    def control(self, key: str):
        return self.panel.row_view(key).control

    def button(self, key: str, name: str):
        """Return the button of a row that does the action ``name``."""
        return next(b for b, action in self.panel.row_view(key)._buttons if action.key == name)


@pytest.fixture
def bench(qtbot):
    bench = Bench()
    qtbot.addWidget(bench.panel)
    bench.panel.resize(240, 600)
    bench.panel.show()
    qtbot.waitExposed(bench.panel)
    bench.panel.activateWindow()
    qtbot.waitUntil(bench.panel.isActiveWindow, timeout=20_000)
    return bench


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def type_into(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def choose(qtbot, box, value):
    """Choose ``value`` by the keyboard."""
    steps = box.findData(value) - box.currentIndex()
    for _ in range(abs(steps)):
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


def test_a_newcomer_sees_no_advanced_rows(bench):
    for key in ("regularization", "schedule", "gradient", "layer.0", "layer.3"):
        assert not bench.panel.folding(key).unfolded
    for key in ("l1", "max_norm", "schedule", "clip_norm", "gradient", "layer.0.stride", "layer.0.place"):
        assert not bench.panel.row_view(key).isVisible()
    for key in ("learning_rate", "loss", "layer.0.kind", "layer.0.filters", "layer.3.activation", "layers"):
        assert bench.panel.row_view(key).isVisible()


def test_folds_open_and_stay_open_when_the_rows_are_made_anew(bench, qtbot):
    click(qtbot, bench.panel.folding("schedule").button)
    assert bench.panel.row_view("clip_norm").isVisible()
    assert not bench.panel.row_view("l1").isVisible()
    choose(qtbot, bench.control("schedule"), "steps")
    assert bench.config.schedule == "steps"
    assert bench.panel.row_view("schedule.step_every").isVisible()
    click(qtbot, bench.panel.folding("schedule").button)
    assert not bench.panel.row_view("clip_norm").isVisible()


def test_a_section_folds_and_unfolds_at_a_problem_in_it(bench, qtbot):
    click(qtbot, bench.panel.folding("Learning").button)
    assert not bench.panel.row_view("learning_rate").isVisible()
    bench.config = apply_edit(bench.config, "data", "xor", PIECES)
    bench.refresh()
    assert not bench.panel.row_view("learning_rate").isVisible()
    assert bench.panel.show_problem("l2", UserError("Too much."))
    assert bench.panel.row_view("l2").problem.isVisible()


def test_a_fold_tells_what_in_it_is_not_as_usual(bench, qtbot):
    told = bench.panel.folding("regularization").told
    assert told.text() == ""
    live = bench.config.live.with_penalty("l2", 0.01)
    bench.config = replace(bench.config, live=live)
    bench.refresh()
    assert told.text() == "L2 penalty 0.01"
    click(qtbot, bench.panel.folding("regularization").button)
    assert told.text() == ""


def test_the_stack_is_typed_in_one_line(bench, qtbot):
    assert bench.control("layers").text() == "conv 8 3x3 relu, maxpool 2, flatten, 32 relu"
    type_into(qtbot, bench.control("layers"), "5 tanh,3 relu nobias")
    assert bench.layers == "5 tanh, 3 relu nobias"
    assert bench.control("layers").text() == "5 tanh, 3 relu nobias"
    assert bench.control("layer.1.units").text() == "3"


def test_a_mistake_in_the_line_is_told_there_and_changes_nothing(bench, qtbot):
    before = bench.layers
    type_into(qtbot, bench.control("layers"), "8 tan")
    assert bench.layers == before
    assert bench.control("layers").text() == "8 tan"
    assert "Layer 1, “8 tan”" in bench.panel.row_view("layers").problem.text()
    assert bench.panel.row_view("layers").problem.isVisible()


def test_a_stack_that_cannot_stand_stays_typed_until_it_is_mended(bench, qtbot):
    bench.panel.show_problem("layers", UserError("Put “flatten” before it."), "conv 8, 32 relu")
    bench.refresh()
    field = bench.control("layers")
    assert (field.text(), field.property("wrong")) == ("conv 8, 32 relu", True)
    type_into(qtbot, field, "conv 8, flatten, 32 relu")
    assert bench.layers == "conv 8 3x3 relu, flatten, 32 relu"
    assert not bench.panel.row_view("layers").problem.isVisible()


def test_a_kind_is_chosen_and_brings_its_rows(bench, qtbot):
    choose(qtbot, bench.control("layer.3.kind"), "dropout")
    assert bench.layers == "conv 8 3x3 relu, maxpool 2, flatten, dropout 0.5"
    type_into(qtbot, bench.control("layer.3.rate"), "0.2")
    assert bench.config.layers[3]["rate"] == 0.2
    with pytest.raises(KeyError):
        bench.panel.row_view("layer.3.units")


def test_what_is_wrong_on_a_line_stands_under_the_whole_line(bench, qtbot):
    type_into(qtbot, bench.control("layer.3.units"), "0")
    problem = bench.panel.row_view("layer.3.kind").problem
    assert problem.isVisible()
    assert problem.text() == "Units cannot be 0: it is a whole number from 1 to 100,000, for example 8."
    assert problem.width() > 150


def test_a_layer_moves_with_its_fold_and_the_focus(bench, qtbot):
    click(qtbot, bench.panel.folding("layer.1").button)
    up = bench.button("layer.1.place", "layer.up")
    up.setFocus()
    click(qtbot, up)
    assert bench.layers == "maxpool 2, conv 8 3x3 relu, flatten, 32 relu"
    assert bench.panel.folding("layer.0").unfolded
    assert not bench.panel.folding("layer.1").unfolded
    assert not bench.button("layer.0.place", "layer.up").isEnabled()
    down = bench.button("layer.0.place", "layer.down")
    down.setFocus()
    qtbot.keyClick(down, Qt.Key.Key_Space)
    assert bench.panel.folding("layer.1").unfolded
    assert bench.button("layer.1.place", "layer.down").hasFocus()


def test_a_layer_is_put_behind_another_and_taken_away(bench, qtbot):
    click(qtbot, bench.panel.folding("layer.3").button)
    click(qtbot, bench.button("layer.3.place", "layer.add"))
    assert bench.layers == "conv 8 3x3 relu, maxpool 2, flatten, 32 relu, 32 relu"
    assert bench.panel.folding("layer.3").unfolded
    click(qtbot, bench.button("layer.3.place", "layer.remove"))
    assert bench.layers == "conv 8 3x3 relu, maxpool 2, flatten, 32 relu"
    assert not bench.panel.folding("layer.3").unfolded


@pytest.mark.parametrize(
    ("key", "value", "after"),
    [
        ("layer.up", 2, {"layer.1", "layer.3", "gradient"}),
        ("layer.down", 2, {"layer.2", "layer.3", "gradient"}),
        ("layer.add", 3, {"layer.2", "layer.4", "gradient"}),
        ("layer.remove", 2, {"layer.2", "gradient"}),
        ("layer.2.units", 5, {"layer.2", "layer.3", "gradient"}),
    ],
)
def test_folds_follow_their_layers(key, value, after):
    assert followed({"layer.2", "layer.3", "gradient"}, key, value) == after


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_stack_of_pictures_has_room_in_a_narrow_panel(bench, qtbot, language):
    set_language(language)
    try:
        bench.panel.retranslate()
        click(qtbot, bench.panel.folding("layer.0").button)
        qtbot.waitUntil(
            lambda: bench.panel.minimumWidth() >= bench.panel.area.widget().minimumSizeHint().width()
        )
        assert bench.panel.minimumWidth() < 240
        for key in ("layer.0.filters", "layer.0.kernel", "layer.3.units"):
            control = bench.control(key)
            assert control.width() >= control.fontMetrics().horizontalAdvance(control.text()) + 4
    finally:
        set_language("en")


def test_every_button_of_a_layer_has_a_name_and_a_tooltip(bench):
    for index in range(4):
        buttons = [button for button, _ in bench.panel.row_view(f"layer.{index}.place")._buttons]
        assert len(buttons) == 4
        for button in (*buttons, bench.panel.folding(f"layer.{index}").button):
            assert button.accessibleName()
            assert button.toolTip()
            assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
