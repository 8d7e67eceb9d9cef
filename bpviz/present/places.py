"""What is shown of branches and bookmarks: colours, names, rows of a list, curves and marks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bpviz.engine.registries import REGULARIZERS
from bpviz.present.differing import differing
from bpviz.present.numbers import grouped, short
from bpviz.snapshot import History
from bpviz.text import N_, Text, tr
from bpviz.training.bookmarks import Bookmark
from bpviz.training.branches import BranchInfo, Places
from bpviz.training.config import LiveSettings

COLOURS: tuple[str, ...] = (
    "#0f8f86",
    "#b8860b",
    "#b0559a",
    "#3f8fd0",
    "#7d8f1a",
    "#c05a3c",
    "#5f7fae",
    "#8a6fd0",
)
"""Of the branches in turn; readable on light and dark."""
BRANCH_HEADS = (
    N_("Branch"),
    N_("From"),
    N_("Newest"),
    N_("Train loss"),
    N_("Test loss"),
    N_("Settings that differ"),
)
BOOKMARK_HEADS = (N_("Bookmark"), N_("Branch"), N_("Iteration"))


@dataclass(frozen=True)
class PlaceRow:
    """One row of a list: its key, its colour, its cells; the first cell is a name that can be changed.

    ``fixed`` rows cannot be deleted.
    """

    key: int
    colour: str
    cells: tuple[str, ...]
    present: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class BranchCurve:
    """The losses of another branch, from where it left the present one."""

    key: int
    colour: str
    last: int
    history: History
    name: str = ""


@dataclass(frozen=True)
class Mark:
    """A bookmark on the present branch."""

    iteration: int
    name: str


def branch_colour(key: int) -> str:
    """Return the colour of a branch; they repeat."""
    return COLOURS[(key - 1) % len(COLOURS)]


def branch_title(info: BranchInfo) -> str:
    """Return the name of a branch."""
    return named(info.name, info.id)


def named(name: str | Text, number: int) -> str:
    """Return a branch's name, or its number where it has none."""
    return str(name) or tr("Branch {number}", number=number)


def bookmark_title(mark: Bookmark) -> str:
    """Return the name of a bookmark."""
    return mark.name or tr("Iteration {iteration}", iteration=grouped(mark.iteration))


def branch_rows(places: Places) -> tuple[PlaceRow, ...]:
    """Return the branches as rows, the oldest first."""
    titles = {info.id: branch_title(info) for info in places.branches}
    return tuple(_branch_row(info, places, titles) for info in places.branches)


def _branch_row(info: BranchInfo, places: Places, titles: Mapping[int, str]) -> PlaceRow:
    begun = "0" if info.forked_at is None else grouped(info.forked_at)
    if info.parent is not None and info.forked_at is None:
        begun = tr("a new start")
    elif info.parent is not None and info.parent in titles:
        begun = tr("{iteration} of {branch}", iteration=begun, branch=titles[info.parent])
    losses = ("–" if math.isnan(loss) else short(loss) for loss in (info.train_loss, info.test_loss))
    differing = tr("the one on the screen") if info.present else _differing(info, places)
    cells = (titles[info.id], begun, grouped(info.last), *losses, differing)
    return PlaceRow(info.id, branch_colour(info.id), cells, info.present, fixed=info.present)


def _differing(info: BranchInfo, places: Places) -> str:
    """Return in which settings a branch differs from the present one; those of its run come first."""
    if info.config is None or places.config is None:
        return differences(info.live, places.live)
    of_run = differing(info.config, places.config)
    of_branch = _live_differences(info.live, places.live)
    return ", ".join((*of_run, *of_branch)) or tr("none")


def bookmark_rows(places: Places) -> tuple[PlaceRow, ...]:
    """Return the bookmarks as rows, by their iterations."""
    titles = {info.id: branch_title(info) for info in places.branches}
    return tuple(
        PlaceRow(
            mark.id,
            branch_colour(mark.branch),
            (bookmark_title(mark), titles.get(mark.branch, "–"), grouped(mark.iteration)),
        )
        for mark in places.bookmarks
    )


