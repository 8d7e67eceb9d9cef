"""What a card holds: a title, lines of numbers, tables; short to read, with all digits to copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.present.numbers import MINUS, change, exact, short
from bpviz.snapshot.probing import ParameterPlace

Tone = Literal["normal", "muted", "backward"]

MOST_NUMBERS = 36
"""A table of more numbers is a picture alone."""

MOST_FACTORS = 7
"""A product of more is shown by its first and last ones; all are copied."""

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
ACTIVATION_FORMULAS = {
    "identity": "z",
    "sigmoid": "σ(z)",
    "tanh": "tanh z",
    "relu": "max(0, z)",
    "leaky_relu": "leaky(z)",
    "softmax": "softmax(z)",
}


@dataclass(frozen=True, slots=True)
class CardLine:
    """One number: what it is, and its value; with ``before`` what it was and what it became.

    ``more`` are further numbers of the same line, each with its name; ``factors`` are what the value is the
    product of.  ``check`` is where the gradient stands that the value is, to be held against differences:
    a parameter, or an ``ERROR`` of a unit.
    """

    name: str
    value: float | None
    tone: Tone = "normal"
    before: float | None = None
    more: tuple[tuple[str, float], ...] = ()
    factors: tuple[float, ...] = ()
    check: ParameterPlace | None = None

    def shown(self) -> str:
        """Return the line with 4 significant digits."""
        return self._said(short, MOST_FACTORS)

    def exact(self) -> str:
        """Return the line with every digit that the number has, and one sign for minus."""
        return self._said(exact).replace(MINUS, "-")

    def copied(self) -> str:
        """Return what is copied of the line alone: its number, or all of it where it has several."""
        if self.value is None or self.before is not None or self.more or self.factors:
            return self.exact()
        return exact(self.value)

    def _said(self, number: Callable[[float], str], most: int | None = None) -> str:
        if self.value is None:
            return self.name
        if self.factors:
            return self._product(number, most)
        if self.before is not None and most is not None:
            return f"{self.name}: {change(self.before, self.value, 4)}"
        if self.before is not None:
            return f"{self.name}: {number(self.before)} → {number(self.value)}"
        first = f"{self.name} = {number(self.value)}"
        return " · ".join([first, *(f"{name} = {number(value)}" for name, value in self.more)])

    def _product(self, number: Callable[[float], str], most: int | None) -> str:
        """Return e.g. ``h2₁: 0.5 × (−2) = −1``; of more than ``most`` factors the first and the last."""
        parts = [f"({number(value)})" if value < 0 else number(value) for value in self.factors]
        if most is not None and len(parts) > most:
            parts = [*parts[: most - 3], "…", *parts[-2:]]
        product = f"{' × '.join(parts)} = {number(self.value or 0.0)}"
        return f"{self.name}: {product}" if self.name else product


@dataclass(frozen=True)
class Table:
    """Numbers as a picture: ``values`` (slices, rows, columns), one slice a channel.

    ``marked`` is a place (slice, row, column) that stands out; ``whole`` is what is copied where
    ``values`` is a part of it.
    """

    name: str
    values: NDArray[np.floating]
    tone: Tone = "normal"
    marked: tuple[int, int, int] | None = None
    whole: NDArray[np.floating] | None = None

    def exact(self) -> str:
        """Return all numbers with every digit, row below row, a blank line between slices."""
        values = self.values if self.whole is None else self.whole
        slices = [
            "\n".join("\t".join(exact(value) for value in row) for row in part) for part in values.tolist()
        ]
        return f"{self.name}\n" + "\n\n".join(slices)


@dataclass(frozen=True, slots=True)
class Editable:
    """A number that can be changed by hand: where it is, what it is called, and what it is.

    Where it is in the data's own units the network's number is (value − mean) / scale.
    """

    where: ParameterPlace
    label: str
    value: float
    mean: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Card:
    """What is said about one spot.  ``picture`` is what is shown beside it, if anything.

    ``picture_kind``: a response "map" of the unit, or its incoming "weights" as a picture.
    ``tables`` are shown as pictures too, with their numbers where there is room.  ``parameter`` is the
    number of θ whose gradient the card tells, ``others`` are more of θ that it tells; ``numbers`` can be
    changed by hand.
    """

    title: str
    lines: tuple[CardLine, ...]
    picture_kind: Literal["none", "map", "weights"] = "none"
    tables: tuple[Table, ...] = ()
    parameter: ParameterPlace | None = None
    numbers: tuple[Editable, ...] = ()
    others: tuple[ParameterPlace, ...] = ()

    def copied(self) -> str:
        """Return the text for the clipboard, with all digits."""
        lines = [self.title, *(line.exact() for line in self.lines)]
        return "\n".join([*lines, *(table.exact() for table in self.tables)])

    def spoken(self) -> str:
        """Return the text for a screen reader."""
        return ". ".join([self.title, *(line.shown() for line in self.lines)])


def superscript(number: int) -> str:
    """Return a number in superscript digits."""
    return str(number).translate(_SUPERSCRIPTS)


def subscript(number: int) -> str:
    """Return a number in subscript digits."""
    return str(number).translate(_SUBSCRIPTS)
