"""A picture to a PNG file, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from bpviz.errors import UserError
from bpviz.training.files import write_whole

SUFFIX = ".png"


def png_path(path: str | Path) -> Path:
    """Return ``path`` ending in ``.png``; a name without an ending gets it.

    Raises
    ------
    UserError
        For another ending, which would promise another format.
    """
    target = Path(os.path.expanduser(path))
    if target.suffix == "":
        return target.with_name(target.name + SUFFIX)
    if target.suffix.lower() != SUFFIX:
        raise UserError("“{name}” does not end in .png; pictures are saved as PNG.", name=target.name)
    return target


def png_bytes(image: QImage) -> bytes:
    """Return ``image`` as the bytes of a PNG file.

    Raises
    ------
    UserError
        When there is nothing to encode, or too much.
    """
    # Encoded in memory first: Qt's own file classes take a cut file for a success on a full disk.
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if image.isNull() or not QImageWriter(buffer, QByteArray(b"png")).write(image):
        raise UserError("The picture could not be made.", hint="Choose a smaller size.")
    return bytes(buffer.data().data())


def save_picture(image: QImage, path: str | Path) -> Path:
    """Write ``image`` to ``path`` with all its device pixels, and return the path written.

    Raises
    ------
    UserError
        On a full disk, in a read-only folder, …; no cut file is left, an old one is kept.
    """
    target = png_path(path)
    write_whole(target, png_bytes(image))
    return target
