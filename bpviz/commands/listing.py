"""``bpviz list``: the pieces that the registries know."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from typing import Any

from bpviz.commands.parser import Parser, add_common_options
from bpviz.commands.progress import cells
from bpviz.commands.views import VIEWS
from bpviz.data import GENERATORS
from bpviz.engine.registries import ACTIVATIONS, FUNCTIONS, INITIALIZERS, LOSSES, OPTIMIZERS
from bpviz.registry import Entry, Field, Registry
from bpviz.text import tr

LISTS: dict[str, Registry[Any]] = {
    "datasets": GENERATORS,
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "initializers": INITIALIZERS,
    "functions": FUNCTIONS,
    "views": VIEWS,
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = Parser(prog="bpviz list", description=tr("List the pieces that a run can be made of."))
    made.add_argument("what", choices=tuple(LISTS), help=tr("which pieces"))
    made.add_argument("--json", action="store_true", help=tr("print them as JSON, one array of objects"))
    add_common_options(made)
    return made


def main(words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    arguments = parser().parse_args(words)
    registry = LISTS[arguments.what]
    if arguments.json:
        print(json.dumps([described(entry) for entry in registry], ensure_ascii=False, allow_nan=False))
    else:
        print(table(registry))
    return 0


def described(entry: Entry[Any]) -> dict[str, Any]:
    """Return an entry for ``--json``."""
    return {
        "name": entry.name,
        "label": tr(entry.label),
        "help": tr(entry.help) if entry.help else "",
        "fields": [
            {
                "name": field.name,
                "label": tr(field.label),
                "kind": field.kind,
                "default": field.default,
                "minimum": field.minimum,
                "maximum": field.maximum,
                "choices": list(field.choices),
            }
            for field in entry.fields
        ],
    }


def table(registry: Iterable[Entry[Any]]) -> str:
    """Return name, label, options and help in aligned columns."""
    rows = [
        (entry.name, tr(entry.label), _options(entry.fields), tr(entry.help) if entry.help else "")
        for entry in registry
    ]
    heads = (tr("Name"), tr("Label"), tr("Options"), tr("What it is"))
    used = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    chosen = [[row[column] for column in used] for row in (heads, *rows)]
    widths = [max(cells(row[column]) for row in chosen) for column in range(len(used))]
    return "\n".join(_line(row, widths) for row in chosen)


def _line(row: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def _options(fields: tuple[Field, ...]) -> str:
    return " ".join(f"--{field.name.replace('_', '-')} {field.default}" for field in fields)
