"""Loss, gradients and updates in formulas, of networks and of functions."""

from __future__ import annotations

import numpy as np

from bpviz.engine.clipping import clip_norm, clip_value
from bpviz.engine.registries import REGULARIZERS
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.layers import kind_of
from bpviz.present.formulas.line import Line, Printed
from bpviz.present.formulas.loss import sample_loss_lines
from bpviz.present.formulas.numbers_of import GATES as GATE_NAMES
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.pieces import in_symbols, optimizer_lines, optimizer_values, worked_out
from bpviz.present.formulas.traced import gradient_line, norm_lines
from bpviz.present.formulas.tree import Number, Sum, Symbol
from bpviz.present.inspect import variable_name
from bpviz.snapshot import Array


def in_general(moment: Moment) -> list[Printed]:
    """Return the update in symbols; of a function nothing, which has no layers."""
    made = moment.made
    if moment.operation.phase != "update":
        return []
    if made.optimizer.direction:
        return [Printed("", ((each,),), each, "") for each in made.optimizer.direction]
    return in_symbols(optimizer_lines(made.optimizer, made.optimizer_fields))


def loss(moment: Moment) -> list[Line]:
    """Return one sample's loss."""
    row = moment.worst_row()
    output = moment.dissection.layers[-1]
    z, y_hat, y = output.z[row].ravel(), output.a[row].ravel(), moment.dissection.y[row]
    return sample_loss_lines(moment.made.loss, moment.made.loss_fields, z, y_hat, y)


def gradient(moment: Moment) -> list[Line]:
    """Return a parameter's gradient: the samples' mean, and what penalties add."""
    state = moment.state(moment.parameter)
    assert state is not None
    engine = float(state.gradient[moment.place])
    data = _data_gradient(moment)
    own = data.evaluate()
    if abs(own - engine) <= 1e-9 * abs(engine) + 1e-14:
        return [data]
    letter = Symbol("g", data.target.index if isinstance(data.target, Symbol) else ())
    first = Line(letter, data.formula, data.values, own)
    penalties = _penalties(moment, own, engine, letter, data)
    return [first, *penalties]


def _data_gradient(moment: Moment) -> Line:
    trace = moment.trace
    name, place = parameter_name(moment)
    if moment.kind == "batchnorm":
        epsilon = moment.layer.epsilon  # type: ignore[attr-defined]
        made = norm_lines(trace, place[0], "gradient", 0, epsilon=epsilon)
        return next(line for line in made if getattr(line.target, "name", "") == f"dL_d{name}")
    return gradient_line(trace, name, place, kind_of(moment.layer).settings)


def parameter_name(moment: Moment) -> tuple[str, Place]:
    """Return what the layer's formulas call the chosen parameter, gate by gate, and the place in it."""
    name, place = moment.parameter, moment.place
    if moment.kind not in GATES or moment.kind == "rnn":
        return name, place
    width = moment.layer.width  # type: ignore[attr-defined]  # of recurrent layers
    gate = GATE_NAMES[moment.kind][place[0] // width]
    return f"{name}_{gate}", (place[0] % width, *place[1:])


def _penalties(moment: Moment, own: float, engine: float, letter: Symbol, data: Line) -> list[Line]:
    """Return ∂L/∂w = g + ∂R/∂w, where penalties are in force."""
    settings = moment.dissection.settings.get("penalties", {})
    state = moment.state(moment.parameter)
    terms = []
    known: dict[str, float] = {"w": float(state.values[moment.place]) if state is not None else 0.0}
    for entry in REGULARIZERS:
        if settings.get(entry.name) and entry.make.derivative:  # type: ignore[attr-defined]  # of penalties
            terms.append(parse(entry.make.derivative))  # type: ignore[attr-defined]
            known |= entry.checked({f.name: settings[f.name] for f in entry.fields if f.name in settings})
    if not terms or state is None or state.role != "weight":
        return []
    formula = Sum((letter, *terms))
    from bpviz.present.formulas.evaluate import key

    return [Line(data.target, formula, {**known, key(letter): own}, engine)]


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


def update(moment: Moment) -> list[Line]:
    """Return the optimizer's step on one parameter, line by line; of a search only its end."""
    dissection, made = moment.dissection, moment.made
    if dissection.layers:
        place = int(made.places[moment.number - 1][moment.parameter][moment.place])
    else:
        place = moment.place[0]
    before, taken = float(dissection.theta[place]), float(dissection.update[place])
    lines = optimizer_lines(made.optimizer, made.optimizer_fields)
    theta = Symbol("theta")
    if not lines:
        formula = Sum((theta, parse("-s")))
        return [Line(theta, formula, {"theta": before, "s": taken}, before - taken, True)]
    values = optimizer_values(
        made.optimizer,
        made.optimizer_fields,
        dissection.before,
        place=place,
        theta=before,
        eta=dissection.learning_rate,
        dL_dtheta=float(bounded(moment)[place]),
    )
    found = worked_out(lines, values)
    return [_engine_s(line, before - taken) if line.target == theta else line for line in found]


def _engine_s(line: Line, engine: float) -> Line:
    """Return the line with the engine's number, unless something was done to it afterwards."""
    if abs(line.result - engine) <= 1e-9 * (abs(engine) + 1e-300):
        return Line(line.target, line.formula, line.values, engine, line.before)
    return line


def function_value(moment: Moment) -> list[Line]:
    """Return f at the point."""
    dissection, info = moment.dissection, moment.info
    f = Symbol("f")
    names = [variable_name(info, index) for index in range(len(dissection.theta))]
    values = dict(zip(names, map(float, dissection.theta), strict=True))
    told = Line(f, Number(dissection.loss), {}, dissection.loss)
    try:
        line = Line(f, parse(info.formula.replace("^", "**")), values, dissection.loss)
        own = line.evaluate()
    except (ValueError, KeyError):
        # Written in a way that formulas here have not: its value alone is told.
        return [told]
    return [line if abs(own - told.result) <= 1e-9 * abs(own) + 1e-300 else told]


def function_slope(moment: Moment) -> list[Line]:
    """Return the gradient, variable by variable."""
    made = []
    for index, each in enumerate(moment.dissection.gradient):
        name = f"dL_d{variable_name(moment.info, index)}"
        made.append(Line(Symbol(name), Number(float(each)), {}, float(each)))
    return made
