"""The registries that the set-up follows, and rows made from their pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpviz.present.form import Choice, Row
from bpviz.registry import Entry, Field, Registry


@dataclass(frozen=True)
class Pieces:
    """The registries that the form follows."""

    activations: Registry[Any]
    losses: Registry[Any]
    optimizers: Registry[Any]
    initializers: Registry[Any]
    functions: Registry[Any]
    datasets: Registry[Any]


def registered_pieces() -> Pieces:
    """Return the program's own registries, filled."""
    # Imported here: the form of a test needs none of them.
    from bpviz.data import GENERATORS
    from bpviz.engine.registries import ACTIVATIONS, FUNCTIONS, INITIALIZERS, LOSSES, OPTIMIZERS

    return Pieces(ACTIVATIONS, LOSSES, OPTIMIZERS, INITIALIZERS, FUNCTIONS, GENERATORS)


def choices_of(registry: Iterable[Entry[Any]]) -> tuple[Choice, ...]:
    """Return a registry's pieces as choices, in its order."""
    return tuple(Choice(entry.name, entry.label, entry.help) for entry in registry)


def hidden_activations(pieces: Pieces) -> tuple[Choice, ...]:
    """Return the activations that a hidden layer may have."""
    return choices_of(e for e in pieces.activations if not getattr(e.make, "output_only", False))


def choice_row(key: str, label: str, value: str, choices: tuple[Choice, ...], **more: Any) -> Row:
    """Return a row that chooses one of ``choices``."""
    field = Field(
        key, label, "choice", value, choices=tuple(c.value for c in choices), help=more.pop("help", "")
    )
    return Row(key, field, value, choices=choices, **more)


def option_rows(prefix: str, entry: Entry[Any], options: Mapping[str, Any], **more: Any) -> list[Row]:
    """Return a row for each field of a chosen piece; its key is ``prefix.field``."""
    rows = []
    for field in entry.fields:
        value = options.get(field.name, field.default)
        choices = tuple(Choice(c, c) for c in field.choices)
        rows.append(Row(f"{prefix}.{field.name}", field, value, choices=choices, **more))
    return rows


def hidden_activation_labels() -> list[tuple[str, str]]:
    """Return (name, label) of the activations that a hidden layer may have; labels are templates."""
    return [(choice.value, choice.label) for choice in hidden_activations(registered_pieces())]


def activation_label(name: str) -> str:
    """Return the label of any activation, a template; the name itself where it is not registered."""
    activations = registered_pieces().activations
    return activations[name].label if name in activations else name
