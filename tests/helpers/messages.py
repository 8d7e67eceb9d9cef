"""What the program says, found in its source, against what the catalogues translate.

``python tests/helpers/messages.py`` prints, by file, what has no translation yet, what the program
no longer says, and what else a translator should mend.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "bpviz"
CATALOGUES = ROOT / "resources" / "i18n"
KEYWORDS = {"tr", "N_", "Text", "UserError"}
_FILLED = {"tr", "Text", "UserError"}


@dataclass(frozen=True)
class Message:
    """One template in the source, and the fields that the call fills (None: not to be known here)."""

    template: str
    source: str
    line: int
    given: frozenset[str] | None = None

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.template!r}"


@dataclass(frozen=True)
class Translation:
    """One entry of a catalogue."""

    template: str
    sentence: str
    source: str
    line: int
    fuzzy: bool = False

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.template!r} → {self.sentence!r}"


def fields(template: str) -> frozenset[str]:
    """Return the names in the braces of ``template``, without attributes and formats.

    Raises
    ------
    ValueError
        When the braces do not match.
    """
    parsed = string.Formatter().parse(template)
    return frozenset(re.split(r"[.\[]", name)[0] for _, name, _, _ in parsed if name is not None)


def messages(root: Path = SOURCE) -> list[Message]:
    """Return every message in the Python files below ``root``."""
    found: list[Message] = []
    for path in sorted(root.rglob("*.py")):
        found += messages_in(path.read_text(encoding="utf-8"), str(path.relative_to(root.parent)))
    return found


def messages_in(code: str, source: str) -> list[Message]:
    """Return the messages of one file.

    Raises
    ------
    ValueError
        For an f-string where a literal is needed: no catalogue can hold what it becomes.
    """
    found: list[Message] = []
    for call in _calls(ast.parse(code)):
        given = _given(call)
        hints = [k.value for k in call.keywords if k.arg == "hint"] if _name(call) == "UserError" else []
        for argument in [*call.args[:1], *hints]:
            for literal in _literals(argument, source):
                found.append(Message(literal.value, source, literal.lineno, given))
    return found


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in KEYWORDS:
            yield node


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _given(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    if _name(call) not in _FILLED or None in names:
        return None
    return frozenset(name for name in names if name is not None) - {"hint"}


def _literals(node: ast.expr, source: str) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value:
            yield node
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, source)
        yield from _literals(node.orelse, source)
    elif isinstance(node, ast.JoinedStr | ast.BinOp):
        raise ValueError(f"{source}:{node.lineno}: a message must be a literal with {{fields}}")


def translations(language: str = "zh_CN") -> list[Translation]:
    """Return every living entry of a language's catalogues."""
    found = []
    for path in sorted((CATALOGUES / language).glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if not entry.obsolete:
                name = str(path.relative_to(ROOT))
                found.append(Translation(entry.msgid, entry.msgstr, name, entry.linenum, entry.fuzzy))
    return found


def missing(said: Iterable[Message], translated: Iterable[Translation]) -> list[Message]:
    """Return the messages that have no translation, each template once."""
    known = {entry.template for entry in translated if entry.sentence.strip()}
    first: dict[str, Message] = {}
    for message in said:
        if message.template not in known:
            first.setdefault(message.template, message)
    return list(first.values())


def stale(said: Iterable[Message], translated: Iterable[Translation]) -> list[Translation]:
    """Return the translations of what the program no longer says."""
    templates = {message.template for message in said}
    return [entry for entry in translated if entry.template not in templates]


def contradictions(translated: Iterable[Translation]) -> list[Translation]:
    """Return the translations of templates that have more than one."""
    by_template: dict[str, list[Translation]] = defaultdict(list)
    for entry in translated:
        by_template[entry.template].append(entry)
    return [e for group in by_template.values() if len({e.sentence for e in group}) > 1 for e in group]


def other_fields(translated: Iterable[Translation]) -> list[Translation]:
    """Return the translations whose {fields} are not those of the template."""
    return [entry for entry in translated if entry.sentence and not _same_fields(entry)]


def _same_fields(entry: Translation) -> bool:
    try:
        return fields(entry.template) == fields(entry.sentence)
    except ValueError:
        return False


def unfilled(said: Iterable[Message]) -> list[Message]:
    """Return the messages whose call does not fill all their {fields}."""
    return [m for m in said if m.given is not None and not fields(m.template) <= m.given]


def main() -> int:
    """Print what is to be mended; return how much it is."""
    said, translated = messages(), translations()
    findings: dict[str, list[Message] | list[Translation]] = {
        "not translated": missing(said, translated),
        "stale": stale(said, translated),
        "translated in two ways": contradictions(translated),
        "with other {fields} than the English": other_fields(translated),
        "with {fields} that the call does not fill": unfilled(said),
        "fuzzy": [entry for entry in translated if entry.fuzzy],
    }
    for title, entries in findings.items():
        if entries:
            print(f"{len(entries)} {title}")
            print("\n".join(f"  {entry}" for entry in sorted(entries, key=lambda e: (e.source, e.line))))
    print(f"{len({m.template for m in said})} messages, {len(translated)} translations")
    return sum(map(len, findings.values()))


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
