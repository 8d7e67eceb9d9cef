"""The formula of an operation: in symbols for the whole layer, then of one unit or weight with its numbers.

What is worked out of several samples is their mean: then it is said what it is the mean of, and the formula
stands for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpviz.present.cards.inspect import output_name
from bpviz.present.explain import by_hand, formulas_back, formulas_learn, formulas_update
from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import sample_name
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.evaluate import key
from bpviz.present.formulas.layers import kind_of, layer_lines
from bpviz.present.formulas.line import MOST_TERMS, Line, Printed
from bpviz.present.formulas.numbers_of import numbers_of
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.pieces import activation_lines, in_symbols, loss_lines
from bpviz.present.formulas.traced import flatten_line, lines_at, norm_lines, over_samples
from bpviz.present.formulas.tree import Number, Over, Product, Quotient, Symbol
from bpviz.present.formulas.units import with_activation
from bpviz.present.numbers import MINUS
from bpviz.text import tr

Lines = Sequence[Line]

_STATES = {"cell": "c", "hidden": "h", "candidate": "qn"}
_OPERATIONS = {"pool": "sum", "flatten": "sum", "mask": "sum", "normalize": "sum"}


@dataclass(frozen=True)
class Block:
    """Lines that belong together, and what they are about."""

    caption: str
    printed: tuple[Printed, ...]

    def copied(self) -> str:
        """Return the lines as text, every term and every digit."""
        lines = (each.plain.replace(MINUS, "-") for each in self.printed)
        return "\n".join(filter(None, [self.caption, *lines]))

    def coloured(self, colour: str) -> Block:
        """Return the lines in another colour of the palette."""
        return Block(self.caption, tuple(replace(each, colour=colour) for each in self.printed))


_PARTS: dict[str, Callable[[Moment], list[formulas_update.Part]]] = {
    "gradient": formulas_learn.gradient_parts,
    "update": formulas_update.parts,
}
"""Operations that are told in several parts."""

_MOST_OF_A_MEAN = 4
"""How many samples' terms the screen shows: so the mean itself is seen at once."""

_COLOURS = {"backward": "backward"}
"""What flows back has its own colour."""


def formulas(moment: Moment) -> list[Block]:
    """Return what is typeset about the moment's operation."""
    if by_hand.applies(moment):
        return [Block(by_hand.caption(moment), (by_hand.line(moment).printed(),))]
    blocks = []
    general = in_general(moment)
    if general:
        blocks.append(Block("", tuple(general)))
    # The mean first: it is the number that every other panel shows.
    mean = mean_lines(moment)
    if mean:
        blocks.append(
            Block(
                _of_the_mean(moment) + _class_of(moment),
                tuple(line.printed(_MOST_OF_A_MEAN) for line in mean),
            )
        )
    blocks += _with_numbers(moment)
    colour = _COLOURS.get(moment.operation.phase, "text")
    return [block.coloured(colour) for block in blocks if block.printed]


def _with_numbers(moment: Moment) -> list[Block]:
    """Return the lines with numbers; of an update everything that is done, each below what it is."""
    parts = _PARTS.get(moment.operation.kind)
    if parts is not None:
        most = MOST_TERMS if moment.operation.kind == "update" else _MOST_OF_A_MEAN
        return [
            Block(part.caption, tuple(line.printed(most) for line in part.lines)) for part in parts(moment)
        ]
    if moment.operation.kind == "normalize" and moment.mean:
        return _of_batch_norm(moment)
    worked = lines(moment)
    if not worked and moment.dissection.layers:
        return []
    return [Block(_of_whom(moment), tuple(_printed(moment, line) for line in worked))]


def _of_batch_norm(moment: Moment) -> list[Block]:
    """Return the batch's statistics, which are what a mean has to tell, then one sample's number."""
    worked = _normalized(moment)
    of_batch = [line for line in worked if line.target in (Symbol("mu"), Symbol("variance"))]
    count = moment.dissection.batch_size
    said = tr("Over the batch of {count} samples; x̂ has mean 0 and spread 1, by construction", count=count)
    return [
        Block(said, tuple(line.printed(_MOST_OF_A_MEAN) for line in of_batch)),
        Block(_of_whom(moment), tuple(line.printed() for line in worked if line not in of_batch)),
    ]


