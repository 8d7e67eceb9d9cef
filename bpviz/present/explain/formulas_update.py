"""An update in formulas, from the raw gradient to the new number; nothing on the way is left out.

What penalties and bounds make of the gradient, where η comes from, the optimizer's own lines, how a search
found its step, and what the number is held to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpviz.engine.clipping import NORM_FORMULA, VALUE_FORMULA, clip_norm, clip_value
from bpviz.engine.registries import OPTIMIZERS, REGULARIZERS, SCHEDULES
from bpviz.present.cards.inspect import variable_name
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.evaluate import key, value
from bpviz.present.formulas.line import Line
from bpviz.present.formulas.numbers_of import GATES as GATE_NAMES
from bpviz.present.formulas.parse import parse, parse_line
from bpviz.present.formulas.pieces import (
    optimizer_lines,
    optimizer_values,
    regularizer_lines,
    schedule_lines,
    worked_out,
)
from bpviz.present.formulas.rewrite import rebuilt, replaced
from bpviz.present.formulas.tree import Call, Node, Number, Sum, Symbol, symbols
from bpviz.snapshot import Array
from bpviz.text import tr

_GRADIENT, _THETA, _RAW = Symbol("dL_dtheta"), Symbol("theta"), Symbol("g")


@dataclass(frozen=True)
class Part:
    """Lines of one thing that is done, and what that is."""

    caption: str
    lines: tuple[Line, ...]


def parts(moment: Moment) -> list[Part]:
    """Return everything that makes a parameter's new number of its raw gradient, in order."""
    made = [_of_gradient(moment), _of_rate(moment), _of_optimizer(moment), _of_search(moment)]
    every = [part for part in [*made, _of_bound(moment)] if part.lines]
    return [Part(part.caption, tuple(with_own_symbol(moment, line) for line in part.lines)) for part in every]


def own_symbol(moment: Moment) -> Symbol:
    """Return the symbol of the chosen number: w₁₁⁽²⁾, or of a function its variable's."""
    if not moment.dissection.layers:
        return Symbol(variable_name(moment.info, moment.place[0]))
    name, place = formula_name(moment)
    at = tuple(Number(each + 1, literal=True) for each in place)
    return Symbol("w" if name == "W" else name, at, Number(moment.number, literal=True))


def with_own_symbol(moment: Moment, line: Line) -> Line:
    """Return a line about θ as one about the number that is looked at."""
    own = own_symbol(moment)
    loss = "L" if moment.dissection.layers else "f"
    by_own = Symbol(f"d{loss}_d{own.name}", own.index, own.layer)
    if own.layer is None and own.name in {*line.values, *symbols(line.formula)}:
        return line
    names = {_THETA: own, _GRADIENT: by_own}
    known = dict(line.values)
    known |= {
        key(new): known[old.name] for old, new in ((_THETA, own), (_GRADIENT, by_own)) if old.name in known
    }
    formula = replaced(line.formula, names)
    return Line(replaced(line.target, names), formula, known, line.result, line.before)


