"""The lines of one unit, weight, pixel or step of a traced pass: symbols, numbers and the engine's result.

Units, samples, rows, columns and steps are given as Python counts them, from 0, and printed from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bpviz.engine.layers import LAYERS
from bpviz.engine.trace import LayerTrace
from bpviz.present.formulas.evaluate import Values, evaluate, key, value
from bpviz.present.formulas.layers import Kind, layer_lines, simple
from bpviz.present.formulas.line import Line
from bpviz.present.formulas.numbers_of import cuts, from_above, numbers_of, numbers_of_channel
from bpviz.present.formulas.rewrite import rebuilt, replaced
from bpviz.present.formulas.tree import Assignment, Node, Over, Product, Quotient, Symbol, symbols, walk
from bpviz.present.formulas.units import (
    at_unit,
    expanded,
    line_at,
    literal,
    named,
    of_samples,
    with_activation,
)

SMALL = {"W": "w", "dL_dW": "dL_dw"}
"""The entries of W are written w."""
OUTPUT = {"rnn": "h"}
OF_A_SAMPLE = frozenset(
    ("x", "a", "z", "h", "delta", "dL_da", *"cifgorzqn", *(f"delta_{gate}" for gate in "ifgorznq"))
)


def kind_of_trace(found: LayerTrace, settings: Mapping[str, float] | None = None) -> Kind:
    """Return what a traced layer prints by; a convolution or a pool needs its ``settings``."""
    made: Any = LAYERS[found.kind].make
    return Kind(made.formulas, found.kind, tuple(state.name for state in found.parameters), settings or {})


def lines_at(
    found: LayerTrace,
    operation: str,
    place: Sequence[int],
    *,
    sample: int = 0,
    step: int | None = None,
    activation: Any = None,
    settings: Mapping[str, float] | None = None,
    extra: Values | None = None,
) -> list[Line]:
    """Return an operation's lines at one place of the layer, each with the engine's number.

    Parameters
    ----------
    place : sequence of int
        The unit, or a weight's unit and input; of a picture channel, row and column.
    step : int, optional
        Of a sequence.
    activation : Activation, optional
        By which σ and σ′ are written out.
    settings : mapping, optional
        As `Kind` has them.
    extra : mapping, optional
        Numbers that the layer's own trace has not, ∂L/∂a say.
    """
    values = {**_numbers(found, sample, step), **(extra or {})}
    lines = layer_lines(kind_of_trace(found, settings), operation, found.number)
    return [_line(_at(line, place, step), values, activation, found) for line in lines]


def _numbers(found: LayerTrace, sample: int, step: int | None) -> dict[str, Any]:
    """Return a sample's numbers; of a dense layer on a sequence those of one step."""
    values = numbers_of(found, sample)
    if found.kind == "dense" and step is not None:
        own = {name for name in values if name.partition("(")[0] in OF_A_SAMPLE}
        values |= {name: values[name][step] for name in own}
    return values


def _line(line: Assignment, values: Mapping[str, Any], activation: Any, found: LayerTrace) -> Line:
    if activation is not None:
        line = rebuilt(line, lambda each: with_activation(each, activation, OUTPUT.get(found.kind, "a")))
    line = rebuilt(line, lambda each: named(each, SMALL))
    formula = expanded(line.formula, values)
    return Line(line.target, formula, values, _engine(line.target, formula, values))


def _at(line: Assignment, place: Sequence[int], step: int | None) -> Assignment:
    """Return a line at a place: what has indices of its own takes them, all else a unit's."""
    if step is not None and line.target.index == (Symbol("t"),):
        line = line_at(line, {"t": step + 1})
    own = [each.name for each in line.target.index if isinstance(each, Symbol)]
    if own:
        return line_at(line, dict(zip(own, (each + 1 for each in place), strict=True)))
    at = tuple(literal(each + 1) for each in place)
    target = Symbol(line.target.name, (*line.target.index, *at), line.target.layer)
    return Assignment(target, at_unit(line.formula, at))


def _engine(target: Symbol, formula: Node, values: Mapping[str, Any]) -> float:
    """Return the engine's number of ``target``; where it keeps none, what the formula comes to."""
    bare = key(Symbol(target.name, (), target.layer))
    return value(target if bare in values else formula, values)


def gradient_line(
    found: LayerTrace,
    name: str,
    place: Sequence[int],
    settings: Mapping[str, float] | None = None,
    *,
    sample: int | None = None,
) -> Line:
    """Return ∂L/∂ one parameter, ``name`` as in the layer's lines (W, b, Wh_f).

    It is the mean over the samples, or with ``sample`` that one's own.
    """
    lines = layer_lines(kind_of_trace(found, settings), "gradient", found.number)
    line = next(_at(each, place, None) for each in lines if each.target.name == f"dL_d{name}")
    rows, every_step = len(found.x), found.kind == "dense" and found.x.ndim == 3
    samples, steps = ("m",) if rows > 1 and sample is None else (), ("t",) if every_step else ()
    values = numbers_of(found, slice(None) if rows > 1 else 0)
    which: Node | None = Symbol("m") if samples else None
    target = line.target
    if rows > 1 and sample is not None:
        which = literal(sample + 1)
        target = replace(target, sample=which)
    formula: Node = of_samples(line.formula, OF_A_SAMPLE, which, tuple(Symbol(each) for each in steps))
    if samples or steps:
        formula = Over("sum", formula, (*samples, *steps))
    if samples:
        formula = Product((Quotient(literal(1), literal(rows)), formula))
    if sample is None:
        return _line(Assignment(target, formula), values, None, found)
    made = rebuilt(Assignment(target, expanded(formula, values)), lambda each: named(each, SMALL))
    return Line(made.target, made.formula, values, value(made.formula, values))


