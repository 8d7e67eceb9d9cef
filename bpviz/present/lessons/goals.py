"""How far a step trains: when that is reached, and how it is said on the way and at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.lessons.model import Until
from bpviz.present.numbers import grouped, short
from bpviz.snapshot import Evaluation, History, Iteration, Snapshot
from bpviz.text import N_, tr

_NAMES = {
    "train_loss": N_("training loss"),
    "test_loss": N_("test loss"),
    "train_accuracy": N_("training accuracy"),
    "test_accuracy": N_("test accuracy"),
}


@dataclass
class Goal:
    """Where a training is to stop; the worker asks `reached` of every iteration, anyone may look on.

    Attributes
    ----------
    iteration : int
        Where it stops at the latest.
    latest : int or None
        The newest iteration that was seen; None before the first.
    found : float or None
        What was measured last of what ``until`` waits for.
    at : int or None
        The iteration at which it stopped; None on the way.
    met : bool
        Whether it stopped because of ``until``.
    """

    iteration: int
    until: Until | None = None
    begin: int = 0
    latest: int | None = None
    found: float | None = None
    at: int | None = None
    met: bool = False

    @classmethod
    def of(cls, iteration: int, until: Until | None) -> Goal:
        """Return the goal of a scene."""
        return cls(iteration) if until is None else cls(until.at_most, until, iteration)

    def reached(self, iteration: Iteration) -> bool:
        """Note an iteration, and return whether it is the last one."""
        measured = None if self.until is None else _measured(iteration, self.until.claim.what)
        if measured is not None:
            self.found = measured
        return self._note(iteration.iteration, measured)

    def _note(self, iteration: int, measured: float | None) -> bool:
        self.latest = iteration
        met = measured is not None and self.until is not None and self.until.claim.holds(measured)
        if (met and iteration > self.begin) or iteration >= self.iteration:
            self.at, self.met = iteration, met
        return self.at is not None

    def see(self, shown: Snapshot) -> None:
        """Take what is measured from what is shown: it is told of every iteration, not of ends of epochs."""
        if self.until is not None:
            measured = _measured(shown, self.until.claim.what)
            self.found = self.found if measured is None else measured

    def look_up(self, history: History | None) -> bool:
        """Return whether what is recorded already reaches it; if so, ``at`` says where."""
        if history is None or not len(history.loss):
            return False
        last = (len(history.loss) - 1) * history.stride
        if self.until is not None:
            values = getattr(history, self.until.claim.what)
            for iteration, value in zip(history.evaluated, values, strict=False):
                if self.begin < iteration <= self.iteration and np.isfinite(value):
                    self.found = float(value)
                    if self._note(int(iteration), self.found):
                        return True
        if last >= self.iteration:
            return self._note(self.iteration, None)
        self.latest = self.found = None  # nothing was trained yet
        return False


def _measured(iteration: Iteration | Snapshot, what: str) -> float | None:
    part, _, measure = what.partition("_")
    whole: Evaluation | None = getattr(iteration, part)
    return None if whole is None else getattr(whole, measure)


# --- in words ---


def task(goal: Goal) -> str:
    """Say what is trained for: ``Training until the test accuracy is above 95 %, at most …``."""
    most = grouped(goal.iteration)
    if goal.until is None:
        return tr("Training to iteration {iteration}", iteration=most)
    return tr(
        "Training until the {wanted}, for {most} iterations at most", wanted=_wanted(goal.until), most=most
    )


def state(goal: Goal) -> str:
    """Say where it is: ``iteration 312 · training loss 0.113``."""
    said = [tr("iteration {number}", number=grouped(goal.latest or 0))]
    if goal.until is not None and goal.found is not None:
        said.append(_said(goal.until.claim.what, goal.found))
    return " · ".join(said)


def end(goal: Goal, *, left: bool) -> str:
    """Say why it stopped; ``left``: the learner did something else."""
    at = grouped(goal.latest or 0)
    if left:
        return tr("You stopped it at iteration {iteration}.", iteration=at)
    if goal.until is None or goal.found is None:
        return ""
    found = _said(goal.until.claim.what, goal.found)
    if goal.met:
        return tr("Reached at iteration {iteration}: {found}.", iteration=at, found=found)
    return tr("Not reached: after {iteration} iterations, {found}.", iteration=at, found=found)


def _wanted(until: Until) -> str:
    claim = until.claim
    name = tr(_NAMES[claim.what])
    if claim.below is not None:
        return tr("{name} is below {value}", name=name, value=_number(claim.what, claim.below))
    assert claim.above is not None
    return tr("{name} is above {value}", name=name, value=_number(claim.what, claim.above))


def _said(what: str, value: float) -> str:
    return f"{tr(_NAMES[what])} {_number(what, value)}"


def _number(what: str, value: float) -> str:
    return f"{short(100 * value)}\u00a0%" if what.endswith("accuracy") else short(value)
