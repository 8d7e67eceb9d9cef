"""Which way will this weight move?  The question before a step, and the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.dissection import Dissection, Operation
from bpviz.present.cards import superscript
from bpviz.probing import ParameterPlace

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


def question(dissection: Dissection, operation: Operation) -> Question | None:
    """Return what to ask before an operation: of its layer the number that the update moves most.

    None where nothing is to be guessed: forward, without parameters, where none of them moves, or where it
    is a change by hand.
    """
    if operation.phase not in ("backward", "update") or not operation.layer or dissection.by_hand:
        return None
    trace = dissection.layers[operation.layer - 1]
    sized = [each for each in trace.parameters if each.update.size]
    if not sized:
        return None
    most = max(sized, key=lambda each: float(np.abs(each.update).max()))
    sizes = np.abs(most.update)
    place = tuple(int(at) for at in np.unravel_index(int(sizes.argmax()), sizes.shape))
    update = float(most.update[place])
    if not update or not np.isfinite(update):
        return None
    at = ",".join(str(index + 1) for index in place)
    name = f"{most.symbol}⁽{superscript(operation.layer)}⁾[{at}]"
    where = ParameterPlace(operation.layer, most.name, place)
    return Question(where, name, float(most.values[place]), update)
