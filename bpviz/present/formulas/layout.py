"""Where the pieces of formulas stand: lines aligned at their equals signs, wrapped to a width.

All lengths are in units of the text's size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bpviz.present.formulas.drawing import Drawing, drawing
from bpviz.present.formulas.line import Printed

AROUND_SIGN = 0.33
ROW_GAP = 0.35
LINE_GAP = 0.75
SMALLEST = 0.6
"""How much a piece that is too wide shrinks at the most."""
WIDEST_LEFT = 0.4
"""The share of the width up to which the left sides decide where the equals signs stand."""


@dataclass(frozen=True)
class Placed:
    """A drawing with its left end and its baseline; ``scale`` is 1 unless it had to shrink."""

    tex: str
    x: float
    baseline: float
    scale: float = 1.0


@dataclass(frozen=True)
class Laid:
    """One line of formulas: its pieces, and from where to where it reaches."""

    pieces: tuple[Placed, ...]
    top: float
    bottom: float


@dataclass
class _Row:
    pieces: list[tuple[str, float, float]] = field(default_factory=list)
    x: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0

    def add(self, tex: str, size: Drawing, scale: float = 1.0) -> None:
        self.pieces.append((tex, self.x, scale))
        self.x += size.width * scale
        self.ascent = max(self.ascent, size.ascent * scale)
        self.descent = max(self.descent, size.descent * scale)


Measure = Callable[[str], Drawing]


def laid_out(lines: Sequence[Printed], width: float, measure: Measure = drawing) -> list[Laid]:
    """Return where everything stands, within ``width``, line below line from 0 on."""
    column = _column(lines, width, measure)
    laid: list[Laid] = []
    top = 0.0
    for line in lines:
        pieces, bottom = _stacked(_rows(line, column, width, measure), top)
        laid.append(Laid(tuple(pieces), top, bottom))
        top = bottom + LINE_GAP
    return laid


def _column(lines: Sequence[Printed], width: float, measure: Measure) -> float:
    """Return where the equals signs stand: right of the widest left side that leaves room for the rest."""
    lefts = [measure(line.left).width for line in lines]
    return max((left for left in lefts if left <= WIDEST_LEFT * width), default=0.0) + AROUND_SIGN


def _rows(line: Printed, column: float, width: float, measure: Measure) -> list[_Row]:
    left = measure(line.left)
    row = _Row(x=max(column - AROUND_SIGN - left.width, 0.0))
    row.add(line.left, left)
    rows = [row]
    if left.width > column:
        # Longer than the others: its sign begins the next row.
        rows.append(_Row())
    for number, part in enumerate(line.parts):
        sign = line.sign if number == 0 else "="
        _add_part(rows, sign, part, column, width, measure, first=number == 0)
    return rows


def _add_part(
    rows: list[_Row],
    sign: str,
    part: Sequence[str],
    column: float,
    width: float,
    measure: Measure,
    *,
    first: bool,
) -> None:
    drawn = measure(sign)
    room = width - column - drawn.width - AROUND_SIGN
    whole = sum(measure(tex).width for tex in part)
    fits = rows[-1].x + 2 * AROUND_SIGN + drawn.width + whole <= width
    if first:
        rows[-1].x = column
    elif fits:
        rows[-1].x += AROUND_SIGN
    else:
        rows.append(_Row(x=column))
    rows[-1].add(sign, drawn)
    rows[-1].x += AROUND_SIGN
    for tex in part:
        size = measure(tex)
        scale = max(min(1.0, room / size.width), SMALLEST) if size.width else 1.0
        if rows[-1].x + size.width * scale > width + 1e-6 and rows[-1].x > column + drawn.width + AROUND_SIGN:
            rows.append(_Row(x=column + drawn.width + AROUND_SIGN))
        rows[-1].add(tex, size, scale)


def _stacked(rows: Sequence[_Row], top: float) -> tuple[list[Placed], float]:
    placed: list[Placed] = []
    for number, row in enumerate(row for row in rows if row.pieces):
        baseline = top + (ROW_GAP if number else 0.0) + row.ascent
        placed += [Placed(tex, x, baseline, scale) for tex, x, scale in row.pieces]
        top = baseline + row.descent
    return placed, top
