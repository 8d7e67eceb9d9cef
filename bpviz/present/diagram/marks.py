"""What stands out with a pixel of a map: the window that it sees, its winner, and its twins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.cards.inspect_maps import winner
from bpviz.present.diagram.layout import Array, Layout, Spot
from bpviz.present.diagram.map_windows import CONVOLUTION, PASSING, POOLINGS, place, window_of
from bpviz.present.diagram.maps import tiles_of
from bpviz.snapshot import LayerState
from bpviz.snapshot.probing import ParameterPlace

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Seen:
    """The windows (k, 4) that a pixel looks through, on the maps ``tiles`` (k, 4), and its winner."""

    frames: Array
    tiles: Array
    winner: Box | None = None


def seen(layout: Layout, layers: tuple[LayerState, ...], spot: Spot | None) -> Seen | None:
    """Return the window of a pixel of a convolution or a pooling; None for anything else."""
    if spot is None or not spot.is_neuron or spot.layer < 1 or spot.layer >= len(layers):
        return None
    state, before = layers[spot.layer], layers[spot.layer - 1]
    window = window_of(state.text) if state.kind in (CONVOLUTION, *POOLINGS) else None
    tiles = tiles_of(layout.columns[spot.layer - 1])
    if window is None or len(before.shape) != 3 or len(tiles) != before.shape[0] or spot.unit >= state.units:
        return None
    channel, row, column = place(spot.unit, state.shape)
    if state.kind in POOLINGS:
        tiles = tiles[channel : channel + 1]
    top, left, rows, columns = window.clipped(row, column, *before.shape[1:])
    side_x, side_y = tiles[:, 2] / before.shape[2], tiles[:, 3] / before.shape[1]
    sides = [tiles[:, 0] + left * side_x, tiles[:, 1] + top * side_y, columns * side_x, rows * side_y]
    won = winner(state, spot.unit)
    cell = None if won is None else layout.spot_cell(Spot(spot.layer - 1, won))
    return Seen(np.stack(sides, axis=1), tiles, cell)


def twins(layers: tuple[LayerState, ...], spot: Spot | None) -> list[Spot]:
    """Return the units of neighbouring layers that a unit only passes through, to the left and right."""
    if spot is None or not spot.is_neuron or spot.layer >= len(layers):
        return []
    found = []
    layer = spot.layer
    while layer > 0 and layers[layer].kind in PASSING:
        layer -= 1
        found.append(Spot(layer, spot.unit))
    layer = spot.layer + 1
    while layer < len(layers) and layers[layer].kind in PASSING:
        found.append(Spot(layer, spot.unit))
        layer += 1
    return found


def filter_of(layers: tuple[LayerState, ...], spot: Spot | None, layer: int) -> int | None:
    """Return the filter of a convolution that a spot of its ``layer`` is about, None elsewhere."""
    if spot is None or spot.layer != layer or layer >= len(layers) or layers[layer].kind != CONVOLUTION:
        return None
    return spot.unit if spot.kernel else place(spot.unit, layers[layer].shape)[0]


def channel_into(layers: tuple[LayerState, ...], spot: Spot | None, layer: int) -> int | None:
    """Return the channel of the maps before a convolution that a pixel lies in, or is passed on to."""
    if spot is None or not spot.is_neuron or not 0 < layer < len(layers):
        return None
    before = layers[layer - 1]
    for one in (spot, *twins(layers, spot)):
        if one.layer == layer - 1 and len(before.shape) == 3 and one.unit < before.units:
            return place(one.unit, before.shape)[0]
    return None


def spot_of(layers: tuple[LayerState, ...], where: ParameterPlace) -> Spot | None:
    """Return where a parameter, an input ("x") or a target ("y") stands in the diagram; None where nowhere.

    A bias is told by its neuron; of a kernel's filter, or of what has one for a whole map, by the first.
    """
    layer, first = where.layer, where.place[0] if where.place else 0
    if not layers:
        return Spot(0, first) if where.name == "" else None
    if layer == 0:
        return {"x": Spot(0, first), "y": Spot(len(layers) - 1, first)}.get(where.name)
    if layer >= len(layers):
        return None
    shape = layers[layer].shape
    if len(where.place) == 4:
        kernel = next(each.values.shape[1:] for each in layers[layer].parameters if each.name == where.name)
        return Spot(layer, first, int(np.ravel_multi_index(where.place[1:], kernel)), kernel=True)
    if len(where.place) == 2:
        return Spot(layer, first, where.place[1])
    if layers[layer].kind == CONVOLUTION:
        return Spot(layer, first, 0, kernel=True)
    return Spot(layer, first * shape[1] * shape[2] if len(shape) == 3 else first)
