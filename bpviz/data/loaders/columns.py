"""One column of a table while it is read: numbers, or texts as codes."""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from bpviz.errors import UserError
from bpviz.text import Text

LARGEST = 1e100
"""A larger number is refused: its square, which standardizing takes, must stay finite."""

BadCells = dict[int, Text]
"""Index of the row in the batch → what is wrong with the cell."""


_WITH_COMMA = re.compile(r"[+-]?\d+(,\d+)+(\.\d+)?", re.ASCII)


# As spelt: “Na” is sodium, “none” may be an answer.
_MISSING = frozenset(("NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "Null", "null", "None", "?", "-"))
_NOT_A_NUMBER = frozenset(("nan", "-nan"))


def is_missing(cell: str) -> bool:
    """Tell whether ``cell`` is blank or holds what programs write for a value that is not known."""
    stripped = cell.strip()
    return not stripped or stripped in _MISSING


def looks_like_number(cell: str) -> bool:
    """Tell whether ``cell`` is a number, or one written with a comma, which is then refused."""
    return parse_number(cell) is not None or _WITH_COMMA.fullmatch(cell.strip()) is not None


def parse_number(cell: str) -> float | None:
    """Return the number that ``cell`` shows, or None for a text; "nan" and "inf" count as numbers."""
    if "_" in cell:  # Python's own notation, no spreadsheet's.
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def number_problem(cell: str) -> Text | None:
    """Return what is wrong with a cell of a column of numbers, or None."""
    value = parse_number(cell)
    if not cell.strip():
        return Text("the cell is blank")
    if is_missing(cell):
        return _text_problem(cell.strip())
    if value is None and _WITH_COMMA.fullmatch(cell.strip()):
        return Text("“{cell}” has a comma in it; numbers are written like 1234.5", cell=shortened(cell))
    if value is None:
        return Text("“{cell}” is not a number", cell=shortened(cell))
    if not math.isfinite(value):
        return Text("“{cell}” is not a finite number", cell=shortened(cell))
    if abs(value) > LARGEST:
        return Text("{cell} is too large a number", cell=shortened(cell))
    return None


def shortened(cell: str) -> str:
    """Return ``cell`` short enough for a sentence, control characters shown as dots."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in cell[:40].strip())
    return shown + "…" if len(cell.strip()) > len(shown) else shown


class NumberColumn:
    """A column of numbers, float64."""

    def read(self, cells: tuple[str, ...]) -> tuple[NDArray[np.float64], BadCells]:
        """Return the cells' values and what is wrong; a bad cell's value is 0 and to be dropped."""
        try:
            values = np.fromiter(map(float, cells), np.float64, len(cells))
        except ValueError:
            return self._read_each(cells)
        if "_" in "".join(cells) or not (np.abs(values) <= LARGEST).all():
            return self._read_each(cells)
        return values, {}

    def _read_each(self, cells: tuple[str, ...]) -> tuple[NDArray[np.float64], BadCells]:
        values, bad = np.zeros(len(cells)), {}
        for index, cell in enumerate(cells):
            problem = number_problem(cell)
            if problem is None:
                values[index] = float(cell)
            else:
                bad[index] = problem
        return values, bad


class TextColumn:
    """A column of texts, each distinct text a code in order of appearance.

    ``limit`` bounds how many distinct texts may come; ``file`` and ``name`` are for the sentence.
    """

    def __init__(self, file: str, name: str, limit: int, is_target: bool) -> None:
        self._file, self._name, self._limit, self._is_target = file, name, limit, is_target
        self._codes: dict[str, int] = {}
        self._seen = 0

    def read(self, cells: tuple[str, ...]) -> tuple[NDArray[np.float64], BadCells]:
        """Return the cells' codes and what is wrong with blank ones.

        Raises
        ------
        UserError
            When the column has more distinct texts than can become classes or features.
        """
        stripped = [cell.strip() for cell in cells]
        codes, missing = self._codes, set[str]()
        for cell in dict.fromkeys(stripped):
            if is_missing(cell) or cell.lower() in _NOT_A_NUMBER:
                missing.add(cell)
            elif cell not in codes:
                codes[cell] = len(codes)
        bad: BadCells = {}
        if missing:
            bad = {index: _text_problem(cell) for index, cell in enumerate(stripped) if cell in missing}
            stripped = [next(iter(codes), "") if cell in missing else cell for cell in stripped]
        values = np.fromiter((codes.get(cell, 0) for cell in stripped), np.float64, len(cells))
        self._seen += len(cells)
        if len(codes) > self._limit:
            raise self._too_many()
        return values, bad

    def sorted_texts(self, used: NDArray[np.intp]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """Return the texts of the ``used`` codes in sorted order, and code → place in that order."""
        texts = list(self._codes)
        order = sorted(used.tolist(), key=lambda code: texts[code])
        places = np.zeros(len(texts), dtype=np.int64)
        places[order] = np.arange(len(order))
        names = tuple(shortened(texts[code]) for code in order)
        if len(set(names)) < len(names):  # Long texts that differ only in what was cut off.
            names = tuple(f"{place}: {name}" for place, name in enumerate(names, start=1))
        return names, places

    def _too_many(self) -> UserError:
        fields = {
            "file": self._file,
            "name": self._name,
            "count": len(self._codes),
            "rows": f"{self._seen:,}",
            "limit": self._limit,
        }
        if self._is_target:
            return UserError(
                "{file}: the target “{name}” has {count} different texts in its first {rows} rows.",
                hint="At most {limit} classes can be told apart: choose another target.",
                **fields,
            )
        return UserError(
            "{file}: column “{name}” has {count} different texts in its first {rows} rows.",
            hint="With more than {limit} it cannot become features: if it is an ID, take it out of the file.",
            **fields,
        )


def _text_problem(cell: str) -> Text:
    if cell:
        return Text("“{cell}” is not a value", cell=cell)
    return Text("the cell is blank")
