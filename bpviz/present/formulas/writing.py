"""What printing as TeX and as plain text share: where brackets stand, and how deep a term binds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import singledispatchmethod
from typing import NamedTuple

from bpviz.present.formulas.tree import (
    Assignment,
    Call,
    Cases,
    Compare,
    Dots,
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

CHOICE, SUM, PRODUCT, FRACTION, POWER, ATOM = range(6)
"""How tightly a text binds: what binds less than its place asks for stands in brackets."""

REVERSED: dict[Relation, Relation] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "=="}


class Written(NamedTuple):
    """A text and how tightly it binds."""

    text: str
    binds: int


class Writer(ABC):
    """Prints trees.  ``digits`` is how many significant digits numbers have; None for all of them."""

    minus = "−"
    plus = " + "
    less = " − "

    def __init__(self, digits: int | None = 4) -> None:
        self.digits = digits

    def text(self, node: Node) -> str:
        """Return ``node`` as it stands alone."""
        return self.write(node, True).text

    def within(self, node: Node, binds: int, leading: bool = False) -> str:
        """Return ``node``, in brackets where it binds less tightly than ``binds``."""
        written = self.write(node, leading)
        return written.text if written.binds >= binds else self.brackets(self.text(node))

    @singledispatchmethod
    def write(self, node: Node, leading: bool) -> Written:
        """Return ``node`` as text; ``leading`` where nothing stands before it."""
        raise TypeError(f"{type(node).__name__} cannot be printed")

    @write.register
    def _(self, node: Number, leading: bool) -> Written:
        text, binds = self.number(abs(node.value), node.literal)
        if not node.value < 0:
            return Written(text, binds)
        signed = self.minus + text
        return Written(signed, PRODUCT) if leading else Written(self.brackets(signed), ATOM)

    @write.register
    def _(self, node: Symbol, leading: bool) -> Written:
        return self.symbol(node)

    @write.register
    def _(self, node: Sum, leading: bool) -> Written:
        return Written("".join(self.terms(node, leading)), SUM)

    def terms(self, node: Sum, leading: bool = True) -> list[str]:
        """Return the terms of a sum, each with its sign."""
        first, *others = node.terms
        parts = [self.within(first, SUM, leading)]
        for term in others:
            taken = isinstance(term, Negative)
            what = term.of if isinstance(term, Negative) else term
            parts.append((self.less if taken else self.plus) + self.within(what, PRODUCT))
        return parts

    @write.register
    def _(self, node: Negative, leading: bool) -> Written:
        return Written(self.minus + self.within(node.of, PRODUCT), PRODUCT if leading else SUM)

    @write.register
    def _(self, node: Product, leading: bool) -> Written:
        first, *others = node.factors
        text = self.within(first, self.factor_binds(True), leading)
        before = first
        for factor in others:
            # What a Σ sums reaches to the product's end.
            ends = factor is others[-1] and isinstance(factor, Over)
            text += self.times(node, before, factor) + self.within(factor, self.factor_binds(ends))
            before = factor
        return Written(text, PRODUCT)

    def factor_binds(self, first: bool) -> int:
        """Return how tightly a factor has to bind."""
        return PRODUCT if first else FRACTION

    @write.register
    def _(self, node: Quotient, leading: bool) -> Written:
        return self.quotient(node, leading)

    @write.register
    def _(self, node: Power, leading: bool) -> Written:
        return self.power(node)

    @write.register
    def _(self, node: Transposed, leading: bool) -> Written:
        return self.transposed(node)

    @write.register
    def _(self, node: Call, leading: bool) -> Written:
        return self.call(node)

    @write.register
    def _(self, node: Compare, leading: bool) -> Written:
        left, right = self.within(node.left, SUM, True), self.within(node.right, SUM, True)
        return Written(f"{left} {self.relation(node.relation)} {right}", CHOICE)

    @write.register
    def _(self, node: Cases, leading: bool) -> Written:
        return self.cases(node)

    @write.register
    def _(self, node: Over, leading: bool) -> Written:
        return self.over(node)

    @write.register
    def _(self, node: Dots, leading: bool) -> Written:
        return Written(self.dots, ATOM)

    @write.register
    def _(self, node: Assignment, leading: bool) -> Written:
        return Written(f"{self.text(node.target)} = {self.text(node.formula)}", CHOICE)

    dots = "…"

    @abstractmethod
    def number(self, value: float, literal: bool) -> Written:
        """Return a number that is not negative."""

    @abstractmethod
    def symbol(self, node: Symbol) -> Written:
        """Return a symbol with its indices."""

    @abstractmethod
    def brackets(self, text: str) -> str:
        """Return ``text`` in brackets."""

    @abstractmethod
    def times(self, product: Product, left: Node, right: Node) -> str:
        """Return the sign between two factors."""

    @abstractmethod
    def quotient(self, node: Quotient, leading: bool) -> Written:
        """Return one thing over another."""

    @abstractmethod
    def power(self, node: Power) -> Written:
        """Return a power."""

    @abstractmethod
    def transposed(self, node: Transposed) -> Written:
        """Return what is transposed."""

    @abstractmethod
    def call(self, node: Call) -> Written:
        """Return a function of its arguments."""

    @abstractmethod
    def relation(self, sign: Relation) -> str:
        """Return the sign of a comparison."""

    @abstractmethod
    def cases(self, node: Cases) -> Written:
        """Return cases."""

    @abstractmethod
    def over(self, node: Over) -> Written:
        """Return Σ or max over indices."""
