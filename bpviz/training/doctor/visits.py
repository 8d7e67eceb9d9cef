"""When the doctor looks, and what is held to be true of what it saw."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bpviz.snapshot.diagnosis import Diagnosis, Finding
from bpviz.training.doctor.base import DIAGNOSES
from bpviz.training.doctor.evidence import Evidence
from bpviz.training.loop import Training

EVERY_S = 0.5
# A look that takes long is repeated so seldom that it takes a hundredth of the time.
SHARE = 100.0
_GRAVITY = {"grave": 0, "warning": 1, "hint": 2}


def examine(training: Training) -> tuple[Finding, ...]:
    """Return all findings of a run as it stands, the gravest first; the run is left as it is."""
    evidence = Evidence(training)
    with np.errstate(all="ignore"):
        found = {entry.name: one for entry in DIAGNOSES if (one := _worst(entry.make(evidence)))}
    told = [one for name, one in found.items() if not found.keys() & set(_unless(name))]
    return tuple(sorted(told, key=lambda one: _GRAVITY[one.severity]))


def _worst(found: Sequence[Finding]) -> Finding | None:
    """Return the first of the findings of one kind, the others with it."""
    if not found:
        return None
    return replace(found[0], also=tuple(sorted(found[1:], key=lambda one: one.layer or 0)))


def _unless(name: str) -> Sequence[str]:
    names: Sequence[str] = DIAGNOSES[name].extra.get("unless", ())
    return names


class Doctor:
    """Looks at a run now and then, in the thread that trains it.

    While the run goes on a finding counts once two looks in a row have seen it; where the run rests, as
    in a step or a journey in time, each new iteration is judged by itself.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._next = -np.inf
        self._at: tuple[int, int, int] = (-1, -1, -1)
        self._before: set[tuple[str, bool]] = set()
        # Whether what was seen last still waits to be seen again.
        self._waits = False

    def visit(self, training: Training, *, resting: bool) -> Diagnosis | None:
        """Return a new diagnosis where it is time for one, else None."""
        begun = self._clock()
        # The same iteration of another branch is another place.
        at = training.info.run_id, training.branches.present.id, training.iteration
        if at[0] != self._at[0]:
            self._before = set()
        elif not self._is_due(at, begun, resting=resting, diverged=training.divergence is not None):
            return None
        self._at = at
        found = examine(training)
        names = {one.name for one in found}
        self._waits = not resting
        if not resting:
            found = tuple(one for one in found if one.name in self._before)
        self._before = names
        now = self._clock()
        self._next = now + max(EVERY_S, SHARE * (now - begun))
        return Diagnosis(training.info.run_id, training.iteration, found)

    def _is_due(self, at: tuple[int, int, int], now: float, *, resting: bool, diverged: bool) -> bool:
        if resting:
            return at != self._at or diverged or self._waits
        return at != self._at and now >= self._next
