"""Sentences that a user reads, in English and in the language that was chosen.

Every room, the Qt-free ones included, says what it says through this module, so that one
catalogue serves the window, the command line and the exported pictures.

- ``tr("Loss {value}", value=0.5)`` translates now.
- ``N_("Gradient descent")`` marks a literal for the catalogue and returns it unchanged; whoever
  shows it calls ``tr`` on it.  A registry label is marked this way.
- ``Text("Row {row} is blank", row=3)`` travels: it is translated when it is shown, so a message
  that was made in a thread follows the language of the window.

The catalogues are gettext ``.po`` files in ``resources/i18n/<language>/``, one a room.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from bpviz.resources import resource_path

LANGUAGES: dict[str, str] = {"en": "English", "zh_CN": "中文"}

_active: dict[str, str] = {}
_language = "en"


def N_(template: str) -> str:  # noqa: N802 - the gettext name that extraction tools look for
    """Mark ``template`` for the catalogue and return it unchanged."""
    return template


def language() -> str:
    """Return the code of the language in force, ``"en"`` or ``"zh_CN"``."""
    return _language


def set_language(code: str) -> None:
    """Use the catalogue of ``code`` from now on; an unknown code means English."""
    global _active, _language
    _language = code if code in LANGUAGES else "en"
    _active = {} if _language == "en" else catalogue(_language)


@cache
def catalogue(code: str) -> dict[str, str]:
    """Return English → translation for one language, read from its ``.po`` files."""
    # Imported here: English, the default of the command line, never pays for it.
    import polib

    entries: dict[str, str] = {}
    for path in sorted(resource_path("i18n", code).glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if entry.msgstr and not entry.obsolete:
                entries[entry.msgid] = entry.msgstr
    return entries


def tr(template: str, /, **fields: Any) -> str:
    """Return ``template`` in the language in force, its ``{fields}`` filled in."""
    sentence = _active.get(template, template)
    return sentence.format(**_shown(fields)) if fields else sentence


def _shown(fields: dict[str, Any]) -> dict[str, Any]:
    """Translate the fields that are texts themselves."""
    return {name: str(value) if isinstance(value, Text) else value for name, value in fields.items()}


class Text:
    """A sentence with its fields, translated when it is shown (``str(text)``)."""

    __slots__ = ("fields", "template")

    def __init__(self, template: str, /, **fields: Any) -> None:
        self.template = template
        self.fields = fields

    def __str__(self) -> str:
        return tr(self.template, **self.fields)

    def __repr__(self) -> str:
        return f"Text({self.template!r}, {self.fields!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return (self.template, self.fields) == (other.template, other.fields)

    def __hash__(self) -> int:
        return hash(self.template)
