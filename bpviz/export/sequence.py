"""A sequence of numbered pictures, each whole or absent."""

from __future__ import annotations

import os
import re
from pathlib import Path

from PySide6.QtGui import QImage

from bpviz.errors import UserError
from bpviz.export.picture import SUFFIX, save_picture
from bpviz.training.files import as_user_error, check_folder_writable

_UNKNOWN_DIGITS = 6
_FEWEST_DIGITS = 4


class SequenceWriter:
    """Writes ``frame_0000.png``, ``frame_0001.png``, … into a folder.

    Parameters
    ----------
    folder : path
        Made where missing.
    total : int or None
        How many are expected: it settles the number of digits, so that they sort by name.
    overwrite : bool
        Whether an earlier sequence of the same prefix in the folder may go; otherwise it is refused.
    """

    def __init__(
        self,
        folder: str | Path,
        prefix: str = "frame",
        digits: int | None = None,
        *,
        total: int | None = None,
        overwrite: bool = False,
    ) -> None:
        self.folder = Path(os.path.expanduser(folder))
        self.prefix = prefix
        self.overwrite = overwrite
        self.digits = digits or _digits(total)
        self.paths: list[Path] = []

    def prepare(self) -> None:
        """Make the folder and look, before the work, whether it can take the sequence.

        Raises
        ------
        UserError
            When it cannot be made or written, or holds such a sequence already.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            old = self.earlier()
        except OSError as error:
            raise self._not_a_folder(error) from error
        if old and not self.overwrite:
            raise UserError(
                "“{folder}” already holds pictures like “{name}”: {count}.",
                hint="Choose another folder, or allow overwriting.",
                folder=self.folder,
                count=len(old),
                name=old[0].name,
            )
        check_folder_writable(self.folder, naming=self.folder)
        self._remove(old)

    def earlier(self) -> list[Path]:
        """Return the files of an earlier sequence of this prefix, in order."""
        pattern = re.compile(re.escape(self.prefix) + r"_\d+" + re.escape(SUFFIX))
        return sorted(path for path in self.folder.iterdir() if pattern.fullmatch(path.name))

    def write(self, image: QImage) -> Path:
        """Write the next picture and return its path.

        Raises
        ------
        UserError
            When it cannot be written; the pictures before it stay, whole.
        """
        name = f"{self.prefix}_{len(self.paths):0{self.digits}d}{SUFFIX}"
        path = save_picture(image, self.folder / name)
        self.paths.append(path)
        return path

    def _remove(self, old: list[Path]) -> None:
        """Remove an earlier sequence: a shorter one over it would end in pictures of another run."""
        try:
            for path in old:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise as_user_error(error, self.folder) from error

    def _not_a_folder(self, error: OSError) -> UserError:
        if isinstance(error, FileExistsError | NotADirectoryError):
            return UserError("“{folder}” is not a folder.", folder=self.folder)
        return as_user_error(error, self.folder)


def fresh_folder(parent: str | Path, name: str) -> Path:
    """Return a folder in ``parent`` that is not there yet: ``name``, ``name-2``, ``name-3``, …"""
    base = Path(os.path.expanduser(parent))
    candidate, number = base / name, 1
    while candidate.exists():
        number += 1
        candidate = base / f"{name}-{number}"
    return candidate


def _digits(total: int | None) -> int:
    return _UNKNOWN_DIGITS if total is None else max(_FEWEST_DIGITS, len(str(max(total - 1, 0))))
