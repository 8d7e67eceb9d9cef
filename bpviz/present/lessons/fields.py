"""Takes the fields of a TOML table one by one, and says clearly which one is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from bpviz.errors import UserError
from bpviz.present.lessons.model import Words

T = TypeVar("T")

_MISSING = object()


class Fields:
    """One table of a file.

    Parameters
    ----------
    file : str
        Its name, for messages.
    place : str
        Where in the file the table stands, such as ``steps[2].try``; empty for the file itself.
    """

    def __init__(self, table: Mapping[str, Any], file: str, place: str = "") -> None:
        self._left = dict(table)
        self.file, self.place = file, place

    def path(self, name: str) -> str:
        """Return where in the file the field ``name`` is."""
        return f"{self.place}.{name}" if self.place else name

    def wrong(self, name: str, needed: str, value: Any = _MISSING) -> UserError:
        """Return the error that says what is wrong with a field."""
        path = self.path(name)
        if value is _MISSING:
            return UserError(
                "{file}: {field} is missing: {needed}.", file=self.file, field=path, needed=needed
            )
        return UserError(
            "{file}: {field} is {value}: it must be {needed}.",
            file=self.file,
            field=path,
            value=repr(value),
            needed=needed,
        )

    def take(self, name: str, default: Any = _MISSING, needed: str = "needed") -> Any:
        """Return a field as it is, once; without a default it must be there."""
        if name in self._left:
            return self._left.pop(name)
        if default is _MISSING:
            raise self.wrong(name, needed)
        return default

    def typed(self, name: str, kind: type[T], default: Any = _MISSING) -> T:
        """Return a field of one type; a whole number serves as a float."""
        value = self.take(name, default, kind.__name__)
        if value is default and default is not _MISSING:
            return default  # type: ignore[no-any-return]
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.wrong(name, kind.__name__, value)
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """Return a field of one type, None where it is left out."""
        return self.typed(name, kind) if self.has(name) else None

    def numbers(self, name: str, kind: type[T], default: tuple[Any, ...] = ()) -> tuple[T, ...]:
        """Return a list of numbers."""
        if not self.has(name):
            return default
        found = self.typed(name, list)
        whole: list[Any] = [
            float(value) if kind is float and type(value) is int else value for value in found
        ]
        if any(type(value) is not kind for value in whole):
            raise self.wrong(name, f"a list of {kind.__name__}", found)
        return tuple(whole)

    def one_of(self, name: str, choices: Iterable[str], default: str = "") -> str:
        """Return one of ``choices``, or the default where it is left out."""
        value = self.typed(name, str, default)
        if value != default and value not in choices:
            raise self.wrong(name, "one of " + ", ".join(choices), value)
        return value

    def words(self, name: str = "") -> Words:
        """Return a text in both languages: the table ``name``, or ``en`` and ``zh`` of this one."""
        if name:
            return self.table(name).words()
        return Words(*(self._said(code) for code in ("en", "zh")))

    def _said(self, code: str) -> str:
        text = self.typed(code, str).strip()
        if not text:
            raise self.wrong(code, "a text", text)
        return text

    def table(self, name: str) -> Fields:
        """Return a table in this one."""
        return Fields(self.typed(name, dict), self.file, self.path(name))

    def tables(self, name: str) -> list[Fields]:
        """Return a list of tables; none where it is left out."""
        found = self.typed(name, list, [])
        for value in found:
            if not isinstance(value, dict):
                raise self.wrong(name, "a list of tables", value)
        return [Fields(value, self.file, f"{self.path(name)}[{n}]") for n, value in enumerate(found, 1)]

    def has(self, name: str) -> bool:
        """Whether a field is there and not taken yet."""
        return name in self._left

    def done(self, make: Callable[[], T]) -> T:
        """Return what ``make`` makes of this table; a field that it leaves over is a mistake."""
        made = make()
        for name in self._left:
            raise UserError("{file}: there is no field {field}.", file=self.file, field=self.path(name))
        return made
