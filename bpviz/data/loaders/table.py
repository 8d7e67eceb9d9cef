"""Reads a whole text table, batch by batch, into arrays."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from bpviz.data.loaders.columns import NumberColumn, TextColumn
from bpviz.data.loaders.problems import BadRowLog, BadRows
from bpviz.data.loaders.records import Batch, Format, Progress, RecordReader, reading
from bpviz.data.loaders.sniff import Sample
from bpviz.errors import UserError
from bpviz.text import Text

MOST_ROWS = 1_000_000
MOST_COLUMNS = 100
CELLS_A_BATCH = 100_000
CELLS_A_BLOCK = 5_000_000
"""40 MB: so large a block goes back to the system as soon as it is let go."""
MOST_CLASSES = 100
MOST_TEXTS = 50

Column = NumberColumn | TextColumn
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """A table's good rows in blocks (n, columns), texts as codes of their column."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    blocks: list[Floats]
    rows: int
    dropped: int

    def column(self, index: int) -> Floats:
        """Return one column whole."""
        return np.concatenate([block[:, index] for block in self.blocks])

    def drained(self) -> Iterator[Floats]:
        """Yield the blocks, the last one first, and let each go: two tables would not fit in memory."""
        while self.blocks:
            yield self.blocks.pop()


def read_table(
    path: Path,
    sample: Sample,
    target: int,
    drop_bad_rows: bool,
    progress: Progress | None,
    *,
    fewest_columns: int = 2,
    most_texts: int = MOST_TEXTS,
) -> Table:
    """Read the file whose beginning is ``sample``.

    Parameters
    ----------
    fewest_columns : int
        1 where the target's own past is a feature.
    most_texts : int
        How many distinct texts a feature may have.

    Raises
    ------
    BadRows, UserError, UnicodeDecodeError
        The last when the encoding does not fit after all.
    """
    _check_columns(path.name, sample, fewest_columns)
    reading_of = _TableReading(path.name, sample, target, most_texts)
    with reading(path) as file:
        size = path.stat().st_size
        for batch in _batches(file, path.name, sample.format, len(sample.names)):
            reading_of.take(batch)
            if progress is not None:
                progress(min(file.tell(), size), size)
    return reading_of.result(drop_bad_rows)


def _check_columns(file: str, sample: Sample, fewest: int) -> None:
    count = len(sample.names)
    if count > MOST_COLUMNS:
        raise UserError(
            "{file} has {count} columns.",
            hint="At most {limit} can be read.",
            file=file,
            count=count,
            limit=MOST_COLUMNS,
        )
    if count < fewest:
        raise UserError(
            "{file} has only one column.",
            hint="A data set needs a feature and a target; if the cells are separated by something else "
            "than a comma, semicolon, tab or |, replace it by one of these.",
            file=file,
        )
    for place, name in enumerate(sample.names):
        if name in sample.names[:place]:
            raise UserError(
                "{file}: columns {first} and {second} are both called “{name}”.",
                hint="Rename one of them.",
                file=file,
                first=sample.names.index(name) + 1,
                second=place + 1,
                name=name,
            )


def _batches(file: IO[bytes], name: str, form: Format, columns: int) -> Iterator[Batch]:
    """Yield the records below the header."""
    text = io.TextIOWrapper(file, encoding=form.encoding, newline="")
    try:
        if form.marked:
            text.readline()  # A spreadsheet hides this line and counts from the next one.
        records = RecordReader(text, name, form.delimiter)
        header_left = form.header
        while (batch := records.read(max(1, CELLS_A_BATCH // columns))) is not None:
            if header_left and batch.rows:
                batch = Batch(batch.numbers[1:], batch.rows[1:], batch.broken)
                header_left = False
            yield batch
    finally:
        text.detach()  # The file is closed by who opened it.


class _TableReading:
    """Takes batches in and keeps their good rows."""

    def __init__(self, file: str, sample: Sample, target: int, most_texts: int) -> None:
        self._file, self._names = file, sample.names
        self._columns: tuple[Column, ...] = tuple(
            NumberColumn()
            if sample.numeric[i]
            else TextColumn(file, name, MOST_CLASSES if i == target else most_texts, i == target)
            for i, name in enumerate(sample.names)
        )
        self._log = BadRowLog()
        self._blocks: list[Floats] = []
        self._filled = 0
        self._total = 0

    def take(self, batch: Batch) -> None:
        """Convert a batch and keep its good rows."""
        self._total += len(batch.rows) + len(batch.broken)
        if self._total > MOST_ROWS:
            raise UserError(
                "{file} has more than {limit} rows.",
                hint="Take a part of it.",
                file=self._file,
                limit=f"{MOST_ROWS:,}",
            )
        problems: dict[int, tuple[int, Text]] = {row: (0, problem) for row, problem in batch.broken}
        numbers, rows = self._of_right_width(batch, problems)
        if rows:
            self._keep(self._converted(numbers, rows, problems))
        for row in sorted(problems):
            column, problem = problems[row]
            self._log.add(row, column, self._names[column - 1] if column else "", problem)

    def _keep(self, rows: Floats) -> None:
        """Copy good rows into the last block, or a new one."""
        if not self._blocks or self._filled + len(rows) > len(self._blocks[-1]):
            self._close_block()
            width = len(self._names)
            # Memory that is never written is never taken: a short file stays small.
            self._blocks.append(np.empty((max(len(rows), CELLS_A_BLOCK // width), width)))
        self._blocks[-1][self._filled : self._filled + len(rows)] = rows
        self._filled += len(rows)

    def _close_block(self) -> None:
        if self._blocks:
            self._blocks[-1] = self._blocks[-1][: self._filled]
        self._filled = 0

    def _of_right_width(
        self, batch: Batch, problems: dict[int, tuple[int, Text]]
    ) -> tuple[list[int], list[list[str]]]:
        width = len(self._names)
        if all(len(row) == width for row in batch.rows):
            return batch.numbers, batch.rows
        numbers, rows = [], []
        for number, row in zip(batch.numbers, batch.rows, strict=True):
            if len(row) == width:
                numbers.append(number)
                rows.append(row)
            else:
                problems[number] = (
                    0,
                    Text("{count} cells where {width} belong", count=len(row), width=width),
                )
        return numbers, rows

    def _converted(
        self, numbers: list[int], rows: list[list[str]], problems: dict[int, tuple[int, Text]]
    ) -> Floats:
        """Return the block of good rows; a bad row's first problem is noted."""
        block = np.empty((len(rows), len(self._names)))
        good = np.ones(len(rows), dtype=bool)
        for i, (column, cells) in enumerate(zip(self._columns, zip(*rows, strict=True), strict=True)):
            block[:, i], bad = column.read(cells)
            for index, problem in bad.items():
                good[index] = False
                problems.setdefault(numbers[index], (i + 1, problem))
        return block if good.all() else block[good]

    def result(self, drop_bad_rows: bool) -> Table:
        """Return the table, or complain about its bad rows."""
        if self._log.count and not drop_bad_rows:
            raise BadRows(self._file, tuple(self._log.rows), self._log.count, self._total)
        self._close_block()
        rows = sum(map(len, self._blocks))
        return Table(self._names, self._columns, self._blocks, rows, self._log.count)
