"""The command line: ``bpviz [FILE]``, ``bpviz train``, ``gradients``, ``render``, ``list``.

Exit codes: 0 done; 2 a mistake of the user's, told in one line; 3 the loss diverged; 1 a defect.
Nothing is imported before it is needed: no Qt unless a window or a picture is asked for, no NumPy to
say the version.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper

from bpviz import __version__
from bpviz.commands.language import asked_language, choose_language
from bpviz.errors import UserError
from bpviz.text import Text, tr

COMMANDS = {
    "train": "bpviz.commands.train",
    "gradients": "bpviz.commands.gradients",
    "render": "bpviz.commands.render",
    "list": "bpviz.commands.listing",
}
MISTAKE, DEFECT, ABORTED = 2, 1, 130
_VALUED = ("--language", "--theme")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _let_every_character_through()
    try:
        choose_language(words)
        code = _dispatch(words)
        # Flushed here, so that a reader that has gone is met here and not at the exit.  Windows gives a
        # program without a console no stdout.
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except UserError as error:
        return _told(str(error))
    except MemoryError:
        return _told(tr("There is not enough memory for this. Choose fewer units, samples or points."))
    except BrokenPipeError:
        _write_no_more()
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return _defect()
        _write_no_more()
        return _told(tr("There is no room left to write what was asked."))
    except KeyboardInterrupt:
        return _told(tr("Aborted."), ABORTED)
    except SystemExit as error:  # argparse, after --help
        return int(error.code or 0)
    except Exception:  # noqa: BLE001 - a defect, shown whole
        return _defect()


def _let_every_character_through() -> None:
    """What the terminal's encoding (gbk, cp1252, ascii) does not have is shown as “?”, and ends nothing."""
    for stream in (sys.stdout, sys.stderr):
        # A test's or a notebook's stream may be of another class, without this method.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _dispatch(words: list[str]) -> int:
    if words == ["--version"]:
        print(f"bpviz {__version__}")
        return 0
    place = _command_place(words)
    if place is not None:
        command = import_module(COMMANDS[words[place]])
        return int(command.main([*words[:place], *words[place + 1 :]]))
    return _open_window(words)


def _command_place(words: list[str]) -> int | None:
    """Return where the command stands: the first word that is no option, nor an option's value."""
    skip = False
    for place, word in enumerate(words):
        if skip or word.startswith("-"):
            skip = not skip and word in _VALUED
            continue
        return place if word in COMMANDS else None
    return None


def _open_window(words: list[str]) -> int:
    from bpviz.commands.window import parse

    file = parse(words)
    try:
        app = import_module("bpviz.app")
    except ImportError as error:
        raise missing_library(error) from error
    return int(app.main(file, words))


def missing_library(error: ImportError) -> UserError:
    """Return the sentence for a library of the system that Qt needs and does not find."""
    return UserError(
        "The window cannot open: {reason}.",
        hint="Install the libraries that the README lists; “bpviz train” works without them.",
        reason=error,
    )


def _told(sentence: str | Text, code: int = MISTAKE) -> int:
    """Say one line on stderr."""
    line = "bpviz: " + " ".join(str(sentence).split())
    with suppress(OSError):  # nobody reads stderr either: the exit code still tells
        print(line, file=sys.stderr)
    return code


def _defect() -> int:
    traceback.print_exc()
    return DEFECT


def _write_no_more() -> None:
    """Let stdout lead nowhere: its reader has gone (`bpviz list … | head`) or its disk is full.

    Otherwise the interpreter flushes once more at its exit, and complains.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


__all__ = ["COMMANDS", "asked_language", "main", "missing_library"]
