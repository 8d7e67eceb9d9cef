"""Formulas made beside the window's own thread, the next operation's before they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

from bpviz.present.explain.formulas import Block, formulas
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.drawing import prepare
from bpviz.text import language

Made = Future[list[Block]]
_KEPT = 12


def made(moment: Moment) -> list[Block]:
    """Return the moment's formulas, every piece of them drawn."""
    blocks = formulas(moment)
    for block in blocks:
        prepare(block.printed)
    return blocks


class Typesetting:
    """Keeps the formulas of the last few moments, and of those to come.

    Its thread lives as long as there is something to do; what was asked for last is done first.
    """

    def __init__(self) -> None:
        # With the moment itself: as long as it is kept, no other can have its number.
        self._kept: OrderedDict[tuple[object, ...], tuple[Moment, Made]] = OrderedDict()
        self._waiting: list[tuple[Moment, Made]] = []
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ask(self, moment: Moment) -> Made:
        """Return what will be the moment's formulas."""
        named = moment.operation, moment.sample, moment.place, moment.parameter
        key = (id(moment.dissection), *named, language())
        if key not in self._kept or self._kept[key][1].cancelled():
            self._kept[key] = moment, Future()
            self._do(*self._kept[key])
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)[1][1].cancel()
        return self._kept[key][1]

    def rest(self) -> None:
        """Do nothing more, but for what is asked for from now on; return when the thread has ended."""
        with self._lock:
            for _, future in self._waiting:
                future.cancel()
            self._waiting.clear()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _do(self, moment: Moment, future: Made) -> None:
        with self._lock:
            self._waiting.append((moment, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="formulas", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                moment, future = self._waiting.pop()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(made(moment))
            except Exception as error:  # noqa: BLE001 - whoever asked gets it
                future.set_exception(error)
