"""Tables in text files: CSV and TSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bpviz.data.dataset import Dataset
from bpviz.data.loaders.assemble import assemble
from bpviz.data.loaders.groups import assemble_groups
from bpviz.data.loaders.over_time import OVER_TIME_FIELDS, OverTime
from bpviz.data.loaders.records import Progress
from bpviz.data.loaders.registry import LOADERS
from bpviz.data.loaders.sniff import (
    DELIMITERS,
    PREVIEW_ROWS,
    FilePreview,
    guess_encoding,
    suggest_target,
    take_sample,
)
from bpviz.data.loaders.table import read_table
from bpviz.data.loaders.windows import assemble_windows
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.text import N_

T = TypeVar("T")

_CODECS = {"utf-8": "utf-8-sig", "gb18030": "gb18030", "utf-16": "utf-16"}

FIELDS = (
    Field(
        "target",
        N_("Target column"),
        "text",
        "",
        help=N_("The column to be predicted, by name or number; left out, it is found."),
    ),
    Field(
        "task",
        N_("Task"),
        "choice",
        "auto",
        choices=("auto", "classification", "regression"),
        help=N_("Whether the target names classes or is a quantity."),
    ),
    Field(
        "drop_bad_rows",
        N_("Drop bad rows"),
        "bool",
        False,
        help=N_("Leave rows with blank or broken cells out instead of stopping at them."),
    ),
    Field(
        "delimiter",
        N_("Delimiter"),
        "choice",
        "auto",
        choices=("auto", "comma", "semicolon", "tab", "pipe"),
        help=N_("What separates the cells of a row."),
    ),
    Field(
        "header",
        N_("Header"),
        "choice",
        "auto",
        choices=("auto", "yes", "no"),
        help=N_("Whether the first row names the columns."),
    ),
    Field(
        "encoding",
        N_("Encoding"),
        "choice",
        "auto",
        choices=("auto", "utf-8", "gb18030", "utf-16"),
        help=N_("How characters are written as bytes."),
    ),
    *OVER_TIME_FIELDS,
)


def peek_csv(path: Path, **options: Any) -> FilePreview:
    """Return the beginning of a text table."""

    def look(encoding: str) -> FilePreview:
        sample = take_sample(path, options, encoding)
        return FilePreview(
            path,
            sample.names,
            sample.numeric,
            sample.rows[:PREVIEW_ROWS],
            next(name for name, sign in DELIMITERS.items() if sign == sample.format.delimiter),
            sample.format.header,
            "utf-8" if encoding == "utf-8-sig" else encoding,
            sample.names[suggest_target(sample.names)],
            path.stat().st_size,
        )

    return _first_fitting(path, options, look)


@LOADERS.register(
    "csv",
    N_("Text table"),
    help=N_("CSV or TSV: one sample a row, one column the target."),
    fields=FIELDS,
    extensions=(".csv", ".tsv", ".txt"),
    peek=peek_csv,
)
def load_csv(path: Path, progress: Progress | None = None, **options: Any) -> Dataset:
    """Return the data set in a text table; ``options`` are the values of ``FIELDS``."""

    def read(encoding: str) -> Dataset:
        sample = take_sample(path, options, encoding)
        target = _column_index(path.name, sample.names, str(options.get("target", "")))
        task, drop = str(options.get("task", "auto")), bool(options.get("drop_bad_rows", False))
        if not over_time:
            return assemble(path.name, read_table(path, sample, target, drop, progress), target, task)
        limits = over_time.table_limits()
        if over_time.window:
            table = read_table(path, sample, target, drop, progress, **limits)
            return assemble_windows(path.name, table, target, task, over_time)
        group = _column_index(path.name, sample.names, over_time.column)
        table = read_table(path, sample, target, drop, progress, **limits)
        return assemble_groups(path.name, table, target, task, group)

    over_time = OverTime.of(options)
    return _first_fitting(path, options, read)


def _first_fitting(path: Path, options: Mapping[str, Any], attempt: Callable[[str], T]) -> T:
    """Return ``attempt(encoding)`` with the first encoding that the whole file is valid in."""
    wanted = options.get("encoding", "auto")
    encodings = guess_encoding(path) if wanted == "auto" else (_CODECS[wanted],)
    for encoding in encodings:
        try:
            return attempt(encoding)
        except UnicodeError:
            continue  # Not written in this one; the error below names them all.
    raise UserError(
        "“{file}” is not text in {encodings}.",
        hint="Save the table as CSV (UTF-8) and open that.",
        file=path.name,
        encodings=", ".join(encodings).upper().replace("-SIG", ""),
    )


def _column_index(file: str, names: tuple[str, ...], wanted: str) -> int:
    """Return the column that ``wanted`` names, or numbers from 1 on."""
    wanted = wanted.strip()
    if not wanted:
        return suggest_target(names)
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UserError(
        "{file} has no column “{name}”.",
        hint="Its columns: {columns}.",
        file=file,
        name=wanted,
        columns=", ".join(names),
    )
