"""A file as it looks before it is loaded, and how the user wants it read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bpviz.text import N_

DELIMITER_LABELS: dict[str, str] = {
    ",": N_("comma"),
    "\t": N_("tab"),
    ";": N_("semicolon"),
    "|": N_("bar"),
    " ": N_("space"),
}


@dataclass(frozen=True)
class Preview:
    """The first rows of a table, as text, and what was found out about it.

    ``rows`` are samples only: a header is in ``columns``.  Without a header the columns are named
    by number.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    target: str = ""

    def default_target(self) -> str:
        """Return the target that was found, else the last column, by the custom of such files."""
        return self.target or (self.columns[-1] if self.columns else "")


@dataclass(frozen=True)
class OpenChoice:
    """How the user wants the file read."""

    path: Path
    target: str
    drop_bad_rows: bool = False
