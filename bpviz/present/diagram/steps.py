"""Where the arrow keys go: through the neurons, through maps and kernels by where they stand."""

from __future__ import annotations

import numpy as np

from bpviz.present.diagram.layout import Array, Column, Layout, Spot
from bpviz.present.diagram.maps import MapColumn


def moved(layout: Layout, spot: Spot, across: int, down: int) -> Spot:
    """Return where an arrow key leads from ``spot``; the spot itself where there is nothing.

    In a grid up and down go by rows; among maps and kernels each key goes to what is next that way.
    """
    here = layout.columns[spot.layer]
    if isinstance(here, MapColumn):
        inside = _beyond(here, spot, across, down)
        if inside is not None or not across:
            return inside or spot
        return _crossed(layout, spot, spot.layer + across, across)
    if across:
        inside_unit, row = spot.unit + across, here.cells[:, 1]
        if here.kind != "nodes" and 0 <= inside_unit < here.units and row[inside_unit] == row[spot.unit]:
            return Spot(spot.layer, inside_unit)
        return _crossed(layout, spot, spot.layer + across, across)
    unit = spot.unit + down * int((here.cells[:, 1] == here.cells[0, 1]).sum())
    return Spot(spot.layer, unit) if 0 <= unit < here.units else spot


def _beyond(column: MapColumn, spot: Spot, across: int, down: int) -> Spot | None:
    """Return the nearest pixel or kernel's number that lies wholly that way; None past the last."""
    at = column.spot_cell(spot)
    if at is None:
        return None
    boxes = np.concatenate([column.cells, column.entries])
    centre = boxes[:, :2] + boxes[:, 2:] / 2 - (np.array(at[:2]) + np.array(at[2:]) / 2)
    sign, axis = (across, 0) if across else (down, 1)
    along, off = centre[:, axis] * sign, np.abs(centre[:, 1 - axis])
    # To the side as far as the kernel half way down its map; up and down in the same column at best.
    most, dear = (0.55 * column.tiles[0, 3], 0.5) if across else (column.tiles[0, 2], 3.0)
    cost = np.where((along > 0.3 * at[2 + axis]) & (off <= most), along + dear * off, np.inf)
    found = int(cost.argmin())
    if not np.isfinite(cost[found]):
        return None
    return Spot(column.layer, found) if found < column.units else column.kernel_spot(found - column.units)


def _crossed(layout: Layout, spot: Spot, layer: int, across: int) -> Spot:
    """Go to the neuron of another layer that is nearest in height, of several the first that way."""
    if not 0 <= layer < len(layout.columns):
        return spot
    at = layout.spot_cell(spot)
    y = at[1] + at[3] / 2 if at is not None else 0.0
    target = layout.columns[layer]
    if not isinstance(target, MapColumn):
        return Spot(layer, int(np.abs(target.ports_in()[:, 1] - y).argmin()))
    boxes: Array = np.concatenate([target.cells, target.entries])
    off = np.abs(boxes[:, 1] + boxes[:, 3] / 2 - y)
    first = boxes[:, 0] * across
    nearest = np.lexsort((off, first)) if across > 0 and len(target.entries) else np.lexsort((first, off))
    found = int(nearest[0])
    return Spot(layer, found) if found < target.units else target.kernel_spot(found - target.units)


def stops(columns: tuple[Column, ...]) -> list[Spot]:
    """Return where Tab stops: at each node, once in a grid, a picture and a bar, at kernels and maps."""
    found = []
    for column in columns:
        if isinstance(column, MapColumn) and column.entries_each:
            found.append(column.kernel_spot(0))
        count = column.units if column.kind == "nodes" else 1
        found += [Spot(column.layer, unit) for unit in range(count)]
    return found