def over_samples(line: Assignment, rows: int) -> Assignment:
    """Return a gradient's line as the mean over ``rows`` samples, whole arrays at a time."""
    if rows <= 1:
        return line
    own = of_samples(line.formula, OF_A_SAMPLE, Symbol("m"))
    share = Quotient(literal(1), literal(rows))
    return Assignment(line.target, Product((share, Over("sum", own, ("m",)))))


def delta_line(
    found: LayerTrace,
    place: Sequence[int],
    activation: Any,
    above: Line,
    *,
    sample: int = 0,
    step: int | None = None,
) -> Line:
    """Return δ at one place, with what the layer above sends back, ``above``, written out in it."""
    values = {**_numbers(found, sample, step), **above.values}
    line = _at(layer_lines(kind_of_trace(found), "delta", found.number)[0], place, step)
    by_a = Symbol("dL_da", line.target.index, line.target.layer)
    made = with_activation(line.formula, activation)
    return _line(Assignment(line.target, replaced(made, {by_a: above.formula})), values, None, found)


def recurrent_delta_lines(
    found: LayerTrace,
    unit: int,
    step: int,
    *,
    sample: int = 0,
    activation: Any = None,
    truncate: int = 0,
) -> list[Line]:
    """Return ∂L/∂h_t and every δ of one unit at one step; nothing flows back over a cut of ``truncate``."""
    extra: dict[str, Any] = {"dL_dh_above": from_above(found, sample, truncate)}
    values = {**numbers_of(found, sample), **extra}
    lines = [_at(line, (unit,), step) for line in layer_lines(kind_of_trace(found), "delta")]
    if step in cuts(len(extra["dL_dh_above"]), truncate):
        lines = [rebuilt(line, lambda each: without_step(each, step + 2)) for line in lines]
    return [_line(line, values, activation, found) for line in lines]


def without_step(node: Node, step: int) -> Node:
    """Return ``node`` without the terms that read a step, counted from 1."""
    if isinstance(node, Symbol):
        at = node.index and evaluate(node.index[0], {}) == step if _is_known(node) else False
        return literal(0) if at else node
    if isinstance(node, Over):
        body = without_step(node.body, step)
        return literal(0) if body == literal(0) else Over(node.kind, body, node.indices)
    return simple(rebuilt(node, lambda each: without_step(each, step)))


def _is_known(symbol: Symbol) -> bool:
    return len(symbol.index) > 1 and not symbol.name.startswith("W") and not symbols(symbol.index[0])


def norm_lines(
    found: LayerTrace, channel: int, operation: str, at: int, *, epsilon: float, above: float = 0.0
) -> list[Line]:
    """Return a batch norm's lines of one channel, at one of its N numbers in the batch.

    ``above`` is ∂L/∂a there, of the batch's mean.
    """
    values = numbers_of_channel(found, channel, epsilon)
    lines = layer_lines(kind_of_trace(found), operation)
    made = []
    for line in lines:
        line = line_at(line, {"n": at + 1}) if line.target.index else line
        known = {**values, f"dL_da[{at + 1}]": above}
        line = norm_in_force(line, int(values["N"] // values["B"]))
        made.append(_line(line, known, None, found))
    return made


OF_A_CHANNEL = frozenset(("x", "x_hat", "z", "a", "delta", "dL_dx", "dL_da"))


def norm_in_force(line: Assignment, places: int) -> Assignment:
    """Return a batch norm's line with n as which sample, and without B/N where a sample has one place."""
    line = rebuilt(line, _by_sample)
    return line if places > 1 else rebuilt(line, _without_share)


def _by_sample(node: Node) -> Node:
    if isinstance(node, Symbol) and node.name in OF_A_CHANNEL and len(node.index) == 1:
        return replace(node, index=(), sample=node.index[0])
    return rebuilt(node, _by_sample)


def _without_share(node: Node) -> Node:
    match node:
        case Quotient(over=Product(factors=(inner, Symbol(name="B"))), under=Symbol(name="N")):
            return _without_share(inner)
        case Product(factors=(inner, Quotient(over=Symbol(name="B"), under=Symbol(name="N")))):
            return _without_share(inner)
        case _:
            return rebuilt(node, _without_share)


def norm_share(found: LayerTrace, channel: int, name: str, sample: int, *, epsilon: float) -> Line:
    """Return what one sample by itself gives to ∂L/∂γ or ∂L/∂β of a batch norm's channel."""
    values = dict(numbers_of_channel(found, channel, epsilon))
    places = int(values["N"] // values["B"])
    line = next(
        each for each in layer_lines(kind_of_trace(found), "gradient") if each.target.name == f"dL_d{name}"
    )
    summed = next(each for each in walk(line.formula) if isinstance(each, Over))
    values["n"] = range(sample * places + 1, (sample + 1) * places + 1)
    formula = expanded(_by_sample(summed), values)
    target = replace(
        line.target, index=(literal(channel + 1),), layer=literal(found.number), sample=literal(sample + 1)
    )
    return Line(target, formula, values, value(formula, values))


def flatten_line(found: LayerTrace, unit: int, sample: int = 0) -> Line:
    """Return which number of the picture or the sequence a unit is."""
    place = tuple(literal(int(each) + 1) for each in np.unravel_index(unit, found.x.shape[1:]))
    layer = literal(found.number)
    of_x = named(Symbol("a", place, literal(found.number - 1)), {})
    values = numbers_of(found, sample)
    return Line(Symbol("a", (literal(unit + 1),), layer), of_x, values, float(found.a[sample].ravel()[unit]))
