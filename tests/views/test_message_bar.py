"""The message bar: what is said, how long, and what can be done."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QRect, Qt

from bpviz import messages
from bpviz.messages import Message
from bpviz.text import Text, set_language
from bpviz.views.message_bar import MAX_WIDTH, MessageBar


@pytest.fixture
def bar(qtbot):
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.retranslate()
    return bar


def say(bar, level, text, **more):
    bar.push(Message(level, text, **more))


def test_an_info_goes_by_itself_and_an_error_stays(bar, qtbot):
    bar._timer.setInterval(30)
    say(bar, "info", "hello")
    assert bar.isVisible()
    qtbot.waitUntil(lambda: not bar.isVisible())
    say(bar, "error", "bad")
    qtbot.wait(90)
    assert bar.isVisible()
    assert bar.label.text() == "bad"


def test_errors_wait_for_each_other(bar, qtbot):
    say(bar, "error", "one")
    say(bar, "error", "two")
    assert bar.label.text() == "one"
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.label.text() == "two"
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_the_same_is_not_said_twice(bar, qtbot):
    for _ in range(5):
        say(bar, "warning", "again")
    bar.dismiss()
    assert not bar.isVisible()


def test_an_error_does_not_wait_for_an_info(bar):
    say(bar, "info", "hello")
    say(bar, "error", "bad")
    assert bar.label.text() == "bad"
    assert bar.below.label.text() == "hello"


def test_what_offers_something_is_not_pushed_away_by_what_only_tells(bar, qtbot):
    say(bar, "info", "a branch begins", action_label="Back", action=lambda: None)
    say(bar, "info", "stopped")
    assert (bar.label.text(), bar.below.label.text()) == ("a branch begins", "stopped")
    qtbot.mouseClick(bar.below.close_button, Qt.MouseButton.LeftButton)
    assert bar.label.text() == "a branch begins"
    assert not bar.below.isVisible()
    say(bar, "info", "marked", action_label="Bookmarks", action=lambda: None)
    assert bar.label.text() == "marked"
    bar._timer.setInterval(30)
    say(bar, "info", "stopped")
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_an_info_does_not_wait_for_an_error(bar, qtbot):
    say(bar, "error", "bad")
    assert not bar.below.isVisible()
    bar._timer.setInterval(30)
    say(bar, "info", "Stopped at iteration 7.")
    assert bar.below.isVisible()
    assert bar.below.label.text() == "Stopped at iteration 7."
    qtbot.waitUntil(lambda: not bar.below.isVisible())
    assert bar.label.text() == "bad"
    assert bar.top.isVisible()


def test_the_newest_info_takes_the_place_of_the_one_before(bar, qtbot):
    say(bar, "info", "one")
    say(bar, "info", "two")
    assert bar.label.text() == "two"
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_the_same_info_again_stays_its_whole_time(bar, qtbot):
    bar._timer.setTimerType(Qt.TimerType.PreciseTimer)
    say(bar, "info", "hello")
    qtbot.wait(150)
    left = bar._timer.remainingTime()
    say(bar, "info", "hello")
    assert bar._timer.remainingTime() > left


def test_what_passes_can_be_closed_under_an_error(bar, qtbot):
    say(bar, "error", "bad")
    say(bar, "info", "hello")
    qtbot.mouseClick(bar.below.close_button, Qt.MouseButton.LeftButton)
    assert not bar.below.isVisible()
    assert bar.top.isVisible()


def test_the_action_is_done_once_and_the_message_goes(bar, qtbot):
    done = []
    say(bar, "error", "blank cell", action_label="Drop such rows", action=lambda: done.append(1))
    assert bar.action_button.text() == "Drop such rows"
    qtbot.mouseClick(bar.action_button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert not bar.isVisible()


def test_progress_can_be_cancelled(bar, qtbot):
    bar.show_progress("Loading", 3_000_000_000, 12_000_000_000)
    assert bar.bar.isVisible()
    assert bar.bar.value() / bar.bar.maximum() == 0.25
    with qtbot.waitSignal(bar.progress_cancelled):
        qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    bar.hide_progress()
    assert not bar.isVisible()


def test_progress_and_its_cancel_button_stay_under_a_message(bar, qtbot):
    bar.show_progress("Loading", 1, 2)
    say(bar, "warning", "careful")
    assert bar.label.text() == "careful"
    assert bar.work_label.text() == "Loading"
    assert bar.bar.isVisible()
    bar.show_progress("Loading", 2, 2)
    assert bar.bar.value() == bar.bar.maximum()
    with qtbot.waitSignal(bar.progress_cancelled):
        qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    bar.hide_progress()
    assert bar.top.isVisible()
    assert not bar.work.isVisible()


def test_it_is_never_wider_than_it_may_be_and_holds_all_its_words(bar):
    say(bar, "error", "word " * 60)
    bar.place(1280, 40)
    assert bar.width() <= MAX_WIDTH
    assert bar.label.height() >= bar.label.heightForWidth(bar.label.width())
    assert bar.y() > 40
    assert abs(bar.x() + bar.width() / 2 - 640) <= 1


def test_what_passes_stands_below_the_panels_heads_and_an_error_under_the_toolbar(bar):
    say(bar, "info", "Stopped at iteration 50, as set.")
    bar.place(1280, 50, 650)
    assert 560 < bar.y()
    assert bar.geometry().bottom() < 650
    say(bar, "error", "bad")
    bar.place(1280, 50, 650)
    assert 50 < bar.y() < 70
    bar.dismiss()
    bar.place(1280, 50, 650)
    assert bar.geometry().bottom() < 650
    assert bar.y() > 560
    bar.place(1280, 50, 60)  # no room
    assert 50 < bar.y() < 70


def test_it_listens_to_the_program_from_any_thread(bar, qtbot):
    bar.listen()
    try:
        thread = threading.Thread(target=messages.info, args=("from afar",))
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bar.label.text() == "from afar")
    finally:
        bar.stop_listening()
    messages.info("unheard")
    qtbot.wait(20)
    assert bar.label.text() == "from afar"


def test_a_message_follows_the_language(bar):
    say(bar, "error", Text("Pause"))
    set_language("zh_CN")
    try:
        bar.retranslate()
        assert bar.label.text() == "暂停"
        assert bar.cancel_button.text() == "取消"
    finally:
        set_language("en")


@pytest.mark.parametrize("doctor", [QRect(880, 400, 400, 250), QRect(840, 330, 440, 320)])
def test_what_passes_covers_neither_the_curves_nor_the_doctor(bar, doctor):
    loss = QRect(240, 450, 600, 200)
    say(bar, "info", "“Branch 2” begins at iteration 120; “Branch 1” stays.")
    bar.place(1280, 50, 650, loss, doctor)
    assert not bar.geometry().intersects(doctor)
    assert not bar.geometry().intersects(loss)
    assert bar.y() > 300
    bar.place(1280, 50, 650, None, QRect(700, 400, 580, 250))
    assert not bar.geometry().intersects(QRect(700, 400, 580, 250))
    assert bar.geometry().bottom() < 650
