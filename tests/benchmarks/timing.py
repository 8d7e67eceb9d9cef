"""Medians of interleaved repeats: what slows one down for a moment slows the others as well."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table.  ``ratio`` is better the larger it is, or the smaller where ``at_most``."""

    name: str
    value: str
    compared_with: str = ""
    ratio: float | None = None
    goal: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.ratio is None or self.goal is None:
            return None
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


def medians(functions: Mapping[str, Callable[[], object]], repeats: int = 9) -> dict[str, float]:
    """Return each function's median time in seconds; the first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for repeat in range(repeats + 1):
        for name, function in functions.items():
            begun = time.perf_counter()
            function()
            taken = time.perf_counter() - begun
            if repeat:
                times[name].append(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
