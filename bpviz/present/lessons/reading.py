"""From a lesson's file to the lesson."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from bpviz.errors import UserError
from bpviz.present.gradients.check import METHODS
from bpviz.present.lessons.fields import Fields
from bpviz.present.lessons.model import (
    BARS,
    CARDS,
    MEASURES,
    PANELS,
    Answer,
    Claim,
    Lesson,
    Look,
    Question,
    Step,
    TryIt,
    Until,
)
from bpviz.present.setup.presets import PRESETS
from bpviz.present.unrolled.layout import Mark
from bpviz.present.walk.place import GRAINS, Sample
from bpviz.resources import resource_path


@cache
def all_lessons() -> tuple[Lesson, ...]:
    """Return the lessons of the program, in their order."""
    found = [read_lesson(path) for path in resource_path("lessons").glob("*.toml")]
    return tuple(sorted(found, key=lambda lesson: lesson.order))


def read_lesson(path: Path) -> Lesson:
    """Read one file.

    Raises
    ------
    UserError
        For what is no TOML, and for a field that is missing, of the wrong type or unknown: with the file,
        the field and what it needs.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError("{file} cannot be read.", hint=str(error), file=path.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError("{file} is no TOML: {reason}.", file=path.name, reason=str(error)) from error
    fields = Fields(table, path.name)
    return fields.done(lambda: _lesson(fields))


def _lesson(fields: Fields) -> Lesson:
    steps = fields.tables("steps")
    if not steps:
        raise fields.wrong("steps", "one [[steps]] or more")
    return Lesson(
        fields.typed("id", str),
        fields.typed("order", int),
        fields.typed("minutes", int),
        fields.words("title"),
        fields.words("summary"),
        tuple(step.done(lambda step=step: _step(step)) for step in steps),  # type: ignore[misc]
    )


def _step(fields: Fields) -> Step:
    iteration = fields.maybe("iteration", int)
    if iteration is not None and iteration < 0:
        raise fields.wrong("iteration", "0 or more", iteration)
    settings = fields.typed("set", dict, {})
    return Step(
        fields.words(),
        fields.one_of("preset", [one.name for one in PRESETS]),
        dict(_flat(settings)),
        fields.numbers("start", float),
        iteration,
        _until(fields.table("until")) if fields.has("until") else None,
        fields.typed("watch", bool, False),
        fields.maybe("speed", float),
        fields.typed("walk", str, ""),
        fields.one_of("grain", GRAINS),
        fields.typed("again", bool, False),
        _look(fields),
        tuple(claim.done(lambda claim=claim: _claim(claim)) for claim in fields.tables("expect")),  # type: ignore[misc]
        _try_it(fields.table("try")) if fields.has("try") else None,
        _question(fields.table("question")) if fields.has("question") else None,
    )


def _flat(settings: dict[str, Any], head: str = "") -> list[tuple[str, Any]]:
    """Return the settings by their whole keys: ``layer.0.units`` in TOML is a table in a table."""
    found: list[tuple[str, Any]] = []
    for key, value in settings.items():
        found += _flat(value, f"{head}{key}.") if isinstance(value, dict) else [(head + key, value)]
    return found


def _until(fields: Fields) -> Until:
    at_most = fields.typed("at_most", int)
    if at_most < 1:
        raise fields.wrong("at_most", "1 or more", at_most)
    claim = fields.done(lambda: _claim(fields))
    if claim.what not in MEASURES:
        raise fields.wrong("what", "one of " + ", ".join(MEASURES), claim.what)
    if claim.value is not None:
        raise fields.wrong("is", "left out: above or below is needed", claim.value)
    return Until(claim, at_most)


def _panels(fields: Fields, name: str) -> tuple[str, ...]:
    found = fields.typed(name, list, [])
    if any(each not in PANELS for each in found):
        raise fields.wrong(name, "a list of " + ", ".join(PANELS), found)
    return tuple(found)


def _mark(fields: Fields) -> Mark:
    """Return a mark; steps, units and sources count from 1 in the file."""
    kind = fields.one_of("kind", ("cell", "block", "norm", "weight"), "cell")
    places = {name: fields.typed(name, int, 0) - 1 for name in ("step", "unit", "source")}
    layer, name = fields.typed("layer", int), fields.typed("name", str, "")
    return fields.done(lambda: Mark(kind, layer, name=name, **places))  # type: ignore[arg-type]


def _look(fields: Fields) -> Look:
    show, only = _panels(fields, "show"), _panels(fields, "only")
    pin = fields.numbers("pin", int)
    if len(pin) not in (0, 2, 3):
        raise fields.wrong("pin", "[layer, unit] or [layer, unit, source]", list(pin))
    plane = fields.numbers("plane", int)
    if len(plane) not in (0, 2):
        raise fields.wrong("plane", "[parameter, parameter]", list(plane))
    check = None
    if fields.has("check"):
        asked = fields.table("check")
        check = asked.done(lambda: (asked.one_of("method", METHODS, "central"), asked.typed("h", float)))
    return Look(
        show,
        fields.one_of("frame", (*PANELS, *BARS)),
        only,
        pin,
        fields.typed("kernel", bool, False),
        _mark(fields.table("mark")) if fields.has("mark") else None,
        fields.typed("brief", bool, False),
        fields.one_of("card", CARDS),
        fields.typed("gradients", bool, False),
        fields.typed("linear", bool, False),
        plane,
        _sample(fields),
        check,
    )


def _sample(fields: Fields) -> Sample:
    found = fields.take("sample", 0)
    if found == "mean":
        return "mean"
    if type(found) is not int or found < 0:
        raise fields.wrong("sample", 'a whole number from 0, or "mean"', found)
    return found


def _claim(fields: Fields) -> Claim:
    claim = Claim(
        fields.typed("what", str),
        fields.maybe("is", float),
        fields.typed("digits", int, 12),
        fields.maybe("above", float),
        fields.maybe("below", float),
        fields.maybe("at", int),
    )
    bounds = [bound for bound in (claim.above, claim.below) if bound is not None]
    if (claim.value is None) != bool(bounds):
        raise fields.wrong("is", "a number, or instead of it above or below")
    if not 0 <= claim.digits <= 15:
        raise fields.wrong("digits", "from 0 to 15", claim.digits)
    return claim


def _try_it(fields: Fields) -> TryIt:
    when = tuple(claim.done(lambda claim=claim: _claim(claim)) for claim in fields.tables("when"))  # type: ignore[misc]
    return fields.done(lambda: TryIt(fields.words(), when))


def _question(fields: Fields) -> Question:
    answers = tuple(_answer(each) for each in fields.tables("answers"))
    if len(answers) < 2 or sum(answer.right for answer in answers) != 1:
        raise fields.wrong("answers", "two or more, one of them right")
    return fields.done(lambda: Question(fields.words(), answers))


def _answer(fields: Fields) -> Answer:
    return fields.done(
        lambda: Answer(fields.words(), fields.words("reply"), fields.typed("right", bool, False))
    )
