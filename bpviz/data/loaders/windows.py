"""Samples that are windows of consecutive rows of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Dataset
from bpviz.data.loaders.assemble import MOST_VALUES, constant_notes, features, targets
from bpviz.data.loaders.channels import useful_columns
from bpviz.data.loaders.columns import TextColumn
from bpviz.data.loaders.over_time import OverTime
from bpviz.data.loaders.table import Table
from bpviz.data.sequences import sequence_dataset
from bpviz.errors import UserError
from bpviz.text import Text


def assemble_windows(file: str, table: Table, target: int, task: str, over_time: OverTime) -> Dataset:
    """Return every window of consecutive rows, with the target ``horizon`` rows after its last row.

    A numeric target's own past is a channel too, unless the horizon is 0.

    Raises
    ------
    UserError
        When there are too few rows, or the target or the task do not fit.
    """
    window, horizon = over_time.window, over_time.horizon
    starts = _window_starts(file, table.rows, over_time)
    values = table.column(target)[starts + window - 1 + horizon]
    y, class_names = targets(file, table, target, values, task)
    own_past = horizon > 0 and not isinstance(table.columns[target], TextColumn)
    kept, notes = useful_columns(
        file, table, target, [i for i in range(len(table.names)) if i != target or own_past]
    )
    if table.dropped:
        notes += (Text("The windows go on over the gaps that these rows leave."),)
    rows, channels = features(file, table, kept)
    notes += constant_notes(rows, channels)
    _check_size(file, len(starts), window, len(channels))
    x = np.empty((len(starts), window, len(channels)))
    for step in range(window):
        x[:, step] = rows[starts + step]
    return sequence_dataset(
        file,
        x,
        y,
        channels,
        class_names=class_names,
        target_names=(table.names[target],),
        source=file,
        notes=notes,
        chronological=True,
    )


def _window_starts(file: str, rows: int, over_time: OverTime) -> NDArray[np.intp]:
    """Return the rows at which windows begin."""
    window, horizon, step = over_time.window, over_time.horizon, over_time.step
    if window > rows:
        raise UserError(
            "{file} has {rows} usable rows, fewer than a window of {window}.",
            hint="window + horizon + window_step can be {rows} at most, so that there are two samples.",
            file=file,
            rows=rows,
            window=window,
        )
    starts = np.arange(0, rows - window - horizon + 1, step)
    if not len(starts):
        raise UserError(
            "{file}: a horizon of {horizon} after a window of {window} lies beyond its {rows} rows.",
            hint="window + horizon + window_step can be {rows} at most, so that there are two samples.",
            file=file,
            horizon=horizon,
            window=window,
            rows=rows,
        )
    if len(starts) < 2:
        raise UserError(
            "{file}: its {rows} rows hold only one window of {window} rows with its target.",
            hint="window + horizon + window_step can be {rows} at most, so that there are two samples.",
            file=file,
            rows=rows,
            window=window,
        )
    return starts


def _check_size(file: str, count: int, window: int, channels: int) -> None:
    if count * window * channels > MOST_VALUES:
        raise UserError(
            "{file}: {count} windows of {window} rows and {channels} columns are too many numbers to hold.",
            hint="Take a shorter window, or a larger window_step.",
            file=file,
            count=f"{count:,}",
            window=window,
            channels=channels,
        )
