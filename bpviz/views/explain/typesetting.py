"""Formulas made beside the window's own thread, the next operation's before they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from bpviz.present.explain.formulas import Block, formulas
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.drawing import prepare
from bpviz.text import language

Made = Future[list[Block]]
_KEPT = 12


def made(moment: Moment, urgent: Callable[[], bool] = lambda: False) -> list[Block] | None:
    """Return the moment's formulas, every piece of them drawn; None where something else is ``urgent``."""
    blocks = formulas(moment)
    for block in blocks:
        for line in block.printed:
            if urgent():
                return None
            prepare([line])
    return blocks


class Typesetting:
    """Keeps the formulas of the last few moments, and of those to come.

    Its thread lives as long as there is something to do; what was asked for last is done first.
    """

    def __init__(self) -> None:
        # With the moment itself: as long as it is kept, no other can have its number.
        self._kept: OrderedDict[tuple[object, ...], tuple[Moment, Made]] = OrderedDict()
        self._waiting: list[tuple[Moment, Made]] = []
        self._ahead: list[tuple[Moment, Made]] = []
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ask(self, moment: Moment, *, ahead: bool = False) -> Made:
        """Return what will be the moment's formulas; those asked for ``ahead`` come after all others."""
        named = moment.operation, moment.sample, moment.place, moment.parameter
        key = (id(moment.dissection), *named, language())
        if key not in self._kept or self._kept[key][1].cancelled():
            if not ahead:
                self._drop()
            self._kept[key] = moment, Future()
            self._do(*self._kept[key], ahead=ahead)
        elif not ahead:
            self._hasten(self._kept[key][1])
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)[1][1].cancel()
        return self._kept[key][1]

    def rest(self) -> None:
        """Do nothing more, but for what is asked for from now on; return when the thread has ended."""
        self._drop()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _drop(self) -> None:
        """Let go of everything that waits: it was about where nobody stands any more."""
        with self._lock:
            for _, future in (*self._waiting, *self._ahead):
                future.cancel()
            self._waiting.clear()
            self._ahead.clear()

    def _hasten(self, future: Made) -> None:
        """Do at once what was asked for ahead, and now is wanted."""
        with self._lock:
            wanted = [each for each in self._ahead if each[1] is future]
            self._ahead = [each for each in self._ahead if each[1] is not future]
            self._waiting += wanted

    def _do(self, moment: Moment, future: Made, *, ahead: bool) -> None:
        with self._lock:
            (self._ahead if ahead else self._waiting).append((moment, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="formulas", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting and not self._ahead:
                    self._thread = None
                    return
                moment, future = self._waiting.pop() if self._waiting else self._ahead.pop(0)
            if future.cancelled():
                continue
            try:
                blocks = made(moment, lambda: bool(self._waiting))
            except Exception as error:  # noqa: BLE001 - whoever asked gets it
                if future.set_running_or_notify_cancel():
                    future.set_exception(error)
                continue
            if blocks is None:
                # After what is wanted now: its drawings so far are kept.
                with self._lock:
                    self._ahead.append((moment, future))
            elif future.set_running_or_notify_cancel():
                future.set_result(blocks)