def _printed(moment: Moment, line: Line) -> Printed:
    """Return what is drawn of a line; what is differentiated is f where there is no loss."""
    made = line.printed()
    if moment.dissection.layers or moment.operation.kind != "slope":
        return made
    left = made.left.replace("L", "f", 1)
    said = made.plain.replace("∂L", "∂f", 1)
    return replace(made, left=left, parts=made.parts[:1], whole=lambda: said, told=said)


def _of_whom(moment: Moment) -> str:
    if not moment.dissection.layers:
        return tr("With the numbers")
    row = moment.worst_row() if moment.operation.kind == "loss" else moment.worked().rows[0]
    fields = {"place": row + 1, "count": len(moment.dissection.rows)}
    sample = sample_name(moment, row)
    if len(moment.dissection.rows) > 1 and int(moment.dissection.rows[row]) >= 0:
        sample = tr("{sample}, [{place}] of the {count} in the batch", sample=sample, **fields)
    return tr("With the numbers of {sample}", sample=sample) + _class_of(moment)


def _class_of(moment: Moment) -> str:
    """Say which class an output unit stands for: formulas count from 1, the diagram has its name."""
    if len(moment.place) != 1 or moment.parameter or not moment.number or not moment.output:
        return ""
    name = output_name(moment.info, moment.place[0])
    if moment.info.task != "classification" or moment.info.units[-1] < 2 or name.startswith("ŷ"):
        return ""
    return " · " + tr("unit {unit} is class “{name}”", unit=moment.place[0] + 1, name=name)


def _of_the_mean(moment: Moment) -> str:
    kept, size = len(moment.rows), moment.dissection.batch_size
    if kept < size:
        return tr("The mean over {kept} of {whole} samples", kept=kept, whole=size)
    return tr("The mean over {count} samples", count=kept)


def in_general(moment: Moment) -> list[Printed]:
    """Return the operation's formula in symbols, on whole layers."""
    operation, kind = moment.operation, moment.kind
    if not moment.dissection.layers or operation.phase == "update":
        return formulas_learn.in_general(moment)
    if operation.kind == "loss":
        wanted = "meaning" if moment.made.loss.meaning else "formula"
        return in_symbols(loss_lines(moment.made.loss, moment.made.loss_fields, wanted))
    if operation.kind == "output_delta":
        return in_symbols(loss_lines(moment.made.loss, moment.made.loss_fields, "derivative"))
    if operation.kind == "delta":
        return formulas_back.in_general(moment)
    layer = kind_of(moment.layer)
    every = layer_lines(layer, _operation(moment), moment.number)
    wanted_lines = [line for line in every if _wanted(moment, line.target.name)]
    if operation.kind == "gradient" and moment.kind != "batchnorm":
        wanted_lines = [over_samples(line, moment.dissection.batch_size) for line in wanted_lines]
    if operation.kind == "normalize":
        wanted_lines = [*layer_lines(layer, "statistics", moment.number), *wanted_lines]
    found = in_symbols(
        formulas_back.norm_lines_of(moment, wanted_lines) if kind == "batchnorm" else wanted_lines
    )
    if operation.kind == "activation" and kind:
        own = activation_lines(moment.made.activation(moment.number))
        found += in_symbols(formulas_back.own_letter(moment, own))
    return found


def _operation(moment: Moment) -> str:
    kind = moment.operation.kind
    if kind in ("cell", "hidden"):
        return "state"
    return "gates" if kind == "candidate" else _OPERATIONS.get(kind, kind)


def _wanted(moment: Moment, target: str) -> bool:
    """Whether a line of the layer's belongs to this operation: a GRU's gates make its candidate as well."""
    kind = moment.operation.kind
    if kind == "gradient":
        return target == f"dL_d{formulas_update.formula_name(moment)[0]}"
    if kind in _STATES:
        return target in _STATES[kind]
    return not (kind == "gates" and moment.kind == "gru" and target in _STATES["candidate"])


def lines(moment: Moment) -> list[Line]:
    """Return the operation's lines at the moment's unit or weight, each with the engine's number."""
    operation = moment.operation
    maker = _MAKERS.get(operation.kind)
    if maker is not None:
        return maker(moment)
    return _forward(moment.worked())


def _forward(moment: Moment) -> list[Line]:
    place, step = moment.place, moment.step if moment.step >= 0 else None
    if moment.kind == "dense" and len(place) == 2:
        step, place = place[0], place[1:]
    found = lines_at(
        moment.trace,
        _operation(moment),
        place,
        sample=moment.rows[0],
        step=step,
        activation=moment.made.activation(moment.number),
        settings=kind_of(moment.layer).settings,
        extra=formulas_back.window_ranges(moment.layer),
    )
    return [line for line in found if isinstance(line.target, Symbol) and _wanted(moment, line.target.name)]


