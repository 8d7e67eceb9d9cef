"""Round ticks for an axis, and the numbers that stand at them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from bpviz.present.numbers import MINUS, short


def nice_ticks(low: float, high: float, count: int = 5) -> NDArray[np.float64]:
    """Return the multiples of a round step in [low, high]: as many as ``count`` allows.

    The step is 1, 2 or 5 (at need 4) times a power of ten, the smallest with which no more than
    ``count`` (at least 2) ticks lie in the range.  An axis without length, or without finite ends,
    has the ticks that it can have: one or none.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return np.empty(0)
    low, high = min(low, high), max(low, high)
    span = high - low
    # Below this the multiples are no longer told apart in float64.
    if span <= max(1e-12 * max(abs(low), abs(high)), 1e-290) or not math.isfinite(span):
        return np.array([low])
    count = max(count, 2)
    usual = _multiples(low, high, count, (1, 2, 5))
    if len(usual) >= min(3, count):
        return usual
    # Two ticks say little: fours are less round, but there may be more of them.
    fours = _multiples(low, high, count, (4,))
    return fours if len(fours) > len(usual) else usual


def _multiples(low: float, high: float, count: int, factors: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the multiples of the smallest step that gives no more than ``count`` of them."""
    exponent = math.floor(math.log10((high - low) / (count + 1)))
    for power, factor in product(range(exponent, exponent + 4), factors):
        # Divided last: 3 / 10 is 0.3, where 3 * 0.1 is not.
        whole, divisor = (factor * 10.0**power, 1.0) if power >= 0 else (float(factor), 10.0**-power)
        first = math.ceil(low / whole * divisor - 1e-9)
        last = math.floor(high / whole * divisor + 1e-9)
        if last - first + 1 <= count:
            return np.asarray(np.arange(first, last + 1) * whole / divisor, dtype=np.float64)
    return np.empty(0)


def log_ticks(low: float, high: float, count: int = 5) -> NDArray[np.float64]:
    """Return the exponents of ten in [low, high] (themselves exponents), thinned to about ``count``.

    Less than two whole powers: round exponents between them.
    """
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first < 1:
        return nice_ticks(low, high, count)
    every = max(1, math.ceil((last - first + 1) / max(count, 1)))
    return np.arange(first, last + 1, every, dtype=float)


def format_ticks(ticks: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """Return rising ticks as text, all with the same number of decimals.

    Far from 1 they take powers of ten.  The minus is the typographic one.
    """
    values = [float(t) for t in ticks]
    if not values:
        return []
    if len(values) == 1:
        return [short(values[0])]
    largest = max(abs(v) for v in values)
    place = math.floor(math.log10(min(b - a for a, b in pairwise(values))) + 1e-9)
    if largest >= 1e5 or largest < 1e-3:
        return [_scientific(v, place) for v in values]
    return [_plain(v, max(0, -place)) for v in values]


def _plain(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    # A tick that is zero up to rounding must not read −0.0.
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def _scientific(value: float, place: int) -> str:
    """Return the value down to the digit that stands for 10 to the power of ``place``."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    return short(value, max(1, exponent - place + 1), steady=True)
