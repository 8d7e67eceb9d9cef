"""The timeline, as a person uses it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from bpviz.text import set_language
from bpviz.views.timeline import Timeline
from tests.helpers.window import snapshot_at, state_at


@pytest.fixture
def timeline(qtbot):
    bar = Timeline()
    qtbot.addWidget(bar)
    bar.resize(1300, 40)
    bar.show()
    qtbot.waitExposed(bar)
    bar.sought = []
    bar.seek_requested.connect(bar.sought.append)
    return bar


def test_it_reads_iteration_epoch_loss_and_test(timeline):
    timeline.show_snapshot(snapshot_at(1234))
    words = timeline.reading.text()
    for part in ("iteration", "1\u2009234", "epoch 61", "0.01230", "0.01500"):
        assert part in words
    timeline.show_snapshot(snapshot_at(1235, test=None))
    assert "test" not in timeline.reading.text()


def test_nothing_can_be_sought_before_the_first_iteration(timeline):
    assert not timeline.slider.isEnabled()
    places = {"bookmark", "branch"}
    assert {name for name, button in timeline.buttons.items() if button.isEnabled()} == places


def test_the_buttons_go_to_the_start_back_on_and_to_the_end(timeline, qtbot):
    timeline.show_snapshot(snapshot_at(50))
    timeline.show_state(state_at(50, 100))
    for name in ("next", "previous", "last", "first"):
        qtbot.mouseClick(timeline.buttons[name], Qt.MouseButton.LeftButton)
    assert timeline.sought == [51, 50, 100, 0]
    assert not timeline.buttons["first"].isEnabled()
    assert timeline.buttons["next"].isEnabled()


def test_a_click_on_the_slider_goes_there(timeline, qtbot):
    timeline.show_snapshot(snapshot_at(1000))
    slider = timeline.slider
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert len(timeline.sought) == 1
    assert abs(timeline.sought[0] - 500) < 10


def test_arrow_keys_go_one_iteration(timeline, qtbot):
    timeline.show_snapshot(snapshot_at(10))
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Left)
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Left)
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Right)
    assert timeline.sought == [9, 8, 9]


def test_what_is_shown_does_not_seek(timeline):
    timeline.show_snapshot(snapshot_at(10))
    timeline.show_state(state_at(20, 20, running=True))
    timeline.show_snapshot(snapshot_at(20))
    assert timeline.sought == []
    assert timeline.slider.value() == 20


def test_what_runs_stands_at_the_end(timeline):
    timeline.show_snapshot(snapshot_at(10))
    timeline.show_state(state_at(10, 500, running=True))
    assert timeline.slider.value() == timeline.slider.maximum() == 10
    assert not timeline.buttons["last"].isEnabled()
    timeline.show_state(state_at(10, 500))
    assert timeline.slider.maximum() == 500
    assert timeline.buttons["last"].isEnabled()


def test_a_run_of_ten_billion_iterations_has_exact_ends(timeline, qtbot):
    last = 10_000_000_007
    timeline.show_snapshot(snapshot_at(last))
    qtbot.keyClick(timeline.slider, Qt.Key.Key_Home)
    qtbot.keyClick(timeline.slider, Qt.Key.Key_End)
    qtbot.mouseClick(timeline.buttons["previous"], Qt.MouseButton.LeftButton)
    assert timeline.sought == [0, last, last - 1]


def test_the_reading_does_not_make_the_slider_twitch(timeline):
    timeline.show_snapshot(snapshot_at(100_000, loss=0.01234))
    width = timeline.reading.minimumWidth()
    timeline.show_snapshot(snapshot_at(100_001, loss=1.0))
    assert timeline.reading.minimumWidth() == width


def test_it_speaks_chinese(timeline):
    timeline.show_snapshot(snapshot_at(5))
    set_language("zh_CN")
    try:
        timeline.retranslate()
        assert "迭代" in timeline.reading.text()
        assert timeline.buttons["first"].toolTip() == "回到起点"
    finally:
        set_language("en")
