"""Typesetting: TeX to a drawing whose size and baseline are known.  No Qt, and any thread may do it.

A formula takes some milliseconds the first time, and nothing after: drawings are kept.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from bpviz.present.formulas.digits import is_row, row
from bpviz.present.formulas.line import Printed

EM = 24.0
"""The size of the text that drawings are made in; they are drawn at any."""
_KEPT = 8192
_NUMBER = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")

_lock = threading.Lock()


@dataclass(frozen=True)
class Drawing:
    """A formula as SVG.

    ``width`` and ``height`` are in units of the text's size, and so is ``ascent``, from the top to the
    baseline.  The ink is in the colour that the outermost element has for ``fill``: see `coloured`.
    """

    svg: str
    width: float
    height: float
    ascent: float

    @property
    def descent(self) -> float:
        """From the baseline to the bottom."""
        return self.height - self.ascent

    def coloured(self, colour: str) -> bytes:
        """Return the SVG with its ink in ``colour``, ``#rrggbb``."""
        return self.svg.replace("<svg ", f'<svg fill="{colour}" ', 1).encode()


@lru_cache(maxsize=1)
def _typesetter() -> Callable[..., Any]:
    with warnings.catch_warnings():
        # It looks for its font in a way that Python 3.11 and 3.12 call out of date, and 3.13 no longer does.
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziamath.config import config
        from ziamath.zmath import Latex
    # With SVG 2's <use> elements QtSvg shows almost nothing.
    config.svg2 = False
    return Latex


@lru_cache(maxsize=_KEPT)
def drawing(tex: str) -> Drawing:
    """Return the drawing of a formula."""
    # The typesetter keeps fonts and counters of its own that two threads must not share.
    with _lock:
        return _row(tex) if is_row(tex) else typeset_whole(tex)


def _row(tex: str) -> Drawing:
    outlines, width, ascent, descent = row(tex, _element)
    height = ascent + descent
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}" height="{height:.3f}" '
        f'viewBox="0 {-ascent:.3f} {width:.3f} {height:.3f}">{outlines}</svg>'
    )
    return Drawing(text, width / EM, height / EM, ascent / EM)


def _element(tex: str) -> ET.Element:
    made: ET.Element = _typesetter()(tex, size=EM, margin=0.0).svgxml()
    return made


def typeset_whole(tex: str) -> Drawing:
    """Return the drawing of a formula as the typesetter makes it, in one; by one thread at a time."""
    element = _element(tex)
    left, top, width, height = (float(each) for each in element.attrib["viewBox"].split())
    # An accent claims more room on its left than it has ink there, and what stands below a Σ less.
    begins = min(_begin_of_ink(element), 0.0)
    width += left - begins
    element.attrib |= {"viewBox": f"{begins} {top} {width} {height}", "width": f"{width}"}
    text = ET.tostring(element, encoding="unicode").replace(' fill="black"', "")
    return Drawing(text, width / EM, height / EM, -top / EM)


def _begin_of_ink(element: ET.Element) -> float:
    """Return how far left the ink reaches: in a glyph's outline every second number is an x."""
    outlines = (_NUMBER.findall(each.attrib["d"])[::2] for each in element.iter("path"))
    bars = (each.attrib["x"] for each in element.iter("rect"))
    return min((float(x) for x in (*(x for outline in outlines for x in outline), *bars)), default=0.0)


def prepare(lines: Iterable[Printed]) -> None:
    """Make the drawings of lines beforehand, so that showing them later takes no time."""
    for line in lines:
        for tex in pieces(line):
            drawing(tex)


def pieces(line: Printed) -> list[str]:
    """Return everything of a line that is drawn by itself."""
    return [line.left, line.sign, "=", *(term for part in line.parts for term in part)]
