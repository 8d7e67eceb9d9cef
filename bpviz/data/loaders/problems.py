"""What can be wrong with a row, and the error that carries the bad rows."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.errors import UserError
from bpviz.text import N_, Text

KEPT = 100
"""How many bad rows an error carries; the others are only counted."""


@dataclass(frozen=True)
class BadRow:
    """One row that cannot be used.

    Attributes
    ----------
    row : int
        As a spreadsheet counts it: 1 is the first line of the file, the header included.
    column : int
        From 1 on; 0 when the row as a whole is bad.
    name : str
        The column's name.
    problem : Text
        What is wrong, without a full stop.
    """

    row: int
    column: int
    name: str
    problem: Text

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Text:
        """Return row, column and problem in one phrase."""
        if self.column == 0:
            return Text("row {row}: {problem}", row=self.row, problem=self.problem)
        return Text(
            "row {row}, column {column} “{name}”: {problem}",
            row=self.row,
            column=self.column,
            name=self.name,
            problem=self.problem,
        )


class BadRows(UserError):  # noqa: N818 - what the user is told about
    """Some rows of a file are blank or broken; the caller may offer to drop them.

    Attributes
    ----------
    file : str
        The file's name.
    rows : tuple of BadRow
        The first of them, at most 100.
    count, total : int
        How many rows are bad, of how many.
    """

    def __init__(self, file: str, rows: tuple[BadRow, ...], count: int, total: int) -> None:
        super().__init__(
            N_("{file}, {first}."),
            hint=N_("Bad rows: {count} of {total}. Mend them, or drop them."),
            file=file,
            first=rows[0].sentence(),
            count=count,
            total=total,
        )
        self.file = file
        self.rows = rows
        self.count = count
        self.total = total


class BadRowLog:
    """Collects the bad rows while a file is read: the first ones whole, all of them counted."""

    def __init__(self) -> None:
        self.rows: list[BadRow] = []
        self.count = 0

    def add(self, row: int, column: int, name: str, problem: Text) -> None:
        """Note one bad row."""
        self.count += 1
        if len(self.rows) < KEPT:
            self.rows.append(BadRow(row, column, name, problem))
