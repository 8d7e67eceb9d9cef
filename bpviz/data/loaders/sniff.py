"""Finds out how a text table is written: encoding, delimiter, header; and shows its beginning."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bpviz.data.loaders.columns import is_missing, looks_like_number
from bpviz.data.loaders.records import Format, lines, not_text, reader, reading
from bpviz.errors import UserError

SAMPLE_BYTES = 1 << 18
SAMPLE_ROWS = 200
PREVIEW_ROWS = 20
LONGEST_NAME = 100

DELIMITERS: dict[str, str] = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
"""The rarer in prose come first: they win a tie."""

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order where no byte order mark decides."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_MARK = re.compile(r'"?sep=([,;|\t])"?(?:\r\n|\n|\r)', re.IGNORECASE)
"""The first line by which a file tells Excel its delimiter."""

TARGET_NAMES = (
    *("target", "label", "labels", "class", "y", "species", "output"),
    *("目标", "目标值", "标签", "类别", "分类", "类", "品种", "输出"),
)


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, taken apart.

    ``numeric[i]`` tells whether most of column i's cells (below the header) are numbers.
    """

    format: Format
    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FilePreview:
    """What an open dialog shows of a file before it is loaded.

    Attributes
    ----------
    columns : tuple of str
        Their names; made up where the file has no header.
    numeric : tuple of bool
        Whether each column holds numbers, as far as its beginning shows.
    rows : tuple of tuple of str
        The first rows, without the header, at most 20.
    delimiter, header, encoding
        What was found; ``delimiter`` is a name (comma, semicolon, tab, pipe).
    target : str
        The column that is the target unless the user chooses another.
    size_bytes : int
        The file's size.
    """

    path: Path
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    header: bool
    encoding: str
    target: str
    size_bytes: int


def take_sample(path: Path, options: Mapping[str, object], encoding: str) -> Sample:
    """Read the beginning of ``path`` and find its format; ``options`` overrule.

    Raises
    ------
    UserError
        When it is no text table.
    UnicodeDecodeError
        When ``encoding`` does not fit.
    """
    with reading(path) as file:
        raw = file.read(SAMPLE_BYTES + 1)
    if not raw.strip():
        raise UserError("“{file}” is empty.", file=path.name)
    whole = len(raw) <= SAMPLE_BYTES
    text = codecs.getincrementaldecoder(encoding)().decode(raw[:SAMPLE_BYTES], final=whole)
    if "\0" in text:
        raise not_text(path.name)
    if not whole and "\n" in text.replace("\r", "\n"):
        # The last line is cut: leave it.
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    mark = _MARK.match(text)
    text = text[mark.end() :] if mark else text
    delimiter = _chosen_delimiter(text, path, options, mark)
    rows = _records(text, delimiter, path.name)
    if not rows and not text.strip():
        raise UserError("“{file}” is empty.", file=path.name)
    if not rows:
        raise UserError(
            "{file}: the quotes in its first row are wrong.",
            hint="A quoted cell begins and ends with a quote.",
            file=path.name,
        )
    header = _has_header(rows) if options.get("header", "auto") == "auto" else options["header"] == "yes"
    names = _header_names(rows[0]) if header else _made_up_names(len(rows[0]))
    body = [tuple(row) for row in (rows[1:] if header else rows)]
    numeric = tuple(_is_numeric([row[i] for row in body if i < len(row)]) for i in range(len(names)))
    return Sample(Format(delimiter, header, encoding, mark is not None), names, numeric, tuple(body))


def guess_encoding(path: Path) -> tuple[str, ...]:
    """Return the encodings worth trying: the one of a byte order mark, or the usual ones."""
    with reading(path) as file:
        start = file.read(4)
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return (name,)
    return ENCODINGS


def suggest_target(names: tuple[str, ...]) -> int:
    """Return the index of the column that looks like the target; else the last."""
    lowered = [name.strip().lower() for name in names]
    for wanted in TARGET_NAMES:
        if wanted in lowered:
            return lowered.index(wanted)
    return len(names) - 1


def _records(text: str, delimiter: str, file: str, limit: int = SAMPLE_ROWS) -> list[list[str]]:
    """Return the first records that are not blank; stops at the first whose quotes are wrong."""
    rows: list[list[str]] = []
    records = reader(lines(io.StringIO(text, newline=""), file), delimiter)
    try:
        for row in records:
            if any(cell.strip() for cell in row) or len(row) > 1:
                rows.append(row)
            if len(rows) >= limit:
                break
    except csv.Error:
        return rows  # The strict reading of the whole file names the place.
    return rows


def _chosen_delimiter(
    text: str, path: Path, options: Mapping[str, object], mark: re.Match[str] | None
) -> str:
    """Return the delimiter that the user names, or else the file's first line, or else its rows."""
    wanted = str(options.get("delimiter", "auto"))
    if wanted != "auto":
        return DELIMITERS[wanted]
    return mark[1] if mark else _find_delimiter(text, path)


def _find_delimiter(text: str, path: Path) -> str:
    """Return the delimiter that gives the most rows the same number of cells, two or more."""
    best, best_share = "\t" if path.suffix.lower() == ".tsv" else ",", 0.0
    for delimiter in DELIMITERS.values():
        widths = [len(row) for row in _records(text, delimiter, path.name, limit=50)]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        share = count / len(widths) if width > 1 else 0.0
        if share > best_share:
            best, best_share = delimiter, share
    return best


def _is_numeric(cells: list[str]) -> bool:
    filled = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(looks_like_number(cell) for cell in filled) >= len(filled)


def _has_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row names the columns.

    Where columns hold numbers below, it does if one of them begins with a word, or most of them with
    anything else than a number: a header may name years (``id,2020,2021``).  A table of texts only has
    one if none of its first row's cells comes again below.
    """
    first, body = rows[0], rows[1:]
    if not body:
        return all(not looks_like_number(cell) for cell in first)
    columns = [[row[i] for row in body if i < len(row)] for i in range(len(first))]
    numeric = [i for i, cells in enumerate(columns) if cells and _is_numeric(cells)]
    if any(_is_word(first[i]) and looks_like_number(columns[i][0]) for i in numeric):
        return True
    if numeric:
        return 2 * sum(not looks_like_number(first[i]) and bool(first[i].strip()) for i in numeric) >= len(
            numeric
        )
    return not any(cell in cells for cell, cells in zip(first, columns, strict=True))


def _is_word(cell: str) -> bool:
    letters = any(letter.isalpha() for letter in cell)
    return letters and not looks_like_number(cell) and not is_missing(cell)


def _header_names(first: list[str]) -> tuple[str, ...]:
    shown = ("".join(c if c.isprintable() else " " for c in name[:LONGEST_NAME]) for name in first)
    return tuple(" ".join(name.split()) or f"({i})" for i, name in enumerate(shown, start=1))


def _made_up_names(count: int) -> tuple[str, ...]:
    """Return x₁, x₂, … for the columns of a file without a header."""
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return tuple("x" + str(i).translate(digits) for i in range(1, count + 1))
