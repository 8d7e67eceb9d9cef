"""A run that is walked through operation by operation, with the worker's own commands but no thread."""

from __future__ import annotations

from bpviz.errors import UserError
from bpviz.present.walk.place import Grain, Target, Walk
from bpviz.snapshot.dissection import Dissection
from bpviz.training.config import RunConfig
from bpviz.workers.training import Dissected, TrainingWorker


class Walker:
    """Steps through a run of ``config`` by grains, on and back, as the window has it done."""

    def __init__(self, config: RunConfig) -> None:
        self.worker = TrainingWorker()
        self.walk = Walk()
        self.dissection: Dissection | None = None
        self.failures: list[object] = []
        self._made: list[Dissected] = []
        self.worker.dissected.connect(self._made.append)
        self.worker.build_failed.connect(self.failures.append)
        self.worker._build(config, None)
        if self.failures:
            raise self.failures[0]  # type: ignore[misc]
        self.walk = Walk(per_epoch=self.training.info.iterations_per_epoch)

    @property
    def training(self):
        return self.worker._training

    def on(self, grain: Grain = "operation") -> None:
        """Go on by a grain."""
        self.go(self.walk.next(grain))

    def back(self, grain: Grain = "operation") -> bool:
        """Go back by a grain; False where there is nothing before."""
        target = self.walk.previous(grain)
        if target is not None:
            self.go(target)
        return target is not None

    def go(self, target: Target) -> None:
        """Stand at ``target``."""
        if self.walk.within(target):
            self.walk = self.walk.arrive(target, self.walk.operations)
            return
        self.worker._walk(target.iteration)
        made = self._made.pop()
        assert made.iteration == target.iteration
        assert made.dissection is not None
        self.dissection = None if target.entry == "rest" else made.dissection
        self.walk = self.walk.arrive(target, made.dissection.operations)

    def state(self) -> tuple[object, ...]:
        """Return all that a place is: where, the parameters, and the numbers that it shows."""
        shown = self.dissection
        numbers = () if shown is None else (shown.gradient.tobytes(), shown.update.tobytes(), shown.loss)
        rows = () if shown is None else tuple(shown.rows.tolist())
        return self.walk, self.training.iteration, self.training.theta.tobytes(), numbers, rows


def first_that_builds(*configs: RunConfig) -> RunConfig:
    """Return the first of ``configs`` that can be: not each loss is for each task."""
    problems = []
    for config in configs:
        try:
            Walker(config)
        except UserError as problem:
            problems.append(str(problem))
        else:
            return config
    raise AssertionError(problems)
