"""The branches of one run: what was trained on from an earlier iteration, and what had been there.

One branch is present: its whole `Line` is there.  Of each other branch only the end is kept, the `Tail`
that comes after the last iteration that it shares with the branch on which it *hangs*.  To make another
branch present, the present line is cut where they part, and the two ends change places.  Where a branch
hangs says how it is stored; from where it was forked is another matter, and stays.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bpviz.snapshot import History
from bpviz.text import Text
from bpviz.training.bookmarks import Bookmark, Bookmarks
from bpviz.training.config import LiveSettings, RunConfig
from bpviz.training.line import Line, Tail

MOST_BRANCHES = 12
"""Beside the present one."""
SHORTEST = 2
"""An end of fewer iterations is not kept: one goes back one and on, again and again."""


@dataclass
class Branch:
    """One way that the run took.

    ``parent`` and ``forked_at`` say where it began, None for the first; a run that was begun beside another
    has that as its parent.  ``tail``, ``hangs_on`` and ``hangs_at`` say how it is stored while another one is
    present.  ``name`` is a `Text` where it was not the user who gave it.
    """

    id: int
    live: LiveSettings
    parent: int | None = None
    forked_at: int | None = None
    name: str | Text = ""
    tail: Tail | None = None
    hangs_on: int = 0
    hangs_at: int = -1
    hidden: bool = False
    """It was deleted, but another one hangs on it."""

    @property
    def is_named(self) -> bool:
        """Whether the user gave it a name."""
        return isinstance(self.name, str) and bool(self.name)


@dataclass(frozen=True)
class BranchInfo:
    """What is told of a branch; ``history`` is that of its tail, None for the present one.

    ``config`` is that of the run to which it belongs, None where that is the present run.
    """

    id: int
    name: str | Text
    parent: int | None
    forked_at: int | None
    last: int
    train_loss: float
    test_loss: float
    live: LiveSettings
    history: History | None = None
    config: RunConfig | None = None

    @property
    def present(self) -> bool:
        """Whether it is the one on the screen."""
        return self.history is None


@dataclass(frozen=True)
class Note:
    """What happened to branches without being asked for.

    One was ``forked``, a run was begun ``beside`` the branch, or it had to go (``dropped``).
    """

    kind: str
    branch: BranchInfo
    iteration: int = 0
    new: int = 0
    name: str | Text = ""
    """Of the new one."""


@dataclass(frozen=True)
class Places:
    """All branches and bookmarks of a run, for the window.

    ``live`` are the settings that the present branch goes on with; ``shared`` gives for each branch the
    newest iteration that it has in common with the present one, −1 where it belongs to another run.
    ``config`` is that of the present run, where there are others.
    """

    run_id: int
    present: int
    live: LiveSettings
    branches: tuple[BranchInfo, ...]
    bookmarks: tuple[Bookmark, ...]
    shared: Mapping[int, int]
    notes: tuple[Note, ...] = ()
    config: RunConfig | None = None


class Branches:
    """All branches of a run, around the line of the present one."""

    def __init__(self, line: Line, live: LiveSettings) -> None:
        self._line = line
        self._ids = itertools.count(1)
        self.present = Branch(next(self._ids), live)
        self.bookmarks = Bookmarks()
        self._changes = 0
        self._others: dict[int, Branch] = {}
        self._notes: deque[Note] = deque(maxlen=8)
        self._next_name: tuple[LiveSettings, Text] | None = None

    @property
    def nbytes(self) -> int:
        """How much memory the other branches take, and the present one while it is put aside."""
        everyone = (self.present, *self._others.values())
        return sum(one.tail.nbytes for one in everyone if one.tail is not None)

    @property
    def version(self) -> int:
        """Grows with every change of the branches and the bookmarks."""
        return self._changes + self.bookmarks.changes

    def infos(self) -> tuple[BranchInfo, ...]:
        """Return what there is to tell of every branch, the oldest first."""
        everyone = [self.present, *(one for one in self._others.values() if not one.hidden)]
        return tuple(self.info(one) for one in sorted(everyone, key=lambda one: one.id))

    def present_info(self) -> BranchInfo:
        """Return what there is to tell of the present one."""
        return self.info(self.present)

    def droppable(self) -> list[Branch]:
        """Return the branches beside the present one that can be seen, and on which no other hangs."""
        return [one for one in self._others.values() if not one.hidden and not self._hanging_on(one)]

    def come_after(self, others: Branches, name: str | Text, parent: int | None) -> None:
        """Be numbered after those of another run; this one was begun beside the branch ``parent``."""
        self._ids = others._ids
        self.present.id, self.present.name = next(self._ids), name
        self.present.parent = parent
        self.bookmarks.come_after(others.bookmarks)

    def put_aside(self, live: LiveSettings) -> None:
        """Keep of the present branch no more than of any other, too, until `take_up`."""
        self.present.live, self.present.tail = live, self._line.cut(0)

    def take_up(self) -> None:
        """Have the whole line of the present branch again."""
        if self.present.tail is not None:
            self._line.join(self.present.tail)
            self.present.tail = None

    def call_next(self, live: LiveSettings, name: Text) -> None:
        """Give the next branch a name, if it is one that begins with these settings."""
        self._next_name = live, name

    def places(self, run_id: int, live: LiveSettings) -> Places:
        """Return all that the window is told, with what happened since the last time."""
        infos = self.infos()
        shared = {info.id: self.shared_until(info.id) for info in infos}
        marks = self.bookmarks.all()
        return Places(run_id, self.present.id, live, infos, marks, shared, self.take_notes())

    def take_notes(self) -> tuple[Note, ...]:
        """Return what happened since the last time."""
        notes = tuple(self._notes)
        self._notes.clear()
        return notes

    def has(self, key: int) -> bool:
        """Whether there is such a branch."""
        return key == self.present.id or (key in self._others and not self._others[key].hidden)

    def shared_until(self, key: int) -> int:
        """Return the newest iteration that a branch and the present one have in common."""
        if key == self.present.id:
            return self._line.last
        shared = self._line.last
        while key != self.present.id:
            shared = min(shared, self._others[key].hangs_at)
            key = self._others[key].hangs_on
        return shared

    def fork(self, at: int, live: LiveSettings) -> None:
        """Begin a branch after iteration ``at`` of the present one; what came after it there is kept."""
        old, name = self.present, self._name_for(live)
        old.live, _ = self._line.settings_at(self._line.last - 1)
        marked = any(one.branch == old.id and one.iteration > at for one in self.bookmarks.all())
        hanging = any(one.hangs_at > at for one in self._hanging_on(old))
        if self._line.last - at < SHORTEST and not (marked or hanging):
            self._line.cut(at)
            return
        new = Branch(next(self._ids), live, self._lineage(old, at), at, name)
        self._leave_for(new, at)
        self._notes.append(Note("forked", self.info(old), at, new.id, name))
        self._bound()

    def go_to(self, key: int) -> None:
        """Make another branch the present one."""
        way = []
        while key != self.present.id:
            way.append(self._others[key])
            key = self._others[key].hangs_on
        for branch in reversed(way):
            tail = branch.tail
            assert tail is not None
            del self._others[branch.id]
            self._leave_for(branch, branch.hangs_at)
            self._line.join(tail)
            branch.tail = None
        self._forget_what_nothing_needs()

    def rename(self, key: int, name: str) -> None:
        """Give a branch another name; an empty one takes it away."""
        if self.has(key):
            (self.present if key == self.present.id else self._others[key]).name = name
            self._changes += 1

    def delete(self, key: int) -> None:
        """Take away a branch that is not the present one."""
        if key in self._others:
            self._others[key].hidden = True
            self._give_bookmarks_up(self._others[key])
            self._forget_what_nothing_needs()

    def cut(self, after: int) -> None:
        """Forget what came after ``after`` on the present branch, unless another branch needs it."""
        if not any(one.hangs_at > after for one in self._hanging_on(self.present)):
            self._line.cut(after)
            self.bookmarks.cut(self.present.id, after)
            self._changes += 1

    def _leave_for(self, new: Branch, at: int) -> None:
        """Cut the present line at ``at``: its end hangs there on ``new``, which is present from now on."""
        old = self.present
        for one in self._hanging_on(old):
            if one.hangs_at <= at:
                one.hangs_on = new.id
        old.tail, old.hangs_on, old.hangs_at = self._line.cut(at), new.id, at
        self._others[old.id], self.present = old, new
        if old.tail.last == at and not old.is_named:
            old.hidden = True  # nothing was done on it
            self._give_bookmarks_up(old)
        self._changes += 1

    def _name_for(self, live: LiveSettings) -> str | Text:
        """Return the name that was meant for a branch with these settings; it is not for another one."""
        meant, self._next_name = self._next_name, None
        return meant[1] if meant is not None and meant[0] == live else ""

    def _hanging_on(self, branch: Branch) -> list[Branch]:
        return [one for one in self._others.values() if one.hangs_on == branch.id]

    def _lineage(self, old: Branch, at: int) -> int:
        """Return the branch that did iteration ``at``: ``old``, or the one from which it was forked."""
        everyone = {**self._others, self.present.id: self.present}
        while old.forked_at is not None and at <= old.forked_at and old.parent in everyone:
            old = everyone[old.parent]
        return old.id

    def _forget_what_nothing_needs(self) -> None:
        """Take away the deleted branches on which no other hangs."""
        self._changes += 1
        while gone := [one for one in self._others.values() if one.hidden and not self._hanging_on(one)]:
            for one in gone:
                del self._others[one.id]

    def _bound(self) -> None:
        """Take away the oldest branches on which no other hangs, those without a name first."""
        self._forget_what_nothing_needs()
        while len(self._others) > MOST_BRANCHES:
            free = [one for one in self._others.values() if not self._hanging_on(one)]
            oldest = min(free, key=lambda one: (one.is_named, one.id))
            self._notes.append(Note("dropped", self.info(oldest)))
            self.delete(oldest.id)

    def _give_bookmarks_up(self, branch: Branch) -> None:
        self.bookmarks.move(branch.id, branch.hangs_at, branch.hangs_on)
        self.bookmarks.cut(branch.id, branch.hangs_at)

    def info(self, branch: Branch) -> BranchInfo:
        """Return what there is to tell of a branch."""
        tail = branch.tail
        history = self._line.recorder.history() if tail is None else tail.record.history
        measured = len(history.evaluated) > 0
        return BranchInfo(
            branch.id,
            branch.name,
            branch.parent,
            branch.forked_at,
            max(self._line.last, 0) if tail is None else tail.last,
            float(history.train_loss[-1]) if measured else math.nan,
            float(history.test_loss[-1]) if measured else math.nan,
            branch.live,
            None if tail is None else history,
        )