def _normalized(moment: Moment) -> list[Line]:
    moment = moment.worked()
    channel, at = formulas_back.in_channel(moment.place, moment.trace.x.shape[1:], moment.rows[0])
    epsilon = moment.layer.epsilon  # type: ignore[attr-defined]  # of a batch norm
    return norm_lines(moment.trace, channel, "statistics", at, epsilon=epsilon) + norm_lines(
        moment.trace, channel, "sum", at, epsilon=epsilon
    )


def _flattened(moment: Moment) -> list[Line]:
    return [flatten_line(moment.trace, moment.place[0], moment.worked().rows[0])]


def _activation(moment: Moment) -> list[Line]:
    if moment.kind != "batchnorm":
        return _forward(moment.worked())
    moment = moment.worked()
    sigma, at = moment.made.activation(moment.number), (moment.rows[0], *moment.place)
    z, a = float(moment.trace.z[at]), float(moment.trace.a[at])
    formula = with_activation(parse("sigma(z)"), sigma)
    return [Line(Symbol("a"), formula, {**sigma.constants, "z": z, "a": a}, a)]


_MAKERS: dict[str, Callable[[Moment], list[Line]]] = {
    "normalize": _normalized,
    "flatten": _flattened,
    "activation": _activation,
    "loss": formulas_learn.loss,
    "output_delta": formulas_back.output_delta,
    "delta": formulas_back.delta,
    "gradient": formulas_learn.gradient,
    "update": formulas_update.update,
    "value": formulas_learn.function_value,
    "slope": formulas_learn.function_slope,
}


# --- what a mean is the mean of ---


def mean_lines(moment: Moment) -> list[Line]:
    """Return the mean over the samples, written out; nothing where one sample is looked at.

    Of what a batch norm has made there is none to be learnt from: it is β by construction.
    """
    if not moment.mean or moment.operation.kind in ("gradient", "update"):
        return []
    if moment.operation.kind == "normalize":
        return []
    if moment.kind == "batchnorm" and moment.operation.kind == "activation":
        return [] if moment.layer.activation is None else [_mean(*each) for each in _of_each(moment)]
    return [_mean(symbol, array) for symbol, array in _of_each(moment)]


def _mean(symbol: Symbol, array: np.ndarray) -> Line:
    """Return the mean of what each row of ``array`` (rows, …) has at the symbol's place."""
    count = len(array)
    each = replace(symbol, sample=Symbol("m"))
    # Not over a stroke: a sum can be broken where the line ends, a fraction cannot.
    share = Quotient(Number(1, literal=True), Number(count, literal=True))
    formula = Product((share, Over("sum", each, ("m",))))
    values = {key(Symbol(symbol.name, (), symbol.layer)): array, "m": range(1, count + 1)}
    place = tuple(int(index.value) - 1 for index in symbol.index if isinstance(index, Number))
    at: tuple[Any, ...] = (slice(None), *place)
    return Line(symbol, formula, values, float(np.mean(array[at])))


def _of_each(moment: Moment) -> list[tuple[Symbol, np.ndarray]]:
    """Return what the operation makes, of every row whole."""
    operation = moment.operation
    at = tuple(Number(each + 1, literal=True) for each in moment.place)
    layer = Number(moment.number, literal=True)
    if operation.kind == "loss":
        return [(Symbol("L"), moment.losses())]
    if moment.kind in GATES and moment.step >= 0:
        targets = [line.target for line in lines(moment) if isinstance(line.target, Symbol)]
        states = [(target, _states(moment, target)) for target in targets]
        return [(target, array) for target, array in states if array is not None]
    name, array = {
        "sum": ("z", moment.trace.z),
        "normalize": ("z", moment.trace.z),
        "delta": ("delta", moment.trace.delta),
        "output_delta": ("delta", moment.trace.delta),
    }.get(operation.kind, ("a", moment.trace.a))
    return [(Symbol(name, at, layer), array[moment.rows])]


def _states(moment: Moment, target: Symbol) -> np.ndarray | None:
    """Return a recurrent layer's numbers of every row, (rows, steps, units); None where it keeps none."""
    found = [numbers_of(moment.trace, row).get(target.name) for row in moment.rows]
    if any(each is None for each in found) or len(target.index) != 1 + len(moment.place):
        return None
    return np.array(found)
