"""Data sets: made here, bundled, or the user's own files.  No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# These two imports fill the registries.
from bpviz.data import generators as generators
from bpviz.data import loaders as loaders
from bpviz.data.dataset import Dataset
from bpviz.data.loaders.problems import BadRow, BadRows
from bpviz.data.loaders.records import Progress
from bpviz.data.loaders.registry import LOADERS, load, loadable_extensions, peek
from bpviz.data.loaders.sniff import FilePreview
from bpviz.data.registry import GENERATORS, generate

__all__ = [
    "GENERATORS",
    "LOADERS",
    "BadRow",
    "BadRows",
    "Dataset",
    "FilePreview",
    "generate",
    "load",
    "loadable_extensions",
    "peek",
    "resolve",
]


def resolve(
    name_or_path: str | Path, seed: int = 0, progress: Progress | None = None, **options: Any
) -> Dataset:
    """Return the data set of that name, or the one in that file.

    Parameters
    ----------
    name_or_path : str or Path
        A registered name comes first; a file of the same name is reached as ``./name``.
    seed : int
        For data that are made here.
    progress : callable, optional
        For files: called with (bytes done, bytes in all); it may raise ``Cancelled``.
    **options
        The fields of the generator or of the loader.

    Raises
    ------
    UserError
        For an unknown name, an option that does not belong, or a file that cannot be read.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and (text in GENERATORS or not _looks_like_path(text)):
        return generate(text, seed, **options)
    return load(name_or_path, progress, **options)


def _looks_like_path(text: str) -> bool:
    """Tell a path from a misspelt name: it has a folder or an extension, or it is there."""
    if "/" in text or "\\" in text or Path(text).suffix:
        return True
    try:
        return bool(text) and Path(text).exists()
    except (OSError, ValueError):
        return False
