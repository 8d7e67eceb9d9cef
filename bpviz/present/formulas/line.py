"""One line of an explanation: symbols = numbers = result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from bpviz.present.formulas.evaluate import value
from bpviz.present.formulas.from_tex import plain_of
from bpviz.present.formulas.plain import plain
from bpviz.present.formulas.rewrite import in_numbers, shortened
from bpviz.present.formulas.tex import tex, tex_terms
from bpviz.present.formulas.tree import Node, Number

T = TypeVar("T")

MOST_TERMS = 6
"""How many terms of a sum the screen shows."""
MOST_TOLD = 100
"""How many of them are told to whoever does not see the screen."""


@dataclass(frozen=True)
class Printed:
    """What a view draws: the left side, then one part for each equals sign, each in pieces that may wrap.

    ``whole`` says the whole line as text, every term and every digit of it, and ``told`` says it without
    the middle of sums that nobody would listen to.  ``colour`` is a name in the palette: what flows back,
    for one, has its own.
    """

    left: str
    parts: tuple[tuple[str, ...], ...]
    whole: Callable[[], str]
    told: str
    sign: str = "="
    colour: str = "text"

    @property
    def plain(self) -> str:
        """The whole line as text: of thousands of terms it takes a while, and few ever ask for it."""
        return self.whole()


@dataclass(frozen=True)
class Line:
    """A formula with this iteration's numbers.

    Attributes
    ----------
    target : Node
        What is worked out.
    formula : Node
        In symbols.
    values : mapping
        Their numbers, by key.
    result : float
        The engine's number.
    before : bool
        Whether the target is a number of before that the formula reads too: then it is an update, ←.
    """

    target: Node
    formula: Node
    values: Mapping[str, Any]
    result: float
    before: bool = field(default=False)

    @cached_property
    def numbers(self) -> Node:
        """The formula with a number for each symbol."""
        return in_numbers(self.formula, self.values)

    def evaluate(self) -> float:
        """Return the value of the numbers that are printed."""
        return value(self.numbers)

    @property
    def sign(self) -> str:
        """``=``, or ``←`` of an update."""
        return "←" if self.before else "="

    def symbols_tex(self, most: int = MOST_TERMS) -> str:
        """Return the formula in symbols."""
        return tex(shortened(self.formula, most))

    def numbers_tex(self, most: int = MOST_TERMS, digits: int | None = 4) -> str:
        """Return the formula in numbers."""
        return tex(shortened(self.numbers, most), digits)

    def result_tex(self, digits: int | None = 4) -> str:
        """Return the result."""
        return tex(Number(self.result), digits)

    def plain(self) -> str:
        """Return the whole line as text: every term, every digit."""
        return self._said(self.formula, self.numbers)

    def _said(self, formula: Node, in_force: Node) -> str:
        parts = _without_repeats([plain(formula), plain(in_force), plain(Number(self.result))])
        return f"{plain(self.target)} {self.sign} {' = '.join(parts)}"

    def printed(self, most: int = MOST_TERMS, digits: int | None = 4) -> Printed:
        """Return what a view draws."""
        symbols = tex_terms(shortened(self.formula, most), digits)
        numbers = tex_terms(shortened(self.numbers, most), digits)
        result = (self.result_tex(digits),)
        parts = tuple(_without_repeats([symbols, numbers, result]))
        told = self._said(shortened(self.formula, MOST_TOLD), shortened(self.numbers, MOST_TOLD))
        return Printed(tex(self.target), parts, self.plain, told, r"\leftarrow" if self.before else "=")


def _without_repeats(parts: list[T]) -> list[T]:
    """Return what stands between equals signs, nothing of it twice in a row."""
    return [part for place, part in enumerate(parts) if not place or part != parts[place - 1]]


def formula_line(target: Node, formula: Node, *, update: bool = False) -> Printed:
    """Return a line in symbols alone."""
    sign = "←" if update else "="
    text = f"{plain(target)} {sign} {plain(formula)}"
    return Printed(tex(target), (tex_terms(formula),), lambda: text, text, r"\leftarrow" if update else "=")


def tex_line(text: str) -> Printed:
    """Return a line that a piece writes in TeX itself, aligned at its first sign; it has no numbers."""
    left, sign, right = text.partition(" = ")
    if r"\leftarrow" in left or not sign:
        left, sign, right = text.partition(r" \leftarrow ")
    # Several equations in one line may be broken between them.
    *others, last = right.strip().split(r",\quad ")
    pieces = (*(rf"{each},\quad " for each in others), last)
    said = plain_of(text)
    return Printed(left, (pieces,), lambda: said, said, sign.strip())
