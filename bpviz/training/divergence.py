"""A run that left the finite numbers, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass

from bpviz.text import Text


class NotFinite(Exception):  # noqa: N818 - a signal inside the loop, never shown
    """The loss, its gradient or the update was not finite; ``place`` names where it began."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class Divergence:
    """Where a run diverged: the iteration that failed, the place, and the last good iteration."""

    iteration: int
    place: str
    last_good: int
    learning_rate: float

    def sentence(self) -> Text:
        """Return what happened, where, and what to try."""
        return Text(
            "At iteration {iteration} the numbers became infinite; it began in {place}. "
            "The last good iteration, {last_good}, stays on the screen. "
            "Try a learning rate below {learning_rate}, standardized inputs, or smaller first weights.",
            iteration=self.iteration,
            place=self.place,
            last_good=self.last_good,
            learning_rate=f"{self.learning_rate:.4g}",
        )
