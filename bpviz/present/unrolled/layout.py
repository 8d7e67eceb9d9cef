"""Where everything of a network unrolled over time stands: one column a step, layers from bottom to top.

All in logical pixels, as (x, y, width, height).  Left of the columns is a margin with each row's name
and its weights as small pictures, whose rows stand at the height of the units that they lead to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bpviz.present.unrolled.rows import RowSpec, rows
from bpviz.present.unrolled.weights import Matrix, place_matrices
from bpviz.snapshot import LayerState, RunInfo

Box = tuple[float, float, float, float]
MarkKind = Literal["cell", "block", "norm", "weight"]

_RIGHT = 10.0
_INPUT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Mark:
    """What is pointed at.

    A "cell" is one unit at one step, a "block" a layer at one step, a "norm" the length of ∂L/∂h at one
    step; a "weight" is entry (unit, source) of the parameter ``name``.  ``name`` of a cell is its array.
    """

    kind: MarkKind
    layer: int
    step: int = -1
    unit: int = -1
    name: str = ""
    source: int = -1


@dataclass(frozen=True)
class Row:
    """A row with its place.

    ``box`` spans all steps; ``strip`` below it is where ‖∂L/∂h_t‖ stands; ``target`` above it is where an
    output's targets stand; ``side`` is its part of the left margin, ``matrices`` the pictures in it.
    """

    spec: RowSpec
    box: Box
    strip: Box | None = None
    target: Box | None = None
    side: Box = (0.0, 0.0, 0.0, 0.0)
    matrices: tuple[Matrix, ...] = ()


@dataclass(frozen=True)
class Look:
    """What places depend on: the room, a line's height, a digit's width and that of the longest name."""

    width: float
    height: float
    line: float
    digit: float
    name: float = 36.0


@dataclass(frozen=True)
class Unrolled:
    """The whole picture.  ``column`` is a step's width, ``gap`` what parts its block from the next."""

    look: Look
    steps: int
    left: float
    column: float
    gap: float
    rows: tuple[Row, ...]
    axis: float
    label_every: int

    def block(self, row: Row, step: int) -> Box:
        """Return a row's block at a step; the only one of a row that has one."""
        x, y, width, height = row.box
        if row.spec.kind == "last":
            return row.box
        if row.spec.kind == "through":
            return x, y, width, height
        # Nothing runs from step to step among inputs and answers: they have the gaps as well.
        tight = row.spec.kind == "input" or row.spec.is_output
        gap = min(self.gap, 3.0) if tight else self.gap
        return self.left + step * self.column + gap / 2, y, self.column - gap, height

    def cell(self, row: Row, step: int, unit: int) -> Box:
        """Return one unit's cell: of one answer they lie side by side, else below one another."""
        x, y, width, height = self.block(row, step)
        if row.spec.kind == "last":
            return x + unit * width / row.spec.units, y, width / row.spec.units, height
        return x, y + unit * height / row.spec.units, width, height / row.spec.units

    def row_of(self, layer: int, name: str = "") -> Row | None:
        """Return the row that shows a layer's array; any row of the layer where that one is not shown."""
        found = [row for row in self.rows if row.spec.layer == layer]
        return next((row for row in found if row.spec.name == name), found[-1] if found else None)

    def step_at(self, x: float) -> int | None:
        """Return the step whose column holds ``x``."""
        step = int((x - self.left) // self.column) if x >= self.left else -1
        return step if 0 <= step < self.steps else None

    def mark_at(self, x: float, y: float) -> Mark | None:
        """Return what lies at a point."""
        for row in self.rows:
            for matrix in row.matrices:
                if _inside(matrix.box, x, y):
                    unit, source = matrix.entry_at(x, y)
                    return Mark("weight", row.spec.layer, unit=unit, name=matrix.name, source=source)
        step = self.step_at(x)
        if step is None:
            return None
        for row in self.rows:
            if (mark := self._mark_in(row, step, x, y)) is not None:
                return mark
        if y >= self.axis:
            return Mark("block", self._stateful(), step)
        return None

    def _mark_in(self, row: Row, step: int, x: float, y: float) -> Mark | None:
        layer, units = row.spec.layer, row.spec.units
        if row.strip is not None and _inside(row.strip, x, y):
            return Mark("norm", layer, step)
        if row.target is not None and _inside(row.target, x, y):
            return Mark("cell", layer, step, 0, row.spec.name)
        if not _inside(row.box, x, y) or row.spec.kind == "through":
            return None
        if row.spec.kind == "last":
            unit = int((x - row.box[0]) / row.box[2] * units)
            return Mark("cell", layer, self.steps - 1, min(unit, units - 1), row.spec.name)
        unit = int((y - row.box[1]) / row.box[3] * units)
        return Mark("cell", layer, step, min(unit, units - 1), row.spec.name)

    def _stateful(self) -> int:
        return next(row.spec.layer for row in self.rows if row.spec.kind == "recurrent")

    def target_of(self, mark: Mark) -> Box | None:
        """Return what a card about ``mark`` must leave visible."""
        if mark.kind == "weight":
            found = [m for row in self.rows for m in row.matrices if row.spec.layer == mark.layer]
            for matrix in found:
                if matrix.name == mark.name and (box := matrix.entry_box(mark.unit, mark.source)) is not None:
                    return box
            return None
        row = self.row_of(mark.layer, mark.name)
        if row is None or not 0 <= mark.step < self.steps:
            return None
        if mark.kind == "norm":
            row = next((each for each in self.rows if each.spec.layer == mark.layer and each.strip), row)
            x, _, width, _ = self.block(row, mark.step)
            return None if row.strip is None else (x, row.strip[1], width, row.strip[3])
        if mark.kind == "block" or mark.unit < 0:
            return self.block(row, mark.step)
        return self.cell(row, mark.step, mark.unit) if mark.unit < row.spec.units else None


def _inside(box: Box, x: float, y: float) -> bool:
    return box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]


