"""A table's rows as steps of time: which windows over them, or which column tells sequences apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpviz.data.loaders.table import MOST_ROWS
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.text import N_

_MOST_STEPS = 100_000

OVER_TIME_FIELDS = (
    Field(
        "window",
        N_("Window"),
        "int",
        0,
        minimum=0,
        maximum=_MOST_STEPS,
        high=100,
        help=N_("How many rows in a row make one sample, a sequence over time; 0: each row by itself."),
    ),
    Field(
        "horizon",
        N_("Horizon"),
        "int",
        1,
        minimum=0,
        maximum=_MOST_STEPS,
        high=100,
        help=N_("How many rows after a window's last one its target lies."),
    ),
    Field(
        "window_step",
        N_("Window step"),
        "int",
        1,
        minimum=1,
        maximum=_MOST_STEPS,
        high=100,
        help=N_("How many rows one window begins after the other."),
    ),
    Field(
        "sequence_column",
        N_("Sequence column"),
        "text",
        "",
        help=N_("Rows that agree in this column, given by name or number, make one sample, a sequence."),
    ),
)


@dataclass(frozen=True)
class OverTime:
    """How rows become sequences: by windows, or by a column; neither where it is false."""

    window: int = 0
    horizon: int = 1
    step: int = 1
    column: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> OverTime:
        """Return what the options of ``OVER_TIME_FIELDS`` say.

        Raises
        ------
        UserError
            When they contradict each other, or one of them would do nothing.
        """
        given = {field.name: options.get(field.name, field.default) for field in OVER_TIME_FIELDS}
        made = cls(given["window"], given["horizon"], given["window_step"], given["sequence_column"])
        if made.window and made.column.strip():
            raise UserError("window and sequence_column both say what a sample is.", hint="Give one of them.")
        for name, default in (("horizon", 1), ("window_step", 1)):
            if not made.window and given[name] != default:
                raise UserError(
                    "{field} {value} says nothing without a window.",
                    hint="Give window the number of rows that make one sample.",
                    field=name,
                    value=given[name],
                )
        return made

    def __bool__(self) -> bool:
        return self.window > 0 or bool(self.column.strip())

    def table_limits(self) -> dict[str, int]:
        """Return what such a table may have: one column, and texts (dates, ids) without end."""
        return {"fewest_columns": 1 if self.window else 2, "most_texts": MOST_ROWS}
