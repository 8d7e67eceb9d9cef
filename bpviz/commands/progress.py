"""The progress line of a run, on a terminal only."""

from __future__ import annotations

import shutil
import unicodedata
from time import monotonic
from typing import TextIO

from bpviz.text import tr

_SECONDS_BETWEEN = 0.1
_BAR_CELLS, _SHORTEST_BAR = 24, 6
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
            self._draw_share(done, total, tr("reading the file"))
            self._began = self._drawn

    def show_work(self, done: int, total: int, words: str) -> None:
        """Draw how much of a piece of work is done."""
        if self._is_due():
            self._draw_share(done, total, words)

    def _draw_share(self, done: int, total: int, words: str) -> None:
        share = min(done / max(total, 1), 1.0)
        self._draw(f"{_bar(share)} {share:4.0%} · {words}")

    def clear(self) -> None:
        """Take the line away."""
        if self._visible:
            self._write("\r" + _CLEAR_TO_END)

    def _line(self, done: int, loss: float, speed: float) -> str:
        """Return the longest way of saying it that the terminal has room for."""
        said_loss, said_speed, unit = f"{loss:.4g}", f"{speed:,.0f}", self._unit
        told = tr("loss {loss} · {speed} {unit}/s", loss=said_loss, speed=said_speed, unit=unit)
        brief = tr("loss {loss}", loss=said_loss)
        if not self._total:
            return _first_fitting(f"{done:,} · {told}", f"{done:,} · {brief}")
        share = min(done / self._total, 1.0)
        figures = f"{share:4.0%} · {done:,} / {self._total:,}"
        room = _columns() - 1 - cells(f" {figures} · {told}")
        if room >= _SHORTEST_BAR:
            return f"{_bar(share, min(room, _BAR_CELLS))} {figures} · {told}"
        return _first_fitting(f"{figures} · {told}", f"{figures} · {brief}", f"{share:4.0%} · {brief}")

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


def _bar(share: float, length: int = _BAR_CELLS) -> str:
    filled = round(share * length)
    return "█" * filled + "░" * (length - filled)


def _first_fitting(*lines: str) -> str:
    """Return the first of ``lines`` that the terminal has room for, or the last, the shortest."""
    return next((line for line in lines if cells(line) < _columns()), lines[-1])


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
