"""The formulas that activations, losses, optimizers, schedules and regularizers bring with them.

A piece is its class or an object of it; ``fields`` are its settings by name.  Lines that a setting puts
out of force, a weight decay of 0 say, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bpviz.present.formulas.evaluate import choices, evaluate, key, value
from bpviz.present.formulas.line import Line, Printed, formula_line
from bpviz.present.formulas.parse import parse, parse_line
from bpviz.present.formulas.rewrite import in_force, replaced
from bpviz.present.formulas.tree import Assignment, Node, Number, Over, Symbol, symbols, walk

Fields = Mapping[str, float | str]


def activation_lines(piece: Any, wanted: str = "a") -> list[Assignment]:
    """Return the lines that make a = σ(z), or with ``wanted="slope"`` σ′(z)."""
    formula = parse(piece.formula if wanted == "a" else piece.derivative)
    # What depends on all z of a layer is written with indices.
    index = () if piece.elementwise else (Symbol("k"),)
    target = Symbol("a", index) if wanted == "a" else Symbol("slope" if piece.elementwise else "da_dz")
    parts = [parse_line(part) for part in piece.parts]
    return in_force([*parts, Assignment(target, formula)], {}, target.name)


def loss_lines(piece: Any, fields: Fields, wanted: str = "formula") -> list[Assignment]:
    """Return the lines that make the loss of one output: its ``formula``, ``meaning`` or ``derivative``."""
    name = "L"
    if wanted == "derivative":
        name = "dL_dz" if piece.from_logits else "dL_dy_hat"
    formula = parse(getattr(piece, wanted))
    index = (Symbol("k"),) if wanted == "derivative" and piece.over_outputs == "whole" else ()
    parts = [parse_line(part) for part in piece.parts]
    return in_force([*parts, Assignment(Symbol(name, index), formula)], _numbers(fields), name)


def optimizer_lines(piece: Any, fields: Fields) -> list[Assignment]:
    """Return the lines of one step on one parameter; none where the method cannot be seen so."""
    return in_force([parse_line(line) for line in piece.lines], _numbers(fields), "theta")


def optimizer_values(piece: Any, fields: Fields, state: Mapping[str, Any], **values: float) -> dict[str, Any]:
    """Return what the lines read: the fields, the letters by what is remembered, and ``values``.

    ``state`` is that of before the step; of its arrays ``values["place"]`` is looked at.
    """
    place = int(values.pop("place", 0))
    read = set().union(*(symbols(parse(of)) for of in piece.letters.values()))
    kept = {name: _at(kept, place) for name, kept in state.items() if name in read}
    known = {**_numbers(fields), **values}
    letters = {
        letter: value(parse(of), {**known, **kept}) for letter, of in piece.letters.items() if _has(of, kept)
    }
    return {**known, **letters}


def _has(of: str, kept: Mapping[str, Any]) -> bool:
    # An array that is empty (a velocity without momentum) is not used.
    return all(kept.get(name) is not None for name in symbols(parse(of)) & set(kept))


def _at(kept: Any, place: int) -> Any:
    if getattr(kept, "ndim", 0) == 0:
        return float(kept)
    return float(kept[place]) if kept.size else None


def worked_out(lines: Sequence[Assignment], values: Mapping[str, Any]) -> list[Line]:
    """Return the lines one after the other in numbers, each with what those before have made."""
    known, made = dict(values), []
    for line in lines:
        places = _places(line, known)
        results = [value(line.formula, {**known, **place}) for place in places]
        update = line.target in walk(line.formula)
        for place, result in zip(places, results, strict=True):
            target = in_place(line.target, place)
            formula = in_place(line.formula, place)
            made.append(Line(target, formula, {**known, **place}, result, update))
        known[_stored(line, known)] = np.array(results) if len(places) > 1 else results[0]
    return made


def _places(line: Assignment, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the values of the target's indices: one, or all where nothing says which."""
    free = tuple(
        each.name for each in line.target.index if isinstance(each, Symbol) and each.name not in known
    )
    return choices(Over("sum", line.formula, free), known) if free else [{}]


def _stored(line: Assignment, known: Mapping[str, Any]) -> str:
    """Return under which key a line's result is found: an array's under its name."""
    free = any(isinstance(each, Symbol) and each.name not in known for each in line.target.index)
    return line.target.name if free else key(line.target)


def in_place(node: Node, place: Mapping[str, int]) -> Any:
    """Return ``node`` with numbers for indices."""
    return replaced(node, {Symbol(name): Number(number, literal=True) for name, number in place.items()})


def schedule_lines(piece: Any, fields: Fields) -> list[Assignment]:
    """Return the lines that make η of η₀, the number t of the update, the fields and what is remembered."""
    return in_force([parse_line(line) for line in piece.lines], _numbers(fields), "eta")


def regularizer_lines(piece: Any) -> list[Assignment]:
    """Return the penalty, its derivative by one weight, and what an update is held to."""
    named = (("R", piece.formula), ("dR_dw", piece.derivative), ("w", piece.projection))
    return [Assignment(Symbol(name), parse(text)) for name, text in named if text]


def in_symbols(lines: Sequence[Assignment]) -> list[Printed]:
    """Return lines to be drawn, without numbers."""
    return [
        formula_line(line.target, line.formula, update=line.target in walk(line.formula)) for line in lines
    ]


def result_of(lines: Sequence[Assignment], values: Mapping[str, Any]) -> Any:
    """Return what the last line comes to, a number or an array."""
    known = dict(values)
    for line in lines:
        found = [evaluate(line.formula, {**known, **place}) for place in _places(line, known)]
        known[_stored(line, known)] = np.array(found) if len(found) > 1 else found[0]
    return known[_stored(lines[-1], known)]


def _numbers(fields: Fields) -> dict[str, float]:
    return {name: float(each) for name, each in fields.items() if not isinstance(each, str)}
