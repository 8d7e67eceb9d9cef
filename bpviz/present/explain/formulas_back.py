"""δ in formulas: what comes back from the layer above, times the slope."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpviz.engine.layers import Layer
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.explain.shares import GATES
from bpviz.present.formulas.layers import delta_lines as written_out
from bpviz.present.formulas.layers import kind_of, layer_lines
from bpviz.present.formulas.line import Line, Printed
from bpviz.present.formulas.loss import loss_gradient_lines
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.pieces import activation_lines, in_symbols, loss_lines
from bpviz.present.formulas.rewrite import rebuilt, replaced
from bpviz.present.formulas.traced import lines_at, norm_in_force, norm_lines, recurrent_delta_lines
from bpviz.present.formulas.tree import Assignment, Number, Symbol
from bpviz.present.formulas.units import with_activation


def own_letter(moment: Moment, lines: list[Assignment]) -> list[Assignment]:
    """Return an activation's lines with h in place of a, where a layer's output is called that."""
    if moment.kind != "rnn":
        return lines
    return [rebuilt(line, lambda each: replaced(each, {Symbol("a"): Symbol("h")})) for line in lines]


def in_general(moment: Moment) -> list[Printed]:
    """Return δ in symbols, with the layer above written out in it where that is one line."""
    number, above = moment.number, moment.above
    own = kind_of(moment.layer)
    slope = in_symbols(own_letter(moment, activation_lines(moment.made.activation(number), "slope")))
    if moment.kind in GATES:
        found = in_symbols(layer_lines(own, "delta", number))
        return found + slope if moment.kind == "rnn" else found
    if moment.output:
        loss = in_symbols(loss_lines(moment.made.loss, moment.made.loss_fields, "derivative"))
        return loss + in_symbols(layer_lines(own, "delta", number)) + slope
    assert above is not None
    sends = kind_of(moment.made.layers[above.number - 1])
    if "delta" not in own.formulas:
        return in_symbols(layer_lines(sends, "back", above.number))
    if moment.kind == "batchnorm" or above.kind == "batchnorm":
        made = [*layer_lines(sends, "back", above.number), *layer_lines(own, "delta", number)]
        return in_symbols(norm_lines_of(moment, made)) + slope
    return in_symbols(written_out(own, sends, number)) + slope


def norm_lines_of(moment: Moment, lines: list[Assignment]) -> list[Assignment]:
    """Return lines with those of a batch norm as they hold for its places in each sample."""
    norms = [one for one in (moment.trace, moment.above) if one is not None and one.kind == "batchnorm"]
    if not norms:
        return lines
    shape = norms[-1].x.shape[1:]
    places = {3: math.prod(shape[1:]), 2: shape[0]}.get(len(shape), 1)
    return [norm_in_force(line, places) for line in lines]


def in_channel(place: Place, shape: tuple[int, ...], row: int) -> tuple[int, int]:
    """Return a batch norm's channel, and which of its N numbers in the batch, for a place of a sample."""
    if len(shape) == 3:
        channel, r, s = place
        return channel, (row * shape[1] + r) * shape[2] + s
    if len(shape) == 2:
        return place[1], row * shape[0] + place[0]
    return place[0], row


def output_delta(moment: Moment) -> list[Line]:
    """Return δ of an output whose loss reads z."""
    moment = moment.worked()
    made = _of_loss(moment)
    delta = float(moment.trace.delta[(moment.rows[0], *moment.place)])
    last = made[-1]
    return [*made[:-1], Line(last.target, last.formula, last.values, delta)]


def _of_loss(moment: Moment) -> list[Line]:
    row, trace = moment.rows[0], moment.trace
    z, a = trace.z[row].ravel(), trace.a[row].ravel()
    unit = int(np.ravel_multi_index(moment.place, trace.a.shape[1:]))
    return loss_gradient_lines(
        moment.made.loss, moment.made.loss_fields, z, a, moment.dissection.y[row], unit
    )


