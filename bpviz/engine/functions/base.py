"""What a test function is: a formula, the box to show it in, and a start."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.registry import Entry, Registry
from bpviz.text import N_


@dataclass(frozen=True)
class TestFunction:
    """f(x) or f(x, y), with its domain and a start worth descending from."""

    formula: str
    domain: tuple[tuple[float, float], ...]
    start: tuple[float, ...]

    __test__ = False  # a test runner would take the name for a test


FUNCTIONS: Registry[TestFunction] = Registry(N_("function"))


def add_function(
    name: str,
    label: str,
    formula: str,
    domain: tuple[tuple[float, float], ...],
    start: tuple[float, ...],
    why: str,
) -> None:
    """Register one test function; ``label`` and ``why`` are marked for the catalogue."""
    function = TestFunction(formula, domain, start)
    FUNCTIONS.add(Entry(name, label, lambda: function, why))
