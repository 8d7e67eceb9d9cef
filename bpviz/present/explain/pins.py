"""Where in the picture of the network the number stands that the explanation speaks of."""

from __future__ import annotations

import numpy as np

from bpviz.present.diagram.layout import Spot
from bpviz.present.explain.moment import Moment
from bpviz.present.unrolled.rows import RECURRENT
from bpviz.snapshot.probing import ParameterPlace

_ARRAYS = {"sum": "z", "cell": "c", "candidate": "n"}


def pin_of(moment: Moment) -> tuple[ParameterPlace | Spot | None, int, str]:
    """Return what to pin, at which step of a sequence (−1: none) and in which array; None for a loss."""
    number, place = moment.number, moment.place
    if not moment.dissection.layers or not number or not place:
        return None, -1, ""
    if moment.parameter:
        return ParameterPlace(number, moment.parameter, place), -1, ""
    if moment.step >= 0 and moment.kind in RECURRENT:
        gate = "i" if moment.kind == "lstm" else "r"
        name = gate if moment.operation.kind == "gates" else _ARRAYS.get(moment.operation.kind, "h")
        return Spot(number, place[-1]), moment.step, name
    shape = moment.trace.a.shape[1:]
    if len(place) == len(shape) == 2:
        return Spot(number, place[1]), place[0], "a"
    if len(place) != len(shape):
        return None, -1, ""
    return Spot(number, int(np.ravel_multi_index(place, shape))), -1, ""
