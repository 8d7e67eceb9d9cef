"""Files that are there whole or not at all.

What is written goes to a neighbour with a temporary name first, is flushed to the disk, and only
then takes the name that was asked for: a full disk leaves the old file, or none, never a cut one.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bpviz.errors import UserError
from bpviz.text import N_, Text

# The system's own words are English in every language of the window.
_REASONS = {
    errno.ENOENT: N_("it is no longer there"),
    errno.ENOTDIR: N_("what should be a folder in its path is a file"),
    errno.EISDIR: N_("it is a folder"),
    errno.EEXIST: N_("it is already there"),
    errno.ENAMETOOLONG: N_("its name is too long"),
    errno.ELOOP: N_("its links lead in a circle"),
    errno.EBUSY: N_("it is in use"),
    errno.ETXTBSY: N_("it is in use"),
    errno.EPIPE: N_("nobody reads it any more"),
    errno.EIO: N_("the disk reports a failure"),
    errno.EMFILE: N_("too many files are open"),
    errno.ENFILE: N_("too many files are open"),
    errno.EINVAL: N_("its name is not one that this disk takes"),
}


def as_user_error(error: OSError, path: Path) -> UserError:
    """Return the sentence for what the system refused while ``path`` was written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(
            "There is no room left to write “{path}”.",
            hint="Free some space or choose another disk.",
            path=path,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            "“{path}” cannot be written: the folder or the file is read-only.",
            hint="Choose another place.",
            path=path,
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not path.parent.is_dir():
        return UserError("There is no folder “{folder}”.", hint="Create it first.", folder=path.parent)
    known = _REASONS.get(error.errno or 0)
    reason = Text(known) if known else error.strerror or str(error)
    return UserError("“{path}” cannot be written: {reason}.", path=path, reason=reason)


def check_writable(path: str | Path) -> None:
    """Find out before the work whether ``path`` can be written after it.

    Raises
    ------
    UserError
        When it is a folder, or it or its folder is read-only or missing.
    """
    target = _resolved(path)
    if _is_stream(target):
        return
    try:
        os.stat(target)
    except FileNotFoundError:
        writable = True
    except OSError as error:  # a name that is too long, say
        raise as_user_error(error, target) from error
    else:
        writable = os.access(target, os.W_OK)
    if not writable:
        raise as_user_error(PermissionError(errno.EACCES, ""), target)
    check_folder_writable(target.parent, naming=target)


def is_same_file(one: str | Path, other: str | Path) -> bool:
    """Whether both paths lead to one ordinary file, which only one of them can have."""
    first = _resolved(one)
    return first == _resolved(other) and not _is_stream(first)


def check_folder_writable(folder: Path, naming: Path | None = None) -> None:
    """Write a probe into ``folder``: only writing tells of a read-only mount."""
    probe = folder / f".bpviz-probe-{os.getpid()}"
    try:
        probe.write_bytes(b"?")
    except OSError as error:
        raise as_user_error(error, naming or probe) from error
    finally:
        with suppress(OSError):
            probe.unlink()


def write_whole(path: str | Path, data: bytes) -> None:
    """Write ``data`` to ``path``, all of it or none.

    Raises
    ------
    UserError
        When the system refuses; what ``path`` held before is still there.
    """
    with WholeFile(path) as file:
        file.write(data)


class WholeFile:
    """A file under a temporary name, which takes its own when the ``with`` block ends well.

    A device or a pipe (``/dev/stdout``) cannot be replaced and is written directly.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = _resolved(path)
        self._direct = _is_stream(self.path)
        self.length = 0
        name = f".{self.path.name[:200]}.{os.getpid()}.part"
        self._temporary = self.path if self._direct else self.path.with_name(name)

    def __enter__(self) -> WholeFile:
        try:
            self._file = open(self._temporary, "ab" if self._direct else "wb")
        except OSError as error:
            raise as_user_error(error, self.path) from error
        return self

    def write(self, data: bytes) -> None:
        """Append ``data``."""
        try:
            self._file.write(data)
        except OSError as error:
            raise as_user_error(error, self.path) from error
        self.length += len(data)

    def cut(self, length: int) -> None:
        """Take back what was written beyond ``length`` bytes; what has gone down a pipe is gone."""
        if self._direct or length >= self.length:
            return
        try:
            self._file.truncate(length)
            self._file.seek(length)
        except OSError as error:
            raise as_user_error(error, self.path) from error
        self.length = length

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close(keep=error is None)
        except OSError as failure:
            if error is None:
                raise as_user_error(failure, self.path) from failure
        finally:
            if not self._direct:
                with suppress(OSError):
                    self._temporary.unlink(missing_ok=True)

    def _close(self, *, keep: bool) -> None:
        try:
            self._file.flush()
            if keep and not self._direct:
                os.fsync(self._file.fileno())
        finally:
            self._file.close()
        if keep and not self._direct:
            if self.path.exists():
                shutil.copymode(self.path, self._temporary)
            os.replace(self._temporary, self.path)


def _resolved(path: str | Path) -> Path:
    """Follow links, so that a link stays one and its target is replaced; refuse a folder."""
    named = Path(os.path.expanduser(path))
    # Where /dev/stdout leads to a file, that file is another's: it is added to, not replaced.
    target = named if named.parts[:2] == ("/", "dev") else Path(os.path.realpath(named))
    if os.path.isdir(target):
        raise UserError("“{path}” is a folder.", hint="Name a file in it.", path=target)
    return target


def _is_stream(path: Path) -> bool:
    return os.path.exists(path) and (path.parts[:2] == ("/", "dev") or not os.path.isfile(path))
