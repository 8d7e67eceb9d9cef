"""Formulas as TeX, as far as the typesetter draws it well."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from bpviz.present.formulas.symbols import RUNNING, derivative, tex_name
from bpviz.present.formulas.tree import (
    Call,
    Cases,
    Negative,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
    Transposed,
    symbols,
)
from bpviz.present.formulas.writing import ATOM, CHOICE, FRACTION, POWER, PRODUCT, REVERSED, Writer, Written
from bpviz.present.numbers import short

_RELATIONS: dict[Relation, str] = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "="}
_NAMES = {
    "log": r"\ln",
    "max": r"\max",
    "min": r"\min",
    "tanh": r"\tanh",
    "sinh": r"\sinh",
    "cosh": r"\cosh",
    "sin": r"\sin",
    "cos": r"\cos",
    "sign": r"\operatorname{sign}",
    "erf": r"\operatorname{erf}",
    "sigmoid": r"\operatorname{sigmoid}",
    "vec": r"\operatorname{vec}",
    "Phi": r"\Phi",
    "sigma": r"\sigma",
    "sigma_prime": r"\sigma^{\prime}",
}
_IN_BRACKETS = ("sigma", "sigma_prime", "Phi", "sigmoid", "sign", "vec", "erf")
_AROUND = {
    "abs": (r"\left|", r"\right|"),
    "norm": (r"\left\Vert ", r"\right\Vert "),
    "floor": (r"\left\lfloor ", r"\right\rfloor "),
    "indicator": (r"\left[", r"\right]"),
}


BREAK = "\x1f"
"""Stands before every + and − of a sum until it is known whether a line may be broken there."""
_OPENING, _CLOSING = ("{", r"\left", r"\begin"), ("}", r"\right", r"\end")
_PARTS = re.compile(r"(\x1f|{|}|\\left(?![a-z])|\\right(?![a-z])|\\begin|\\end)")


class TexWriter(Writer):
    """Prints trees as TeX."""

    minus = "{-}"
    plus = BREAK + "+"
    less = BREAK + "-"
    dots = r"\cdots "
    _raised = False

    def number(self, value: float, literal: bool) -> Written:
        """Return a number, a tiny or huge one as a multiple of a power of ten."""
        text = repr(value) if literal or self.digits is None else short(value, self.digits)
        text = text.replace("−", "-").removesuffix(".0") if literal else text.replace("−", "-")
        if not math.isfinite(value):
            return Written(r"\infty" if value > 0 else r"\mathrm{NaN}", ATOM)
        mantissa, _, exponent = text.partition("e")
        if not exponent:
            return Written(mantissa, ATOM)
        return Written(rf"{mantissa}{{\times}}10^{{{int(exponent)}}}", FRACTION)

    def symbol(self, node: Symbol) -> Written:
        """Return the letter with its indices below and its layer above, or ∂L over ∂ it."""
        by = derivative(node.name)
        if by:
            below = self.symbol(replace(node, name=by[1], sample=None)).text
            # It is the loss that is the sample's own.
            own = "" if node.sample is None else f"^{{[{self.text(node.sample)}]}}"
            return Written(rf"\frac{{\partial {by[0]}{own}}}{{\partial {below}}}", FRACTION)
        text = tex_name(node.name)
        if node.index:
            inner = [self._small(each) for each in node.index]
            plain = all(each.isdigit() and len(each) == 1 for each in inner)
            text = _below(text, ("" if plain else ",").join(inner))
        above = "" if node.layer is None else f"({self.text(node.layer)})"
        above += "" if node.sample is None else f"[{self.text(node.sample)}]"
        if not above:
            return Written(text, POWER if "^" in text else ATOM)
        return Written(f"{text}^{{{above}}}", POWER)

    def brackets(self, text: str) -> str:
        """Return ``text`` in brackets that grow with it, where it grows."""
        if r"\sum" in text:
            # Brackets that grow grow without end around a Σ.
            return rf"\bigg({text}\bigg)"
        tall = any(sign in text for sign in (r"\frac", r"\begin", r"\sqrt"))
        return rf"\left({text}\right)" if tall else f"({text})"

    def times(self, product: Product, left: Node, right: Node) -> str:
        """Return ⊙, a dot where numbers meet, or nothing but a little room."""
        if product.kind == "⊙":
            return r"\odot "
        numbers = not symbols(right) and (not symbols(left) or _begins_with_digit(right))
        return r"\cdot " if numbers else r"\,"

    def quotient(self, node: Quotient, leading: bool) -> Written:
        """Return a fraction; in an exponent or an index, where it would be tiny, with a stroke."""
        if self._raised:
            text = f"{self.within(node.over, PRODUCT, leading)}/{self.within(node.under, POWER)}"
            return Written(text, PRODUCT)
        return Written(rf"\frac{{{self.text(node.over)}}}{{{self.text(node.under)}}}", FRACTION)

    def power(self, node: Power) -> Written:
        """Return base and exponent; what has something above it already stands in brackets."""
        return Written(f"{self.within(node.base, ATOM)}^{{{self._small(node.exponent)}}}", POWER)

    def _small(self, node: Node) -> str:
        before, self._raised = self._raised, True
        text = self.text(node)
        self._raised = before
        return text

    def transposed(self, node: Transposed) -> Written:
        """Return a T above."""
        return Written(rf"{self.within(node.of, ATOM)}^{{\mathsf{{T}}}}", POWER)

    def call(self, node: Call) -> Written:
        """Return the function in its own notation."""
        inner = ",".join(self.text(each) for each in node.arguments)
        match node.function:
            case "exp":
                return Written(rf"\mathrm{{e}}^{{{self._small(node.arguments[0])}}}", POWER)
            case "sqrt":
                return Written(rf"\sqrt{{{inner}}}", ATOM)
            case "floor_log":
                of, base = (self.text(each) for each in node.arguments)
                return Written(rf"\left\lfloor \log_{{{base}}}\left({of}\right)\right\rfloor ", ATOM)
            case "correlate":
                left, right = (self.within(each, FRACTION) for each in node.arguments)
                return Written(rf"{left}\star {right}", PRODUCT)
            case name if name in _AROUND:
                return Written(inner.join(_AROUND[name]), ATOM)
            case name:
                return Written(self._applied(node, _NAMES[name], inner), POWER)

    def _applied(self, node: Call, name: str, inner: str) -> str:
        (first, *others) = node.arguments
        single = not others and isinstance(first, Symbol) and not first.name.startswith("dL_d")
        if single and node.function not in _IN_BRACKETS:
            return f"{name} {inner}"
        return name + self.brackets(inner)

    def relation(self, sign: Relation) -> str:
        """Return <, ≤ …"""
        return _RELATIONS[sign]

    def cases(self, node: Cases) -> Written:
        """Return a brace with each case and its condition; the last one's is what is left."""
        rows, last = [], node
        while True:
            rows.append(rf"{self.text(last.then)} & \quad {self.text(last.condition)}")
            if not isinstance(last.otherwise, Cases):
                break
            last = last.otherwise
        rows.append(rf"{self.text(last.otherwise)} & \quad {self._else(node, last)}")
        inner = r" \\ ".join(rows)
        return Written(rf"\begin{{cases}} {inner} \end{{cases}}", CHOICE)

    def _else(self, first: Cases, last: Cases) -> str:
        """Return what holds where no condition does, in signs that need no language."""
        condition, before = last.condition, first.condition
        if before != condition and (before.left, before.right) == (condition.left, condition.right):
            # Neither above nor below.
            return f"{self.text(condition.left)} = {self.text(condition.right)}"
        if condition.relation == "==":
            return rf"{self.text(condition.left)} \ne {self.text(condition.right)}"
        opposite = _RELATIONS[REVERSED[condition.relation]]
        return f"{self.text(condition.left)} {opposite} {self.text(condition.right)}"

    def over(self, node: Over) -> Written:
        """Return Σ or max with its indices below."""
        sign = r"\sum" if node.kind == "sum" else r"\max"
        below = ",".join(RUNNING[each][0] if each in RUNNING else each for each in node.indices)
        return Written(rf"{sign}_{{{below}}} {self.within(node.body, PRODUCT)}", PRODUCT)


