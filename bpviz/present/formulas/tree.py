"""What a formula is made of: a small tree that is printed and evaluated, one and the same.

All of it is frozen: `parse` makes it, `tex` and `plain` print it, `evaluate` works it out and
`rewrite` puts numbers in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

Relation = Literal["<", "<=", ">", ">=", "=="]


@dataclass(frozen=True)
class Node:
    """Any part of a formula."""


@dataclass(frozen=True)
class Number(Node):
    """A number; ``literal`` where it stands in the formula itself, and is printed as it was written."""

    value: float
    literal: bool = False


@dataclass(frozen=True)
class Symbol(Node):
    """A letter: its name in ASCII (y_hat, dL_dW), its indices, the layer and the sample that it belongs to.

    In an array the sample comes before the indices.
    """

    name: str
    index: tuple[Node, ...] = ()
    layer: Node | None = None
    sample: Node | None = None

    @property
    def place(self) -> tuple[Node, ...]:
        """Where it stands in its array: the sample, where it has one, and the indices."""
        return self.index if self.sample is None else (self.sample, *self.index)


@dataclass(frozen=True)
class Sum(Node):
    """Terms; one that is taken off is a `Negative`."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Product(Node):
    """Factors: numbers (``""``), or arrays number by number (``"⊙"``) or as matrices (``"@"``)."""

    factors: tuple[Node, ...]
    kind: Literal["", "⊙", "@"] = ""


@dataclass(frozen=True)
class Quotient(Node):
    """One thing over another."""

    over: Node
    under: Node


@dataclass(frozen=True)
class Power(Node):
    """A base with its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Negative(Node):
    """−x."""

    of: Node


@dataclass(frozen=True)
class Transposed(Node):
    """A matrix or a column on its side."""

    of: Node


@dataclass(frozen=True)
class Call(Node):
    """A function by name of its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Node):
    """A condition, true or false."""

    left: Node
    relation: Relation
    right: Node


@dataclass(frozen=True)
class Cases(Node):
    """``then`` where the condition holds, else ``otherwise``, which may be cases again."""

    condition: Compare
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Over(Node):
    """Σ or max of the body over all values of its indices."""

    kind: Literal["sum", "max"]
    body: Node
    indices: tuple[str, ...]


@dataclass(frozen=True)
class Dots(Node):
    """What was left out of a long sum, on the screen only."""


@dataclass(frozen=True)
class Assignment(Node):
    """target ← formula."""

    target: Symbol
    formula: Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below ``node``."""
    for field in fields(node):
        value = getattr(node, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Node):
                yield each


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all that is below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def symbols(node: Node) -> set[str]:
    """Return the names of all symbols in ``node``."""
    return {each.name for each in walk(node) if isinstance(each, Symbol)}


def is_number(node: Node, value: float) -> bool:
    """Whether ``node`` is this very number."""
    return isinstance(node, Number) and node.value == value
