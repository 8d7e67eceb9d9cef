"""How much of a plane is shown: enough for the path so far, growing in steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

GROWTH = math.sqrt(2.0)
MARGIN = 1.1
# A centre is moved by quarters of the half width at a time: it is at most an eighth off.
CENTRE_STEPS = 4


def axes_window(
    domain: Sequence[tuple[float, float]], points: Array, span: float | None
) -> list[tuple[float, float]]:
    """Return (low, high) of each variable of a function.

    Its domain, enlarged about its middle by factors of √2 until it holds ``points`` (k, dimensions).
    With ``span``, that half width about the newest point instead.
    """
    if span is not None:
        return [_around(_on_grid(at, span), span) for at in points[-1]]
    windows = []
    for (low, high), column in zip(domain, points.T, strict=True):
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        reach = float(np.max(np.abs(column - middle))) * 1.02
        windows.append(_around(middle, _grown(half, reach)))
    return windows


def plane_window(points: Array, span: float | None) -> list[tuple[float, float]]:
    """Return (low, high) of u and of v, equally wide, holding ``points`` (k, 2).

    The half width is 1 · √2ᵐ, the centre a multiple of a quarter of it: as the path grows, the axes
    jump now and then instead of gliding all the time.  With ``span``, that half width about the
    newest point.
    """
    if span is not None:
        return [_around(_on_grid(at, span), span) for at in points[-1]]
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float(np.max(high - low)) / 2.0
    half = _grown(1.0, extent * MARGIN / (1.0 - 0.5 / CENTRE_STEPS))
    return [_around(_on_grid(at, half), half) for at in (low + high) / 2.0]


def _grown(half: float, reach: float) -> float:
    """Return ``half`` times the smallest power √2ᵐ, m ≥ 0, that is at least ``reach``."""
    if reach <= half:
        return half
    return half * GROWTH ** math.ceil(math.log(reach / half, GROWTH) - 1e-9)


def _on_grid(at: float, half: float) -> float:
    step = half / CENTRE_STEPS
    return float(round(at / step) * step)


def _around(middle: float, half: float) -> tuple[float, float]:
    return middle - half, middle + half
