"""Runs that are kept beside one another: the one on the screen, and those from which it came.

Another network, other data or another start makes another run.  The one before is put aside whole; to
the user it is a branch like any other, which has no iteration in common with the present one.  All
branches of a family are numbered in one row, and their memory is bounded together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bpviz.data.dataset import Dataset
from bpviz.text import Text
from bpviz.training.branches import MOST_BRANCHES, SHORTEST, Branch, Branches, Note, Places
from bpviz.training.budget import BESIDE_BYTES
from bpviz.training.config import DataConfig, RunConfig

if TYPE_CHECKING:
    from bpviz.training.kept_run import KeptRun
    from bpviz.training.loop import Training

MOST_RUNS = 6
"""Beside the present one: each has a network and buffers of its own."""
IN_ITS_PLACE = Text("")
"""Instead of a name: the run before is not kept, but those beside it are."""


@dataclass(frozen=True)
class Member:
    """A run, and what it was built from."""

    training: Training
    config: RunConfig
    data: tuple[DataConfig, Dataset] | None = None

    @property
    def branches(self) -> Branches:
        """The branches of the run."""
        return self.training.branches


class Family:
    """The runs beside the present one; each of them is told which that is."""

    def __init__(self) -> None:
        self.version = 0
        """Grows whenever a run comes, goes, or is changed beside the present one."""
        self.reserved = 0
        """How many bytes something else takes of what may be kept beside a run."""
        self._config: RunConfig | None = None
        self._others: list[Member] = []
        self._notes: deque[Note] = deque(maxlen=8)

    def nbytes(self, training: KeptRun) -> int:
        """Return how much memory the runs beside the present one take; what they share counts once."""
        data: dict[int, int] = {}
        for one in self._others:
            data |= one.training.data_bytes()
        own = training.data_bytes()
        shared = sum(size for key, size in data.items() if key not in own)
        return sum(one.training.nbytes_beside for one in self._others) + shared

    @property
    def runs(self) -> int:
        """How many there are beside the present one."""
        return len(self._others)

    def keep(self, old: Member, new: Training, config: RunConfig, name: str | Text = "") -> None:
        """Put ``old`` aside for ``new``, which has just been built with ``config``.

        Parameters
        ----------
        name : str or Text
            Of the branch that the new run is.  Without a name an old run of next to no iterations is not
            kept: ``new`` takes its place.
        """
        untouched = old.training.line.last < SHORTEST and len(old.branches.infos()) == 1
        if name is IN_ITS_PLACE or (untouched and not name):
            self._replace(old, new, config)
            return
        new.branches.come_after(old.branches, name, old.branches.present.id)
        old.training.put_aside()
        new.family, self._config = self, config
        self._others.append(old)
        told, begun = (each.branches.present_info() for each in (old, Member(new, config)))
        self._notes.append(Note("beside", told, 0, begun.id, begun.name))
        self.version += 1
        self.bound(new)

    def _replace(self, old: Member, new: Training, config: RunConfig) -> None:
        """Have ``new`` in place of ``old``, which is not kept; the others stay beside it."""
        if self._others:
            new.branches.come_after(old.branches, "", old.branches.present.parent)
            new.family, self._config = self, config
            self.version += 1

    def bring(self, branch: int, present: Member) -> Member | None:
        """Return the run to which ``branch`` belongs, put ``present`` in its place; None if none has it."""
        found = self._owner(branch)
        if found is None:
            return None
        self._others.remove(found)
        present.training.put_aside()
        self._others.append(present)
        found.training.take_up()
        self._config = found.config
        self.version += 1
        return found

    def places(self, training: KeptRun) -> Places:
        """Return all branches and bookmarks of the family, ``training`` being the present run."""
        own = training.branches.places(training.info.run_id, training.live)
        notes = (*own.notes, *self._notes)
        self._notes.clear()
        if not self._others:
            return replace(own, notes=notes)
        infos, marks, shared = list(own.branches), list(own.bookmarks), dict(own.shared)
        for one in self._others:
            for info in one.branches.infos():
                infos.append(replace(info, config=one.config.with_live(info.live)))
                shared[info.id] = -1
            marks += one.branches.bookmarks.all()
        config = None if self._config is None else self._config.with_live(training.live)
        return replace(
            own,
            branches=tuple(sorted(infos, key=lambda info: info.id)),
            bookmarks=tuple(sorted(marks, key=lambda mark: (mark.iteration, mark.id))),
            shared=shared,
            notes=notes,
            config=config,
        )

    def rename(self, training: KeptRun, key: int, name: str) -> None:
        """Give a branch of any run another name."""
        for branches in self._all(training):
            branches.rename(key, name)
        self.version += 1

    def delete(self, training: KeptRun, key: int) -> None:
        """Take away a branch of any run, but not the present one."""
        owner = self._owner(key)
        if owner is None:
            training.branches.delete(key)
            return
        self._delete(owner, key)

    def rename_mark(self, training: KeptRun, key: int, name: str) -> None:
        """Give a bookmark of any run another name."""
        for branches in self._all(training):
            branches.bookmarks.rename(key, name)
        self.version += 1

    def remove_mark(self, training: KeptRun, key: int) -> None:
        """Take away a bookmark of any run."""
        for branches in self._all(training):
            branches.bookmarks.remove(key)
        self.version += 1

    def bound(self, training: KeptRun) -> None:
        """Take away the oldest branches, those without a name of the user's first, until the memory does.

        A run that would not fit alone goes before any other.
        """
        while self._is_too_much(training):
            free = self._free(training)
            if not free:
                return
            branch, owner = min(free, key=lambda pair: (pair[0].is_named, pair[0].id))
            info = (training.branches if owner is None else owner.branches).info(branch)
            self._notes.append(Note("dropped", info))
            self.delete(training, branch.id)

    def _is_too_much(self, training: KeptRun) -> bool:
        if len(self._others) > MOST_RUNS or self._count(training) > MOST_BRANCHES:
            return True
        return self.nbytes(training) + training.branches.nbytes > self._room(training)

    def _room(self, training: KeptRun) -> int:
        """Return how many bytes there are for all that is beside the present branch."""
        return BESIDE_BYTES - self.reserved - training.line.by_hand_nbytes

    def _free(self, training: KeptRun) -> list[tuple[Branch, Member | None]]:
        """Return the branches of which one has to go, with the run that was put aside that has it."""
        room, own = self._room(training), training.data_bytes()
        large = [one for one in self._others if _bytes_alone(one, own) > room]
        free: list[tuple[Branch, Member | None]] = [
            (branch, one) for one in large or self._others for branch in _droppable(one.branches)
        ]
        if not large and len(self._others) <= MOST_RUNS:
            free += [(branch, None) for branch in training.branches.droppable()]
        return free

    def _count(self, training: KeptRun) -> int:
        return len(training.branches.infos()) - 1 + sum(len(one.branches.infos()) for one in self._others)

    def _all(self, training: KeptRun) -> list[Branches]:
        return [training.branches, *(one.branches for one in self._others)]

    def _owner(self, branch: int) -> Member | None:
        return next((one for one in self._others if one.branches.has(branch)), None)

    def _delete(self, owner: Member, key: int) -> None:
        branches = owner.branches
        others = [info for info in branches.infos() if info.id != key]
        if not others:
            self._others.remove(owner)
        elif key != branches.present.id:
            branches.delete(key)
        else:
            # The state of a run is that of its present branch: another one becomes it.
            branches.take_up()
            owner.training.stand_on(others[-1].id)
            branches.delete(key)
            branches.put_aside(owner.training.live)
        self.version += 1


def _bytes_alone(member: Member, own: Mapping[int, int]) -> int:
    """Return what a run takes that was put aside, beside the data that the present one has, too."""
    data = member.training.data_bytes()
    return member.training.nbytes_beside + sum(size for key, size in data.items() if key not in own)


def _droppable(branches: Branches) -> list[Branch]:
    """Return the branches of a run that was put aside which may go; the last one takes the run along."""
    return branches.droppable() or [branches.present]
