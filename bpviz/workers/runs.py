"""The run that a worker drives, those beside it, and the one that is put aside while others are looked at."""

from __future__ import annotations

import itertools
from dataclasses import replace

from bpviz.data.dataset import Dataset
from bpviz.snapshot import Iteration
from bpviz.text import Text
from bpviz.training.build import build, load
from bpviz.training.config import DataConfig, RunConfig
from bpviz.training.family import Member
from bpviz.training.loop import Training
from bpviz.workers.reports import RunStarted


class Runs:
    """What was built, and from what.

    Attributes
    ----------
    training : Training or None
        The present run.
    config : RunConfig or None
        What it was built with.
    """

    def __init__(self) -> None:
        self.training: Training | None = None
        self.config: RunConfig | None = None
        self._data: tuple[DataConfig, Dataset] | None = None
        self._ids = itertools.count(1)
        self._shelf: Member | None = None
        self._shelf_bytes = 0

    def build(
        self, config: RunConfig, dataset: Dataset | None, beside: str | Text | None
    ) -> tuple[RunStarted, Iteration]:
        """Put a new run in the place of the present one, and return it with its iteration 0.

        ``beside`` keeps the run before, with those beside it, and names the branch that the new one is.
        Where anything cannot be, the present run goes on being there.
        """
        before = self.member()
        if config.function is None:
            if dataset is None and self._data is not None and self._data[0] == config.data:
                dataset = self._data[1]
            dataset = load(config) if dataset is None else dataset
            self._data = (config.data, dataset)
        training = build(config, next(self._ids), dataset)
        first = next(training.iterations())  # iteration 0 alone: the start is seen before Train is pressed
        if beside is not None and before is not None:
            before.training.family.keep(before, training, config, beside)
        training.family.reserved = self._shelf_bytes
        self.training, self.config = training, config
        return RunStarted(training.info, config, training.recorder), first

    def member(self) -> Member | None:
        """Return the present run with what it was built from."""
        training, config = self.training, self.config
        return Member(training, config, self._data) if training is not None and config is not None else None

    def bring(self, branch: int) -> RunStarted | None:
        """Put the run to which a branch belongs in the place of the present one, where it is another."""
        present = self.member()
        if present is None or present.training.branches.has(branch):
            return None
        other = present.training.family.bring(branch, present)
        if other is None:
            return None
        training = self.training = other.training
        self.config, self._data = other.config, other.data
        training.stop = present.training.stop
        training.switch(branch)
        config = replace(other.config.with_live(training.live), stop=training.stop)
        return RunStarted(training.info, config, training.recorder, again=True)

    def shelve(self) -> None:
        """Put the present run aside, whole where the memory does, with all that is beside it."""
        self._shelf = self.member() or self._shelf
        if self._shelf is not None:
            self._shelf_bytes = self._shelf.training.make_room_for_another()

    def take_back(self, config: RunConfig) -> RunStarted | None:
        """Bring back the run that was put aside; None where none was."""
        kept, self._shelf, self._shelf_bytes = self._shelf, None, 0
        if kept is None:
            return None
        kept.training.take_up()
        kept.training.family.reserved = 0
        self.training, self.config, self._data = kept.training, kept.config, kept.data
        return RunStarted(kept.training.info, config, kept.training.recorder)
