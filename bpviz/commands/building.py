"""The run that a command was asked for, with the mistakes of its data told for a command line."""

from __future__ import annotations

from bpviz.data import BadRows
from bpviz.errors import UserError
from bpviz.training import build as pieces
from bpviz.training.config import RunConfig
from bpviz.training.loop import Training


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
