"""The places where one parameter works, and what each adds to its gradient.

A weight of a dense layer works once a sample, a kernel's number at every place of the window, a weight of a
recurrent layer at every step:

    ∂L/∂w = Σ over places  δ · ∂z/∂w,   ∂z/∂w what comes in there (1 for a bias, x̂ for batch norm's γ)

Of a batch, the gradient is the mean of this over its samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.cards.card import subscript
from bpviz.present.diagram.map_windows import CONVOLUTION, window_of
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.snapshot import LayerState, Snapshot
from bpviz.snapshot.dissection import Dissection
from bpviz.snapshot.probing import ParameterPlace
from bpviz.text import tr

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Places:
    """δ and ∂z/∂θ at the places of B samples, (B, P) each.

    ``units`` (P,) are the units of the layer at which the places stand, flat; ``name`` says one in words.
    """

    delta: Array
    source: Array
    units: NDArray[np.intp]
    name: Callable[[int], str]

    @property
    def terms(self) -> Array:
        """What each place adds, (B, P)."""
        return self.delta * self.source

    @property
    def gradients(self) -> Array:
        """Each sample's own gradient, (B,)."""
        totals: Array = self.terms.sum(axis=1)
        return totals


@dataclass(frozen=True)
class _Layer:
    """A layer as B samples went through it; x and δ are flat, (B, …)."""

    state: LayerState
    below: tuple[int, ...]
    x: Array
    delta: Array
    extras: Sequence[Mapping[str, Array]]

    def extra(self, name: str) -> Array:
        """Return one of its arrays of all samples, (B, …)."""
        return np.stack([each[name] for each in self.extras])


def places_at_rest(snapshot: Snapshot, where: ParameterPlace) -> Places | None:
    """Return the places of a parameter for the snapshot's sample; None where the layer is no such one."""
    if not 1 <= where.layer < len(snapshot.layers) or snapshot.sample < 0:
        return None
    state, below = snapshot.layers[where.layer], snapshot.layers[where.layer - 1]
    layer = _Layer(state, below.shape, below.a[None], state.delta[None], (state.arrays,))
    return _places(layer, where)


def places_of_batch(snapshot: Snapshot, dissection: Dissection, where: ParameterPlace) -> Places | None:
    """Return the places of a parameter for the samples of an iteration that is taken apart."""
    if not 1 <= where.layer < len(snapshot.layers) or len(dissection.layers) != len(snapshot.layers) - 1:
        return None
    trace, below = dissection.layers[where.layer - 1], snapshot.layers[where.layer - 1]
    rows = len(trace.x)
    x, delta = trace.x.reshape(rows, -1), trace.delta.reshape(rows, -1)
    return _places(_Layer(snapshot.layers[where.layer], below.shape, x, delta, trace.extras), where)


def _places(layer: _Layer, where: ParameterPlace) -> Places | None:
    kind = layer.state.kind
    if kind == "dense":
        return _dense(layer, where)
    if kind == CONVOLUTION:
        return _convolution(layer, where)
    if kind == "batchnorm":
        return _batch_norm(layer, where)
    return _recurrent(layer, where) if kind in RECURRENT else None


def _dense(layer: _Layer, where: ParameterPlace) -> Places:
    rows, units = len(layer.x), layer.state.shape[-1] if layer.state.shape else layer.state.units
    delta = layer.delta.reshape(rows, -1, units)[:, :, where.place[0]]
    steps = delta.shape[1]
    source = np.ones_like(delta)
    if where.name == "W":
        source = layer.x.reshape(rows, steps, -1)[:, :, where.place[1]]
    at = np.arange(steps) * units + where.place[0]
    return Places(delta, source, at, _step if steps > 1 else _nothing)


def _convolution(layer: _Layer, where: ParameterPlace) -> Places | None:
    window, (filters, height, width) = window_of(layer.state.text), layer.state.shape
    if window is None:
        return None
    kernel = where.place[0]
    delta = layer.delta.reshape(-1, filters, height * width)[:, kernel]
    source = np.ones_like(delta)
    if where.name == "W":
        channel, i, j = where.place[1:]
        edge, by = window.padding, window.stride
        seen = layer.x.reshape(-1, *layer.below)[:, channel]
        seen = np.pad(seen, ((0, 0), (edge, edge), (edge, edge)))
        seen = seen[:, i : i + by * (height - 1) + 1 : by, j : j + by * (width - 1) + 1 : by]
        source = seen.reshape(len(seen), -1)
    at = kernel * height * width + np.arange(height * width)
    return Places(delta, source, at, _on_map(width))


def _batch_norm(layer: _Layer, where: ParameterPlace) -> Places:
    shape, rows = layer.state.shape, len(layer.x)
    ordered = np.arange(layer.state.units).reshape(shape)
    channel = where.place[0]
    at = (ordered[channel] if len(shape) == 3 else ordered[..., channel]).ravel()
    delta = layer.delta[:, at]
    source = layer.extra("x_hat").reshape(rows, -1)[:, at] if where.name == "gamma" else np.ones_like(delta)
    name = _on_map(shape[2]) if len(shape) == 3 else _step if len(at) > 1 else _nothing
    return Places(delta, source, at, name)


def _recurrent(layer: _Layer, where: ParameterPlace) -> Places:
    h = layer.extra("h")
    rows, steps, units = h.shape
    gate, unit = GATES[layer.state.kind][where.place[0] // units], where.place[0] % units
    # What a GRU's candidate takes from h goes through r first.
    inner = gate == "n" and where.name in ("Wh", "bh")
    delta = layer.extra("delta_q" if inner else delta_name(gate))[:, :, unit]
    source = np.ones_like(delta)
    if where.name == "Wx":
        source = layer.x.reshape(rows, steps, -1)[:, :, where.place[1]]
    elif where.name == "Wh":
        source = np.concatenate((np.zeros((rows, 1), h.dtype), h[:, :-1, where.place[1]]), axis=1)
    return Places(delta, source, np.arange(steps) * units + unit, _step)


def _nothing(_: int) -> str:
    return ""


def _step(number: int) -> str:
    return f"t{subscript(number + 1)}"


def _on_map(width: int) -> Callable[[int], str]:
    def said(number: int) -> str:
        row, column = divmod(number, width)
        return tr("at ({row}, {column})", row=row + 1, column=column + 1)

    return said