def lay_out(info: RunInfo, layers: Sequence[LayerState], view: str, look: Look) -> Unrolled:
    """Place every row for the room that there is."""
    assert info.sequence_shape is not None
    steps = info.sequence_shape[0]
    specs = rows(info, layers, view)
    left = min(max(0.2 * look.width, 12 * look.digit), 30 * look.digit)
    column = max(look.width - left - _RIGHT, 1.0) / steps
    gap = min(max(0.3 * column, 1.0 if column >= 4 else 0.0), 26.0)
    axis = look.height - look.line - 2
    placed = _stacked(specs, look, left, column * steps, axis)
    placed = [_with_side(row, layers, look, left) for row in placed]
    every = _label_every(column, (len(str(steps)) + 1.2) * look.digit)
    return Unrolled(look, steps, left, column, gap, tuple(placed), axis, every)


def _label_every(column: float, room: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 … at which step numbers do not touch."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 5 * scale):
            if step * column >= room:
                return step
        scale *= 10


@dataclass(frozen=True)
class _Wish:
    """How high a row wants to be: what it needs, and its share of what is left."""

    cells: float
    share: float = 0.0
    strip: float = 0.0
    target: float = 0.0
    above: float = 0.0


def _wishes(specs: Sequence[RowSpec], look: Look) -> list[_Wish]:
    line, wishes = look.line, []
    gap = min(max(0.07 * look.height, 9.0), 24.0)
    for place, spec in enumerate(specs):
        last = place == len(specs) - 1
        above = 0.0 if last else 2.0 if specs[place + 1].layer == spec.layer else gap
        if spec.kind == "input":
            lane = min(1.3 * line + 3, _INPUT_SHARE * look.height / spec.units)
            wishes.append(_Wish(spec.units * lane, above=above))
        elif spec.kind == "recurrent":
            parts = sum(other.layer == spec.layer for other in specs)
            strip = _strip(look, sum(each.norms for each in specs)) if spec.norms else 0.0
            wishes.append(_Wish(8.0 if parts > 1 else 14.0, 3.0 / parts, strip, above=above))
        elif spec.kind == "steps" and spec.is_output:
            one = spec.units == 1
            wishes.append(_Wish(line + 4 if one else 12.0, 0.0 if one else 1.2, target=line + 4, above=above))
        elif spec.kind == "steps":
            wishes.append(_Wish(10.0, 1.2, above=above))
        else:
            wishes.append(_Wish(line + (6 if spec.is_output else 1), above=above))
    return wishes


def _strip(look: Look, layers: int) -> float:
    """Return how high ‖∂L/∂h_t‖ is drawn; where several layers share little room, without its numbers."""
    with_numbers = 2.2 * look.line
    if layers * with_numbers > 0.2 * look.height:
        return max(0.07 * look.height, 9.0)
    return min(max(0.12 * look.height, with_numbers), 4.0 * look.line)


def _stacked(specs: Sequence[RowSpec], look: Look, left: float, width: float, axis: float) -> list[Row]:
    """Share out the height, and pile the rows up from the axis."""
    wishes = _wishes(specs, look)
    room = axis - 6.0
    needed = sum(wish.cells + wish.strip + wish.target + wish.above for wish in wishes)
    shrink = min(1.0, room / needed)
    shares = sum(wish.share for wish in wishes)
    each = max(room - needed, 0.0) / shares if shares else 0.0
    y, placed = axis - 2.0, []
    for spec, wish in zip(specs, wishes, strict=True):
        strip = None
        if wish.strip:
            y -= wish.strip * shrink
            strip = (left, y, width, wish.strip * shrink)
        height = wish.cells * shrink + wish.share * each
        y -= height
        box: Box = (left, y, width, height)
        if spec.kind == "last":
            box = _at_the_end(spec, box, look)
        target = None
        if wish.target:
            y -= wish.target * shrink
            target = (left, y, width, wish.target * shrink)
        placed.append(Row(spec, box, strip, target))
        y -= wish.above * shrink
    return placed


def _at_the_end(spec: RowSpec, box: Box, look: Look) -> Box:
    """Return the place of units that stand at the last step alone: side by side, from there to the left."""
    x, y, width, height = box
    widest = 8.0 * look.digit if spec.is_output else 1.3 * look.line
    share = 0.55 if spec.is_output else 1.0
    wide = min(spec.units * widest, share * width)
    return x + width - wide - 1, y, wide, height


def _with_side(row: Row, layers: Sequence[LayerState], look: Look, left: float) -> Row:
    """Give the row its part of the margin: its name on the left, its weights on the right."""
    _, y, _, height = row.box
    side = (4.0, y, left - 10.0, height)
    if row.spec.layer == 0 or row.spec.kind == "through" or not row.spec.weighted:
        return replace(row, side=side)
    names = min(look.name + 6.0, 0.55 * side[2])
    room = (side[0] + names, y, side[2] - names, height)
    return replace(row, side=side, matrices=place_matrices(layers[row.spec.layer], row.spec.name, room))
