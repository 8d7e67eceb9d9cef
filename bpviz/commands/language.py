"""Which language the command line speaks."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bpviz.text import LANGUAGES, set_language


def choose_language(arguments: Sequence[str]) -> None:
    """Take the language from ``--language``, else from the environment, before any parser is made."""
    set_language(asked_language(arguments) or environment_language())


def asked_language(arguments: Sequence[str]) -> str | None:
    """Return the value of ``--language`` among ``arguments``; the last one counts."""
    asked = None
    for place, word in enumerate(arguments):
        if word.startswith("--language="):
            asked = word.partition("=")[2]
        elif word == "--language" and place + 1 < len(arguments):
            asked = arguments[place + 1]
    return asked


def environment_language() -> str:
    """Return the code for LC_ALL, LC_MESSAGES or LANG, the first that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh_CN" if value.lower().startswith("zh") else next(iter(LANGUAGES))
    return next(iter(LANGUAGES))
