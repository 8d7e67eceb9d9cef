"""In which settings one run differs from another, in a few words."""

from __future__ import annotations

from bpviz.present.setup.form import Row
from bpviz.present.setup.run import build_form
from bpviz.present.setup.values import label_of, shown_value
from bpviz.text import Text, tr
from bpviz.training.config import RunConfig

MOST = 3
"""Of so many settings the values are told; of more that there are more."""


def differing(config: RunConfig, present: RunConfig) -> tuple[str, ...]:
    """Return the settings of a run that are not those of the present one, its own values given.

    Those that act on a running training are left out: they belong to a branch.
    """
    ours, theirs = (_rows(one) for one in (config, present))
    other = [key for key, row in ours.items() if key not in theirs or theirs[key].value != row.value]
    # The options of another piece are other ones, too: it is enough to name the piece.
    told = [key for key in other if key.partition(".")[0] not in other or "." not in key]
    words = [_told(ours[key]) for key in told[:MOST]]
    return (*words, "…") if len(told) > MOST else tuple(words)


def _rows(config: RunConfig) -> dict[str, Row]:
    """Return the rows that count; what there is to say of layers is said in one line."""
    rows = (row for section in build_form(config).sections for row in section.rows)
    return {
        row.key: row
        for row in rows
        if not (row.bare or row.live or row.key == "hidden_layers" or row.key.startswith(("layer.", "stop.")))
    }


def _told(row: Row) -> str:
    chosen = next((str(Text(choice.label)) for choice in row.choices if choice.value == row.value), "")
    if row.key == "layers":
        return shown_value(row, row.value)
    if isinstance(row.value, bool):
        chosen = tr("on") if row.value else tr("off")
    return f"{label_of(row)} {chosen or shown_value(row, row.value) or Text(row.off_label)}".strip()
