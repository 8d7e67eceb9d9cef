"""Axes in numbers: where a value lies on the screen, which ticks stand there, how a tick is written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpviz.present.numbers import MINUS, THIN_SPACE, grouped, power_of_ten, short

Floats = NDArray[np.float64]

# Fine enough that an axis is never less than three quarters full, coarse enough to stand still.
GROWTH_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """A straight or logarithmic map between values and pixels.

    ``low`` ↦ ``start`` and ``high`` ↦ ``end`` (pixels; a y axis has ``start > end``).  On a
    logarithmic axis both are above 0, and a value that is not maps to NaN.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def pixel(self, values: ArrayLike) -> Floats:
        """Return the pixels of ``values``, same shape."""
        array = np.asarray(values, dtype=np.float64)
        low, high = self.low, self.high
        if self.log:
            array = np.log10(np.where(array > 0, array, np.nan))
            low, high = math.log10(low), math.log10(high)
        return self.start + (array - low) * ((self.end - self.start) / ((high - low) or 1.0))

    def value(self, pixel: float) -> float:
        """Return the value at one pixel."""
        share = (pixel - self.start) / ((self.end - self.start) or 1.0)
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self, spacing: float) -> list[float]:
        """Return round values that stand at least about ``spacing`` pixels apart."""
        count = max(int(abs(self.end - self.start) / spacing), 1)
        return log_ticks(self.low, self.high, count) if self.log else linear_ticks(self.low, self.high, count)


def grown_end(last: float) -> float:
    """Return the smallest round number that is at least ``last``; 1 at the least."""
    if last <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(last))
    for step in GROWTH_STEPS:
        if step * power >= last * (1 - 1e-12):
            return step * power
    return 10 * power


def nice_step(span: float, count: int) -> float:
    """Return 1, 2 or 5 times a power of ten, so that ``span`` holds at most ``count`` steps."""
    raw = span / max(count, 1)
    if not raw > 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next((step * power for step in (1, 2, 5) if step * power >= raw * (1 - 1e-9)), 10 * power)


def linear_ticks(low: float, high: float, count: int) -> list[float]:
    """Return multiples of a round step within [low, high], at most about ``count`` + 1."""
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # Rounding takes the 0.30000000000000004 out of 3 × 0.1.
    digits = max(0, 1 - math.floor(math.log10(step)))
    return [round(index * step, digits) + 0.0 for index in range(first, last + 1)]


def log_ticks(low: float, high: float, count: int) -> list[float]:
    """Return powers of ten within [low, high]; with 2 and 5, or round steps, where they are few."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = last - first + 1
    if powers >= 2:
        every = max(1, math.ceil(powers / (count + 1)))
        return [10.0**power for power in range(first, last + 1) if power % every == 0]
    decade = math.floor(math.log10(low))
    mantissas = [m * 10.0**p for p in range(decade, decade + 3) for m in (1, 2, 5)]
    ticks = [tick for tick in mantissas if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
    return ticks if len(ticks) >= 2 else linear_ticks(low, high, count)


def linear_bounds(low: float, high: float) -> tuple[float, float]:
    """Return round bounds around [low, high]; from 0 where that lies near."""
    if 0 < low < 0.5 * high:
        low = 0.0
    span = (high - low) or abs(high) or 1.0
    step = nice_step(span, 5)
    start, end = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return (start, end) if end > start else (start, start + step)


def log_bounds(low: float, high: float) -> tuple[float, float]:
    """Return bounds at 1 or 3 times a power of ten around [low, high], low > 0."""
    half = math.floor(2 * math.log10(low) + 1e-9), math.ceil(2 * math.log10(high) - 1e-9)
    start, end = half[0], max(half[1], half[0] + 1)
    return _half_decade(start), _half_decade(end)


def _half_decade(index: int) -> float:
    """Return 10^(index/2), with the 3.16 rounded outwards to nothing: exact powers stay exact."""
    return 10.0 ** (index // 2) * (1.0 if index % 2 == 0 else math.sqrt(10.0))


def shown(value: float | None) -> str:
    """Return ``value`` with four steady digits, ``–`` where there is none."""
    return "–" if value is None or math.isnan(value) else short(value, steady=True)


def tick_label(value: float) -> str:
    """Return a round value as short as it can be: ``0.1``, ``20 000``, ``1e−6``."""
    if value == 0:
        return "0"
    if 1e-4 < abs(value) < 1e6:
        text = f"{value:.10g}"
        return _grouped(text).replace("-", MINUS)
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{float(mantissa):g}".replace("-", MINUS) + power_of_ten(int(exponent))


def percent(share: float | None) -> str:
    """Return a share of 1 as ``98.4 %``; ``100 %`` only when it is all."""
    if share is None or math.isnan(share):
        return "–"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}{THIN_SPACE}%"
    return f"{min(max(100 * share, 0.1), 99.9):.1f}{THIN_SPACE}%"


def _grouped(text: str) -> str:
    head, dot, tail = text.partition(".")
    sign = "-" if head.startswith("-") else ""
    digits = head.lstrip("-")
    if len(digits) > 4:
        digits = grouped(int(digits))
    return sign + digits + dot + tail
