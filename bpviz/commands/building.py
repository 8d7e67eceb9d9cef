"""The run that a command was asked for, with the mistakes of its data told for a command line."""

from __future__ import annotations

import sys

from bpviz.data import BadRows
from bpviz.errors import UserError
from bpviz.training import build as pieces
from bpviz.training.config import RunConfig
from bpviz.training.loop import Training
from bpviz.training.notes import run_notes


def tell_notes(training: Training, config: RunConfig) -> None:
    """Say on stderr what the user should know of the data and of what was chosen."""
    for note in run_notes(training, config.optimizer):
        print(f"bpviz: {note}", file=sys.stderr)


def build(config: RunConfig, progress: pieces.Progress | None = None) -> Training:
    """Return a run that is ready to start.

    Raises
    ------
    UserError
        For anything in ``config`` that cannot be; bad rows of a file name the option that drops them.
    """
    try:
        return pieces.build(config, progress=progress)
    except BadRows as error:
        raise UserError(
            "{file}, {first}.",
            hint="Bad rows: {count} of {total}. Mend them, or leave them out by --drop-bad-rows.",
            file=error.file,
            first=error.rows[0].sentence(),
            count=error.count,
            total=error.total,
        ) from error
