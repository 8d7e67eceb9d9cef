"""Formulas made of others: numbers in place of symbols, nothing where a setting is off, dots in long sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import is_
from typing import Any, TypeVar

from bpviz.present.formulas.evaluate import Values, choices, evaluate, key, value
from bpviz.present.formulas.symbols import CONSTANTS
from bpviz.present.formulas.tree import (
    Assignment,
    Call,
    Cases,
    Dots,
    Negative,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    is_number,
    symbols,
)

T = TypeVar("T", bound=Node)


def rebuilt(node: T, change: Callable[[Node], Node]) -> T:
    """Return ``node`` with ``change`` made of each of its direct children."""
    # A sum over a batch has thousands of nodes: what stays the same is not made again.
    same = True
    parts: list[Any] = []
    for name in node.__dataclass_fields__:
        part = getattr(node, name)
        made = part
        if isinstance(part, Node):
            made = change(part)
            same = same and made is part
        elif isinstance(part, tuple) and part and isinstance(part[0], Node):
            made = tuple([change(each) for each in part])
            same = same and all(map(is_, made, part))
        parts.append(made)
    return node if same else type(node)(*parts)


def replaced(node: Node, with_: Mapping[Symbol, Node] | Mapping[Symbol, Symbol]) -> Node:
    """Return ``node`` with whole symbols replaced."""
    if isinstance(node, Symbol) and node in with_:
        return with_[node]
    return rebuilt(node, lambda each: replaced(each, with_))


def in_numbers(node: Node, values: Values) -> Node:
    """Return ``node`` with a number for each symbol, the case in force, and every term of a Σ.

    A symbol that stands for an array keeps its letter.
    """
    match node:
        case Symbol():
            if key(node) not in values and node.name in CONSTANTS:
                return node
            found = evaluate(node, values)
            return Number(float(found)) if getattr(found, "ndim", 0) == 0 else node
        case Cases(condition=condition, then=then, otherwise=otherwise):
            return in_numbers(then if evaluate(condition, values) else otherwise, values)
        case Over(kind=kind, body=body):
            terms = tuple(in_numbers(body, {**values, **chosen}) for chosen in choices(node, values))
            if len(terms) == 1:
                return terms[0]
            return Sum(terms) if kind == "sum" else Call("max", terms)
        case Call(function=name, arguments=arguments) if name in values:
            # A function that is only known by what it gives.
            return Number(value(Call(name, arguments), values))
        case _:
            return rebuilt(node, lambda each: in_numbers(each, values))


def shortened(node: Node, most: int = 6) -> Node:
    """Return ``node`` with dots in place of the middle of every sum of more than ``most`` terms."""
    if isinstance(node, Sum) and len(node.terms) > most:
        last = 2 if most > 3 else 1
        node = Sum((*node.terms[: most - last - 1], Dots(), *node.terms[-last:]))
    return rebuilt(node, lambda each: shortened(each, most))


def with_settings(node: Node, settings: Mapping[str, float]) -> Node:
    """Return ``node`` where settings that are 0, or decide between cases, have done so.

    A term that a 0 makes nothing is left out, and so is a factor 1 that comes of it.
    """
    if isinstance(node, Symbol):
        return Number(0.0, literal=True) if settings.get(node.name) == 0 else node
    if isinstance(node, Cases) and symbols(node.condition) <= set(settings):
        chosen = node.then if evaluate(node.condition, settings) else node.otherwise
        return with_settings(chosen, settings)
    return simplified(rebuilt(node, lambda each: with_settings(each, settings)))


def simplified(node: Node) -> Node:
    """Return ``node`` without its own terms 0 and factors 1."""
    match node:
        case Sum(terms=terms):
            flat = [each.terms if isinstance(each, Sum) else (each,) for each in terms]
            return _sum([each for group in flat for each in group if not _nothing(each)])
        case Product(factors=factors, kind=""):
            if any(is_number(each, 0) for each in factors):
                return Number(0, literal=True)
            left = [each for each in factors if not is_number(each, 1)]
            return left[0] if len(left) == 1 else Product(tuple(left)) if left else Number(1, literal=True)
        case Quotient(over=over, under=under) if is_number(over, 0) or is_number(under, 1):
            return over
        case Negative(of=Number(value=number)) if number == 0:
            return node.of
        case Power(base=base, exponent=exponent) if is_number(exponent, 1):
            return base
        case Cases(then=then, otherwise=otherwise) if then == otherwise:
            return then
        case _:
            return node


def _nothing(node: Node) -> bool:
    return is_number(node.of if isinstance(node, Negative) else node, 0)


def _sum(terms: Sequence[Node]) -> Node:
    if not terms:
        return Number(0, literal=True)
    if len(terms) == 1:
        return terms[0]
    return Sum(tuple(terms))


def in_force(lines: Iterable[Assignment], settings: Mapping[str, float], wanted: str) -> list[Assignment]:
    """Return the lines that matter for ``wanted`` with these settings, no line a mere copy of another.

    What a line reads of itself alone (a mean that nobody uses) does not keep it.
    """
    chosen = [Assignment(line.target, with_settings(line.formula, settings)) for line in lines]
    return _used(_without_copies(chosen, wanted), wanted)


def _without_copies(lines: Sequence[Assignment], wanted: str) -> list[Assignment]:
    same: dict[Symbol, Node] = {}
    kept = []
    for line in lines:
        formula = replaced(line.formula, same)
        if isinstance(formula, Symbol) and line.target.name != wanted:
            same[line.target] = formula
        else:
            kept.append(Assignment(line.target, formula))
    return kept


def _used(lines: Sequence[Assignment], wanted: str) -> list[Assignment]:
    kept = list(lines)
    while True:
        read = {wanted}
        for line in kept:
            read |= symbols(line.formula) - {line.target.name}
        left = [line for line in kept if line.target.name in read]
        if len(left) == len(kept):
            return left
        kept = left
