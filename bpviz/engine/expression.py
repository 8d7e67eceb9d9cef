"""A formula of x and y, with its exact partial derivatives.

The formula is parsed once (Python's own parser, a list of what is allowed) and evaluated in forward
mode: every node gives (f, ∂f/∂x, ∂f/∂y) by the rule that stands beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpviz.errors import UserError

Array = NDArray[np.floating]


class Dual(NamedTuple):
    """A value and its partial derivatives, one for each variable."""

    value: Array
    partials: tuple[Array, ...]


def _chain(value: Array, slope: Array, inner: Dual) -> Dual:
    return Dual(value, tuple(slope * p for p in inner.partials))


FUNCTIONS: dict[str, Callable[[Dual], Dual]] = {
    "sin": lambda u: _chain(np.sin(u.value), np.cos(u.value), u),
    "cos": lambda u: _chain(np.cos(u.value), -np.sin(u.value), u),
    "tan": lambda u: _chain(np.tan(u.value), 1.0 / np.cos(u.value) ** 2, u),
    "tanh": lambda u: _chain(np.tanh(u.value), 1.0 - np.tanh(u.value) ** 2, u),
    "exp": lambda u: _chain(np.exp(u.value), np.exp(u.value), u),
    "log": lambda u: _chain(np.log(u.value), 1.0 / u.value, u),
    "sqrt": lambda u: _chain(np.sqrt(u.value), 0.5 / np.sqrt(u.value), u),
    # By the sign of the real part: for a complex number that is what carries |x| off the real line.
    "abs": lambda u: _chain(u.value * np.sign(u.value.real), np.sign(u.value.real), u),
}
CONSTANTS = {"pi": np.pi, "e": np.e}
VARIABLES = ("x", "y")
# Evaluation goes down one call a level: longer, deeper formulas could exhaust the stack.
MOST_CHARACTERS = 500
SHOWN_CHARACTERS = 60


def _add(u: Dual, w: Dual) -> Dual:
    return Dual(u.value + w.value, tuple(p + q for p, q in zip(u.partials, w.partials, strict=True)))


def _subtract(u: Dual, w: Dual) -> Dual:
    return Dual(u.value - w.value, tuple(p - q for p, q in zip(u.partials, w.partials, strict=True)))


def _multiply(u: Dual, w: Dual) -> Dual:
    pairs = zip(u.partials, w.partials, strict=True)
    return Dual(u.value * w.value, tuple(p * w.value + u.value * q for p, q in pairs))


def _divide(u: Dual, w: Dual) -> Dual:
    value = u.value / w.value
    return Dual(value, tuple((p - value * q) / w.value for p, q in zip(u.partials, w.partials, strict=True)))


def _power(u: Dual, w: Dual) -> Dual:
    value = u.value**w.value
    slope = w.value * u.value ** (w.value - 1.0)
    if not any(np.any(q) for q in w.partials):  # a constant exponent: no logarithm of u is needed
        return Dual(value, tuple(slope * p for p in u.partials))
    log = np.log(u.value)
    return Dual(
        value, tuple(slope * p + value * log * q for p, q in zip(u.partials, w.partials, strict=True))
    )


OPERATORS: dict[type[ast.operator], Callable[[Dual, Dual], Dual]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.Pow: _power,
}


class Expression:
    """A formula of x, or of x and y.  ``^`` is power.

    Raises
    ------
    UserError
        When the formula is not one, or uses what is not known.
    """

    def __init__(self, formula: str) -> None:
        self.formula = formula
        try:
            self._tree = self._parsed(formula)
            names = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
            self.variables = VARIABLES if "y" in names else VARIABLES[:1]
            with np.errstate(all="ignore"):
                self.evaluate(np.ones((1, len(self.variables))))  # refuses what is not known, now
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
            raise UserError(
                "“{formula}” is not a formula.",
                hint="Write for example x^2 + y^2.",
                formula=formula if len(formula) <= SHOWN_CHARACTERS else formula[:SHOWN_CHARACTERS] + "…",
            ) from None

    @staticmethod
    def _parsed(formula: str) -> ast.expr:
        if len(formula) > MOST_CHARACTERS:
            raise ValueError(formula)
        return ast.parse(formula.strip().replace("^", "**"), mode="eval").body

    def evaluate(self, points: Array) -> tuple[Array, Array]:
        """Return f (k,) and its partial derivatives (k, n) at ``points`` (k, n), real or complex."""
        result = self._visit(self._tree, points)
        shape = (len(points),)
        value = np.broadcast_to(result.value, shape)
        return value, np.stack([np.broadcast_to(p, shape) for p in result.partials], axis=1)

    def _visit(self, node: ast.expr, points: Array) -> Dual:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self._constant(float(number), points)
            case ast.Name(id=name) if name in self.variables:
                index = self.variables.index(name)
                zero, one = np.zeros(len(points)), np.ones(len(points))
                partials = tuple(one if i == index else zero for i in range(points.shape[1]))
                return Dual(points[:, index], partials)
            case ast.Name(id=name) if name in CONSTANTS:
                return self._constant(CONSTANTS[name], points)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _subtract(self._constant(0.0, points), self._visit(operand, points))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._visit(operand, points)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
                return OPERATORS[type(operator)](self._visit(left, points), self._visit(right, points))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                return FUNCTIONS[name](self._visit(argument, points))
        raise UserError(
            "“{formula}” uses “{part}”, which is not known.",
            hint="Known: x, y, + − * / ^, {functions}, pi, e.",
            formula=self.formula,
            part=ast.unparse(node),
            functions=", ".join(FUNCTIONS),
        )

    @staticmethod
    def _constant(number: float, points: Array) -> Dual:
        return Dual(np.full(len(points), number), (np.zeros(len(points)),) * points.shape[1])
