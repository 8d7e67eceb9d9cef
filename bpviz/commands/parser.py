"""An argparse parser that says its mistakes in one line, in the language in force."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from bpviz.errors import UserError
from bpviz.text import LANGUAGES, N_, tr

# argparse's own sentences, which it looks up through gettext.
ARGPARSE_SENTENCES = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
)


class Parser(argparse.ArgumentParser):
    """Raises a ``UserError`` where argparse would print its usage and exit."""

    def __init__(self, **options: Any) -> None:
        # WORKAROUND argparse finds its sentences by gettext in .mo files of its own domain only;
        # this module-wide name is where it does so.
        argparse._ = tr  # type: ignore[attr-defined]  # not in the stubs
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)
        # WORKAROUND argparse takes “-1,2” and “-1e-5” for options; every option here begins with a letter.
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        """Hand the mistake to whoever called."""
        raise UserError(
            "{message}.", hint="“{program} --help” lists the options.", message=message, program=self.prog
        )


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes."""
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), help=tr("language of the texts (default: the system's)")
    )


def help_text(sentence: str, default: object = None, choices: Iterable[str] = ()) -> str:
    """Return one option's help: the sentence, what may be chosen, the default; % made safe."""
    said = sentence.rstrip(".。")
    listed = ", ".join(choices)
    if listed:
        said += f" [{listed}]"
    if default is not None:
        said += tr(" (default: {default})", default=default)
    return said.replace("%", "%%")
