"""What features are called: names of the data as they are, built-in words in the language in force."""

from __future__ import annotations

import re

from bpviz.text import N_, tr

_WORDS = (N_("mark"),)
_STEP = re.compile(r"\[\d+\]$")


def feature_word(name: str) -> str:
    """Return a feature's name as it is shown; of ``mark[3]`` the step stays."""
    found = _STEP.search(name)
    word, step = (name[: found.start()], found.group()) if found else (name, "")
    return tr(word) + step if word in _WORDS else name