def delta(moment: Moment) -> list[Line]:
    """Return what arrives at a unit, and δ made of it."""
    moment = moment.worked()
    if moment.kind in GATES:
        return _of_step(moment)
    if moment.output:
        arrived = _of_loss(moment)
        return [*arrived, *_through_slope(moment, arrived[-1].result)]
    arrived = _from_above(moment)
    if "delta" not in moment.layer.formulas:
        return arrived
    return [*arrived, *_through_slope(moment, arrived[-1].result)]


def _of_step(moment: Moment) -> list[Line]:
    truncate = moment.layer.truncate  # type: ignore[attr-defined]  # of recurrent layers
    sigma = moment.made.activation(moment.number) if moment.kind == "rnn" else None
    (unit,) = moment.place
    row = moment.rows[0]
    return recurrent_delta_lines(
        moment.trace, unit, moment.step, sample=row, activation=sigma, truncate=truncate
    )


def _from_above(moment: Moment) -> list[Line]:
    above, row = moment.above, moment.rows[0]
    assert above is not None
    layer = moment.made.layers[above.number - 1]
    settings = kind_of(layer).settings
    place, step = moment.place, None
    if above.kind == "batchnorm":
        channel, at = in_channel(place, above.x.shape[1:], row)
        epsilon = layer.epsilon  # type: ignore[attr-defined]
        (made,) = norm_lines(above, channel, "back", at, epsilon=epsilon)
        # What comes to a norm's x is ∂L/∂a of the layer below.
        target = Symbol("dL_da", _literal(place), Number(moment.number, literal=True))
        return [Line(target, made.formula, made.values, made.result)]
    if above.kind == "flatten":
        unit = int(np.ravel_multi_index(place, above.x.shape[1:]))
        target = Symbol("dL_da", _literal(place), Number(moment.number, literal=True))
        source = Symbol("dL_da", _literal((unit,)), Number(above.number, literal=True))
        value = float(above.delta[row].ravel()[unit])
        return [Line(target, source, {f"dL_da({above.number})[{unit + 1}]": value}, value)]
    if len(place) == 2:
        step, place = place[0], place[1:]
    extra = window_ranges(layer)
    if above.kind == "maxpool":
        place = (int(np.ravel_multi_index(place, above.x.shape[1:])),)
        extra |= {f"dL_da({above.number})": above.delta[row].ravel()}
    return lines_at(above, "back", place, sample=row, step=step, settings=settings, extra=extra)


def window_ranges(layer: Layer) -> dict[str, Any]:
    """Return how far i and j go in a pool's window; nothing for other layers."""
    if layer.kind not in ("maxpool", "avgpool"):
        return {}
    side = range(1, layer.size_of_window + 1)  # type: ignore[attr-defined]  # of pools
    return {"i": side, "j": side}


def _literal(place: Place) -> tuple[Number, ...]:
    return tuple(Number(each + 1, literal=True) for each in place)


def _through_slope(moment: Moment, arrived: float) -> list[Line]:
    row, trace = moment.rows[0], moment.trace
    number, place, step = moment.number, moment.place, None
    sigma = moment.made.activation(number)
    if moment.kind == "batchnorm":
        formula = with_activation(parse("dL_da * sigma_prime(z)"), sigma)
        z, a = (float(array[(row, *place)]) for array in (trace.z, trace.a))
        values = {**sigma.constants, "dL_da": arrived, "z": z, "a": a}
        return [Line(Symbol("delta"), formula, values, float(trace.delta[(row, *place)]))]
    key_place = ",".join(str(each + 1) for each in (place[1:] if len(place) == 2 else place))
    if len(place) == 2:
        step, place = place[0], place[1:]
    extra = {f"dL_da({number})[{key_place}]": arrived}
    settings = kind_of(moment.layer).settings
    return lines_at(
        trace, "delta", place, sample=row, step=step, activation=sigma, settings=settings, extra=extra
    )
