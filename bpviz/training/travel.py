"""The way to any iteration of a run: from the nearest state that is kept, then step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bpviz.snapshot import Iteration
from bpviz.training.checkpoints import Checkpoint
from bpviz.training.config import LiveSettings
from bpviz.training.line import Line


class Traveller(Protocol):
    """What the way back asks of a run: where it stands, its record, and one step on."""

    line: Line
    iteration: int
    placed: bool
    live: LiveSettings
    begun_with: LiveSettings

    def use(self, live: LiveSettings) -> None:
        """Have the next update made with these settings."""

    def start(self) -> Iteration:
        """Compute what iteration 0 tells."""

    def advance(self) -> float:
        """Update θ once."""

    def go_to(self, kept: Checkpoint) -> None:
        """Stand where a checkpoint was taken."""

    def place_now(self) -> Checkpoint:
        """Return all that the next iterations follow from."""


def seek(training: Traveller, iteration: int, interrupted: Callable[[], bool] | None = None) -> bool:
    """Take the run to any recorded iteration of the present branch, bit for bit as it was.

    ``interrupted`` is asked after every step; once it says so the run stays at the iteration that it
    has come to, and False is returned.
    """
    line, place = training.line, training.iteration
    target = max(0, min(iteration, line.last))
    if training.placed and place == target:
        return True
    live = training.live
    # From one before, so that the gradient that made the iteration is there, too.
    kept = line.before(max(target - 1, 0))
    if not training.placed or not kept.iteration <= place < target:
        training.go_to(kept)
    try:
        if target == 0:
            training.use(training.begun_with)
            training.start()
        arrived = _walk(training, target, interrupted)
    finally:
        training.use(live)
    training.placed = True
    return arrived


def _walk(training: Traveller, target: int, interrupted: Callable[[], bool] | None) -> bool:
    line, begun = training.line, training.iteration
    spacing = line.nearby.spacing(target - begun)
    changes: int | None = begun
    while training.iteration < target:
        at = training.iteration
        if changes is not None and at >= changes:
            live, changes = line.settings_at(at)
            training.use(live)
        training.advance()
        at += 1
        if (at - begun) % spacing == 0 and at < target:
            line.nearby.add(training.place_now(), target)
        if interrupted is not None and at < target and interrupted():
            return False
    return True
