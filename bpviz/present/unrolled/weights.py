"""A layer's weights as small pictures: which rows of Wx, Wh and b a row of cells is made by, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.diagram.colours import Argb, diverging_argb, indices, levels
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.snapshot import LayerState, ParameterState

Box = tuple[float, float, float, float]

_GAP = 3.0
_THINNEST = 5.0


@dataclass(frozen=True, slots=True)
class Matrix:
    """A part of one parameter: ``count`` rows from ``first`` on, ``columns`` wide, drawn in ``box``."""

    name: str
    symbol: str
    first: int
    count: int
    columns: int
    box: Box

    def entry_at(self, x: float, y: float) -> tuple[int, int]:
        """Return (row, column) of the whole parameter at a point of the picture."""
        row = int((y - self.box[1]) / self.box[3] * self.count)
        column = int((x - self.box[0]) / self.box[2] * self.columns)
        return self.first + min(row, self.count - 1), min(column, self.columns - 1)

    def entry_box(self, row: int, column: int) -> Box | None:
        """Return where an entry is drawn; None where this part does not hold it."""
        if not self.first <= row < self.first + self.count or not 0 <= column < self.columns:
            return None
        width, height = self.box[2] / self.columns, self.box[3] / self.count
        return self.box[0] + column * width, self.box[1] + (row - self.first) * height, width, height


def gate_rows(state: LayerState, name: str) -> tuple[int, int]:
    """Return (first, count) of the rows of Wx and Wh that make an array: all where no gate is named."""
    gates = GATES[state.kind]
    units = state.arrays["h"].shape[1]
    if name in gates:
        return gates.index(name) * units, units
    return 0, len(gates) * units


def place_matrices(state: LayerState, name: str, room: Box) -> tuple[Matrix, ...]:
    """Place the pictures of a layer's parameters side by side, each as wide as its columns ask for."""
    shown = [each for each in state.parameters if each.values.ndim <= 2]
    if not shown or room[2] < _THINNEST * len(shown) or room[3] < 2:
        return ()
    columns = [each.values.shape[1] if each.values.ndim == 2 else 1 for each in shown]
    free = room[2] - _GAP * (len(shown) - 1) - _THINNEST * len(shown)
    # As wide as high where there is room: a weight is a square.
    share = free / sum(columns)
    x, placed = room[0], []
    for each, count in zip(shown, columns, strict=True):
        first, number = 0, each.values.shape[0]
        if state.kind in RECURRENT:
            first, number = gate_rows(state, name)
        width = _THINNEST + min(share, 14.0) * count
        placed.append(Matrix(each.name, each.symbol, first, number, count, (x, room[1], width, room[3])))
        x += width + _GAP
    return tuple(placed)


def parameter(state: LayerState, name: str) -> ParameterState | None:
    """Return a layer's parameter by its name."""
    return next((each for each in state.parameters if each.name == name), None)


def matrix_argb(state: LayerState, matrix: Matrix, gradients: bool) -> Argb | None:
    """Return the picture (rows, columns) of weights or their gradients, over the parameter's largest."""
    found = parameter(state, matrix.name)
    if found is None:
        return None
    values = found.gradient if gradients else found.values
    values = values.reshape(len(values), -1)
    level = levels(values, "identity")[matrix.first : matrix.first + matrix.count]
    return np.ascontiguousarray(diverging_argb()[indices(level)])
