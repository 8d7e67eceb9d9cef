"""Which loader reads which files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bpviz.data.dataset import Dataset
from bpviz.data.loaders.records import Progress
from bpviz.data.loaders.sniff import FilePreview
from bpviz.errors import UserError
from bpviz.registry import Entry, Registry
from bpviz.text import N_

LOADERS: Registry[Dataset] = Registry(N_("file format"))
"""``make(path, progress=…, **fields)``; ``extra``: ``extensions`` (with the dot) and ``peek``."""


def load(path: str | Path, progress: Progress | None = None, **options: Any) -> Dataset:
    """Return the data set in a file, by the loader of its extension.

    Parameters
    ----------
    progress : callable, optional
        Called with (bytes done, bytes in all) as reading goes on; it may raise ``Cancelled``.
    **options
        The loader's fields; None counts as left out.

    Raises
    ------
    BadRows
        When rows are blank or broken and ``drop_bad_rows`` is off.
    UserError
        When the file cannot be read as a data set.
    """
    where, entry = _loader_for(path)
    return entry.make(where, progress=progress, **entry.checked(_given(options)))


def peek(path: str | Path, **options: Any) -> FilePreview:
    """Return the beginning of a file and what was found out about it, for an open dialog.

    Raises
    ------
    UserError
        As `load`, as far as the beginning shows it.
    """
    where, entry = _loader_for(path)
    look: Callable[..., FilePreview] = entry.extra["peek"]
    return look(where, **entry.checked(_given(options)))


def loadable_extensions() -> tuple[str, ...]:
    """Return every extension that some loader reads, for the filter of a file dialog."""
    return tuple(extension for entry in LOADERS for extension in entry.extra["extensions"])


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _loader_for(path: str | Path) -> tuple[Path, Entry[Dataset]]:
    where = Path(path)
    if str(path).startswith("~"):
        try:
            where = where.expanduser()
        except RuntimeError:
            where = Path(path)  # No such user: the path is taken as it stands.
    for entry in LOADERS:
        if where.suffix.lower() in entry.extra["extensions"]:
            return where, entry
    raise UserError(
        "bpviz cannot read “{file}”.",
        hint="It reads: {extensions}.",
        file=where.name or str(where),
        extensions=", ".join(loadable_extensions()),
    )
