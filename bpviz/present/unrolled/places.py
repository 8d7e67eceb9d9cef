"""Where a number of the network stands in the unrolled picture, and which number a place of it is."""

from __future__ import annotations

from bpviz.present.diagram.layout import Spot
from bpviz.present.unrolled.layout import Mark, Unrolled
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.snapshot import RunInfo
from bpviz.snapshot.probing import ParameterPlace


def mark_of(layout: Unrolled, where: ParameterPlace) -> Mark | None:
    """Return the mark of a parameter, an input ("x") or a target ("y"); None where it is not shown.

    Inputs and targets count over all steps, a step's channels side by side: place t D + d is channel d of
    step t, both from 0.
    """
    if where.layer:
        source = where.place[1] if len(where.place) > 1 else 0
        return Mark("weight", where.layer, unit=where.place[0], name=where.name, source=source)
    last = layout.rows[-1]
    row = last if where.name == "y" else layout.rows[0]
    if where.name not in ("x", "y") or (row is last and not row.spec.is_output):
        return None
    step, unit = divmod(where.place[0], row.spec.units)
    if row.spec.kind == "last":
        step = layout.steps - 1
    return Mark("cell", row.spec.layer, step, unit, row.spec.name) if step < layout.steps else None


def mark_of_unit(layout: Unrolled, layer: int, unit: int, step: int = -1, name: str = "") -> Mark | None:
    """Return the mark of a unit's number at a step (−1: the last one) in the array ``name``.

    In a layer with no steps of its own ``unit`` is among all its units.
    """
    row = layout.row_of(layer, name)
    if row is None or row.spec.kind == "through":
        return None
    if row.spec.kind != "last" and unit >= row.spec.units:
        step, unit = divmod(unit, row.spec.units)
    step = layout.steps - 1 if step < 0 or row.spec.kind == "last" else step
    if not 0 <= unit < row.spec.units or step >= layout.steps:
        return None
    return Mark("cell", layer, step, unit, name or row.spec.name)


def mark_of_spot(layout: Unrolled, spot: Spot, step: int = -1, name: str = "") -> Mark | None:
    """Return the mark of what a spot of the diagram stands for; ``name`` is the array, or the parameter."""
    if spot.is_weight:
        row = layout.row_of(spot.layer)
        if row is None:
            return None
        name = name or ("Wx" if row.spec.kind == "recurrent" else "W")
        return Mark("weight", spot.layer, unit=spot.unit, name=name, source=spot.source)
    return mark_of_unit(layout, spot.layer, spot.unit, step, name)


def where_of(info: RunInfo, mark: Mark) -> ParameterPlace | None:
    """Return the number that a mark is: a parameter, an input; None for what is computed."""
    if mark.kind == "weight":
        bias = mark.name.startswith("b")
        return ParameterPlace(mark.layer, mark.name, (mark.unit,) if bias else (mark.unit, mark.source))
    if mark.layer == 0 and mark.kind == "cell" and mark.unit >= 0 and info.sequence_shape is not None:
        return ParameterPlace(0, "x", (mark.step * info.sequence_shape[1] + mark.unit,))
    return None


def view_of(kind: str, units: int, mark: Mark) -> str:
    """Return the view in which a mark of a layer of this kind can be seen where the present one hides it."""
    if mark.kind == "weight" and kind in RECURRENT and mark.name.startswith("W"):
        gate = GATES[kind][mark.unit // units]
        return gate if mark.unit // units < len(GATES[kind]) else "h"
    return mark.name or "h"
