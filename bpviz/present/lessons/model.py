"""What a lesson is, once its file is read: words and numbers, no code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import Sample
from bpviz.text import language

PANELS = ("setup", "network", "surface", "loss", "map", "gradients", "explain", "doctor", "histograms")
"""Panels that a lesson may bring to the front; one that this window has not is passed over."""
BARS = ("toolbar", "strip", "timeline")
"""What else may be framed."""
CARDS = ("below", "none")
"""Where the card of what is pinned may be told to be."""
MEASURES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""What a training may wait for: it is measured over all the data, at the end of every epoch."""


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.zh if language().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Claim:
    """What a number on the screen is, or on which side of a bound it lies.

    ``what`` names it (see `sights.value_of`).  ``value`` is met to ``digits`` significant digits (0: it is
    the nearest power of ten), a bound strictly.  ``at`` is another iteration of the same run, at rest, of
    which it is claimed.
    """

    what: str
    value: float | None = None
    digits: int = 12
    above: float | None = None
    below: float | None = None
    at: int | None = None

    def holds(self, found: float) -> bool:
        """Whether a number that was found is what is claimed.

        Examples
        --------
        >>> Claim("loss", 140.3136).holds(140.31360000000001), Claim("loss", above=1.0).holds(1.0)
        (True, False)
        """
        if self.value is not None and not self.digits:
            return found > 0.0 and abs(math.log10(found / self.value)) <= 0.5
        if self.value is not None:
            room = 0.5 * 10.0 ** (1 - self.digits)
            return abs(found - self.value) <= room * max(abs(self.value), 1e-300)
        low = -float("inf") if self.above is None else self.above
        high = float("inf") if self.below is None else self.below
        return low < found < high


@dataclass(frozen=True, slots=True)
class Until:
    """Train until what ``claim`` says of one of `MEASURES`, at most to iteration ``at_most``."""

    claim: Claim
    at_most: int


@dataclass(frozen=True, slots=True)
class TryIt:
    """What the learner may do, and by what it shows that it was done; all of ``when`` must hold."""

    words: Words
    when: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers to choose from, and what is said to it."""

    words: Words
    reply: Words
    right: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question on the way; nobody has to answer it."""

    words: Words
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How the window looks at the run.

    Attributes
    ----------
    show : tuple of str
        Panels that are brought to the front.
    frame : str
        The panel or bar that is spoken of; empty for none.
    only : tuple of str
        The panels that stay beside it, so that these have more room; empty: those that were there.
    pin : tuple of int
        Layer, unit and, for a weight, source of what the diagram tells of; units and sources from 1.  With
        ``kernel`` they are layer, filter and place of a number in a convolution's kernel.
    mark : Mark or None
        What the picture of a recurrent network, unrolled over time, tells of.
    brief : bool
        Whether the card on what is pinned shows its first lines alone, so as to cover less.
    card : str
        Where that card is: beside what it is about where empty, ``"below"`` the diagram, or ``"none"``: the
        explanation alone tells of it, and nothing is pinned.
    gradients : bool
        Whether the diagram shows gradients instead of weights.
    linear : bool
        Whether the losses stand on a linear axis; else on the one that suits them.
    plane : tuple of int
        The two parameters, from 1, over which the surface is drawn; empty for the usual plane.
    sample : int or "mean"
        The training sample whose numbers are shown, from 0; or, in a walk, the mean over the batch.
    check : (method, h) or None
        The gradient check that is made.
    """

    show: tuple[str, ...] = ()
    frame: str = ""
    only: tuple[str, ...] = ()
    pin: tuple[int, ...] = ()
    kernel: bool = False
    mark: Mark | None = None
    brief: bool = False
    card: str = ""
    gradients: bool = False
    linear: bool = False
    plane: tuple[int, ...] = ()
    sample: Sample = 0
    check: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its text, what it sets up, and the numbers that it names.

    Attributes
    ----------
    preset : str
        The run begins anew from this preset; empty: from the step before.
    settings : mapping
        Edits on top, by the keys of the set-up's form.
    start : tuple of float
        All parameters of the start, where they are given.
    iteration : int or None
        Where the run is to stand; None: where it stood, or at 0 where anything was set.
    until : Until or None
        What it is trained for, from there on.
    watch : bool
        Whether the learner sees it go there, at ``speed`` iterations a second.
    walk : str
        The place in the next iteration: a phase, or an operation such as ``"sum 1"`` (kind and layer; of a
        sequence ``"state 1 @ 3"``); empty: at rest.
    grain : str
        How far a step of the learner goes; empty: as it was.
    again : bool
        Whether a run that the learner makes by a change is walked to the same place.
    expects : tuple of Claim
        What the numbers of the text are: each of them is named by one, or the lesson is wrong.
    """

    words: Words
    preset: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: tuple[float, ...] = ()
    iteration: int | None = None
    until: Until | None = None
    watch: bool = False
    speed: float | None = None
    walk: str = ""
    grain: str = ""
    again: bool = False
    look: Look = Look()
    expects: tuple[Claim, ...] = ()
    try_it: TryIt | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson; ``order`` is its place in the list, ``minutes`` about how long it takes."""

    id: str
    order: int
    minutes: int
    title: Words
    summary: Words
    steps: tuple[Step, ...]
