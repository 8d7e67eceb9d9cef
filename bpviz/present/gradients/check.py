"""A check of the gradient: what was asked, what came out, and how that is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.present.numbers import exact, grouped, short
from bpviz.snapshot import ErrorValley, GradientCheck
from bpviz.text import N_, Text, tr
from bpviz.training.checking import METHODS, USUAL_SAMPLES, CheckRequest, checked_step

# What views take from here: they know of no training.
__all__ = ["METHODS", "USUAL_SAMPLES", "CheckReport", "CheckRequest", "Order", "checked_step"]

Order = Literal["absolute", "relative"]
MOST_ROWS = 200
# Up to here the gradient is right as far as numbers can tell; up to there it is nearly so.
AGREES, NEAR = 1e-6, 1e-3
METHOD_WORDS: dict[str, str] = {
    "forward": N_("Forward differences"),
    "central": N_("Central differences"),
    "complex": N_("Complex step"),
}
SHORT_WORDS = {"forward": N_("Forward"), "central": N_("Central"), "complex": N_("Complex")}
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LAYER = re.compile("⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")


@dataclass(frozen=True)
class CheckRow:
    """One parameter: its gradient by both ways, and how far they are apart."""

    name: str
    backprop: float
    numerical: float
    absolute: float
    relative: float
    at_kink: bool = False

    def copied(self) -> str:
        """Return the row with all digits, tab-separated."""
        numbers = (self.backprop, self.numerical, self.absolute, self.relative)
        return "\t".join((self.name, *map(exact, numbers)))


@dataclass(frozen=True)
class LayerRow:
    """One layer: how many parameters, the largest errors away from kinks, and where the relative one is."""

    layer: int
    parameters: int
    absolute: float
    relative: float
    worst: str


@dataclass(frozen=True)
class CheckReport:
    """A check that was made; ``iteration`` is the one whose parameters were looked at."""

    run_id: int
    iteration: int
    samples: int
    request: CheckRequest
    check: GradientCheck
    names: tuple[str, ...]
    valley: ErrorValley | None = None
    remarks: tuple[Text, ...] = field(default=())

    @cached_property
    def layers(self) -> NDArray[np.intp]:
        """Return the layer of each parameter that was checked, (k,); 0 for a function's variables."""
        return np.array([_layer_of(self.name(place)) for place in range(self.check.parameters)], np.intp)

    def name(self, place: int) -> str:
        """Return the name of the checked parameter number ``place``."""
        return self.names[int(self.check.indices[place])]

    def layer_numbers(self) -> list[int]:
        """Return the layers that have parameters."""
        return [int(number) for number in np.unique(self.layers)]

    def rows(self, layer: int | None = None, order: Order = "relative") -> list[CheckRow]:
        """Return the parameters with the largest errors, of one layer or of all; 200 at the most.

        Those that stand at a kink are among them, each in its place.
        """
        errors = self.errors(order)
        places = np.arange(len(errors)) if layer is None else np.flatnonzero(self.layers == layer)
        worst = places[np.argsort(-errors[places], kind="stable")][:MOST_ROWS]
        return [self.row(int(place)) for place in worst]

    def row(self, place: int) -> CheckRow:
        """Return one parameter."""
        check = self.check
        arrays = (check.backprop, check.differences, check.absolute_error, check.relative_error)
        backprop, numerical, absolute, relative = (float(array[place]) for array in arrays)
        at_kink = not check.counted[place]
        return CheckRow(self.name(place), backprop, numerical, absolute, relative, at_kink)

    def layer_rows(self) -> list[LayerRow]:
        """Return every layer, the first one first."""
        found = []
        for number in self.layer_numbers():
            places = np.flatnonzero(self.layers == number)
            counted = places[self.check.counted[places]]
            relative = self.errors("relative")[counted]
            worst = self.name(int(counted[relative.argmax()])) if counted.size else ""
            absolute = float(self.errors("absolute")[counted].max(initial=0.0))
            found.append(LayerRow(number, len(places), absolute, float(relative.max(initial=0.0)), worst))
        return found

    def errors(self, order: Order) -> NDArray[np.float64]:
        """Return every parameter's error; one that is no number counts as the largest."""
        check = self.check
        errors = check.absolute_error if order == "absolute" else check.relative_error
        return np.where(np.isnan(errors), np.inf, errors)


