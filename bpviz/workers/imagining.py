"""What is changed by hand only to look: it holds as long as the run rests where it was changed."""

from __future__ import annotations

from bpviz.snapshot.changes import Change
from bpviz.training.by_hand import imagined
from bpviz.training.loop import Training


class Imagining:
    """Holds the changes and the place that they belong to, and the run as it would stand with them."""

    def __init__(self) -> None:
        self._changes: tuple[Change, ...] = ()
        self._at: tuple[int, int, int] | None = None
        self._view: Training | None = None

    def set(self, training: Training, changes: tuple[Change, ...]) -> None:
        """Imagine these changes where the run stands; () ends it."""
        self._changes, self._at, self._view = changes, _place(training), None

    def end(self) -> None:
        """Show the run as it is."""
        self._changes, self._at, self._view = (), None, None

    def view(self, training: Training) -> Training | None:
        """Return the run as it would stand, made once; None where nothing is changed here."""
        if not self._changes or self._at != _place(training):
            return None
        if self._view is None:
            self._view = imagined(training, self._changes)
        return self._view


def _place(training: Training) -> tuple[int, int, int]:
    """Return where a run stands, its branch included."""
    return training.info.run_id, training.branches.present.id, training.iteration