def curves(places: Places) -> tuple[BranchCurve, ...]:
    """Return the losses of the other branches."""
    return tuple(
        BranchCurve(info.id, branch_colour(info.id), info.last, info.history, branch_title(info))
        for info in places.branches
        if info.history is not None
    )


def marks(places: Places) -> tuple[Mark, ...]:
    """Return the bookmarks that lie on the present branch."""
    return tuple(
        Mark(one.iteration, bookmark_title(one))
        for one in places.bookmarks
        if one.iteration <= places.shared.get(one.branch, -1)
    )


def place_of(places: Places, bookmark: int) -> tuple[int, int] | None:
    """Return the branch and the iteration to which a bookmark leads: the present branch where it will do."""
    for one in places.bookmarks:
        if one.id == bookmark:
            here = one.iteration <= places.shared.get(one.branch, -1)
            return (places.present if here else one.branch), one.iteration
    return None


def mark_at(places: Places, iteration: int) -> Mark | None:
    """Return the bookmark at an iteration of the present branch, None where there is none."""
    return next((one for one in marks(places) if one.iteration == iteration), None)


def differences(live: LiveSettings, present: LiveSettings) -> str:
    """Return in which live settings a branch differs from the present one, its own values given."""
    return ", ".join(_live_differences(live, present)) or tr("none")


def _live_differences(live: LiveSettings, present: LiveSettings) -> list[str]:
    return [
        f"{tr(label)} {_shown(ours)}"
        for label, ours, theirs in zip(_labels(), _values(live), _values(present), strict=True)
        if ours != theirs
    ]


@cache
def _labels() -> tuple[str, ...]:
    penalties = tuple(field.label for entry in REGULARIZERS for field in entry.fields)
    return N_("η"), N_("Batch size"), N_("Clip values at"), N_("Clip norm at"), *penalties


def _values(live: LiveSettings) -> tuple[float | None, ...]:
    fields = (field for entry in REGULARIZERS for field in entry.fields)
    penalties = (live.penalties.get(field.name, field.default) for field in fields)
    return live.learning_rate, live.batch_size, live.clip_value, live.clip_norm, *penalties


def _shown(value: float | None) -> str:
    return tr("off") if value is None else short(value)


@dataclass(frozen=True)
class ShownPlaces:
    """Branches and bookmarks as a view is given them; the texts follow the language in force."""

    places: Places | None = None

    @property
    def count(self) -> int:
        """How many branches there are."""
        return len(self.places.branches) if self.places is not None else 1

    def branch_rows(self) -> tuple[PlaceRow, ...]:
        """Return the branches as rows."""
        return branch_rows(self.places) if self.places is not None else ()

    def bookmark_rows(self) -> tuple[PlaceRow, ...]:
        """Return the bookmarks as rows."""
        return bookmark_rows(self.places) if self.places is not None else ()

    def curves(self) -> tuple[BranchCurve, ...]:
        """Return the losses of the other branches."""
        return curves(self.places) if self.places is not None else ()

    def marks(self) -> tuple[Mark, ...]:
        """Return the bookmarks on the present branch."""
        return marks(self.places) if self.places is not None else ()

    def forks(self) -> tuple[tuple[int, str], ...]:
        """Return where other branches leave the present one, with their colours."""
        if self.places is None:
            return ()
        others = (info for info in self.places.branches if not info.present)
        return tuple((max(self.places.shared[info.id], 0), branch_colour(info.id)) for info in others)

    def present(self) -> tuple[str, str]:
        """Return the name and the colour of the present branch; empty where it is the only one."""
        for row in self.branch_rows() if self.count > 1 else ():
            if row.present:
                return row.cells[0], row.colour
        return "", ""