def formula_name(moment: Moment) -> tuple[str, Place]:
    """Return what the layer's formulas call the chosen parameter, gate by gate, and the place in it."""
    name, place = moment.parameter, moment.place
    if moment.kind not in GATES or moment.kind == "rnn":
        return name, place
    width = moment.layer.width  # type: ignore[attr-defined]  # of recurrent layers
    gate = GATE_NAMES[moment.kind][place[0] // width]
    return f"{name}_{gate}", (place[0] % width, *place[1:])


def update(moment: Moment) -> list[Line]:
    """Return the same lines, one after the other."""
    return [line for part in parts(moment) for line in part.lines]


def place_of(moment: Moment) -> int:
    """Return where in θ the chosen parameter lies."""
    if not moment.dissection.layers:
        return moment.place[0]
    return int(moment.made.places[moment.number - 1][moment.parameter][moment.place])


# --- the gradient that the optimizer gets ---


def penalty_terms(moment: Moment) -> tuple[list[Node], dict[str, Any]]:
    """Return ∂R/∂w of every penalty in force on the chosen number, and what they read."""
    state = moment.state(moment.parameter) if moment.dissection.layers else None
    if state is None or state.role != "weight":
        return [], {}
    settings = moment.dissection.settings.get("penalties", {})
    terms: list[Node] = []
    known: dict[str, Any] = {"w": float(state.values[moment.place])}
    for entry in REGULARIZERS:
        lines = {line.target.name: line.formula for line in regularizer_lines(entry.make)}
        if settings.get(entry.name) and "dR_dw" in lines:
            terms.append(lines["dR_dw"])
            known |= entry.checked({f.name: settings[f.name] for f in entry.fields if f.name in settings})
    return terms, known


def bounded(moment: Moment) -> Array:
    """Return the gradient as the optimizer got it: within the bounds that are set."""
    gradient = np.array(moment.dissection.gradient)
    settings = moment.dissection.settings
    if moment.made.optimizer.searches:
        return gradient
    if settings.get("clip_value") is not None:
        gradient = clip_value(gradient, settings["clip_value"], np.empty_like(gradient))
    if settings.get("clip_norm") is not None:
        norm = float(np.linalg.norm(gradient))
        gradient = clip_norm(gradient, norm, settings["clip_norm"], np.empty_like(gradient))
    return gradient


def _of_gradient(moment: Moment) -> Part:
    place, dissection = place_of(moment), moment.dissection
    slope = float(dissection.gradient[place])
    made, lines = _with_penalties(moment, slope), []
    if made is not None:
        lines.append(made)
    settings, whole = dissection.settings, np.array(dissection.gradient)
    if not moment.made.optimizer.searches and settings.get("clip_value") is not None:
        known = {"dL_dtheta": slope, "clip_value": float(settings["clip_value"])}
        whole = clip_value(whole, settings["clip_value"], np.empty_like(whole))
        slope = float(whole[place])
        lines.append(Line(_GRADIENT, parse(VALUE_FORMULA), known, slope, True))
    if not moment.made.optimizer.searches and settings.get("clip_norm") is not None:
        known = {
            "dL_dtheta": slope,
            "clip_norm": float(settings["clip_norm"]),
            "grad_norm": float(np.linalg.norm(whole)),
        }
        lines.append(Line(_GRADIENT, parse(NORM_FORMULA), known, float(bounded(moment)[place]), True))
    return Part(tr("The gradient that the optimizer gets"), tuple(lines))


def _with_penalties(moment: Moment, slope: float) -> Line | None:
    terms, known = penalty_terms(moment)
    if not terms:
        return None
    of_penalties = sum(value(term, known) for term in terms)
    weight = {Symbol("w"): _THETA}
    formula = Sum((_RAW, *(replaced(term, weight) for term in terms)))
    return Line(_GRADIENT, formula, {**known, "theta": known["w"], key(_RAW): slope - of_penalties}, slope)


# --- η ---


def _of_rate(moment: Moment) -> Part:
    settings, dissection = moment.dissection.settings, moment.dissection
    name = settings.get("schedule", "constant")
    if name == "constant":
        return Part("", ())
    entry = SCHEDULES[name]
    fields = entry.checked(dict(settings["schedule_fields"]))
    known = {
        **fields,
        **settings["schedule_state"],
        "eta0": float(settings["base_rate"]),
        "t": dissection.iteration - 1,
    }
    lines = worked_out(schedule_lines(entry.make, fields), known)
    lines[-1] = ending(lines[-1], dissection.learning_rate)
    caption = tr("The learning rate of this iteration: {schedule}", schedule=tr(entry.label))
    return Part(caption, tuple(lines))


def ending(line: Line, engine: float) -> Line:
    """Return the line with the engine's number, unless something was done to it afterwards."""
    if abs(line.result - engine) <= 1e-9 * (abs(engine) + 1e-300):
        return Line(line.target, line.formula, line.values, engine, line.before)
    return line


# --- the optimizer ---


def _of_optimizer(moment: Moment) -> Part:
    return Part(tr("With the numbers"), tuple(_optimizer_lines(moment)))


def _optimizer_lines(moment: Moment) -> list[Line]:
    dissection, made, place = moment.dissection, moment.made, place_of(moment)
    before, engine = float(dissection.theta[place]), float(dissection.theta[place] - dissection.update[place])
    found = _found(moment)
    if made.optimizer.searches and not found:
        # No search was begun: nothing moves.
        return [Line(_THETA, _THETA, {"theta": before}, engine, True)]
    read = made.optimizer.lines_read(found, dissection.before, dissection.gradient, place) if found else {}
    settings = {**made.optimizer_fields, **_flags(read, dissection.learning_rate)}
    lines = optimizer_lines(made.optimizer, settings)
    values = optimizer_values(
        made.optimizer,
        made.optimizer_fields,
        dissection.before,
        place=place,
        theta=before,
        eta=dissection.learning_rate,
        dL_dtheta=float(bounded(moment)[place]),
    )
    engines: dict[Any, float | None] = {_THETA: engine, Symbol("d"): read.get("d")}
    done = worked_out(lines, {**values, **read})
    return [line if (own := engines.get(line.target)) is None else ending(line, own) for line in done]


def _found(moment: Moment) -> Mapping[str, Any]:
    found: Mapping[str, Any] = moment.dissection.settings.get("found", {})
    return found


def _flags(read: Mapping[str, Any], rate: float) -> dict[str, float]:
    """Return what decides which of an optimizer's lines are in force at all."""
    flags = {name: float(read[name]) for name in ("straight", "since", "pairs") if name in read}
    # What adds nothing is not printed.
    flags |= {name: 0.0 for name in ("tau", "r") if read.get(name) == 0}
    return flags if rate == 0 else {**flags, "eta": rate}


def _of_search(moment: Moment) -> Part:
    """Return how long a step a search found: the loss there, and what it had to come below."""
    found = _found(moment)
    if not found:
        return Part("", ())
    read = moment.made.optimizer.lines_read(
        found, moment.dissection.before, moment.dissection.gradient, place_of(moment)
    )
    told = [Line(Symbol(name), Number(read[name]), {}, read[name]) for name in ("alpha", "loss_there")]
    lines = worked_out([parse_line(each) for each in moment.made.optimizer.search_lines], read)
    caption = tr("How far along d: α is tried until the loss there is below a bound")
    return Part(caption, (*told, *lines))


# --- what the number is held to ---


def _of_bound(moment: Moment) -> Part:
    caption = tr("Held to a length: ‖w‖ is that of all weights that come into the unit")
    return Part(caption, tuple(held(moment)))


def held(moment: Moment) -> list[Line]:
    """Return what becomes of a weight after the optimizer's step, by what holds it to a bound."""
    state = moment.state(moment.parameter) if moment.dissection.layers else None
    settings = moment.dissection.settings.get("penalties", {})
    lines = []
    for entry in REGULARIZERS:
        formula = {line.target.name: line.formula for line in regularizer_lines(entry.make)}.get("w")
        if formula is None or not settings.get(entry.name) or state is None or state.role != "weight":
            continue
        place, dissection = place_of(moment), moment.dissection
        after = stepped(moment)
        row = after[moment.made.places[moment.number - 1][moment.parameter][moment.place[0]].ravel()]
        known = {
            **entry.checked({f.name: settings[f.name] for f in entry.fields if f.name in settings}),
            "theta": float(after[place]),
            "row_norm": float(np.linalg.norm(row)),
        }
        engine = float(dissection.theta[place] - dissection.update[place])
        lines.append(Line(_THETA, _of_one(formula), known, engine, True))
    return lines


def _of_one(node: Node) -> Node:
    """Return a projection as that of one weight: its θ, and its row's length."""
    if node == Call("norm", (Symbol("w"),)):
        return Symbol("row_norm")
    return _THETA if node == Symbol("w") else rebuilt(node, _of_one)


def stepped(moment: Moment) -> Array:
    """Return θ (n,) after the optimizer's step, before anything holds it to a bound."""
    dissection, made = moment.dissection, moment.made
    theta = np.array(dissection.theta)
    if made.optimizer.searches:
        found = _found(moment)
        return theta + found["alpha"] * found["d"] if found else theta
    optimizer = OPTIMIZERS.create(dissection.optimizer, **made.optimizer_fields)
    optimizer.start(len(theta), theta.dtype)
    optimizer.restore(dict(dissection.before))
    optimizer.step(theta, bounded(moment), dissection.learning_rate)
    return theta
