"""From a layer's formula on whole arrays to that of one unit: every product of matrices written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bpviz.present.formulas.evaluate import Values, choices, evaluate, key, place_of
from bpviz.present.formulas.layers import simple
from bpviz.present.formulas.parse import parse, parse_line
from bpviz.present.formulas.rewrite import rebuilt, replaced, simplified
from bpviz.present.formulas.tree import (
    Assignment,
    Call,
    Node,
    Number,
    Over,
    Product,
    Sum,
    Symbol,
    Transposed,
    symbols,
)

INNER = "k"
"""The index that a product of matrices sums over."""


def literal(number: int) -> Number:
    """Return a whole number as it stands in a formula."""
    return Number(number, literal=True)


def at_unit(node: Node, unit: tuple[Node, ...]) -> Node:
    """Return a formula on whole arrays as that of their entry ``unit``.

    A weight's gradient, a column times a row, takes two indices: the weight's unit and its input.
    """
    match node:
        case Product(factors=(left, Transposed(of=right)), kind="@") if not _is_matrix(left):
            return Product((at_unit(left, unit[:1]), at_unit(right, unit[1:])))
        case Product(factors=(matrix, right), kind="@"):
            inner = Symbol(INNER)
            return Over("sum", Product((_weight(matrix, unit[0], inner), at_unit(right, (inner,)))), (INNER,))
        case Product(factors=(left, right), kind="⊙"):
            parts = [at_unit(each, unit) for each in (left, right)]
            flat = [part.factors if isinstance(part, Product) else (part,) for part in parts]
            return Product((*flat[0], *flat[1]))
        case Symbol():
            return Symbol(node.name, (*node.index, *unit), node.layer)
        case _:
            return rebuilt(node, lambda each: at_unit(each, unit))


def _is_matrix(node: Node) -> bool:
    inner = node.of if isinstance(node, Transposed) else node
    return isinstance(inner, Symbol) and inner.name.startswith("W")


def _weight(matrix: Node, unit: Node, inner: Node) -> Symbol:
    turned = isinstance(matrix, Transposed)
    of = matrix.of if isinstance(matrix, Transposed) else matrix
    assert isinstance(of, Symbol)
    return Symbol(of.name, (inner, unit) if turned else (unit, inner), of.layer)


def with_activation(node: Node, activation: Any, output: str = "a") -> Node:
    """Return ``node`` with σ and σ′ written out by the activation's own formulas.

    ``output`` is the letter of σ(z): a, or h of a recurrent layer.
    """
    if isinstance(node, Call) and node.function in ("sigma", "sigma_prime"):
        (z,) = node.arguments
        assert isinstance(z, Symbol)
        text = activation.formula if node.function == "sigma" else activation.derivative
        return _written_out(text, activation, z, Symbol(output, z.index, z.layer))
    return rebuilt(node, lambda each: with_activation(each, activation, output))


def _written_out(text: str, activation: Any, z: Symbol, a: Symbol) -> Node:
    formula = parse(text)
    for part in reversed([parse_line(each) for each in activation.parts]):
        formula = replaced(formula, {part.target: part.formula})
    constants: dict[Symbol, Node] = {
        Symbol(name): Number(number) for name, number in activation.constants.items()
    }
    own = {Symbol("z"): z, Symbol("a"): a, Symbol("z", (Symbol("k"),)): z, Symbol("a", (Symbol("k"),)): a}
    # Softmax reads all units of the layer: the last index is the one that runs.
    every = Symbol(z.name, (*z.index[:-1], Symbol("j")), z.layer)
    return replaced(formula, {**own, Symbol("z", (Symbol("j"),)): every, **constants})


def expanded(node: Node, values: Values) -> Node:
    """Return ``node`` with every Σ written out term by term, still in symbols.

    Its indices become numbers; what lies beyond an array's ends is nothing, and is left out.
    """
    match node:
        case Symbol(index=index, sample=sample) if node.place:
            places = tuple(_index(each, values) for each in index)
            which = None if sample is None else _index(sample, values)
            symbol = replace(node, index=places, sample=which)
            return literal(0) if _is_beyond(symbol, values) else simple(symbol)
        case Over(kind=kind, body=body):
            terms = [expanded(body, {**values, **chosen}) for chosen in choices(node, values)]
            return simplified(Sum(tuple(terms))) if kind == "sum" else Call("max", tuple(terms))
        case Call(function="indicator"):
            return literal(int(evaluate(node, values)))
        case _:
            # Its parts are simple already.
            return simplified(rebuilt(node, lambda each: expanded(each, values)))


def _index(node: Node, values: Values) -> Node:
    if isinstance(node, Number):
        return node if node.literal else literal(int(node.value)) if node.value.is_integer() else node
    found = values.get(node.name) if isinstance(node, Symbol) and node.layer is None else None
    if isinstance(found, int):
        return literal(found)
    if not symbols(node) <= set(values):
        return node
    number = float(evaluate(node, values))
    return literal(int(number)) if number.is_integer() else Number(number)


def _is_beyond(symbol: Symbol, values: Values) -> bool:
    bare = key(Symbol(symbol.name, (), symbol.layer))
    array = values.get(bare, values.get(symbol.name))
    return array is not None and place_of(symbol, np.asarray(array), values) is None


def named(node: Node, names: Mapping[str, str], first: str = "x") -> Node:
    """Return ``node`` with other letters: those of ``names``, and x for a⁽⁰⁾."""
    if isinstance(node, Symbol):
        if node.layer is not None and node.layer == literal(0) and node.name in ("a", "dL_da"):
            return replace(node, name=node.name.removesuffix("a") + first, layer=None)
        return replace(node, name=names.get(node.name, node.name))
    return rebuilt(node, lambda each: named(each, names, first))


def of_samples(
    node: Node, names: frozenset[str], sample: Node | None = None, before: tuple[Node, ...] = ()
) -> Node:
    """Return ``node`` with a sample, and indices before the others, on what each sample has its own of."""
    if isinstance(node, Symbol):
        own = replace(node, index=(*before, *node.index), sample=sample)
        return own if node.name in names else node
    return rebuilt(node, lambda each: of_samples(each, names, sample, before))


def line_at(line: Assignment, place: Mapping[str, int]) -> Assignment:
    """Return a line with numbers for its own indices."""
    put: dict[Symbol, Node] = {Symbol(name): literal(number) for name, number in place.items()}
    return rebuilt(line, lambda each: replaced(each, put))
