"""What a number is the sum of: each share with where it comes from, one row a sample.

Forward a unit's sum is the shares of what it sees; backward ∂L/∂a is the shares of the units above, and a
weight's gradient the shares of the samples.  What is shown of several samples is the mean of their shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpviz.engine.layers import Layer
from bpviz.present.explain.moment import Moment, Place
from bpviz.present.formulas.parse import parse
from bpviz.present.formulas.tree import Node
from bpviz.snapshot import Array
from bpviz.snapshot.dissection import LayerTrace

GATES = {"rnn": ("",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
DELTAS = {
    "rnn": ("delta",),
    "lstm": ("delta_i", "delta_f", "delta_g", "delta_o"),
    "gru": ("delta_r", "delta_z_gate", "delta_n"),
}
"""By kind, whose δ the rows of Wx go with; those of Wh, where others, are in `DELTAS_H`."""
DELTAS_H = {**DELTAS, "gru": ("delta_r", "delta_z_gate", "delta_q")}


@dataclass(frozen=True)
class Part:
    """A group of like shares: weights (terms,) times what they weigh, (rows, terms).

    ``source`` names a term by its number: a place in ``of``, "x", "h", "delta" or "sample".  ``symbol`` is
    the term in symbols, with i in place of its number, ``names`` the symbols' arrays.
    """

    of: str
    weights: Array
    inputs: Array
    source: Callable[[int], Place]

    @property
    def values(self) -> Array:
        """The shares, (rows, terms)."""
        return self.weights * self.inputs


@dataclass(frozen=True)
class Shares:
    """All shares of one number; ``bias`` is the one that depends on nothing."""

    parts: tuple[Part, ...]
    bias: float | None = None

    def total(self) -> float:
        """Return the sum, the mean over the rows."""
        means = sum(float(part.values.sum(axis=1).mean()) for part in self.parts if part.values.size)
        return means + (self.bias or 0.0)

    def count(self) -> int:
        """Return how many terms there are, the bias aside."""
        return sum(part.values.shape[1] for part in self.parts)

    def largest(self) -> tuple[Part, int, float] | None:
        """Return the part, the term and the value of what counts most; None where there is nothing."""
        best: tuple[Part, int, float] | None = None
        for part in self.parts:
            if not part.values.size:
                continue
            means = part.values.mean(axis=0)
            term = int(np.argmax(np.abs(means)))
            if best is None or abs(means[term]) > abs(best[2]):
                best = part, term, float(means[term])
        return best if best is not None and best[2] else None

    def like(self, share: float) -> int:
        """Return how many terms are as large as ``share``, which is one of them."""
        means = [part.values.mean(axis=0) for part in self.parts if part.values.size]
        return sum(int(np.isclose(each, share, rtol=1e-12, atol=0.0).sum()) for each in means)


def node(text: str) -> Node:
    """Return the tree of a formula."""
    return parse(text)


def forward(moment: Moment) -> Shares:
    """Return what the weighted sum of the moment's unit is made of.

    Raises
    ------
    ValueError
        For a layer that adds nothing up.
    """
    if moment.kind == "dense":
        return _dense(moment)
    if moment.kind == "conv":
        return _conv(moment)
    if moment.kind in GATES:
        return gate(moment, GATES[moment.kind][0])
    raise ValueError(f"{moment.kind} has no weighted sum")


def _dense(moment: Moment) -> Shares:
    *before, unit = moment.place
    weights, x = moment.values("W"), moment.trace.x[moment.rows]
    assert weights is not None
    inputs = x[:, before[0]] if before else x
    source = _placed(*before)
    return Shares((Part("x", weights[unit], inputs, source),), _bias(moment, "b", (unit,)))


def _placed(*before: int) -> Callable[[int], Place]:
    return lambda term: (*before, term)


def _bias(moment: Moment, name: str, place: Place) -> float | None:
    values = moment.values(name)
    return None if values is None else float(values[place])


def _conv(moment: Moment) -> Shares:
    map_, row, column = moment.place
    weights = moment.values("W")
    assert weights is not None
    seen = window(moment.layer, row, column)
    channels = weights.shape[1]
    places = [(c, *pixel[2:]) for c in range(channels) for pixel in seen]
    kernel = np.array([weights[map_, c, pixel[0], pixel[1]] for c in range(channels) for pixel in seen])
    x = moment.trace.x[moment.rows]
    inputs = np.stack([x[:, c, r, s] for c, r, s in places], axis=1)
    return Shares((Part("x", kernel, inputs, lambda term: places[term]),), _bias(moment, "b", (map_,)))


def window(layer: Layer, row: int, column: int) -> list[tuple[int, int, int, int]]:
    """Return (i, j, row, column) of what a window sees of the picture, row by row; no padding."""
    windows = layer.windows  # type: ignore[attr-defined]  # of pictures' layers
    padding = getattr(layer, "padding", 0)
    stride, kernel = layer.stride, getattr(layer, "kernel", None)  # type: ignore[attr-defined]
    sides = kernel or (layer.size_of_window,) * 2  # type: ignore[attr-defined]
    assert row < windows.height and column < windows.width
    height, width = layer.input_shape[1:]
    found = []
    for i in range(sides[0]):
        for j in range(sides[1]):
            r, s = row * stride - padding + i, column * stride - padding + j
            if 0 <= r < height and 0 <= s < width:
                found.append((i, j, r, s))
    return found


def gate(moment: Moment, name: str) -> Shares:
    """Return what goes into a recurrent layer's sum, or one of its gates, at the moment's step.

    A GRU's candidate has from h only q, which its reset gate still has to let through.
    """
    (unit,) = moment.place
    width = moment.layer.width  # type: ignore[attr-defined]  # of recurrent layers
    row = GATES[moment.kind].index(name) * width + unit
    wx, wh = moment.values("Wx"), moment.values("Wh")
    assert wx is not None and wh is not None
    t = moment.step
    of_x = Part("x", wx[row], moment.trace.x[moment.rows][:, t], _placed(t))
    before = _before(moment, "h")
    parts = [of_x, Part("h", wh[row], before, _placed(t - 1))]
    biases = [_bias(moment, each, (row,)) for each in ("b", "bx", "bh")]
    if moment.kind == "gru" and name == "n":
        parts[1] = Part("h", wh[row], before * moment.extras("r")[:, t, [unit]], _placed(t - 1))
        # The bias of q is let through by r as well: it differs from sample to sample.
        kept = moment.extras("r")[:, t, unit].mean()
        biases[2] = None if biases[2] is None else biases[2] * float(kept)
    known = [each for each in biases if each is not None]
    return Shares(tuple(parts), sum(known) if known else None)


def _before(moment: Moment, name: str) -> Array:
    states = moment.extras(name)
    return states[:, moment.step - 1] if moment.step > 0 else np.zeros_like(states[:, 0])


def arriving(moment: Moment) -> Shares:
    """Return what ∂L/∂a of the moment's unit is made of: what the layer above sends back.

    Empty at the output, and where the unit reaches nothing.  A batch norm's own three terms are one part.
    """
    above = moment.above
    if above is None:
        return Shares(())
    layer = moment.made.layers[above.number - 1]
    return _SENDS[above.kind](moment, above, layer)


def _through_dense(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    *before, unit = moment.place
    weights, delta = moment.values("W", above.number), above.delta[moment.rows]
    assert weights is not None
    inputs = delta[:, before[0]] if before else delta
    return Shares((Part("delta", weights[:, unit], inputs, _placed(*before)),))


def _through_flatten(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    flat = int(np.ravel_multi_index(moment.place, layer.input_shape))
    return _single(above.delta[moment.rows][:, flat], 1.0, (flat,))


def _single(inputs: Array, weight: float, place: Place) -> Shares:
    return Shares((Part("delta", np.array([weight]), inputs[:, None], lambda term: place),))


def _through_dropout(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    kept = moment.each(moment.extras("mask", above.number))
    return _single(moment.each(above.delta[moment.rows]) * kept, 1.0, moment.place)


def _through_pool(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    channel, row, column = moment.place
    sees = _windows_on(layer, row, column)
    places = [(channel, r, s) for r, s, _, _ in sees]
    if not places:
        return Shares(())
    delta = np.stack([moment.at(place).each(above.delta[moment.rows]) for place in places], axis=1)
    if above.kind == "maxpool":
        flat = int(np.ravel_multi_index(moment.place, layer.input_shape))
        winner = moment.extras("winner", above.number)
        won = np.stack([moment.at(place).each(winner) == flat for place in places], axis=1)
        return Shares((Part("delta", np.ones(len(places)), delta * won, lambda term: places[term]),))
    share = 1 / layer.size_of_window**2  # type: ignore[attr-defined]
    return Shares((Part("delta", np.full(len(places), share), delta, lambda term: places[term]),))


def _windows_on(layer: Layer, row: int, column: int) -> list[tuple[int, int, int, int]]:
    """Return (r, s, i, j): the outputs whose windows see a pixel, and as which place of theirs."""
    sides = getattr(layer, "kernel", None) or (layer.size_of_window,) * 2  # type: ignore[attr-defined]
    stride, padding = layer.stride, getattr(layer, "padding", 0)  # type: ignore[attr-defined]
    windows = layer.windows  # type: ignore[attr-defined]
    found = []
    for i in range(sides[0]):
        for j in range(sides[1]):
            r, rest_r = divmod(row + padding - i, stride)
            s, rest_s = divmod(column + padding - j, stride)
            if not rest_r and not rest_s and 0 <= r < windows.height and 0 <= s < windows.width:
                found.append((r, s, i, j))
    return found


def _through_conv(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    channel, row, column = moment.place
    weights = moment.values("W", above.number)
    assert weights is not None
    sees = _windows_on(layer, row, column)
    if not sees:
        return Shares(())
    places = [(f, r, s) for f in range(len(weights)) for r, s, _, _ in sees]
    kernel = np.array([weights[f, channel, i, j] for f in range(len(weights)) for _, _, i, j in sees])
    delta = np.stack([moment.at(place).each(above.delta[moment.rows]) for place in places], axis=1)
    return Shares((Part("delta", kernel, delta, lambda term: places[term]),))


def _through_recurrent(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    step, unit = moment.place
    weights = moment.values("Wx", above.number)
    assert weights is not None
    delta = np.concatenate(
        [moment.extras(name, above.number)[:, step] for name in DELTAS[above.kind]], axis=1
    )
    return Shares((Part("delta", weights[:, unit], delta, _placed(step)),))


def _through_batch_norm(moment: Moment, above: LayerTrace, layer: Layer) -> Shares:
    """γ/√(σ² + ε) times δ, −∂L/∂β/N and −x̂ ∂L/∂γ/N; the sums over the batch are its gradients."""
    channel = moment.place[0] if len(moment.place) == 3 else moment.place[-1]
    states = {one.name: one for one in above.parameters}
    variance = float(above.extras[0]["variance"][channel])
    factor = float(states["gamma"].values[channel]) / np.sqrt(variance + layer.epsilon)  # type: ignore[attr-defined]
    count = layer.units // len(states["gamma"].values)
    delta = moment.each(above.delta[moment.rows])
    x_hat = moment.each(moment.extras("x_hat", above.number))
    # δ here is each sample's own, so that the batch's mean takes the place of its sum.
    shift = np.full_like(delta, -float(states["beta"].gradient[channel]) / count)
    slope = -x_hat * float(states["gamma"].gradient[channel]) / count
    inputs = np.stack([delta, shift, slope], axis=1)
    return Shares((Part("norm", np.full(3, factor), inputs, lambda term: moment.place),))


_SENDS: dict[str, Callable[[Moment, LayerTrace, Layer], Shares]] = {
    "dense": _through_dense,
    "flatten": _through_flatten,
    "dropout": _through_dropout,
    "maxpool": _through_pool,
    "avgpool": _through_pool,
    "conv": _through_conv,
    "batchnorm": _through_batch_norm,
    **dict.fromkeys(GATES, _through_recurrent),
}
