"""Which unit or which weight an operation is explained at: the largest, the one pointed at, or any."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bpviz.present.cards.card import subscript, superscript
from bpviz.present.cards.inspect import variable_name
from bpviz.present.diagram.layout import Spot
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.numbers_of import GATES as GATE_NAMES
from bpviz.present.unrolled.layout import Mark
from bpviz.snapshot import Array
from bpviz.snapshot.dissection import LayerTrace


@dataclass(frozen=True)
class Chosen:
    """A unit by its place, or a number of a parameter."""

    place: Place = ()
    parameter: str = ""


def chosen_at(moment: Moment, at: Chosen) -> Moment:
    """Return the moment at what was chosen."""
    return moment.at(at.place, at.parameter)


def made_there(moment: Moment) -> list[tuple[str, Array]]:
    """Return what the operation makes: (parameter, numbers); of units the parameter is empty."""
    operation, phase = moment.operation, moment.operation.phase
    if not moment.dissection.layers:
        numbers = moment.dissection.gradient if phase != "update" else moment.dissection.update
        return [("", numbers)]
    if operation.kind == "loss":
        return [("", moment.dissection.losses)]
    if operation.kind == "gradient":
        return [(one.name, one.gradient) for one in moment.trace.parameters]
    if operation.kind == "update":
        return [(one.name, one.update) for one in moment.trace.parameters]
    if moment.kind in GATES and moment.step >= 0:
        return [("", _of_step(moment))]
    trace = moment.trace
    arrays = {"sum": trace.z, "normalize": trace.z, "delta": trace.delta, "output_delta": trace.delta}
    return [("", moment.of(arrays.get(operation.kind, trace.a)))]


def _of_step(moment: Moment) -> Array:
    return np.asarray(moment.extra(_array_of_step(moment))[moment.step])


def _array_of_step(moment: Moment) -> str:
    names = {
        "sum": "z",
        "activation": "h",
        "hidden": "h",
        "cell": "c",
        "candidate": "n",
        "gates": "i" if moment.kind == "lstm" else "r",
    }
    return names.get(moment.operation.kind, "delta" if moment.kind == "rnn" else "delta_h")


def largest(moment: Moment) -> Chosen:
    """Return where the operation makes its largest number, of parameters at a weight before a bias."""
    made = made_there(moment)
    if moment.operation.kind == "normalize" and moment.mean:
        # The mean of what is normalized is β alone, and says nothing about a unit.
        made = [("", moment.trace.z[moment.rows[0]])]
    biases = {one.name for one in moment.trace.parameters if one.role == "bias"} if moment.number else set()
    weights = [each for each in made if each[0] not in biases]
    return _of_most(weights) or _of_most(made) or Chosen()


def _of_most(made: list[tuple[str, Array]]) -> Chosen | None:
    """Return the place of the largest number; None where all are 0."""
    best, found = 0.0, None
    for name, numbers in made:
        if not numbers.size:
            continue
        place = np.unravel_index(int(np.argmax(np.abs(numbers))), numbers.shape)
        size = float(np.abs(numbers[place]))
        if found is None or size > best or not np.isfinite(size):
            best, found = size, Chosen(tuple(int(each) for each in place), name)
    return found if best or len(made) == 1 else None


def count(moment: Moment) -> int:
    """Return how many units or numbers there are to choose from."""
    return sum(numbers.size for _, numbers in made_there(moment))


def index_of(moment: Moment, at: Chosen) -> int:
    """Return the number of a choice among all, from 0."""
    start = 0
    for name, numbers in made_there(moment):
        if name == at.parameter:
            return start + int(np.ravel_multi_index(at.place, numbers.shape))
        start += numbers.size
    return 0


def choice_at(moment: Moment, index: int) -> Chosen:
    """Return the choice of a number among all."""
    for name, numbers in made_there(moment):
        if index < numbers.size:
            place = np.unravel_index(index, numbers.shape)
            return Chosen(tuple(int(each) for each in place), name)
        index -= numbers.size
    return Chosen()


def fits(moment: Moment, at: Chosen) -> bool:
    """Whether the operation makes a number there."""
    for name, numbers in made_there(moment):
        if name == at.parameter and len(at.place) == numbers.ndim:
            return all(0 <= each < side for each, side in zip(at.place, numbers.shape, strict=True))
    return False


def of_spot(moment: Moment, spot: Spot) -> Chosen | None:
    """Return the choice that something pointed at in the diagram stands for; None where it is elsewhere."""
    if moment.number != spot.layer or moment.operation.kind == "loss":
        return None
    of_parameters = moment.operation.kind in ("gradient", "update")
    if of_parameters:
        name, shape = _weights(moment.trace)
        if spot.is_weight or spot.kernel:
            source = np.unravel_index(spot.source, shape[1:]) if shape else ()
            at = Chosen((spot.unit, *(int(each) for each in source)), name)
        else:
            bias = next((one for one in moment.trace.parameters if one.role == "bias"), None)
            at = Chosen((spot.unit,), bias.name) if bias is not None else Chosen()
    else:
        numbers = made_there(moment)[0][1]
        if spot.unit >= numbers.size:
            return None
        at = Chosen(tuple(int(each) for each in np.unravel_index(spot.unit, numbers.shape)))
    return at if fits(moment, at) else None


def of_mark(moment: Moment, mark: Mark) -> Chosen | None:
    """Return the choice that something pointed at in the unrolled network stands for, as `of_spot` does."""
    if moment.number != mark.layer or moment.operation.kind == "loss" or mark.unit < 0:
        return None
    if mark.kind == "weight":
        at = Chosen((mark.unit, mark.source) if mark.source >= 0 else (mark.unit,), mark.name)
        return next((each for each in (at, Chosen((mark.unit,), mark.name)) if fits(moment, each)), None)
    over_time = Chosen((mark.step, mark.unit))
    return next((each for each in (over_time, Chosen((mark.unit,))) if fits(moment, each)), None)


_WRITTEN = re.compile(r"\s*([^\W\d_]*)\s*[\[(]?\s*(\d+(?:[\s,]+\d+)*)\s*[\])]?\s*")


def written(moment: Moment, text: str) -> Chosen | None:
    """Return the choice that somebody has typed: "3", "3,2", "b 2", "Wx[15,2]", or "Wxo 3,2" of a gate.

    Places count from 1.  A single number where a place has several counts all of them, row by row.
    Nothing for what the operation has not.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    place = tuple(int(each) - 1 for each in re.findall(r"\d+", found[2]))
    for name, numbers, first in _named(moment, found[1]):
        side = slice(first, first + numbers.shape[0] // _gates(moment)) if first >= 0 else slice(None)
        rows = numbers[side]
        at = place
        if len(place) == 1 and rows.ndim > 1 and 0 <= place[0] < rows.size:
            at = tuple(int(each) for each in np.unravel_index(place[0], rows.shape))
        inside = len(at) == rows.ndim and all(
            0 <= each < count for each, count in zip(at, rows.shape, strict=True)
        )
        if inside:
            return Chosen((at[0] + max(first, 0), *at[1:]), name)
    return None


def _named(moment: Moment, letters: str) -> list[tuple[str, Array, int]]:
    """Return what the letters may mean: a parameter, its numbers, and the row at which its gate begins."""
    made = made_there(moment)
    if not letters:
        made.sort(key=lambda each: each[0] != moment.parameter)
        return [(name, numbers, -1) for name, numbers in made]
    found = [(name, numbers, -1) for name, numbers in made if letters.lower() in ("", name.lower())]
    if not moment.parameter and letters.lower() == _letter(moment).lower():
        found += [(name, numbers, -1) for name, numbers in made]
    for place, gate in enumerate(GATE_NAMES.get(moment.kind, ())):
        found += [
            (name, numbers, place * (len(numbers) // _gates(moment)))
            for name, numbers in made
            if name and letters.lower() == f"{name}{gate}".lower()
        ]
    return found


def _gates(moment: Moment) -> int:
    return len(GATE_NAMES.get(moment.kind, ("",)))


def ranges(moment: Moment) -> str:
    """Return what may be typed: each name with its largest place."""
    if not moment.dissection.layers:
        return f"1…{count(moment)}"
    return ", ".join(
        f"{name or _letter(moment)}[{','.join(map(str, numbers.shape))}]"
        for name, numbers in made_there(moment)
    )


def _weights(trace: LayerTrace) -> tuple[str, tuple[int, ...]]:
    for one in trace.parameters:
        if one.role == "weight":
            return one.name, one.values.shape
    return "", ()


def _letter(moment: Moment) -> str:
    letters = {"delta": "δ", "output_delta": "δ", "loss": "L"}
    kind = moment.operation.kind
    if kind in letters:
        return letters[kind]
    if moment.kind in GATES and moment.step >= 0:
        return _array_of_step(moment)
    return "z" if kind in ("sum", "normalize") else "a"


def symbol(moment: Moment) -> str:
    """Return what the chosen number is called: z⁽²⁾₃, W⁽¹⁾₃₂, Wx⁽¹⁾[3,2]."""
    if not moment.dissection.layers:
        return variable_name(moment.info, moment.place[0])
    above = f"⁽{superscript(moment.number)}⁾" if moment.number else ""
    below = [each + 1 for each in moment.place]
    if moment.parameter:
        name = next(one.symbol for one in moment.trace.parameters if one.name == moment.parameter)
    else:
        name = _letter(moment)
    inside = (
        "".join(map(subscript, below)) if max(below, default=0) < 10 else f"[{','.join(map(str, below))}]"
    )
    return f"{name}{above}{inside}"
