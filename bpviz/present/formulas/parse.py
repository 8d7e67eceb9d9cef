"""Formulas from text: Python's expressions, with a few signs of mathematics.

1 / (1 + exp(-z))             z if z > 0 else 0.01 * z          m = beta1 * m + (1 - beta1) * g
z(l) = W(l) @ a(l-1) + b(l)   a layer's number, in brackets after a symbol, and matrix products
h[t], W[j, i]                 indices, which count from 1
W(l).T                        transposed
dL_da(l) ⊙ sigma_prime(z(l))  element by element
sum(w[i]**2, i)               Σ over an index; max_over(x[i], i) likewise
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache

from bpviz.present.formulas.symbols import FUNCTIONS
from bpviz.present.formulas.tree import (
    Assignment,
    Call,
    Cases,
    Compare,
    Negative,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    Transposed,
)

_RELATIONS: dict[type[ast.cmpop], Relation] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
}


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises
    ------
    ValueError
        For what is no expression, or uses something that formulas do not have.
    """
    try:
        body = ast.parse(text.replace("⊙", "%").strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no formula: {error.msg}") from error
    return _node(body)


@lru_cache(maxsize=1024)
def parse_line(text: str) -> Assignment:
    """Return the tree of ``target = expression``.

    Raises
    ------
    ValueError
        For anything else.
    """
    target, sign, formula = text.partition(" = ")
    left = parse(target)
    if not sign or not isinstance(left, Symbol):
        raise ValueError(f"{text!r} assigns nothing to a symbol")
    return Assignment(left, parse(formula))


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(value, literal=True)
        case ast.Name(id=name):
            return Symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_node(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](_node(left), _node(right))
        case ast.IfExp(test=ast.Compare() as test, body=body, orelse=otherwise):
            return Cases(_compare(test), _node(body), _node(otherwise))
        case ast.Attribute(value=value, attr="T"):
            return Transposed(_node(value))
        case ast.Subscript(value=value, slice=index):
            return _indexed(_node(value), index)
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
            return _call(name, arguments)
        case ast.Call(func=ast.Name(id=name), args=[layer]):
            return Symbol(name, layer=_node(layer))
        case ast.Compare():
            return _compare(tree)
        case _:
            raise ValueError(f"formulas have no {ast.unparse(tree)!r}")


def _compare(tree: ast.Compare) -> Compare:
    if len(tree.ops) != 1 or type(tree.ops[0]) not in _RELATIONS:
        raise ValueError(f"formulas have no condition {ast.unparse(tree)!r}")
    return Compare(_node(tree.left), _RELATIONS[type(tree.ops[0])], _node(tree.comparators[0]))


def _indexed(symbol: Node, index: ast.expr) -> Symbol:
    if not isinstance(symbol, Symbol):
        raise ValueError("only a symbol has indices")
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return Symbol(symbol.name, tuple(_node(each) for each in parts), symbol.layer)


def _call(name: str, arguments: list[ast.expr]) -> Node:
    if name in ("sum", "max_over"):
        indices = tuple(each.id for each in arguments[1:] if isinstance(each, ast.Name))
        if not indices or len(indices) != len(arguments) - 1:
            raise ValueError(f"{name} needs the names of its indices")
        return Over("sum" if name == "sum" else "max", _node(arguments[0]), indices)
    return Call(name, tuple(_node(each) for each in arguments))


def _sum(left: Node, right: Node) -> Node:
    return Sum((*(left.terms if isinstance(left, Sum) else (left,)), right))


def _difference(left: Node, right: Node) -> Node:
    return _sum(left, Negative(right))


def _product(left: Node, right: Node) -> Node:
    flat = isinstance(left, Product) and left.kind == ""
    return Product((*(left.factors if flat and isinstance(left, Product) else (left,)), right))


_OPERATIONS: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: _sum,
    ast.Sub: _difference,
    ast.Mult: _product,
    ast.Div: Quotient,
    ast.Pow: Power,
    ast.Mod: lambda left, right: Product((left, right), "⊙"),
    ast.MatMult: lambda left, right: Product((left, right), "@"),
}
