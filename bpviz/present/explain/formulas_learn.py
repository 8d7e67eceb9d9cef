"""Loss, gradients and updates in formulas, of networks and of functions."""

from __future__ import annotations

from bpviz.present.cards.inspect import variable_name
from bpviz.present.explain.formulas_update import Part, formula_name, penalty_terms
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import sample_name
from bpviz.present.formulas.evaluate import key
from bpviz.present.formulas.layers import kind_of
from bpviz.present.formulas.line import Line, Printed, tex_line
from bpviz.present.formulas.loss import sample_loss_lines
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.pieces import in_symbols, optimizer_lines
from bpviz.present.formulas.rewrite import replaced
from bpviz.present.formulas.traced import gradient_line, norm_lines, norm_share
from bpviz.present.formulas.tree import Assignment, Number, Sum, Symbol
from bpviz.text import tr


def in_general(moment: Moment) -> list[Printed]:
    """Return the update in symbols; of a function what is differentiated is f."""
    made = moment.made
    if moment.operation.phase != "update":
        return []
    if made.optimizer.direction:
        return [tex_line(each) for each in made.optimizer.direction]
    lines = optimizer_lines(made.optimizer, made.optimizer_fields)
    if not moment.dissection.layers:
        by_theta = {Symbol("dL_dtheta"): Symbol("df_dtheta")}
        lines = [Assignment(line.target, replaced(line.formula, by_theta)) for line in lines]
    return in_symbols(lines)


def loss(moment: Moment) -> list[Line]:
    """Return one sample's loss."""
    row = moment.worst_row()
    output = moment.dissection.layers[-1]
    z, y_hat, y = output.z[row].ravel(), output.a[row].ravel(), moment.dissection.y[row]
    return sample_loss_lines(moment.made.loss, moment.made.loss_fields, z, y_hat, y)


def gradient(moment: Moment) -> list[Line]:
    """Return a parameter's gradient: a sample's share, the samples' mean, and what penalties add."""
    return [line for part in gradient_parts(moment) for line in part.lines]


def gradient_parts(moment: Moment) -> list[Part]:
    """Return the same, each below what it is: the sample that is looked at, and the mean over the batch."""
    state, dissection = moment.state(moment.parameter), moment.dissection
    assert state is not None
    engine, whole = float(state.gradient[moment.place]), dissection.batch_size
    kept = len(moment.trace.x)
    data = _data_gradient(moment)
    letter = Symbol("g", data.target.index if isinstance(data.target, Symbol) else ())
    parts = []
    if not moment.mean and whole > 1:
        parts.append(_share(moment))
    elif kept < whole:
        some = Line(letter, data.formula, data.values, data.evaluate())
        parts.append(Part(tr("The mean over {kept} of {whole} samples", kept=kept, whole=whole), (some,)))
    caption = tr("The mean over {count} samples", count=whole) if whole > 1 else tr("With the numbers")
    if kept < whole:
        # Of the other samples the sum is known, and not each one's share.
        return [*parts, Part(caption, (Line(data.target, Number(engine), {}, engine),))]
    return [*parts, Part(caption, tuple(_with_penalties(moment, data, engine, letter)))]


def _share(moment: Moment) -> Part:
    """Return what one sample by itself would have for a gradient."""
    row, trace = moment.rows[0], moment.trace
    name, place = formula_name(moment)
    if moment.kind == "batchnorm":
        line = norm_share(trace, place[0], name, row, epsilon=moment.layer.epsilon)  # type: ignore[attr-defined]
    else:
        line = gradient_line(trace, name, place, kind_of(moment.layer).settings, sample=row)
    fields = {"sample": sample_name(moment, row), "place": row + 1, "count": len(trace.x)}
    caption = tr("{sample} by itself", **fields)
    if len(trace.x) > 1:
        caption = tr("{sample} by itself, [{place}] of the {count} in the batch", **fields)
    else:
        # By its number nobody could tell it from the batch's.
        at = line.target.index if isinstance(line.target, Symbol) else ()
        line = Line(Symbol("g", at), line.formula, line.values, line.result)
    return Part(caption[:1].upper() + caption[1:], (line,))


def _with_penalties(moment: Moment, data: Line, engine: float, letter: Symbol) -> list[Line]:
    own = data.evaluate()
    if abs(own - engine) <= 1e-9 * abs(engine) + 1e-14:
        return [data]
    return [Line(letter, data.formula, data.values, own), *_penalties(moment, own, engine, letter, data)]


def _data_gradient(moment: Moment) -> Line:
    trace = moment.trace
    name, place = formula_name(moment)
    if moment.kind == "batchnorm":
        epsilon = moment.layer.epsilon  # type: ignore[attr-defined]
        made = norm_lines(trace, place[0], "gradient", 0, epsilon=epsilon)
        line = next(line for line in made if getattr(line.target, "name", "") == f"dL_d{name}")
        at = (Number(place[0] + 1, literal=True),)
        target = Symbol(f"dL_d{name}", at, Number(moment.number, literal=True))
        return Line(target, line.formula, line.values, line.result)
    return gradient_line(trace, name, place, kind_of(moment.layer).settings)


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