def tex(node: Node, digits: int | None = 4) -> str:
    """Return ``node`` as TeX, numbers with ``digits`` significant digits."""
    return TexWriter(digits).text(node).replace(BREAK, "")


def tex_terms(node: Node, digits: int | None = 4) -> tuple[str, ...]:
    """Return ``node`` as TeX in the pieces between which a line may be broken: before a sum's + and −.

    That is, where the sum is not part of something that has to be drawn in one: a fraction, a root …
    """
    pieces, inside = [""], 0
    for part in _PARTS.split(TexWriter(digits).text(node)):
        inside += (part in _OPENING) - (part in _CLOSING)
        if part != BREAK:
            pieces[-1] += part
        elif not inside:
            pieces.append("{}")
    return tuple(pieces)


def _below(text: str, index: str) -> str:
    """Put an index below a letter, beside what stands there already."""
    return f"{text[:-1]},{index}}}" if "_{" in text and text.endswith("}") else f"{text}_{{{index}}}"


def _begins_with_digit(node: Node) -> bool:
    match node:
        case Number():
            return True
        case Product():
            return _begins_with_digit(node.factors[0])
        case Power():
            return _begins_with_digit(node.base)
        case Negative() | Quotient() | Cases() | Over() | Call() | Transposed():
            return False
        case _:
            return False
