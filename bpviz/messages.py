"""What the program has to say to its user: to the log and to whoever listens.

``info`` passes, ``warning`` is worth a look, ``error`` is something that the user must mend.  The
window's message bar listens as a sink; the command line prints.  Any thread may speak.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bpviz.errors import UserError
from bpviz.text import Text

Level = Literal["info", "warning", "error"]
Speech = Text | UserError | str

_LOG_LEVELS: dict[Level, int] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_log = logging.getLogger("bpviz")


@dataclass(frozen=True)
class Message:
    """One thing said.

    ``text`` is turned into a sentence when it is shown, so it follows the language in force.
    ``action`` is called when the user presses the button labelled ``action_label``.
    """

    level: Level
    text: Speech
    action_label: str | Text = ""
    action: Callable[[], None] | None = None


Sink = Callable[[Message], None]
_sinks: list[Sink] = []
_lock = threading.Lock()


def add_sink(sink: Sink) -> None:
    """Call ``sink`` for every message from now on, in the thread that speaks."""
    with _lock:
        if sink not in _sinks:
            _sinks.append(sink)


def remove_sink(sink: Sink) -> None:
    """Stop calling ``sink``; one that is not there is no error."""
    with _lock:
        if sink in _sinks:
            _sinks.remove(sink)


def say(message: Message) -> None:
    """Log ``message`` and hand it to every sink."""
    _log.log(_LOG_LEVELS[message.level], "%s", message.text)
    with _lock:
        sinks = tuple(_sinks)
    for sink in sinks:
        sink(message)


def info(text: Speech, action_label: str | Text = "", action: Callable[[], None] | None = None) -> None:
    """Say something that needs no answer."""
    say(Message("info", text, action_label, action))


def warning(text: Speech, action_label: str | Text = "", action: Callable[[], None] | None = None) -> None:
    """Say something that is worth a look."""
    say(Message("warning", text, action_label, action))


def error(text: Speech, action_label: str | Text = "", action: Callable[[], None] | None = None) -> None:
    """Say what went wrong and what the user can do."""
    say(Message("error", text, action_label, action))
