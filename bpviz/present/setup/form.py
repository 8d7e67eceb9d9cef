"""The set-up as a form: sections of rows, each row one setting.  Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bpviz.registry import Field


@dataclass(frozen=True)
class Choice:
    """One thing to choose; ``label`` and ``help`` are templates for the catalogue."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Group:
    """Choices under a common heading."""

    title: str
    choices: tuple[Choice, ...]
    folded: bool = False
    """Whether a menu shows it as a menu of its own."""


@dataclass(frozen=True)
class RowAction:
    """A small button in a row: pressing it edits ``key`` to ``value``."""

    key: str
    value: Any
    icon: str
    help: str
    enabled: bool = True


@dataclass(frozen=True)
class Fold:
    """Rows that are shown on demand only.

    ``title`` stands on a line of its own; where it is empty, the row before them opens them.
    """

    key: str
    title: str = ""
    help: str = ""


@dataclass(frozen=True)
class Row:
    """One setting.

    Attributes
    ----------
    key : str
        What ``apply_edit`` calls it.
    live : bool
        Whether it acts on the running training; otherwise a change starts anew.
    label_fields : tuple
        Pairs that fill the braces of the field's label.
    off_label : str
        Not empty when the value may be None; says what None means.
    scale : float
        The shown number is ``scale`` times the value (100 for a share in %).
    joined : bool
        Stands on the line of the row before it, without its own label.
    wide : bool
        Has the whole line for its value, without its own label.
    bare : bool
        Has no value, only its actions.
    badge : str
        Stands in place of the label, short: a layer's number.
    fold : Fold or None
        What it is folded away in.
    read : callable or None
        Turns typed text into the value; raises a ``UserError`` for what cannot be.
    most : int or None
        How many training samples there are, where no more can be taken; comes and goes with a run.
    """

    key: str
    field: Field
    value: Any
    live: bool = False
    enabled: bool = True
    choices: tuple[Choice, ...] = ()
    label_fields: tuple[tuple[str, Any], ...] = ()
    off_label: str = ""
    scale: float = 1.0
    joined: bool = False
    wide: bool = False
    bare: bool = False
    badge: str = ""
    fold: Fold | None = None
    read: Callable[[str], Any] | None = None
    actions: tuple[RowAction, ...] = ()
    most: int | None = None

    @property
    def has_slider(self) -> bool:
        """Whether an end of a slider is named and both are known; hard bounds alone are too far apart."""
        named = self.field.low is not None or self.field.high is not None
        ends = (self.slider_low, self.slider_high)
        return self.field.kind in ("float", "int") and named and None not in ends

    @property
    def slider_low(self) -> float | None:
        """The lower end of the slider."""
        return self.field.low if self.field.low is not None else self.field.minimum

    @property
    def slider_high(self) -> float | None:
        """The upper end of the slider."""
        return self.field.high if self.field.high is not None else self.field.maximum

    @property
    def is_changed(self) -> bool:
        """Whether the value is another than the field's default."""
        return not self.bare and self.value != self.field.default

    def structure(self) -> Row:
        """Return the row without its value: what a control is built from."""
        return replace(self, value=None, most=None)


@dataclass(frozen=True)
class Section:
    """Rows under a title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Form:
    """The whole set-up.

    ``data_label`` is what the Data button shows: a template, or a file's name.  ``data_groups`` and
    ``presets`` fill the toolbar's menus.
    """

    sections: tuple[Section, ...]
    data_value: str = ""
    data_label: str = ""
    data_groups: tuple[Group, ...] = ()
    presets: tuple[Choice, ...] = ()

    def row(self, key: str) -> Row:
        """Return the row called ``key``; KeyError when there is none."""
        for section in self.sections:
            for row in section.rows:
                if row.key == key:
                    return row
        raise KeyError(key)

    def structure(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Return all but the values; two forms of the same structure share their controls."""
        return tuple((s.title, tuple(r.structure() for r in s.rows)) for s in self.sections)
