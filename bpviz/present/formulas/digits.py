"""Numbers set from glyphs that were typeset once: what changes in every iteration costs next to nothing.

Only rows of digits with + − · and brackets; what stands above, below or over something else is typeset.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree as ET

_ROW = re.compile(r"(?:\{\})?(?:\{-\}|\\cdot ?|[-+().0-9])+")
_TOKEN = re.compile(r"\{-\}|\\cdot ?|[-+().0-9]")
_NUMBER = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")

Typeset = Callable[[str], ET.Element]


@dataclass(frozen=True)
class Glyph:
    """A sign's outline, as it lies behind the origin, and how far the next one is."""

    svg: str
    advance: float
    top: float
    bottom: float


def is_row(tex: str) -> bool:
    """Whether a formula is numbers in a row and nothing else."""
    return _ROW.fullmatch(tex) is not None


def row(tex: str, typeset: Typeset) -> tuple[str, float, float, float]:
    """Return the outlines of such a formula, its width, and its reach above and below the baseline."""
    x, parts, top, bottom = 0.0, [], 0.0, 0.0
    for token in _TOKEN.findall(tex):
        glyph = _glyph(token.strip(), typeset)
        parts.append(f'<g transform="translate({x:.3f} 0)">{glyph.svg}</g>')
        x += glyph.advance
        top, bottom = min(top, glyph.top), max(bottom, glyph.bottom)
    return "".join(parts), x, -top, bottom


@lru_cache(maxsize=64)
def _glyph(token: str, typeset: Typeset) -> Glyph:
    """Return a sign as it stands between two zeros: with the room on both sides that is its due."""
    first, second = list(typeset("00"))
    zero = _left(second) - _left(first)
    begin, *middle, end = list(typeset(f"0{token} 0"))
    (sign,) = middle
    outline = [float(each) for each in _NUMBER.findall(sign.attrib["d"])]
    shifted = ET.tostring(sign, encoding="unicode").replace(' fill="black"', "")
    return Glyph(
        f'<g transform="translate({-zero:.3f} 0)">{shifted}</g>',
        _left(end) - _left(begin) - zero,
        min(outline[1::2]),
        max(outline[1::2]),
    )


def _left(glyph: ET.Element) -> float:
    return min(float(each) for each in _NUMBER.findall(glyph.attrib["d"])[::2])
