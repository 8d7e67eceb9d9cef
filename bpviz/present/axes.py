"""Round ticks for an axis, and the numbers that stand at them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

MINUS = "−"


def nice_ticks(low: float, high: float, count: int = 5) -> NDArray[np.float64]:
    """Return the multiples of a round step in [low, high]: as many as ``count`` allows.

    The step is 1, 2 or 5 times a power of ten, the smallest with which no more than ``count`` (at
    least 2) ticks lie in the range.  An axis without length, or without finite ends, has the ticks
    that it can have: one or none.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return np.empty(0)
    low, high = min(low, high), max(low, high)
    span = high - low
    # Below this the multiples are no longer told apart in float64.
    if span <= 1e-12 * max(abs(low), abs(high)) or not math.isfinite(span):
        return np.array([low])
    count = max(count, 2)
    step, first, last = 0.0, 0, 0
    for step in _steps_from(span / (count + 1)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= count:
            break
    return np.arange(first, last + 1) * step


def _steps_from(smallest: float) -> Iterator[float]:
    """Yield 1, 2 and 5 times powers of ten, from about ``smallest`` to far above it."""
    exponent = math.floor(math.log10(smallest))
    for power in range(exponent, exponent + 4):
        for factor in (1, 2, 5):
            # A power of ten below 1 is only exact as a quotient: 3 * 0.1 is not 0.3.
            yield factor * 10.0**power if power >= 0 else factor / 10.0**-power


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
    """Return the ticks as text, all with the same number of decimals.

    Far from 1 they take powers of ten.  The minus is the typographic one.
    """
    values = [float(t) for t in ticks]
    if not values:
        return []
    largest = max(abs(v) for v in values)
    steps = [b - a for a, b in zip(values, values[1:], strict=False) if b != a]
    step = min(map(abs, steps)) if steps else largest
    if largest >= 1e5 or (0 < largest < 1e-3):
        digits = max(0, math.floor(math.log10(largest)) - math.floor(math.log10(step) + 1e-9))
        return [_scientific(v, digits) for v in values]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return [_plain(v, decimals) for v in values]


def format_number(value: float, digits: int = 4) -> str:
    """Return ``value`` with ``digits`` significant digits, readable from 1e-4 to 1e6.

    Examples
    --------
    >>> format_number(3225.1371724800006), format_number(-0.0036, 2)
    ('3225', '−0.0036')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    if value == 0:
        return "0"
    magnitude = abs(value)
    if 1e-4 <= magnitude < 1e6:
        exponent = math.floor(math.log10(magnitude))
        return _plain(value, max(0, digits - 1 - exponent))
    return _scientific(value, digits - 1)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    # A tick that is zero up to rounding must not read −0.0.
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def _scientific(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
