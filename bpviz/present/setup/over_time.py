"""How a table's rows become sequences over time: the rows of the form, and what an edit of them means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpviz.data.loaders.over_time import OVER_TIME_FIELDS
from bpviz.present.setup.form import Choice, Fold, Row
from bpviz.present.setup.pieces import choice_row
from bpviz.text import N_

OVER_TIME = Fold(
    "over_time",
    N_("Over time"),
    N_("Makes sequences of the table's rows, for recurrent layers: by windows, or by a column."),
)
NAMES = frozenset(field.name for field in OVER_TIME_FIELDS)
_OF_A_WINDOW = ("horizon", "window_step")
_COLUMN = "sequence_column"


def over_time_rows(options: Mapping[str, Any], columns: tuple[str, ...]) -> list[Row]:
    """Return the rows, folded away; what needs a window cannot be changed without one."""
    rows = []
    for field in OVER_TIME_FIELDS:
        key, value = f"data.{field.name}", options.get(field.name, field.default)
        if field.name == _COLUMN:
            rows.append(_column_row(key, field.label, field.help, str(value), columns))
        else:
            enabled = field.name not in _OF_A_WINDOW or bool(options.get("window"))
            rows.append(Row(key, field, value, enabled=enabled, fold=OVER_TIME))
    return rows


def _column_row(key: str, label: str, help: str, value: str, columns: tuple[str, ...]) -> Row:
    offered = columns if not value or value in columns else (value, *columns)
    choices = (Choice("", N_("none")), *(Choice(column, column) for column in offered))
    return choice_row(key, label, value, choices, help=help, fold=OVER_TIME)


def is_over_time(options: Mapping[str, Any]) -> bool:
    """Return whether a sample is a sequence of rows."""
    return bool(options.get("window") or options.get(_COLUMN))


def with_over_time(options: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return the loader's options with one of these changed, and without what contradicts it."""
    changed = {**options, name: value}
    if name == "window" and value:
        changed.pop(_COLUMN, None)
    if name == _COLUMN and value:
        changed.pop("window", None)
    usual = {field.name: field.default for field in OVER_TIME_FIELDS}
    if not changed.get("window"):
        usual |= {one: changed.get(one) for one in _OF_A_WINDOW}
    return {one: given for one, given in changed.items() if one not in usual or given != usual[one]}
