"""Plays a lesson's scenes without a window, by the same training code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bpviz.present.gradients import CheckReport, CheckRequest
from bpviz.present.lessons.model import Claim, Lesson, Step
from bpviz.present.lessons.scenes import Scene
from bpviz.present.lessons.sights import Sights
from bpviz.snapshot import SnapshotRequest
from bpviz.training.build import build
from bpviz.training.checking import check_at, valley_at
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import dissect
from bpviz.training.loop import Training


@dataclass
class Player:
    """Keeps the run of the step before: the next one mostly goes on with it."""

    config: RunConfig | None = None
    training: Training | None = None
    run_id: int = 0
    sample: int = 0
    done: list[int] = field(default_factory=list)

    def play(self, scene: Scene, step: Step) -> Sights:
        """Bring the run to where a step has it, and look."""
        if self.training is None or self.config != scene.config:
            self.run_id += 1
            self.config, self.training = scene.config, build(scene.config, self.run_id)
            next(self.training.iterations())
        self._go_to(self.training, scene.iteration)
        training = self.training
        snapshot = training.snapshot(SnapshotRequest(sample=step.look.sample, with_maps=False))
        made = dissect(training, scene.config) if scene.walk else None
        operation = sample = None
        if made is not None:
            operation = scene.target(made.operations).operation(made.operations)
            rows = [int(row) for row in made.rows]
            sample = rows.index(step.look.sample) if step.look.sample in rows else "mean"
        history, info = training.recorder.history(), training.info
        report = self._check(training, step) if step.look.check else None
        return Sights(scene.config, info, snapshot, history, made, operation, sample or 0, report)

    @staticmethod
    def _go_to(training: Training, iteration: int) -> None:
        if iteration <= training.recorder.last:
            training.seek(iteration)
            return
        if training.iteration < training.recorder.last:
            training.seek(training.recorder.last)
        for each in training.iterations():
            if each.iteration >= iteration:
                return

    @staticmethod
    def _check(training: Training, step: Step) -> CheckReport:
        assert step.look.check is not None
        method, h = step.look.check
        request = CheckRequest(method, h, "batch" if training.info.kind == "network" else "all")
        objective, rows = training.objective.clone(), training.last_batch
        check = check_at(objective, training.theta, rows, request)
        valley = valley_at(objective, training.theta, rows)
        names = tuple(training.info.parameter_names)
        return CheckReport(training.info.run_id, training.iteration, 1, request, check, names, valley)


# --- the numbers that a text names ---

_MATHS = re.compile(r"[_^](\{[^}]*\}|[A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![\w.\-–/])[-−]?\d+(?:\.\d+)?(?:e[-−]?\d+)?(?![\w–]*\d*-\d)\s?%?")
_SHAPE = re.compile(r"\d+(?:[-–x]\d+|\s?×\s?\d+)+")
_KEYS = re.compile(r"`[^`]*`")


def numbers_in(text: str) -> list[str]:
    """Return the numbers that a text names: no indices, exponents, shapes such as 2-3-1, or keys."""
    plain = _KEYS.sub(" ", text).replace("\\,", "").replace("\\%", "%")
    plain = _SHAPE.sub(" ", _MATHS.sub(" ", plain))
    return [found.group().strip() for found in _NUMBER.finditer(plain)]


def is_named(number: str, claims: list[Claim], given: list[float]) -> bool:
    """Whether a number of a text was claimed, as it is rounded there, or chosen."""
    percent = number.endswith("%")
    digits = number.rstrip("% ").replace("−", "-")
    value = float(digits)
    mantissa, _, exponent = digits.partition("e")
    places = len(mantissa.partition(".")[2])
    room = 0.5000001 * 10.0 ** (int(exponent or 0) - places)
    for claim in claims:
        for bound in (claim.value, claim.above, claim.below):
            if bound is None:
                continue
            exactly = bound is not claim.value
            wanted = 100 * bound if percent else bound
            if abs(abs(wanted) - abs(value)) <= (1e-12 * abs(value) if exactly else room):
                return True
    return any(abs(value - each) <= 1e-12 * abs(each) for each in given) or (not percent and value in (0, 1))


def lesson_claims(lesson: Lesson, until: int) -> list[Claim]:
    """Return what is claimed up to a step: a text may speak of what was seen before."""
    return [claim for step in lesson.steps[: until + 1] for claim in step.expects]
