"""From a file's bytes to records of cells, in bounded memory.

A row's number is the record's, from 1 on, the header and blank lines included: what a spreadsheet
shows.  Quoting follows RFC 4180 strictly, so that a stray quote is an error and not a merged cell.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from bpviz.errors import UserError
from bpviz.text import Text

Progress = Callable[[int, int], None]
"""``progress(done_bytes, total_bytes)``; it may raise ``Cancelled``."""

LONGEST_LINE = 1 << 20
"""In characters: a longer line is no table, and would have to be held in memory whole."""


@dataclass(frozen=True)
class Format:
    """How a text table is written; ``marked`` where a first line ``sep=;`` tells a spreadsheet so."""

    delimiter: str
    header: bool
    encoding: str
    marked: bool = False


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for reading; every failure of the file system becomes one sentence."""
    try:
        with _opened(path) as file:
            yield file
    except FileNotFoundError:
        raise UserError("There is no file “{file}”.", hint="Check its path.", file=str(path)) from None
    except PermissionError:
        raise UserError(
            "“{file}” may not be read.", hint="Ask its owner for permission.", file=path.name
        ) from None
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _opened(path: Path) -> IO[bytes]:
    if path.is_dir():
        raise UserError("“{file}” is a folder.", hint="Choose a file in it.", file=path.name or str(path))
    if path.exists() and not path.is_file():
        raise UserError("“{file}” is not an ordinary file.", file=path.name)
    try:
        return path.open("rb")
    except ValueError as error:  # A zero character, which no path may hold.
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, reason: str) -> UserError:
    return UserError("“{file}” cannot be read: {reason}.", file=path.name, reason=reason)


def lines(text: IO[str], file: str) -> Iterator[str]:
    """Yield the lines of ``text``, ends included; refuses what no text table holds."""
    for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
        if len(line) >= LONGEST_LINE:
            raise UserError(
                "{file}: line {line} is longer than {limit} characters.",
                hint="This does not look like a table.",
                file=file,
                line=number,
                limit=f"{LONGEST_LINE:,}",
            )
        if "\0" in line:
            raise not_text(file)
        yield line


def not_text(file: str) -> UserError:
    """Return the error for a binary file."""
    return UserError(
        "“{file}” is not a text file.", hint="Save the table as CSV (UTF-8) and open that.", file=file
    )


def reader(text_lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Return the records of some lines."""
    return csv.reader(text_lines, delimiter=delimiter, strict=True, skipinitialspace=True)


@dataclass
class Batch:
    """Some consecutive records: ``rows[i]`` is number ``numbers[i]`` of the file.

    ``broken`` holds the numbers of records whose quotes are wrong, with what is wrong.
    """

    numbers: list[int]
    rows: list[list[str]]
    broken: list[tuple[int, Text]]


class RecordReader:
    """Reads the records of a file batch by batch; blank lines are counted and left out."""

    def __init__(self, text: IO[str], file: str, delimiter: str) -> None:
        self._file = file
        self._records = reader(lines(text, file), delimiter)
        self._row = 0

    def read(self, count: int) -> Batch | None:
        """Return the next records, at most ``count``; None at the end of the file."""
        rows: list[list[str]] = []
        broken: list[tuple[int, Text]] = []
        while len(rows) < count:
            before = len(rows)
            try:
                # What was read before an error stays in the list: extend appends one by one.
                rows.extend(islice(self._records, count - before))
            except csv.Error as error:
                broken.append((self._row + len(rows) + 1, self._problem(error, self._row + len(rows) + 1)))
                rows.append([])  # Holds the broken record's number.
                continue
            if len(rows) < count:
                break
        if not rows:
            return None
        first = self._row + 1
        self._row += len(rows)
        return _without_blanks(first, rows, broken)

    def _problem(self, error: csv.Error, row: int) -> Text:
        reason = str(error)
        if "expected after" in reason:
            return Text("a quoted cell goes on after its closing quote")
        # Anything else has swallowed the lines that follow: the rest of the file cannot be trusted.
        if "larger than field limit" in reason:
            raise UserError(
                "{file}, row {row}: a cell is longer than {limit} characters.",
                hint="Perhaps a quote is opened and never closed.",
                file=self._file,
                row=row,
                limit=f"{csv.field_size_limit():,}",
            ) from error
        raise UserError(
            "{file}, row {row}: a quote is opened and never closed.",
            hint="Close it, or take it away.",
            file=self._file,
            row=row,
        ) from error


def _without_blanks(first: int, rows: list[list[str]], broken: list[tuple[int, Text]]) -> Batch:
    numbers = list(range(first, first + len(rows)))
    if all(rows) and not any(len(row) == 1 and not row[0].strip() for row in rows):
        return Batch(numbers, rows, broken)
    kept = [
        (number, row)
        for number, row in zip(numbers, rows, strict=True)
        if len(row) > 1 or (row and row[0].strip())
    ]
    return Batch([number for number, _ in kept], [row for _, row in kept], broken)
