"""Which columns of a table of steps become the channels of its sequences."""

from __future__ import annotations

from bpviz.data.loaders.assemble import distinct_texts, reading_notes
from bpviz.data.loaders.table import MOST_TEXTS, Table
from bpviz.errors import UserError
from bpviz.text import Text


def useful_columns(
    file: str, table: Table, target: int, columns: list[int]
) -> tuple[list[int], tuple[Text, ...]]:
    """Return those of ``columns`` that can be learnt from, and notes; dates and ids are left out.

    Raises
    ------
    UserError
        When there is none.
    """
    kept, notes = list[int](), reading_notes(table)
    for index in columns:
        count = distinct_texts(table, index)
        if count <= MOST_TEXTS and 2 * count <= table.rows:
            kept.append(index)
        else:
            notes += (
                Text(
                    "Left out: column “{name}”, whose {count} texts tell the rows apart and teach nothing.",
                    name=table.names[index],
                    count=count,
                ),
            )
    if not kept:
        raise UserError(
            "{file} has no column to learn “{target}” from.",
            hint="A column of numbers is needed, or of texts that come again and again.",
            file=file,
            target=table.names[target],
        )
    return kept, notes
