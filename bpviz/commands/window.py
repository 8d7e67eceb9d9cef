"""``bpviz [FILE]``: what the window may be opened with."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bpviz.commands.parser import Parser, add_common_options
from bpviz.text import tr

THEMES = ("light", "dark")


def parser() -> argparse.ArgumentParser:
    """Return the parser for opening the window."""
    made = Parser(
        prog="bpviz",
        usage="bpviz [--language L] [--theme T] [FILE]\n       bpviz {train,gradients,render,list} …",
        description=tr("See gradient descent and backpropagation at work."),
        epilog=tr(
            "commands:\n"
            "  bpviz train      train without a window\n"
            "  bpviz gradients  backpropagation against differences, without a window\n"
            "  bpviz render     a run as numbered pictures, without a window\n"
            "  bpviz list       data sets, layers, activations, losses, optimizers, …\n"
            "\n"
            "“bpviz train --help” lists the options of a command."
        ),
    )
    made.add_argument("file", nargs="?", metavar="FILE", help=tr("a CSV or TSV file to open"))
    made.add_argument("--version", action="store_true", help=tr("print the version and exit"))
    made.add_argument("--theme", choices=THEMES, help=tr("colours (default: the system's)"))
    add_common_options(made)
    return made


def parse(words: Sequence[str]) -> str | None:
    """Return the file to open; what Qt itself may understand (``-style`` …) is left alone.

    Raises
    ------
    UserError
        For an option that neither bpviz nor Qt has.
    """
    arguments = parser().parse_args([word for word in words if not _is_for_qt(word)])
    return str(arguments.file) if arguments.file is not None else None


def _is_for_qt(word: str) -> bool:
    """Qt's own options have one dash and a long name."""
    return len(word) > 2 and word[0] == "-" and word[1] != "-"
