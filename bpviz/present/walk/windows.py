"""What a window does at one place of its way: the sum forward, the share of δ back, the gradient gathered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.card import Card, CardLine, Table
from bpviz.present.cards.inspect_maps import parameter, unit_title
from bpviz.present.diagram.layout import Spot
from bpviz.present.diagram.map_windows import CONVOLUTION, POOLINGS, maps_of, place, window_of
from bpviz.present.numbers import short
from bpviz.present.walk.flow import Flow, flow_at
from bpviz.present.walk.light import Lit
from bpviz.snapshot import LayerState, Snapshot
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr

Floats = NDArray[np.floating]

MOST_PRODUCTS = 400_000_000
"""A gradient that is a sum of more products is not shown place by place: it would keep one waiting."""


@dataclass(frozen=True)
class Gathering:
    """A convolution's kernel gradient, place by place: ``parts`` (places, filters, channels, h, w).

    Part p is δ[f, p] · x[c, p·stride − padding + (i, j)] of the sample, or its mean over those traced.
    """

    parts: Floats

    @cached_property
    def _sums(self) -> Floats:
        return np.cumsum(self.parts, axis=0)

    def until(self, count: int) -> Floats:
        """Return what is gathered over the first ``count`` places, row by row."""
        return np.asarray(self._sums[count - 1]) if count else np.zeros_like(self.parts[0])


def gathering(lit: Lit, state: LayerState, layer: int) -> Gathering | None:
    """Return how a convolution's kernel gradient comes together; None where there is no such kernel."""
    trace, window = lit.dissection.layers[layer - 1], window_of(state.text)
    if window is None or trace.x.ndim != 4 or parameter(state, "W") is None:
        return None
    rows = slice(None) if lit.sample == "mean" else slice(lit.row, lit.row + 1)
    x, delta = trace.x[rows], trace.delta[rows]
    height, width = delta.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (window.padding,) * 2, (window.padding,) * 2))
    shape = (window.height, window.width)
    windows = np.lib.stride_tricks.sliding_window_view(padded, shape, axis=(2, 3))
    windows = windows[:, :, :: window.stride, :: window.stride][:, :, :height, :width]
    kernel = (x.shape[1], *shape)
    if delta.size * int(np.prod(kernel)) > MOST_PRODUCTS:
        return None
    back = delta.transpose(2, 3, 1, 0).reshape(height * width, -1, len(x))
    seen = windows.transpose(2, 3, 0, 1, 4, 5).reshape(height * width, len(x), -1)
    return Gathering((back @ seen / len(x)).reshape(height * width, -1, *kernel))


def livest(state: LayerState, flow: Flow) -> int:
    """Return the map in which most happens: of the largest value forward, of the largest δ back."""
    values = state.a if flow.kind == "values" else state.delta
    sizes = np.abs(values.reshape(-1, flow.count)).max(axis=1)
    return int(np.argmax(np.where(np.isfinite(sizes), sizes, -1.0)))


def seen_at(layers: tuple[LayerState, ...], layer: int, unit: int) -> Floats | None:
    """Return what a pixel of a convolution or a pooling looks at, (channels, h, w)."""
    state, before = layers[layer], layers[layer - 1]
    window = window_of(state.text)
    if window is None or len(before.shape) != 3 or len(state.shape) != 3:
        return None
    channel, row, column = place(unit, state.shape)
    maps = maps_of(before.a, before.shape)
    if state.kind in POOLINGS:
        maps = maps[channel : channel + 1]
    return window.cut(maps, row, column)


def place_text(
    layers: tuple[LayerState, ...], flow: Flow, unit: int, gathered: Gathering | None = None
) -> str:
    """Say in one line what happens where the window is: ``unit`` is the pixel that it makes."""
    state, at = layers[flow.layer], unit % max(flow.count, 1)
    if flow.kind == "gradients" and gathered is not None:
        so_far, whole = gathered.until(at + 1), gathered.until(flow.count)
        kernel = unit // flow.count
        strongest = np.unravel_index(int(np.argmax(np.abs(whole[kernel]))), whole[kernel].shape)
        return f"Σ δ·x = {short(float(so_far[kernel][strongest]), 3)} ({at + 1}/{flow.count})"
    if flow.kind == "errors":
        return _back_text(state, float(state.delta[unit]))
    if state.kind == CONVOLUTION:
        return _sum_text(layers, flow.layer, unit)
    seen = seen_at(layers, flow.layer, unit)
    if seen is None:
        return ""
    name = "max" if state.kind == "maxpool" else f"Σ x/{seen.size}"
    return f"{name} = {short(float(state.a[unit]), 3)}"


