"""Where one stands in an iteration that is taken apart, and where a step leads.

A place is an iteration at rest, or an operation of the iteration that comes next: operation j is lit when it
is just done.  A step of a phase ends at the last operation of a phase, so that all that it computes is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bpviz.snapshot.dissection import PHASES, Operation, Phase
from bpviz.text import N_

Grain = Literal["operation", "phase", "iteration", "epoch"]
GRAINS: tuple[Grain, ...] = ("operation", "phase", "iteration", "epoch")
FINE: tuple[Grain, ...] = ("operation", "phase")
"""The grains that take an iteration apart."""
GRAIN_LABELS = {
    "operation": N_("operation"),
    "phase": N_("phase"),
    "iteration": N_("iteration"),
    "epoch": N_("epoch"),
}

Entry = Literal["rest", "first", "last"] | Phase
"""Where a target is entered: at rest, at its first or last operation, or at the last one of a phase."""

Sample = int | Literal["mean"]

OUTSIDE: Sample = -1
"""In the choice of samples: the one that is not in the batch, and was traced by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a step leads: an iteration, and the place in the one that comes after it."""

    iteration: int
    entry: Entry | int = "rest"

    def operation(self, operations: tuple[Operation, ...]) -> int | None:
        """Return the operation's number among ``operations``, None at rest."""
        if self.entry == "rest" or not operations:
            return None
        if isinstance(self.entry, int):
            return min(self.entry, len(operations) - 1)
        if self.entry in ("first", "last"):
            return 0 if self.entry == "first" else len(operations) - 1
        ends = [j for j, each in enumerate(operations) if each.phase == self.entry]
        return ends[-1] if ends else self._nearest(operations)

    def _nearest(self, operations: tuple[Operation, ...]) -> int:
        """Return the end of the phase before the one that is not there: a function has no loss of its own."""
        before = PHASES[: PHASES.index(self.entry)]
        return max((j for j, each in enumerate(operations) if each.phase in before), default=0)


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the walk stands.

    Attributes
    ----------
    iteration : int
        The iteration whose θ is on the screen; an operation belongs to the one that comes next.
    operation : int or None
        The operation that was done last, from 0; None at rest.
    operations : tuple of Operation
        Those of the run, in the order of computing; empty until they are known.
    sample : int or "mean"
        The row of the batch whose numbers are shown, or the mean over them.
    per_epoch : int
        Iterations an epoch.

    Examples
    --------
    >>> steps = (Operation("forward", "sum", 1), Operation("loss", "loss"), Operation("update", "update", 1))
    >>> walk = Walk(iteration=4).arrive(Walk(iteration=4).next("operation"), steps)
    >>> walk.operation, walk.next("phase"), walk.previous("operation")
    (0, Target(iteration=4, entry=1), Target(iteration=3, entry='last'))
    """

    iteration: int = 0
    operation: int | None = None
    operations: tuple[Operation, ...] = ()
    sample: Sample = "mean"
    per_epoch: int = 1

    @property
    def on(self) -> bool:
        """Whether an operation is lit."""
        return self.operation is not None

    @property
    def current(self) -> Operation | None:
        """The operation that is lit."""
        return None if self.operation is None else self.operations[self.operation]

    def arrive(self, target: Target, operations: tuple[Operation, ...]) -> Walk:
        """Return the walk at ``target``, in an iteration of these operations."""
        at = target.operation(operations)
        return replace(self, iteration=target.iteration, operation=at, operations=operations)

    def within(self, target: Target) -> bool:
        """Whether ``target`` lies in the iteration whose operations are at hand."""
        return self.on and target.iteration == self.iteration and target.entry != "rest"

    def rest(self) -> Walk:
        """Return the walk at rest where it is."""
        return replace(self, operation=None)

    def next(self, grain: Grain) -> Target:
        """Return where a step on leads."""
        if grain == "epoch":
            return Target((self.iteration // self.per_epoch + 1) * self.per_epoch)
        if grain == "iteration":
            return Target(self.iteration + 1)
        if self.operation is None:
            return Target(self.iteration, "first" if grain == "operation" else "forward")
        if self.operation == len(self.operations) - 1:
            return Target(self.iteration + 1, "first" if grain == "operation" else "forward")
        if grain == "operation":
            return Target(self.iteration, self.operation + 1)
        return Target(self.iteration, next(end for end in self._phase_ends() if end > self.operation))

    def previous(self, grain: Grain) -> Target | None:
        """Return where a step back leads; None where there is nothing before."""
        if grain == "epoch":
            return Target((self.iteration - 1) // self.per_epoch * self.per_epoch) if self.iteration else None
        if grain == "iteration":
            return self._before() if self.operation is None else Target(self.iteration)
        if self.operation is None:
            return self._before("last")
        if grain == "operation":
            at = self.operation - 1
        else:
            at = max((end for end in self._phase_ends() if end < self.operation), default=-1)
        if at >= 0:
            return Target(self.iteration, at)
        return self._before("last") or Target(self.iteration)

    def phase(self, phase: Phase) -> Target:
        """Return the last operation of a phase of this iteration."""
        return Target(self.iteration, phase)

    def _before(self, entry: Entry = "rest") -> Target | None:
        return Target(self.iteration - 1, entry) if self.iteration > 0 else None

    def _phase_ends(self) -> list[int]:
        phases = [each.phase for each in self.operations]
        return [j for j, phase in enumerate(phases) if j == len(phases) - 1 or phases[j + 1] != phase]
