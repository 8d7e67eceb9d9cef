"""A sample's loss and its derivative by one output, with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.present.formulas.line import Line
from bpviz.present.formulas.pieces import Fields, loss_lines, worked_out
from bpviz.present.formulas.rewrite import rebuilt
from bpviz.present.formulas.tree import Assignment, Node, Over, Product, Quotient, Symbol
from bpviz.present.formulas.units import expanded, line_at, literal

Array = NDArray[np.floating]
_OUTPUT = "k"


def sample_loss_lines(
    loss: Any, fields: Fields, z: Array, y_hat: Array, y: Array, wanted: str = "formula"
) -> list[Line]:
    """Return the lines of one sample's L; z, ŷ and y (K,).  ``wanted`` may be "meaning", where it has one."""
    values = _values(fields, z, y_hat, y)
    lines = _by_output(loss, loss_lines(loss, fields, wanted), len(y))
    if loss.over_outputs != "whole" and len(y) > 1:
        formula: Node = Over("sum", lines[-1].formula, (_OUTPUT,))
        if loss.over_outputs == "mean":
            formula = Product((Quotient(literal(1), literal(len(y))), formula))
        lines[-1] = Assignment(Symbol("L"), formula)
    engine = float(loss.sample_losses(z[None], y_hat[None], y[None])[0])
    return _in_numbers(lines, values, engine)


def loss_gradient_lines(
    loss: Any, fields: Fields, z: Array, y_hat: Array, y: Array, output: int
) -> list[Line]:
    """Return the lines of ∂L/∂ŷ of one output (∂L/∂z where the loss reads z), of this sample alone."""
    values = _values(fields, z, y_hat, y)
    lines = _by_output(loss, loss_lines(loss, fields, "derivative"), len(y))
    place = {_OUTPUT: output + 1} if len(y) > 1 else {}
    if loss.over_outputs == "mean" and len(y) > 1:
        lines[-1] = Assignment(lines[-1].target, Quotient(lines[-1].formula, literal(len(y))))
    engine = float(loss.gradient(z[None], y_hat[None], y[None])[0, output])
    return _in_numbers([line_at(line, place) for line in lines], values, engine)


def _values(fields: Fields, z: Array, y_hat: Array, y: Array) -> dict[str, Any]:
    known = {"z": z, "y_hat": y_hat, "y": y}
    if len(y) == 1:
        known = {name: float(array[0]) for name, array in known.items()}  # type: ignore[misc]
    return {**fields, **known, "K": len(y)}


def _by_output(loss: Any, lines: list[Assignment], outputs: int) -> list[Assignment]:
    """Return the lines with an index on what each output has its own of, where there are several."""
    if loss.over_outputs == "whole" or outputs == 1:
        return lines
    own = {"z", "y_hat", "y", "dL_dz", "dL_dy_hat", *(line.target.name for line in lines)} - {"L"}
    return [rebuilt(line, lambda each: _indexed(each, own)) for line in lines]


def _indexed(node: Node, names: set[str]) -> Node:
    if isinstance(node, Symbol):
        return Symbol(node.name, (Symbol(_OUTPUT),)) if node.name in names else node
    return rebuilt(node, lambda each: _indexed(each, names))


def _in_numbers(lines: list[Assignment], values: Mapping[str, Any], engine: float) -> list[Line]:
    made = worked_out(lines, values)
    last = made[-1]
    formula = expanded(last.formula, last.values)
    return [*made[:-1], Line(last.target, formula, last.values, engine)]
