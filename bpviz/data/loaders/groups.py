"""Samples that are sequences of a table's rows, told apart by a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Dataset
from bpviz.data.loaders.assemble import check_rows, constant_notes, features, targets
from bpviz.data.loaders.channels import useful_columns
from bpviz.data.loaders.columns import TextColumn
from bpviz.data.loaders.table import Floats, Table
from bpviz.data.sequences import sequence_dataset
from bpviz.errors import UserError
from bpviz.text import Text


def assemble_groups(file: str, table: Table, target: int, task: str, group: int) -> Dataset:
    """Return one sample for each distinct value of column ``group``: its rows in the file's order.

    Where the target is the same in all rows of each sequence there is one answer a sequence, else
    one at every step.

    Raises
    ------
    UserError
        When sequences differ in length or are too few, or the target or the task do not fit.
    """
    check_rows(file, table)
    if group == target:
        raise UserError(
            "{file}: “{name}” cannot be both the target and the sequence column.",
            hint="Choose another target.",
            file=file,
            name=table.names[group],
        )
    order = _rows_by_sequence(file, table, group)
    count, steps = order.shape
    values = table.column(target)[order]
    one_answer = bool((values == values[:, :1]).all())
    y, class_names = targets(file, table, target, values[:, 0] if one_answer else values.ravel(), task)
    if not one_answer:
        y = y.reshape(count, steps) if class_names else y.reshape(count, steps, 1)
    kept, notes = useful_columns(
        file, table, target, [i for i in range(len(table.names)) if i not in (target, group)]
    )
    rows, channels = features(file, table, kept)
    said = (
        Text("{count} sequences of {steps} rows, one answer each.", count=count, steps=steps)
        if one_answer
        else Text("{count} sequences of {steps} rows, an answer at every step.", count=count, steps=steps)
    )
    return sequence_dataset(
        file,
        _in_order(rows, order),
        y,
        channels,
        class_names=class_names,
        target_names=(table.names[target],),
        source=file,
        notes=(*notes, *constant_notes(rows, channels), said),
    )


def _rows_by_sequence(file: str, table: Table, group: int) -> NDArray[np.intp]:
    """Return (N, T) row numbers: the sequences in order of appearance, each with its rows in order."""
    ids = table.column(group)
    values, firsts, places, lengths = np.unique(
        ids, return_index=True, return_inverse=True, return_counts=True
    )
    if len(values) < 2:
        raise UserError(
            "{file} has fewer than two sequences by column “{name}”.",
            hint="At least two are needed, one to learn from and one to test with.",
            file=file,
            name=table.names[group],
        )
    needed = int(np.bincount(lengths).argmax())
    wrong = np.flatnonzero(lengths != needed)
    if len(wrong):
        first = int(wrong[firsts[wrong].argmin()])
        raise UserError(
            "{file}: the sequence “{id}” has {count} rows; it needs {needed} like the others.",
            hint="All sequences need the same length: cut or fill it up, or take windows instead.",
            file=file,
            id=_id_name(table, group, float(values[first])),
            count=int(lengths[first]),
            needed=needed,
        )
    rank = np.empty(len(values), dtype=np.intp)
    rank[np.argsort(firsts)] = np.arange(len(values))
    return np.argsort(rank[places], kind="stable").reshape(len(values), needed)


def _in_order(rows: Floats, order: NDArray[np.intp]) -> Floats:
    """Return (N, T, D) sequences; a large table whose rows are in order already is not copied."""
    if (np.diff(order.ravel()) == 1).all():
        return rows.reshape(*order.shape, -1)
    return rows[order]


def _id_name(table: Table, group: int, value: float) -> str:
    column = table.columns[group]
    if isinstance(column, TextColumn):
        return column.sorted_texts(np.array([value], dtype=np.intp))[0][0]
    return f"{value:.15g}"
