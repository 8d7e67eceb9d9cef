"""Messages: logged, and handed to those who listen, from any thread."""

from __future__ import annotations

import logging
import threading

import pytest

from bpviz import messages
from bpviz.errors import UserError
from bpviz.messages import Message
from bpviz.text import Text, set_language


@pytest.fixture
def heard():
    said: list[Message] = []
    sink = said.append
    messages.add_sink(sink)
    yield said
    messages.remove_sink(sink)


def test_a_sink_hears_level_text_and_action(heard, caplog):
    caplog.set_level(logging.INFO, "bpviz")
    messages.info(Text("Pause"), "Again", print)
    assert heard == [Message("info", Text("Pause"), "Again", print)]
    assert caplog.record_tuples == [("bpviz", logging.INFO, "Pause")]


def test_levels_reach_the_log(heard, caplog):
    messages.warning("careful")
    messages.error(UserError("Row {row} is blank.", hint="Fill it in.", row=3))
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.WARNING, "careful"),
        (logging.ERROR, "Row 3 is blank. Fill it in."),
    ]


def test_a_text_follows_the_language(heard):
    messages.info(Text("Pause"))
    set_language("zh_CN")
    try:
        assert str(heard[0].text) == "暂停"
    finally:
        set_language("en")


def test_a_sink_is_added_once_and_can_leave(heard):
    sink = heard.append
    again: list[Message] = []
    messages.add_sink(again.append)
    messages.remove_sink(again.append)
    messages.remove_sink(again.append)
    messages.add_sink(sink)
    messages.info("one")
    messages.remove_sink(sink)
    assert [m.text for m in heard] == ["one"]
    assert again == []


def test_threads_may_speak(heard):
    threads = [threading.Thread(target=messages.info, args=(f"{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(m.text) for m in heard) == [f"{n}" for n in range(8)]
