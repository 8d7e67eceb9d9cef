"""The registries that the set-up follows, and rows made from their pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpviz.present.setup.form import Choice, Row
from bpviz.registry import Entry, Field, Registry
from bpviz.text import N_

_CHOICE_LABELS = {
    ("returns", "auto"): N_("automatic"),
    ("returns", "last"): N_("last step"),
    ("returns", "sequence"): N_("every step"),
    ("recurrent_start", "same"): N_("as the others"),
    ("recurrent_start", "orthogonal"): N_("orthogonal"),
    ("recurrent_start", "identity"): N_("identity"),
    ("biases", "one"): N_("one a gate"),
    ("biases", "two"): N_("two a gate"),
    ("biases", "none"): N_("none"),
}
"""What the choices of a piece's fields are called in the window; others by their names."""


@dataclass(frozen=True)
class Pieces:
    """The registries that the form follows."""

    activations: Registry[Any]
    losses: Registry[Any]
    optimizers: Registry[Any]
    initializers: Registry[Any]
    functions: Registry[Any]
    datasets: Registry[Any]
    schedules: Registry[Any]
    layers: Registry[Any]


def registered_pieces() -> Pieces:
    """Return the program's own registries, filled."""
    # Imported here: the form of a test needs none of them.
    from bpviz.data import GENERATORS
    from bpviz.engine.layers import LAYERS
    from bpviz.engine.registries import (
        ACTIVATIONS,
        FUNCTIONS,
        INITIALIZERS,
        LOSSES,
        OPTIMIZERS,
        SCHEDULES,
    )

    return Pieces(ACTIVATIONS, LOSSES, OPTIMIZERS, INITIALIZERS, FUNCTIONS, GENERATORS, SCHEDULES, LAYERS)


def choices_of(registry: Iterable[Entry[Any]]) -> tuple[Choice, ...]:
    """Return a registry's pieces as choices, in its order."""
    return tuple(Choice(entry.name, entry.label, entry.help) for entry in registry)


def hidden_activations(pieces: Pieces) -> tuple[Choice, ...]:
    """Return the activations that a hidden layer may have."""
    return choices_of(e for e in pieces.activations if not getattr(e.make, "output_only", False))


def choice_row(
    key: str, label: str, value: str, choices: tuple[Choice, ...], *, default: str | None = None, **more: Any
) -> Row:
    """Return a row that chooses one of ``choices``; the default is the first of them."""
    names = tuple(choice.value for choice in choices)
    usual = names[0] if default is None and names else default
    field = Field(key, label, "choice", usual, choices=names, help=more.pop("help", ""))
    return Row(key, field, value, choices=choices, **more)


def option_row(prefix: str, field: Field, value: Any, **more: Any) -> Row:
    """Return the row of one field of a chosen piece; its key is ``prefix.field``."""
    choices = tuple(Choice(c, _CHOICE_LABELS.get((field.name, c), c)) for c in field.choices)
    return Row(f"{prefix}.{field.name}", field, value, **{"choices": choices, **more})


def option_rows(prefix: str, entry: Entry[Any], options: Mapping[str, Any], **more: Any) -> list[Row]:
    """Return a row for each field of a chosen piece."""
    return [
        option_row(prefix, field, options.get(field.name, field.default), **more) for field in entry.fields
    ]


def hidden_activation_labels() -> list[tuple[str, str]]:
    """Return (name, label) of the activations that a hidden layer may have; labels are templates."""
    return [(choice.value, choice.label) for choice in hidden_activations(registered_pieces())]


def activation_label(name: str) -> str:
    """Return the label of any activation, a template; the name itself where it is not registered."""
    activations = registered_pieces().activations
    return activations[name].label if name in activations else name
