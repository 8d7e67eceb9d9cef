"""Plays a lesson's scenes without a window, by the same training code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpviz.present.gradients.check import CheckReport, CheckRequest
from bpviz.present.lessons.goals import Goal
from bpviz.present.lessons.model import Claim, Step
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

    def play(self, scene: Scene, step: Step) -> Sights:
        """Bring the run to where a step has it, and look."""
        if self.training is None or self.config != scene.config:
            self.run_id += 1
            self.config, self.training = scene.config, build(scene.config, self.run_id)
            next(self.training.iterations())
        training = self.training
        at = self._go_to(training, Goal.of(scene.iteration, scene.until))
        wanted = step.look.sample
        request = SnapshotRequest(sample=0 if wanted == "mean" else wanted, with_maps=False)
        snapshot = training.snapshot(request)
        made = dissect(training, scene.config) if scene.walk else None
        operation = sample = None
        if made is not None:
            operation = scene.target(made.operations, at).operation(made.operations)
            rows = [int(row) for row in made.rows]
            sample = rows.index(wanted) if wanted != "mean" and wanted in rows else "mean"
        history, info = training.recorder.history(), training.info
        report = self._check(training, step) if step.look.check else None
        return Sights(scene.config, info, snapshot, history, made, operation, sample or 0, report)

    @staticmethod
    def _go_to(training: Training, goal: Goal) -> int:
        if not goal.look_up(training.recorder.history()):
            training.seek(training.recorder.last)
            for each in training.iterations():
                if goal.reached(each):
                    break
        assert goal.at is not None
        training.seek(goal.at)
        return goal.at

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

_POWER = re.compile(r"\b10\^(?:\{([-−]?\d+)\}|(\d))")
_MATHS = re.compile(r"[_^](\{[^}]*\}|[A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![\w.\-–/])[-−]?\d+(?:\.\d+)?(?:e[-−]?\d+)?(?![\w–]*\d*-\d)\s?%?")
_SHAPE = re.compile(r"\d+(?:[-–x]\d+|\s?×\s?\d+)+")
_KEYS = re.compile(r"`[^`]*`")
_NAMES = re.compile(r"[xy]²|L2\b|L1\b")
_WORDS = {
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "twenty": 20,
    "fifty": 50,
    "sixty": 60,
    "hundred": 100,
    "ten thousand": 10_000,
}
_WORD = re.compile(r"\b(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def numbers_in(text: str) -> list[str]:
    """Return the numbers that a text names: no indices, exponents, shapes such as 2-3-1, names or keys."""
    plain = _NAMES.sub(" ", _KEYS.sub(" ", text)).replace("\\,", "").replace("\\%", "%")
    plain = _POWER.sub(lambda power: f"1e{power[1] or power[2]}", plain)
    plain = _SHAPE.sub(" ", _MATHS.sub(" ", plain))
    return [found.group().strip() for found in _NUMBER.finditer(plain)]


def words_in(text: str) -> list[int]:
    """Return the numbers from three on that an English text spells out."""
    return [_WORDS[found.group().lower()] for found in _WORD.finditer(text)]


def is_named(number: str, claims: list[Claim]) -> bool:
    """Whether a number of a text was claimed, as it is rounded there."""
    percent = number.endswith("%")
    digits = number.rstrip("% ").replace("−", "-")
    value = float(digits)
    mantissa, _, exponent = digits.partition("e")
    places = len(mantissa.partition(".")[2])
    room = 0.4999999 * 10.0 ** (int(exponent or 0) - places)
    for claim in claims:
        if claim.at is not None and value == claim.at:
            return True  # what is claimed was found at this iteration
        if digits in claim.what.replace("(", " ").replace(")", " ").split():
            return True  # it is part of a sum that is checked
        for bound in (claim.value, claim.above, claim.below):
            if bound is None:
                continue
            exactly = bound is not claim.value or not claim.digits
            wanted = 100 * bound if percent else bound
            # A text may take a minus for its own sign: “0.5 · 1 − 0.5 · 2”; it may not make one up.
            found = abs(wanted) if value >= 0 else wanted
            if abs(found - value) <= (1e-12 * abs(value) if exactly else room):
                return True
    return False


def claims_of(step: Step) -> list[Claim]:
    """Return all that is checked of a step, what it trains for included."""
    until = step.until
    if until is not None:
        most = [until.claim, Claim("iteration", float(until.at_most))]
    else:
        most = [Claim("iteration", float(step.iteration))] if step.iteration else []
    tried = () if step.try_it is None else step.try_it.when
    return [*step.expects, *most, *tried]
