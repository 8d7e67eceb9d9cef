"""Loss, gradients and updates in formulas, of networks and of functions."""

from __future__ import annotations

from bpviz.present.explain.formulas_update import penalty_terms
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.evaluate import key
from bpviz.present.formulas.layers import kind_of
from bpviz.present.formulas.line import Line, Printed
from bpviz.present.formulas.loss import sample_loss_lines
from bpviz.present.formulas.numbers_of import GATES as GATE_NAMES
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.pieces import in_symbols, optimizer_lines
from bpviz.present.formulas.traced import gradient_line, norm_lines
from bpviz.present.formulas.tree import Number, Sum, Symbol
from bpviz.present.inspect import variable_name


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
    terms, known = penalty_terms(moment)
    if not terms:
        return []
    return [Line(data.target, Sum((letter, *terms)), {**known, key(letter): own}, engine)]


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