def _layer_of(name: str) -> int:
    found = _LAYER.search(name)
    return int(found.group(1).translate(_DIGITS)) if found else 0


def method_word(method: str) -> str:
    """Return a method's name in the language in force."""
    return tr(METHOD_WORDS[method])


def grade(check: GradientCheck) -> Literal["good", "warning", "danger"]:
    """Return how well the two gradients agree, as the palette names it."""
    error = check.max_relative_error
    if error <= AGREES:
        return "good"
    return "warning" if error <= NEAR else "danger"


def verdict(check: GradientCheck) -> str:
    """Say how far the two gradients are apart, and where the most; kinks are told and do not count."""
    fields = {
        "method": method_word(check.method),
        "h": short(check.step, 3),
        "error": short(check.max_relative_error, 2),
        "name": check.worst_parameter,
    }
    if grade(check) == "good" and check.at_kink.any():
        said = tr(
            "{method} at h = {h} and backpropagation: all but {count} of {parameters} parameters agree to "
            "{error};",
            count=grouped(int(check.at_kink.sum())),
            parameters=grouped(check.parameters),
            **fields,
        )
    elif grade(check) == "good":
        said = tr(
            "{method} at h = {h} and backpropagation agree: relative error at most {error}, at {name}.",
            **fields,
        )
    elif grade(check) == "warning":
        said = tr(
            "{method} at h = {h} and backpropagation nearly agree: relative error up to {error}, at {name}.",
            **fields,
        )
    else:
        said = tr(
            "{method} at h = {h} and backpropagation differ: relative error up to {error}, at {name}.",
            **fields,
        )
    return " ".join((said, *kink_words(check), *sample_words(check)))


def sample_words(check: GradientCheck) -> tuple[str, ...]:
    """Say that not all parameters were looked at, where this is so."""
    if not check.of:
        return ()
    count, parameters = grouped(check.parameters), grouped(check.of)
    said = tr("{count} of {parameters} parameters, drawn at random.", count=count, parameters=parameters)
    return (said,)


def kink_words(check: GradientCheck) -> tuple[str, ...]:
    """Say how many parameters stand at a kink, of what, and why a difference says nothing there."""
    places = np.flatnonzero(check.at_kink)
    if not places.size:
        return ()
    said = tr(
        "{count} stand at a kink of {pieces}, where a difference mixes both sides, e.g. {name}.",
        count=grouped(len(places)),
        pieces=", ".join(map(tr, check.kinks)),
        name=check.kink_names[0],
    )
    return (said,)


def short_verdict(check: GradientCheck) -> str:
    """Say the same beside the method and its step."""
    fields = {"error": short(check.max_relative_error, 2), "name": check.worst_parameter}
    if grade(check) == "good" and check.at_kink.any():
        said = tr(
            "All but {count} of {parameters} agree to {error};",
            count=grouped(int(check.at_kink.sum())),
            parameters=grouped(check.parameters),
            **fields,
        )
    elif grade(check) == "good":
        said = tr("Both agree: relative error at most {error}, at {name}.", **fields)
    elif grade(check) == "warning":
        said = tr("Both nearly agree: relative error up to {error}, at {name}.", **fields)
    else:
        said = tr("They differ: relative error up to {error}, at {name}.", **fields)
    return " ".join((said, *kink_words(check), *sample_words(check)))


def timing(report: CheckReport) -> str:
    """Say what was looked at, and how long both ways took."""
    check = report.check
    return tr(
        "{parameters} parameters, samples: {samples} · {seconds} s against {backprop} s by backpropagation",
        parameters=grouped(check.parameters),
        samples=grouped(report.samples),
        seconds=short(check.seconds, 2),
        backprop=short(check.seconds_backprop, 2),
    )
