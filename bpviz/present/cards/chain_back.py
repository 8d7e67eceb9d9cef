"""What comes back to one unit from the layer above it: ∂L/∂a = Σ over units k above  ∂zₖ/∂a · δₖ.

It holds for every kind of layer; of a kind without a weighted sum δ is ∂L/∂a itself, and z is a.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.inspect_maps import channel_of, parameter
from bpviz.present.diagram.map_windows import CONVOLUTION, place, window_of
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.snapshot import LayerState
from bpviz.training.layer_spec import parse_layers

Array = NDArray[np.floating]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Shares:
    """What comes back, unit by unit of the layer above: ``factors`` (K,) ∂zₖ/∂a, ``deltas`` (K,) δₖ.

    ``units`` (K,) are those units, flat; of a recurrent layer the rows of its gates' sums at one step.
    ``coupled``: the units of other samples of the batch give a part that is not among these.
    """

    units: Places
    factors: Array
    deltas: Array
    coupled: bool = False

    @property
    def terms(self) -> Array:
        """What each unit above sends back, (K,)."""
        return self.factors * self.deltas


def shares(layers: Sequence[LayerState], layer: int, unit: int) -> Shares | None:
    """Return what comes back to ``unit`` (flat) of ``layer``; None for the last one."""
    if layer + 1 >= len(layers):
        return None
    state, above = layers[layer], layers[layer + 1]
    if above.kind in RECURRENT:
        return _recurrent(state, above, unit)
    return _KINDS[above.kind](state, above, unit) if above.kind in _KINDS else None


def _dense(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    weights = above.weights
    if weights is None:
        return None
    step, source = divmod(unit, weights.shape[1])
    units = step * len(weights) + np.arange(len(weights))
    return Shares(units, weights[:, source], above.delta[units])


def _convolution(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    weights, window = parameter(above, "W"), window_of(above.text)
    if weights is None or window is None:
        return None
    (channel, u, v), (filters, height, width) = place(unit, state.shape), above.shape
    units, factors = [], []
    for i in range(window.height):
        for j in range(window.width):
            (row, off), (column, beside) = (
                divmod(u + window.padding - i, window.stride),
                divmod(v + window.padding - j, window.stride),
            )
            if off or beside or not (0 <= row < height and 0 <= column < width):
                continue
            units.append(np.arange(filters) * height * width + row * width + column)
            factors.append(weights.values[:, channel, i, j])
    if not units:
        return Shares(np.empty(0, np.intp), np.empty(0), np.empty(0))
    at = np.concatenate(units)
    return Shares(at, np.concatenate(factors), above.delta[at])


def _largest(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    winners = above.arrays.get("winner")
    if winners is None:
        return None
    at = np.flatnonzero(winners.ravel() == unit)
    return Shares(at, np.ones(len(at)), above.delta[at])


def _mean(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    window = window_of(above.text)
    if window is None:
        return None
    (channel, u, v), (_, height, width) = place(unit, state.shape), above.shape
    rows = [r for r in range(height) if 0 <= u - r * window.stride < window.height]
    columns = [c for c in range(width) if 0 <= v - c * window.stride < window.width]
    at = np.array([channel * height * width + r * width + c for r in rows for c in columns], np.intp)
    return Shares(at, np.full(len(at), 1.0 / (window.height * window.width)), above.delta[at])


def _same(state: LayerState, above: LayerState, unit: int) -> Shares:
    return Shares(np.array([unit]), np.ones(1), above.delta[[unit]])


def _dropout(state: LayerState, above: LayerState, unit: int) -> Shares:
    mask = above.arrays.get("mask")
    factor = np.ones(1) if mask is None else np.ravel(mask)[[unit]]
    return Shares(np.array([unit]), factor, above.delta[[unit]])


def _batch_norm(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    gamma, variance = parameter(above, "gamma"), above.arrays.get("variance")
    if gamma is None or variance is None:
        return None
    channel, epsilon = channel_of(above, unit), float(parse_layers(above.text)[0]["epsilon"])
    factor = gamma.values[channel] / np.sqrt(variance[channel] + epsilon)
    return Shares(np.array([unit]), np.array([factor]), above.delta[[unit]], coupled=True)


def _recurrent(state: LayerState, above: LayerState, unit: int) -> Shares | None:
    weights = parameter(above, "Wx")
    if weights is None:
        return None
    step, source = divmod(unit, weights.values.shape[1])
    deltas = np.concatenate([above.arrays[delta_name(gate)][step] for gate in GATES[above.kind]])
    return Shares(np.arange(len(deltas)), weights.values[:, source], deltas)


_KINDS: dict[str, Callable[[LayerState, LayerState, int], Shares | None]] = {
    "dense": _dense,
    CONVOLUTION: _convolution,
    "maxpool": _largest,
    "avgpool": _mean,
    "flatten": _same,
    "dropout": _dropout,
    "batchnorm": _batch_norm,
}
