"""A sum of numbers on the screen, such as ``y_hat * (1 - y_hat)``."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from bpviz.errors import UserError

_SIGNS: tuple[dict[str, Callable[[float, float], float]], ...] = (
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
    {"^": operator.pow},
)
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log,
    "lg": math.log10,
    "abs": abs,
    "sqrt": math.sqrt,
}


def worth(what: str, look: Callable[[str], float]) -> float:
    """Return what a sum is worth.

    Numbers, names, ``+ - * / ^``, brackets and ``ln lg abs sqrt``, with blanks between all of them but
    brackets; every sign binds from left to right.

    Parameters
    ----------
    look : callable
        Finds a number by its name.

    Raises
    ------
    UserError
        For what is no sum.

    Examples
    --------
    >>> worth("2 * (x + 1) ^ 2", {"x": 2.0}.__getitem__), worth("1 - ln(x)", {"x": 1.0}.__getitem__)
    (18.0, 1.0)
    """
    return _Sum(what, look).whole()


class _Sum:
    """Reads a sum from left to right."""

    def __init__(self, what: str, look: Callable[[str], float]) -> None:
        self._what, self._look, self._at = what, look, 0
        self._words = what.replace("(", " ( ").replace(")", " ) ").split()

    def whole(self) -> float:
        value = self._level(0)
        if self._at < len(self._words):
            raise self._wrong()
        return value

    def _wrong(self) -> UserError:
        return UserError("“{what}” is no sum of numbers.", what=self._what)

    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self) -> str:
        word = self._next()
        if not word:
            raise self._wrong()
        self._at += 1
        return word

    def _level(self, level: int) -> float:
        if level == len(_SIGNS):
            return self._one()
        value = self._level(level + 1)
        while self._next() in _SIGNS[level]:
            sign = _SIGNS[level][self._take()]
            value = sign(value, self._level(level + 1))
        return value

    def _one(self) -> float:
        word = self._take()
        if word == "(" or (word in _FUNCTIONS and self._next() == "("):
            if word != "(":
                self._take()
            value = self._level(0)
            if self._take() != ")":
                raise self._wrong()
            return float(value if word == "(" else _FUNCTIONS[word](value))
        if word == ")" or any(word in signs for signs in _SIGNS):
            raise self._wrong()
        try:
            return float(word)
        except ValueError:
            return self._look(word)