def _sum_text(layers: tuple[LayerState, ...], layer: int, unit: int) -> str:
    state, seen = layers[layer], seen_at(layers, layer, unit)
    weights, bias = parameter(state, "W"), parameter(state, "b")
    if weights is None or seen is None:
        return ""
    channel = place(unit, state.shape)[0]
    total = short(float((weights.values[channel] * seen).sum()), 3)
    if bias is None:
        return f"Σ w·x = {total}"
    value = float(bias.values[channel])
    added = f"{'−' if value < 0 else '+'} {short(abs(value), 3)}"
    return f"Σ w·x + b = {total} {added} = {short(float(state.z[unit]), 3)}"


def _back_text(state: LayerState, delta: float) -> str:
    if state.kind == "maxpool":
        return f"δ = {short(delta, 3)} → max"
    window = window_of(state.text)
    if state.kind in POOLINGS and window is not None:
        size = window.height * window.width
        return f"δ/{size} = {short(delta / size, 3)}"
    return f"δ = {short(delta, 3)} → w·δ"


def window_card(
    snapshot: Snapshot, lit: Lit | None, spot: Spot, gathered: Gathering | None = None
) -> Card | None:
    """Return what the window does at a pixel of the layer in hand; None elsewhere.

    A pooling has the same card as at rest: its window, its winner, and where δ goes.
    """
    flow = None if lit is None else flow_at(lit, snapshot.layers)
    if lit is None or flow is None or not flow.slides or not spot.is_neuron or spot.layer != flow.layer:
        return None
    state = snapshot.layers[spot.layer]
    if state.kind != CONVOLUTION or spot.unit >= state.units:
        return None
    if flow.kind == "gradients":
        return _gathered_card(snapshot, lit, flow, spot, gathered)
    return _sum_card(snapshot, flow, spot) if flow.kind == "values" else _share_card(snapshot, flow, spot)


def _where(flow: Flow, spot: Spot) -> CardLine:
    at = spot.unit % flow.count + 1
    return CardLine(tr("place {place} of {count}", place=at, count=flow.count), None, "muted")


def _sum_card(snapshot: Snapshot, flow: Flow, spot: Spot) -> Card | None:
    """Return the products of the window with the kernel, and their sum."""
    state, seen = snapshot.layers[spot.layer], seen_at(snapshot.layers, spot.layer, spot.unit)
    weights, bias = parameter(state, "W"), parameter(state, "b")
    if weights is None or seen is None:
        return None
    channel = place(spot.unit, state.shape)[0]
    kernel = weights.values[channel]
    lines = [_where(flow, spot), CardLine("Σ w·x", float((kernel * seen).sum()))]
    if bias is not None:
        lines.append(CardLine(tr("bias b"), float(bias.values[channel]), "muted"))
    lines.append(CardLine("z = Σ w·x + b" if bias is not None else "z = Σ w·x", float(state.z[spot.unit])))
    tables = (Table("x", seen), Table("w", kernel), Table("w·x", kernel * seen))
    return Card(unit_title(state, spot), tuple(lines), tables=tables, others=_bias(state, spot, channel))


def _share_card(snapshot: Snapshot, flow: Flow, spot: Spot) -> Card | None:
    """Return what a pixel's δ sends back through the kernel."""
    state = snapshot.layers[spot.layer]
    weights = parameter(state, "W")
    if weights is None:
        return None
    kernel = weights.values[place(spot.unit, state.shape)[0]]
    delta = float(state.delta[spot.unit])
    lines = (_where(flow, spot), CardLine("δ = ∂L/∂z", delta, "backward"))
    tables = (Table("w", kernel), Table("w·δ", kernel * delta, "backward"))
    return Card(unit_title(state, spot), lines, tables=tables)


def _gathered_card(
    snapshot: Snapshot, lit: Lit, flow: Flow, spot: Spot, found: Gathering | None
) -> Card | None:
    """Return what this place adds to ∂L/∂w, and what is gathered so far."""
    state = snapshot.layers[spot.layer]
    seen = seen_at(snapshot.layers, spot.layer, spot.unit)
    if found is None or seen is None:
        return None
    channel, at = spot.unit // flow.count, spot.unit % flow.count
    lines = [_where(flow, spot), CardLine("δ = ∂L/∂z", float(state.delta[spot.unit]), "backward")]
    tables = [
        Table("δ·x", found.parts[at, channel], "backward"),
        Table(tr("∂L/∂w so far"), found.until(at + 1)[channel], "backward"),
    ]
    if lit.sample != "mean":
        tables.insert(0, Table("x", seen))
    return Card(
        unit_title(state, spot), tuple(lines), tables=tuple(tables), others=_bias(state, spot, channel)
    )


def _bias(state: LayerState, spot: Spot, channel: int) -> tuple[ParameterPlace, ...]:
    """Return the bias of the map, which can be changed by hand."""
    return () if parameter(state, "b") is None else (ParameterPlace(spot.layer, "b", (channel,)),)
