"""Formulas made beside the window's own thread, the next operation's before they are asked for."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from bpviz.present.explain.formulas import Block, formulas
from bpviz.present.explain.moment import Moment
from bpviz.present.formulas.drawing import prepare
from bpviz.text import language

_KEPT = 12


@cache
def _executor() -> ThreadPoolExecutor:
    # One thread: the typesetter can only be used by one at a time.
    return ThreadPoolExecutor(1, "formulas")


def made(moment: Moment) -> list[Block]:
    """Return the moment's formulas, every piece of them drawn."""
    blocks = formulas(moment)
    for block in blocks:
        prepare(block.printed)
    return blocks


class Typesetting:
    """Keeps the formulas of the last few moments, and of those to come."""

    def __init__(self) -> None:
        # With the moment itself: as long as it is kept, no other can have its number.
        self._kept: OrderedDict[tuple[object, ...], tuple[Moment, Future[list[Block]]]] = OrderedDict()

    def ask(self, moment: Moment) -> Future[list[Block]]:
        """Return what will be the moment's formulas."""
        named = moment.operation, moment.sample, moment.place, moment.parameter
        key = (id(moment.dissection), *named, language())
        if key not in self._kept:
            self._kept[key] = moment, _executor().submit(made, moment)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)[1][1].cancel()
        return self._kept[key][1]
