"""The progress line of a run, on a terminal only."""

from __future__ import annotations

import shutil
import unicodedata
from time import monotonic
from typing import TextIO

from bpviz.text import tr

_SECONDS_BETWEEN = 0.1
_BAR_CELLS = 24
_CLEAR_TO_END = "\x1b[K"


class ProgressLine:
    """One line that is drawn over itself at most ten times a second; silent where nobody looks."""

    def __init__(self, stream: TextIO, total: int | None, unit: str) -> None:
        self._stream, self._total, self._unit = stream, total, unit
        self._visible = stream.isatty()
        self._began = self._drawn = monotonic()

    def show(self, done: int, loss: float) -> None:
        """Draw where the run stands, unless that was done just now."""
        if self._is_due():
            self._draw(self._line(done, loss, done / (self._drawn - self._began)))

    def show_reading(self, done: int, total: int) -> None:
        """Draw how much of a file is read; the run's own time begins after it."""
        if self._is_due():
            share = min(done / max(total, 1), 1.0)
            self._draw(f"{_bar(share)} {share:4.0%} · " + tr("reading the file"))
            self._began = self._drawn

    def clear(self) -> None:
        """Take the line away."""
        if self._visible:
            self._write("\r" + _CLEAR_TO_END)

    def _line(self, done: int, loss: float, speed: float) -> str:
        told = tr(
            "loss {loss} · {speed} {unit}/s", loss=f"{loss:.4g}", speed=f"{speed:,.0f}", unit=self._unit
        )
        if not self._total:
            return f"{done:,} · {told}"
        share = min(done / self._total, 1.0)
        return f"{_bar(share)} {share:4.0%} · {done:,} / {self._total:,} · {told}"

    def _is_due(self) -> bool:
        """Whether somebody looks and the last drawing is old enough; then it is renewed now."""
        if not self._visible:
            return False
        now = monotonic()
        if now - self._drawn < _SECONDS_BETWEEN:
            return False
        self._drawn = now
        return True

    def _draw(self, line: str) -> None:
        self._write("\r" + clipped(line, _columns() - 1) + _CLEAR_TO_END)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:  # a terminal in the C locale
            self._stream.write(text.encode("ascii", "replace").decode())
        self._stream.flush()


def _bar(share: float) -> str:
    filled = round(share * _BAR_CELLS)
    return "█" * filled + "░" * (_BAR_CELLS - filled)


def clipped(line: str, columns: int) -> str:
    """Return as much of ``line`` as fits; a Chinese character takes two columns."""
    used = 0
    for place, character in enumerate(line):
        used += cells(character)
        if used > columns:
            return line[:place]
    return line


def cells(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _columns() -> int:
    return max(shutil.get_terminal_size().columns, 20)
