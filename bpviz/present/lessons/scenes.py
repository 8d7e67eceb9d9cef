"""What stands on the screen at each step of a lesson.

A scene follows from the file alone, not from what was done on the way: whatever the learner has tried
out, and whichever way a step is entered, it is the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bpviz.errors import UserError
from bpviz.present.lessons.model import Lesson, Step, Until
from bpviz.present.setup.edits import apply_edit
from bpviz.present.setup.presets import DEFAULT, preset
from bpviz.present.walk.place import Target
from bpviz.snapshot.dissection import PHASES, Operation
from bpviz.training.config import RunConfig, StopConfig

FULL = math.inf


@dataclass(frozen=True)
class Scene:
    """A run, the iteration at which it stands, the place in the one that comes next (empty: at rest).

    With ``until`` it stands where that is first met from ``iteration`` on: a run is the same whenever it is
    done, so this is an iteration as definite as any other, only not known beforehand.
    """

    config: RunConfig
    iteration: int = 0
    until: Until | None = None
    walk: str = ""
    speed: float = FULL
    watch: bool = False

    def target(self, operations: tuple[Operation, ...], iteration: int) -> Target:
        """Return where the walk leads, once the operations and the iteration at rest are known.

        Raises
        ------
        UserError
            When there is no such operation.
        """
        if not self.walk or self.walk in PHASES:
            return Target(iteration, self.walk or "rest")
        place = self._place(operations)
        if place is not None:
            return Target(iteration, place)
        there = ", ".join(f"{each.kind} {each.layer}" for each in operations)
        raise UserError("There is no operation “{name}” here.", hint=there, name=self.walk)

    def leads_into(self, operations: tuple[Operation, ...]) -> bool:
        """Whether these operations have the place of the walk."""
        return not self.walk or self.walk in PHASES or self._place(operations) is not None

    def _place(self, operations: tuple[Operation, ...]) -> int | None:
        name, _, step = self.walk.partition("@")
        kind, _, layer = name.strip().partition(" ")
        for place, each in enumerate(operations):
            same = each.kind == kind and each.layer == int(layer or 0)
            if same and each.step == int(step or each.step):
                return place
        return None


def scenes(lesson: Lesson) -> tuple[Scene, ...]:
    """Return the scene of each step.

    Raises
    ------
    UserError
        When a setting cannot be; the lesson and the step are named.
    """
    found: list[Scene] = []
    scene = Scene(DEFAULT)
    for number, step in enumerate(lesson.steps, 1):
        try:
            scene = _next(scene, step)
        except UserError as error:
            raise UserError(
                "Lesson {lesson}, step {step}: {reason}", lesson=lesson.id, step=number, reason=str(error)
            ) from error
        found.append(scene)
    return tuple(found)


def _next(scene: Scene, step: Step) -> Scene:
    config, speed = scene.config, scene.speed
    if step.preset:
        chosen = preset(step.preset)
        # Where a preset stops, whoever tries something out would be stopped as well.
        config, speed = replace(chosen.config, stop=StopConfig()), chosen.speed
    for key, value in step.settings.items():
        config = apply_edit(config, key, _read(value))
    if step.start:
        config = replace(config, start=step.start)
    begin, until = (scene.iteration, scene.until) if config == scene.config else (0, None)
    if step.iteration is not None:
        begin, until = step.iteration, None
    return Scene(
        config,
        begin,
        until if step.until is None else step.until,
        step.walk,
        speed if step.speed is None else step.speed,
        step.watch,
    )


def _read(value: object) -> object:
    """Return a setting's value; TOML has no None."""
    return None if value == "none" else value
