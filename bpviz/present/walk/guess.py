"""Which way will this weight move?  The question before a step, and the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpviz.present.cards.card import superscript
from bpviz.snapshot import ParameterState
from bpviz.snapshot.dissection import Dissection, Operation
from bpviz.snapshot.probing import ParameterPlace

Way = int
"""1 is up, −1 is down."""


@dataclass(frozen=True, slots=True)
class Question:
    """One number of a layer: its name, what it is, and what the update takes off it."""

    where: ParameterPlace
    name: str
    value: float
    update: float

    @property
    def way(self) -> Way:
        """Which way it moves."""
        return -1 if self.update > 0 else 1


@dataclass(frozen=True, slots=True)
class Score:
    """How many were guessed, and how many of these right."""

    right: int = 0
    asked: int = 0

    def after(self, question: Question, guess: Way) -> Score:
        """Return the score with one more answer."""
        return Score(self.right + (guess == question.way), self.asked + 1)


def question(
    dissection: Dissection, operation: Operation, pointed: ParameterPlace | None = None
) -> Question | None:
    """Return what to ask before an operation: of its layer the number pointed at, else one that moves far.

    On the way back it is the number that the update moves most, before the update itself the next one, so
    that not the same is asked twice.  None where nothing is to be guessed: forward, without parameters, where
    none of them moves, or where it is a change by hand.
    """
    if operation.phase not in ("backward", "update") or not operation.layer or dissection.by_hand:
        return None
    trace = dissection.layers[operation.layer - 1]
    named = {each.name: each for each in trace.parameters if each.update.size}
    if pointed is not None and pointed.layer == operation.layer and pointed.name in named:
        asked = _question(named[pointed.name], pointed)
        if asked is not None:
            return asked
    rank = 1 if operation.phase == "update" else 0
    parameters = tuple(named.values())
    return _nth(operation.layer, parameters, rank) or _nth(operation.layer, parameters, 0)


def _nth(layer: int, parameters: Sequence[ParameterState], rank: int) -> Question | None:
    """Return the question about the number that moves most, after ``rank`` others."""
    if not parameters:
        return None
    ends = np.cumsum([each.update.size for each in parameters])
    sizes = np.concatenate([np.abs(each.update).ravel() for each in parameters])
    if rank >= sizes.size:
        return None
    flat = int(np.argsort(-sizes, kind="stable")[rank])
    which = int(np.searchsorted(ends, flat, side="right"))
    trace = parameters[which]
    inside = flat - int(ends[which]) + trace.update.size
    place = tuple(int(at) for at in np.unravel_index(inside, trace.update.shape))
    return _question(trace, ParameterPlace(layer, trace.name, place))


def _question(trace: ParameterState, where: ParameterPlace) -> Question | None:
    update = float(trace.update[where.place])
    if not update or not np.isfinite(update):
        return None
    at = ",".join(str(index + 1) for index in where.place)
    name = f"{trace.symbol}⁽{superscript(where.layer)}⁾[{at}]"
    return Question(where, name, float(trace.values[where.place]), update)
