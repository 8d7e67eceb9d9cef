"""Iterations with a name."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Bookmark:
    """An iteration of a branch; an empty name is said by whoever shows it."""

    id: int
    branch: int
    iteration: int
    name: str = ""


class Bookmarks:
    """The bookmarks of one run, in the order of their iterations."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._kept: dict[int, Bookmark] = {}
        self.changes = 0

    def come_after(self, others: Bookmarks) -> None:
        """Be numbered after those of another run."""
        self._ids = others._ids

    def all(self) -> tuple[Bookmark, ...]:
        """Return them."""
        return tuple(sorted(self._kept.values(), key=lambda one: (one.iteration, one.id)))

    def get(self, key: int) -> Bookmark | None:
        """Return the one with that id, if it is there."""
        return self._kept.get(key)

    def add(self, branch: int, iteration: int, name: str = "") -> Bookmark:
        """Add one, or return the one that is there already."""
        for one in self._kept.values():
            if (one.branch, one.iteration) == (branch, iteration):
                return one
        made = Bookmark(next(self._ids), branch, iteration, name)
        self._kept[made.id] = made
        self.changes += 1
        return made

    def rename(self, key: int, name: str) -> None:
        """Give one another name."""
        if key in self._kept:
            self._kept[key] = replace(self._kept[key], name=name)
            self.changes += 1

    def name(self, iteration: int, name: str) -> None:
        """Give the newest at an iteration a name."""
        at_it = [one.id for one in self.all() if one.iteration == iteration]
        if at_it:
            self.rename(at_it[-1], name)

    def remove(self, key: int) -> None:
        """Take one away."""
        self.changes += self._kept.pop(key, None) is not None

    def move(self, branch: int, until: int, to: int) -> None:
        """Have those of ``branch`` up to an iteration belong to the branch ``to``."""
        for one in self.all():
            if one.branch == branch and one.iteration <= until:
                self._kept[one.id] = replace(one, branch=to)
                self.changes += 1

    def cut(self, branch: int, after: int) -> None:
        """Take away those of ``branch`` after an iteration."""
        for one in self.all():
            if one.branch == branch and one.iteration > after:
                self.remove(one.id)
