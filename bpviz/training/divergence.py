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
    """Where a run diverged: the iteration that failed, the place, and the last good iteration.

    ``iteration`` is 0 where the start itself was not finite.  ``safe_rate`` is an η with which the run goes
    well from its start, None where none was found.
    """

    iteration: int
    place: str
    last_good: int
    learning_rate: float
    function: bool = False
    safe_rate: float | None = None

    def sentence(self) -> Text:
        """Return what happened, where, and what to try."""
        fields = {
            "iteration": self.iteration,
            "place": self.place,
            "last_good": self.last_good,
            "learning_rate": f"{self.learning_rate:.4g}",
        }
        if not self.iteration:
            return Text(
                "The loss of the start is too large to be computed; it began in {place}. "
                "Try standardized data or smaller first weights.",
                **fields,
            )
        if self.function:
            return Text(
                "At iteration {iteration} the numbers grew too large to be computed; it began in {place}. "
                "The last good iteration is {last_good}. "
                "Try a learning rate below {learning_rate}, or another start.",
                **fields,
            )
        return Text(
            "At iteration {iteration} the numbers grew too large to be computed; it began in {place}. "
            "The last good iteration is {last_good}. Try a learning rate below {learning_rate}, "
            "standardized data, smaller first weights or a smaller penalty.",
            **fields,
        )
