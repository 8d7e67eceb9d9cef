"""Named pieces and the metadata of their fields.

A piece registers itself with a name, a translatable label and its fields; the window's controls,
the command line, ``bpviz list``, the README's tables and the conformance tests follow from here.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from bpviz.errors import UserError
from bpviz.text import Text

T = TypeVar("T")
FieldKind = Literal["float", "int", "bool", "choice", "text"]

_BEYOND_USE = 1e9
"""A bound this high only keeps the arithmetic finite; telling it would puzzle."""


@dataclass(frozen=True)
class Field:
    """One setting of a piece: how it is called, shown and bounded.

    ``minimum`` and ``maximum`` are the hard bounds (a value outside is refused); ``low`` and
    ``high`` are the ends of a slider, where narrower.  ``exclusive_minimum`` refuses the minimum
    itself.  ``logarithmic`` asks for a logarithmic slider.
    """

    name: str
    label: str
    kind: FieldKind = "float"
    default: Any = 0.0
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    low: float | None = None
    high: float | None = None
    step: float | None = None
    logarithmic: bool = False
    unit: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """Return ``value`` as this field's type.

        Raises
        ------
        UserError
            When the value is of another type, not finite, or outside the bounds.
        """
        if self.kind == "bool":
            return self._checked_bool(value)
        if self.kind == "choice":
            if value not in self.choices:
                raise UserError(
                    "{field} cannot be “{value}”.",
                    hint="It is one of: {choices}.",
                    field=self.name,
                    value=value,
                    choices=", ".join(self.choices),
                )
            return value
        if self.kind == "text":
            return str(value)
        return self._checked_number(value)

    def _checked_bool(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise UserError("{field} is on or off, not “{value}”.", field=self.name, value=value)

    def _checked_number(self, value: Any) -> float | int:
        try:
            number: float | int = int(value) if self.kind == "int" else float(value)
            exact = float(number) == float(value) and math.isfinite(number)
        except (TypeError, ValueError, OverflowError):
            exact = False
            number = 0
        below = self.minimum is not None and (
            number <= self.minimum if self.exclusive_minimum else number < self.minimum
        )
        above = self.maximum is not None and number > self.maximum
        if not exact or below or above:
            raise UserError(
                "{field} cannot be {value}.",
                hint="It is {allowed}.",
                field=self.name,
                value=value,
                allowed=self.allowed(every_bound=above),
            )
        return number

    def allowed(self, *, every_bound: bool = False) -> Text:
        """Return the bounds in words, to stand after “It is”.

        A maximum beyond all use is told only where ``every_bound`` asks for it.
        """
        told = self.maximum is not None and (every_bound or self.maximum < _BEYOND_USE)
        low = None if self.minimum is None else self._shown(self.minimum)
        high = self._shown(self.maximum) if told and self.maximum is not None else None
        if self.kind == "int":
            return _allowed_whole(low, high)
        if low is None:
            return Text("any number") if high is None else Text("a number up to {high}", high=high)
        if self.exclusive_minimum:
            if high is None:
                return Text("a number above {low}", low=low)
            return Text("a number above {low}, up to {high}", low=low, high=high)
        if high is None:
            return Text("a number from {low} on", low=low)
        return Text("a number from {low} to {high}", low=low, high=high)

    def _shown(self, bound: float) -> str:
        return f"{int(bound):,}" if self.kind == "int" else f"{bound:.6g}"


def _allowed_whole(low: str | None, high: str | None) -> Text:
    if low is None:
        return Text("any whole number") if high is None else Text("a whole number up to {high}", high=high)
    if high is None:
        return Text("a whole number from {low} on", low=low)
    return Text("a whole number from {low} to {high}", low=low, high=high)


@dataclass(frozen=True)
class Entry(Generic[T]):
    """A registered piece: ``make(**fields)`` builds it."""

    name: str
    label: str
    make: Callable[..., T]
    help: str = ""
    fields: tuple[Field, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return every field's value: the given one, checked, or the default.

        Raises
        ------
        UserError
            For a field that this piece does not have, or a value that it cannot take.
        """
        known = {f.name: f for f in self.fields}
        for name in values:
            if name not in known:
                raise UserError(
                    "“{piece}” has no field “{field}”.",
                    hint="Its fields: {known}.",
                    piece=self.name,
                    field=name,
                    known=", ".join(known) or "–",
                )
        return {f.name: f.check(values[f.name]) if f.name in values else f.default for f in self.fields}

    def create(self, **values: Any) -> T:
        """Build the piece from its fields."""
        return self.make(**self.checked(values))


class Registry(Generic[T]):
    """The pieces of one kind, in the order in which they were registered.

    ``kind`` is a literal for the catalogue, e.g. ``N_("optimizer")``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Entry[T]] = {}

    def add(self, entry: Entry[T]) -> None:
        """Register ``entry``; a name is taken once."""
        if entry.name in self._entries:
            raise ValueError(f"two {self.kind} pieces are called {entry.name!r}")
        self._entries[entry.name] = entry

    def register(
        self, name: str, label: str, *, help: str = "", fields: tuple[Field, ...] = (), **extra: Any
    ) -> Callable[[Callable[..., T]], Callable[..., T]]:
        """Return a decorator that registers a class or a function as ``name``."""

        def decorate(make: Callable[..., T]) -> Callable[..., T]:
            self.add(Entry(name, label, make, help, fields, extra))
            return make

        return decorate

    def __getitem__(self, name: str) -> Entry[T]:
        """Return the entry called ``name``.

        Raises
        ------
        UserError
            When there is none; names the nearest.
        """
        try:
            return self._entries[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._entries, n=3) or list(self._entries)
            raise UserError(
                "There is no {kind} “{name}”.",
                hint="Try: {near}.",
                kind=Text(self.kind),
                name=name,
                near=", ".join(near),
            ) from None

    def create(self, name: str, **values: Any) -> T:
        """Build the piece called ``name`` from its fields."""
        return self[name].create(**values)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def names(self) -> tuple[str, ...]:
        """Return the names in order of registration."""
        return tuple(self._entries)
