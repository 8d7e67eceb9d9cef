"""Formulas as plain text, to copy and to be read aloud; what is printed can be read back."""

from __future__ import annotations

import re
from dataclasses import replace

from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.symbols import (
    RAISED_DIGITS,
    RUNNING,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    derivative,
    plain_name,
)
from bpviz.present.formulas.tree import (
    Call,
    Cases,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
    Transposed,
)
from bpviz.present.formulas.writing import ATOM, CHOICE, FRACTION, POWER, PRODUCT, SUM, Writer, Written
from bpviz.present.numbers import short

_RELATIONS: dict[Relation, str] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=="}
_NAMES = {"log": "ln", "sqrt": "√", "Phi": "Φ", "sigma": "σ", "sigma_prime": "σ′"}
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LETTERS = "0123456789+-aehijklmnoprstuvx"


class PlainWriter(Writer):
    """Prints trees as plain text."""

    def number(self, value: float, literal: bool) -> Written:
        """Return a number, by default with all its digits."""
        if literal:
            return Written(repr(value), ATOM)
        text = repr(float(value)) if self.digits is None else short(value, self.digits)
        return Written(text.replace("-", "−"), ATOM)

    def symbol(self, node: Symbol) -> Written:
        """Return the letter with small digits where there are such."""
        by = derivative(node.name)
        if by:
            # It is the loss that is the sample's own.
            own = "" if node.sample is None else f"[{self.text(node.sample)}]"
            below = self.symbol(replace(node, name=by[1], sample=None)).text
            return Written(f"∂{by[0]}{own}/∂{below}", FRACTION)
        text = plain_name(node.name)
        if node.index:
            inner = [self.text(each).replace(" ", "").replace("−", "-") for each in node.index]
            small = all(len(each) == 1 for each in inner) or len(inner) == 1
            small = small and all(sign in _LETTERS for each in inner for sign in each)
            text += "".join(inner).translate(SUBSCRIPTS) if small else f"[{','.join(inner)}]"
        if node.layer is not None:
            text += f"({self.text(node.layer)})".replace(" ", "").translate(SUPERSCRIPTS)
        if node.sample is not None:
            text += f"[{self.text(node.sample)}]"
        return Written(text, ATOM)

    def brackets(self, text: str) -> str:
        """Return ``text`` in brackets."""
        return f"({text})"

    def times(self, product: Product, left: Node, right: Node) -> str:
        """Return ·, ⊙ or, between matrices, a space."""
        return {"": "·", "⊙": " ⊙ ", "@": " "}[product.kind]

    def quotient(self, node: Quotient, leading: bool) -> Written:
        """Return one thing, a stroke, the other."""
        return Written(
            f"{self.within(node.over, PRODUCT, leading)}/{self.within(node.under, POWER)}", PRODUCT
        )

    def power(self, node: Power) -> Written:
        """Return the exponent as small digits, or behind ^."""
        base, exponent = self.within(node.base, ATOM), node.exponent
        if isinstance(exponent, Number) and exponent.literal and float(exponent.value).is_integer():
            return Written(base + str(int(exponent.value)).translate(SUPERSCRIPTS), POWER)
        return Written(f"{base}^{self.within(exponent, ATOM)}", POWER)

    def transposed(self, node: Transposed) -> Written:
        """Return ᵀ behind it."""
        return Written(self.within(node.of, ATOM) + "ᵀ", ATOM)

    def call(self, node: Call) -> Written:
        """Return the function's name and its arguments."""
        if node.function == "correlate":
            left, right = (self.within(each, FRACTION) for each in node.arguments)
            return Written(f"{left} ⋆ {right}", PRODUCT)
        inner = ", ".join(self.text(each) for each in node.arguments)
        return Written(f"{_NAMES.get(node.function, node.function)}({inner})", ATOM)

    def relation(self, sign: Relation) -> str:
        """Return <, ≤ …"""
        return _RELATIONS[sign]

    def cases(self, node: Cases) -> Written:
        """Return the case, its condition and what holds otherwise."""
        then, otherwise = self.within(node.then, SUM, True), self.text(node.otherwise)
        return Written(f"{then} if {self.text(node.condition)} else {otherwise}", CHOICE)

    def over(self, node: Over) -> Written:
        """Return Σ or max with its indices."""
        sign = "Σ" if node.kind == "sum" else "max"
        below = "".join(RUNNING[each][1] if each in RUNNING else each for each in node.indices)
        small = below.translate(SUBSCRIPTS) if all(sign in _LETTERS for sign in below) else f"_{below}"
        return Written(f"{sign}{small} {self.within(node.body, PRODUCT)}", PRODUCT)


def plain(node: Node, digits: int | None = None) -> str:
    """Return ``node`` as plain text, by default with all digits of its numbers."""
    return PlainWriter(digits).text(node)


def read(text: str) -> Node:
    """Return the tree of a plain text in numbers, as `plain` prints it.

    Raises
    ------
    ValueError
        For what is no such text.
    """
    text = _RAISED.sub(lambda raised: f"**({raised[0].translate(RAISED_DIGITS)})", text)
    for sign, ours in (("^", "**"), ("·", "*"), ("−", "-"), ("≤", "<="), ("≥", ">="), ("√", "sqrt")):
        text = text.replace(sign, ours)
    text = text.replace("Φ", "Phi").replace("ln(", "log(").replace("π", "pi")
    return parse(text)
