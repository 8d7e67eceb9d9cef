"""``bpviz list``: the pieces that the registries know."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from typing import Any

from bpviz.commands.metrics import METRICS
from bpviz.commands.parser import Parser, add_common_options
from bpviz.commands.progress import cells
from bpviz.commands.views import VIEWS
from bpviz.data import GENERATORS
from bpviz.engine.layers import LAYERS
from bpviz.engine.registries import (
    ACTIVATIONS,
    FUNCTIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from bpviz.registry import Entry, Field, Registry
from bpviz.text import tr
from bpviz.training.config import LayerConfig
from bpviz.training.layer_spec import format_layer

LISTS: dict[str, Registry[Any]] = {
    "datasets": GENERATORS,
    "layers": LAYERS,
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "regularizers": REGULARIZERS,
    "initializers": INITIALIZERS,
    "metrics": METRICS,
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
        told = [described(entry, registry is LAYERS) for entry in registry]
        print(json.dumps(told, ensure_ascii=False, allow_nan=False))
    else:
        print(table(registry))
    return 0


def described(entry: Entry[Any], layer: bool = False) -> dict[str, Any]:
    """Return an entry for ``--json``; a layer with how it is written."""
    return {
        "name": entry.name,
        **({"example": example(entry)} if layer else {}),
        "label": tr(entry.label),
        "help": tr(entry.help) if entry.help else "",
        "fields": [
            {
                "name": field.name,
                "label": tr(field.label),
                "kind": field.kind,
                "default": field.default,
                "minimum": field.minimum,
                "exclusive_minimum": field.exclusive_minimum,
                "maximum": field.maximum,
                "choices": list(field.choices),
                "help": tr(field.help) if field.help else "",
            }
            for field in entry.fields
        ],
    }


def example(entry: Entry[Any]) -> str:
    """Return how a layer is written in ``--layers``."""
    return format_layer(LayerConfig(entry.name))


def table(registry: Iterable[Entry[Any]]) -> str:
    """Return name, label, help and options in aligned columns; the longest, the options, last."""
    layers = registry is LAYERS
    rows = [
        (
            entry.name,
            tr(entry.label),
            example(entry) if layers else "",
            tr(entry.help) if entry.help else "",
            _fields(entry.fields) if layers else _options(entry.fields),
        )
        for entry in registry
    ]
    last = tr("Fields") if layers else tr("Options")
    heads = (tr("Name"), tr("Label"), tr("Written as"), tr("What it is"), last)
    used = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    chosen = [[row[column] for column in used] for row in (heads, *rows)]
    widths = [max(cells(row[column]) for row in chosen) for column in range(len(used))]
    return "\n".join(_line(row, widths) for row in chosen)


def _line(row: list[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def _options(fields: tuple[Field, ...]) -> str:
    return " ".join(f"--{field.name.replace('_', '-')} {_shown(field.default)}".strip() for field in fields)


def _fields(fields: tuple[Field, ...]) -> str:
    return ", ".join(f"{field.name} {_shown(field.default)}" for field in fields)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"{default:g}" if isinstance(default, float) else str(default)
