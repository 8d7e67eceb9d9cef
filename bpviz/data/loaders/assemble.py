"""From a table to a data set: the target, the task, and texts as features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Array, Dataset, Task
from bpviz.data.loaders.columns import TextColumn
from bpviz.data.loaders.table import MOST_CLASSES, Floats, Table
from bpviz.errors import UserError
from bpviz.text import Text

FEW_INTEGERS = 20
"""Integer targets with at most so many distinct values are classes unless the user says otherwise."""

FEWEST_FOR_IDS = 20
"""In fewer rows a text in every other row may be chance."""

MOST_NAMED = 5
"""How many constant columns a note names."""

MOST_VALUES = 110_000_000
"""Features × rows after texts became features: about 0.9 GB, that of the largest table."""


def assemble(file: str, table: Table, target: int, task: str) -> Dataset:
    """Return the data set of a table whose column ``target`` is to be predicted.

    Raises
    ------
    UserError
        When rows, classes or the task do not fit.
    """
    check_rows(file, table)
    y, class_names = targets(file, table, target, table.column(target), task)
    kept = [i for i in range(len(table.names)) if i != target]
    for i in kept:
        _check_texts(file, table, i)
    notes = reading_notes(table)
    x, feature_names = features(file, table, kept)
    notes += constant_notes(x, feature_names)
    kind: Task = "classification" if class_names else "regression"
    names = (table.names[target],)
    return Dataset(file, x, y, kind, feature_names, names, class_names, source=file, notes=notes)


def check_rows(file: str, table: Table) -> None:
    """Refuse a table of fewer than two rows.

    Raises
    ------
    UserError
        Naming how many there are.
    """
    if table.rows < 2:
        raise UserError(
            "{file} has too few usable rows: {count}.",
            hint="At least two are needed, one to learn from and one to test with.",
            file=file,
            count=table.rows,
        )


def reading_notes(table: Table) -> tuple[Text, ...]:
    """Return what is to be told of how a table was read."""
    return (Text("Bad rows left out: {count}.", count=table.dropped),) if table.dropped else ()


def constant_notes(x: Floats, names: tuple[str, ...]) -> tuple[Text, ...]:
    """Return a note that names the features that are the same in every row, if there are some.

    Raises
    ------
    UserError
        When all of them are.
    """
    constant = [names[i] for i in np.flatnonzero(x.min(axis=0) == x.max(axis=0))]
    if not constant:
        return ()
    if len(constant) == len(names):
        raise UserError(
            "Every feature is the same in every row: there is nothing to learn from.",
            hint="Choose another target, or data whose rows differ.",
        )
    shown = "”, “".join(constant[:MOST_NAMED]) + ("”, “…" if len(constant) > MOST_NAMED else "")
    return (Text("The same in every row, and of no use: “{names}”.", names=shown),)


def targets(
    file: str, table: Table, target: int, values: Floats, task: str
) -> tuple[NDArray[np.int64] | Array, tuple[str, ...]]:
    """Return the targets and the classes' names (none for regression) of some rows.

    Parameters
    ----------
    target : int
        The target's column.
    values : (N,)
        Its values in these rows.

    Returns
    -------
    y : (N,) int64 class indices or (N, 1) float64
    class_names : tuple of str

    Raises
    ------
    UserError
        When they do not fit the task, or are all the same.
    """
    name, column = table.names[target], table.columns[target]
    if isinstance(column, TextColumn):
        if task == "regression":
            raise UserError(
                "{file}: the target “{name}” holds texts, which cannot be fitted as numbers.",
                hint="Choose classification, or another target.",
                file=file,
                name=name,
            )
        codes = values.astype(np.intp)
        texts, places = column.sorted_texts(np.unique(codes))
        _check_classes(file, name, len(texts))
        return places[codes], texts
    distinct = np.unique(values)
    if task == "regression" or (task == "auto" and not _look_like_classes(distinct, len(values))):
        _check_varied(file, name, len(distinct))
        return values[:, None].copy(), ()
    _check_classes(file, name, len(distinct))
    return np.searchsorted(distinct, values).astype(np.int64), tuple(map(_number_name, distinct.tolist()))


def _look_like_classes(distinct: Floats, rows: int) -> bool:
    """Tell whether numeric targets name classes: few integers that come again and again."""
    if not (distinct == np.rint(distinct)).all():
        return False
    # Two rows with targets 25 and 60 are quantities; 0 and 1 are classes in any number of rows.
    return set(distinct) <= {-1.0, 0.0, 1.0} or (len(distinct) <= FEW_INTEGERS and 2 * len(distinct) <= rows)


def _number_name(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _check_varied(file: str, name: str, count: int) -> None:
    if count < 2:
        raise UserError(
            "{file}: the target “{name}” is the same in every row.",
            hint="There is nothing to tell apart: choose another target.",
            file=file,
            name=name,
        )


def _check_classes(file: str, name: str, count: int) -> None:
    _check_varied(file, name, count)
    if count > MOST_CLASSES:
        raise UserError(
            "{file}: the target “{name}” has {count} different values.",
            hint="At most {limit} classes can be told apart: choose regression, or another target.",
            file=file,
            name=name,
            count=f"{count:,}",
            limit=MOST_CLASSES,
        )


def features(file: str, table: Table, kept: list[int]) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns ``kept``; a text column as one 0/1 feature a distinct text.

    The table's blocks are used up.
    """
    texts = {
        i: column.sorted_texts(np.unique(table.column(i)).astype(np.intp))
        for i in kept
        if isinstance(column := table.columns[i], TextColumn)
    }
    width = sum(len(texts[i][0]) if i in texts else 1 for i in kept)
    rows = table.rows
    if rows * width > MOST_VALUES:
        raise UserError(
            "{file}: its texts would become {width} features in {rows} rows, too many to hold.",
            hint="Take out text columns, or rows.",
            file=file,
            width=width,
            rows=f"{rows:,}",
        )
    x, names, end = np.zeros((rows, width)), list[str](), rows
    for i in kept:
        names += [f"{table.names[i]}={label}" for label in texts[i][0]] if i in texts else [table.names[i]]
    for block in table.drained():
        _fill(x[end - len(block) : end], block, kept, {i: places for i, (_, places) in texts.items()})
        end -= len(block)
    return x, tuple(names)


def distinct_texts(table: Table, index: int) -> int:
    """Return how many texts a column holds; 0 for a column of numbers."""
    if not isinstance(table.columns[index], TextColumn):
        return 0
    return len(np.unique(table.column(index)))


def _check_texts(file: str, table: Table, index: int) -> None:
    """Refuse a column that tells most rows apart: its features would be learnt by heart."""
    count, rows = distinct_texts(table, index), table.rows
    if rows >= FEWEST_FOR_IDS and 2 * count > rows:
        raise UserError(
            "{file}: column “{name}” has {count} different texts in {rows} rows.",
            hint="So many tell the rows apart and teach nothing: if it is an ID, take it out of the file.",
            file=file,
            name=table.names[index],
            count=count,
            rows=rows,
        )


def _fill(x: Floats, block: Floats, kept: list[int], places: dict[int, NDArray[np.int64]]) -> None:
    """Write a block's features into its rows of ``x``, which are zero."""
    place = 0
    for i in kept:
        if i in places:
            x[np.arange(len(block)), place + places[i][block[:, i].astype(np.intp)]] = 1.0
            place += int(places[i].max()) + 1
        else:
            x[:, place] = block[:, i]
            place += 1
