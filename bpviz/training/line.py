"""All that is recorded of the present branch, from iteration 0 on; its end can be cut off and put back."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from bpviz.training.checkpoints import Checkpoint, Checkpoints, Nearby
from bpviz.training.config import LiveSettings
from bpviz.training.edits import Edit
from bpviz.training.recorder import Record, Recorder

Settings = list[tuple[int, LiveSettings]]
"""From which iteration on which settings made the updates, in order."""

TAIL_BYTES, MOST_IN_TAIL = 2 * 2**20, 64
"""How much memory the checkpoints of one cut-off end may take, and how many there may be."""
SETTINGS_BYTES = 1000
"""What Python's own objects of one change of the settings take, at the most."""

_since: Callable[[tuple[int, LiveSettings]], int] = itemgetter(0)


@dataclass(frozen=True)
class Tail:
    """The end of a line: what came after iteration ``after``.

    Any state in it follows from the state at ``after`` and the settings; the checkpoints, fewer than
    they were, only shorten the way.
    """

    after: int
    record: Record
    checkpoints: tuple[Checkpoint, ...]
    settings: tuple[tuple[int, LiveSettings], ...]
    edits: Mapping[int, Edit] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Its newest iteration."""
        return self.record.last

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        states = sum(one.nbytes for one in self.checkpoints)
        return self.record.nbytes + states + _by_hand_bytes(self.settings, self.edits)


class Line:
    """The record, the checkpoints and the settings of the present branch.

    Parameters
    ----------
    run_id : int
        Of the run.
    live : LiveSettings
        In force from the first iteration.
    bytes_each : int
        Memory of one checkpoint.
    """

    def __init__(self, run_id: int, live: LiveSettings, bytes_each: int) -> None:
        self.recorder = Recorder(run_id)
        self.checkpoints = Checkpoints(bytes_each)
        self.nearby = Nearby(bytes_each)
        self.settings: Settings = [(0, live)]
        self.cuts: tuple[int, ...] = ()
        """After which iterations it was cut, in order: what is known of it up to there still holds."""
        self.edits: dict[int, Edit] = {}

    @property
    def last(self) -> int:
        """The newest recorded iteration, −1 before any."""
        return self.recorder.last

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.recorder.nbytes + self.checkpoints.nbytes + self.nearby.nbytes + self.by_hand_nbytes

    @property
    def by_hand_nbytes(self) -> int:
        """How much of it is settings and changes by hand: as many as a person makes."""
        return _by_hand_bytes(self.settings, self.edits)

    def settings_at(self, iteration: int) -> tuple[LiveSettings, int | None]:
        """Return what makes the update after ``iteration``, and from where on something else does."""
        index = max(bisect.bisect_right(self.settings, iteration, key=_since), 1)
        follows = self.settings[index][0] if index < len(self.settings) else None
        return self.settings[index - 1][1], follows

    def goes_on_with(self, iteration: int, live: LiveSettings) -> bool:
        """Whether all that is recorded after ``iteration`` was made with these settings."""
        index = max(bisect.bisect_right(self.settings, iteration, key=_since) - 1, 0)
        return all(one == live for since, one in self.settings[index:] if since < self.last)

    def go_on_with(self, iteration: int, live: LiveSettings) -> None:
        """Use these settings from ``iteration``, the newest, on."""
        self.settings = [one for one in self.settings if one[0] < iteration]
        if not self.settings or self.settings[-1][1] != live:
            self.settings.append((iteration, live))

    def before(self, iteration: int) -> Checkpoint:
        """Return the newest state that is kept of ``iteration`` or one before it."""
        kept, close = self.checkpoints.before(iteration), self.nearby.before(iteration)
        return close if close is not None and close.iteration > kept.iteration else kept

    def cut(self, after: int) -> Tail:
        """Take off what came after ``after``, and return it."""
        self.cuts = (*self.cuts, after)
        in_force, _ = self.settings_at(after)
        settings = ((after, in_force), *(one for one in self.settings if one[0] > after))
        self.settings = [one for one in self.settings if one[0] < after]
        self.nearby.cut(after)
        cut_off = self.checkpoints.cut(after)
        most = min(MOST_IN_TAIL, TAIL_BYTES // self.checkpoints.bytes_each)
        kept = _thinned(cut_off, most)
        edits = {number: edit for number, edit in self.edits.items() if number > after}
        self.edits = {number: edit for number, edit in self.edits.items() if number <= after}
        return Tail(after, self.recorder.take(after), kept, settings, edits)

    def join(self, tail: Tail) -> None:
        """Put a tail behind the iteration after which it was cut off, which is the newest here."""
        self.settings = [*(one for one in self.settings if one[0] < tail.after), *tail.settings]
        self.edits |= tail.edits
        self.nearby.cut(tail.after)
        self.checkpoints.join(tail.checkpoints)
        self.recorder.join(tail.record)


def _by_hand_bytes(settings: Sequence[tuple[int, LiveSettings]], edits: Mapping[int, Edit]) -> int:
    return SETTINGS_BYTES * len(settings) + sum(edit.nbytes for edit in edits.values())


def _thinned(checkpoints: list[Checkpoint], most: int) -> tuple[Checkpoint, ...]:
    """Return at most ``most`` of them, evenly chosen, the newest among them."""
    if not most or not checkpoints:
        return ()
    step = -(-len(checkpoints) // most)
    return tuple(checkpoints[::-1][::step][::-1])
