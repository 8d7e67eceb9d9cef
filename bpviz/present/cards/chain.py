"""The chain rule of one weight, path by path, and a neuron's sum, term by term.

For a weight w from unit i to unit j of dense layer l every path runs from z⁽ˡ⁾ⱼ through one unit of each
layer above to the loss:

    ∂L/∂w = Σ over paths  ∂L/∂ŷ · ∂ŷ/∂z⁽ᴸ⁾ · ∂z⁽ᴸ⁾/∂a⁽ᴸ⁻¹⁾ · … · ∂a⁽ˡ⁾/∂z⁽ˡ⁾ · ∂z⁽ˡ⁾/∂w,   ∂z⁽ˡ⁾/∂w = a⁽ˡ⁻¹⁾ᵢ

The sum is what backpropagation gets as δ⁽ˡ⁾ⱼ a⁽ˡ⁻¹⁾ᵢ without going through the paths one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.registries import ACTIVATIONS, LOSSES
from bpviz.present.cards.card import CardLine, subscript, superscript
from bpviz.present.diagram.layout import Spot
from bpviz.snapshot import LayerState, RunInfo, Snapshot
from bpviz.text import tr

MOST_PATHS = 8
"""So many are listed, the strongest first; the others are told by their sum."""
CLOSE = 1e-9
"""Two ways to the same derivative agree within this, relatively."""

Array = NDArray[np.floating]
Head = tuple[tuple[str, Array], ...]


@dataclass(frozen=True)
class Path:
    """One way from the weight to the loss.

    ``units`` are the units that it goes through above the weight's own, as (layer, unit) from below;
    ``factors`` multiply to its part of ∂L/∂w, the loss's first.
    """

    units: tuple[tuple[int, int], ...]
    factors: tuple[float, ...]

    @property
    def product(self) -> float:
        """What the path contributes."""
        return math.prod(self.factors)


@dataclass(frozen=True)
class Chain:
    """All paths of one weight: ``symbols`` name their factors, ``total`` is ∂L/∂w of the sample, δ · a.

    ``count`` is the number of paths, listed or not; ``rest`` is what those not listed add up to.
    """

    symbols: tuple[str, ...]
    paths: tuple[Path, ...]
    count: int
    total: float

    @property
    def rest(self) -> float:
        """The sum over the paths that are not listed."""
        listed = math.fsum(path.product for path in self.paths)
        return self.total - listed if self.count > len(self.paths) else 0.0


def chain(info: RunInfo, snapshot: Snapshot, spot: Spot, most: int = MOST_PATHS) -> Chain | None:
    """Return the chain rule of the weight at ``spot`` for the snapshot's sample.

    None where there are no such paths: for the mean over a batch, and where layers above are of another
    kind than dense or work on sequences.
    """
    above = snapshot.layers[spot.layer :]
    if snapshot.sample < 0 or not all(_is_plain(state) for state in above):
        return None
    head = _head(info, snapshot)
    slopes = [_slope(state) for state in above[:-1]]
    if any(slope is None for slope in slopes):
        return None
    known = [slope for slope in slopes if slope is not None]
    source = float(snapshot.layers[spot.layer - 1].a[spot.source])
    paths = []
    for units in _strongest(above, known, spot.unit, most):
        factors = [float(part[units[-1]]) for part in head]
        for below in range(len(above) - 2, -1, -1):
            weights = above[below + 1].weights
            assert weights is not None
            factors += [
                float(weights[units[below + 1], units[below]]),
                float(known[below][units[below]]),
            ]
        places = tuple((spot.layer + up, unit) for up, unit in enumerate(units))[1:]
        paths.append(Path(places, (*factors, source)))
    total = float(above[0].delta[spot.unit]) * source
    last = len(snapshot.layers) - 1
    symbols = _symbols(spot.layer, _head_names(snapshot, len(head) == 2, f"z⁽{superscript(last)}⁾"), last)
    count = math.prod(state.units for state in above[1:]) if len(above) > 1 else 1
    return Chain(symbols, tuple(paths), count, total)


def head_of(info: RunInfo, snapshot: Snapshot) -> Head:
    """Return the factors of δ of the outputs, with their names: ∂L/∂ŷ and ∂ŷ/∂z, or ∂L/∂z alone."""
    parts = _head(info, snapshot)
    return tuple(zip(_head_names(snapshot, len(parts) == 2), parts, strict=True))


def _head_names(snapshot: Snapshot, split: bool, of_z: str = "z") -> tuple[str, ...]:
    """Return what the factors of δ of an output are called; of softmax with the one class that is meant."""
    if not split:
        return (f"∂L/∂{of_z}",)
    output, which = snapshot.layers[-1], ""
    if _slope(output) is None and snapshot.target is not None:
        which = subscript(int(np.argmax(snapshot.target)) + 1)
    return f"∂L/∂ŷ{which}", f"∂ŷ{which}/∂{of_z}"


def shortcut_line(snapshot: Snapshot, unit: int, head: Head) -> CardLine | None:
    """Return δ of an output as ŷ − y, where the factors of the loss come to that; None where they do not."""
    output = snapshot.layers[-1]
    target = None if snapshot.target is None else np.ravel(snapshot.target)
    if len(head) < 2 or target is None or target.size != output.units:
        return None
    delta, a = float(output.delta[unit]), float(output.a[unit])
    if output.activation not in ("sigmoid", "softmax") or not math.isclose(
        a - target[unit], delta, rel_tol=CLOSE
    ):
        return None
    said = " · ".join(symbol for symbol, _ in head)
    more = (("ŷ", a), ("y", float(target[unit])))
    return CardLine(tr("the short way: {product} = ŷ − y", product=said), delta, "muted", more=more)


def _is_plain(state: LayerState) -> bool:
    return state.kind == "dense" and state.weights is not None and len(state.shape) <= 1


def _slope(state: LayerState) -> Array | None:
    """Return σ′(z) of each unit, None where it is a matrix."""
    if state.activation not in ACTIVATIONS:
        return None
    activation = ACTIVATIONS.create(state.activation)
    return np.asarray(activation.slope(state.z, state.a)) if activation.elementwise else None


def _head(info: RunInfo, snapshot: Snapshot) -> tuple[Array, ...]:
    """Return ∂L/∂ŷ and ∂ŷ/∂z of each output, or ∂L/∂z alone where the loss gives that at once."""
    output = snapshot.layers[-1]
    slope = _slope(output)
    if snapshot.target is None or info.loss_name not in LOSSES:
        return (output.delta,)
    if np.size(snapshot.target) != output.units:
        return (output.delta,)
    loss = LOSSES.create(info.loss_name)
    if slope is None:
        return _through_softmax(output, np.ravel(snapshot.target)) or (output.delta,)
    if loss.from_logits:
        # The engine goes the short way; far out the factors are infinite and 0.
        parts = (output.delta / slope, slope) if np.all(slope) else ()
        return parts if parts and np.all(np.isfinite(parts[0])) else (output.delta,)
    y = np.asarray(snapshot.target).reshape(1, -1)
    by_answer = loss.gradient(output.z[None], output.a[None], y)[0]
    if np.allclose(by_answer * slope, output.delta, rtol=CLOSE, atol=1e-300):
        return by_answer, slope
    # The loss has other fields than its own defaults: the same derivative, the other way round.
    return (output.delta / slope, slope) if np.all(slope) else (output.delta,)


def _through_softmax(output: LayerState, y: Array) -> tuple[Array, ...]:
    """Return −1/ŷ_c and ∂ŷ_c/∂z_k = ŷ_c ([k = c] − ŷ_k), c the class that is wanted; nothing for others.

    The loss −ln ŷ_c reads one answer alone, so that the sum over all answers has one term.
    """
    true = int(np.argmax(y))
    wanted = np.zeros(len(y))
    wanted[true] = 1.0
    answer = float(output.a[true])
    if output.activation != "softmax" or not np.array_equal(wanted, y) or not answer:
        return ()
    parts = np.full(len(y), -1.0 / answer), answer * (wanted - output.a)
    same = np.allclose(parts[0] * parts[1], output.delta, rtol=CLOSE, atol=1e-300)
    return parts if same and np.all(np.isfinite(parts[0])) else ()


def _strongest(
    above: Sequence[LayerState], slopes: Sequence[Array], unit: int, most: int
) -> list[tuple[int, ...]]:
    """Return the units of the ``most`` paths of the largest |product|, the weight's own unit first.

    Products only ever get longer, so the strongest paths from a unit go on along the strongest ones from
    the units above it: layer by layer from the loss, no more than ``most`` are kept at each unit.
    """
    if len(above) == 1:
        return [(unit,)]
    values = above[-1].delta[None].astype(float)
    pointers: list[NDArray[np.intp]] = []
    for below in range(len(above) - 2, -1, -1):
        weights = above[below + 1].weights
        assert weights is not None
        columns = slice(unit, unit + 1) if below == 0 else slice(None)
        found = values[:, :, None] * (weights * slopes[below])[None, :, columns]
        found = found.reshape(-1, found.shape[-1])
        order = _largest(np.abs(found), most)
        pointers.append(order)
        values = np.take_along_axis(found, order, axis=0)
    return [_followed(above, pointers, unit, rank) for rank in range(len(values))]


def _largest(sizes: Array, most: int) -> NDArray[np.intp]:
    """Return the rows of the largest numbers in each column, the largest first."""
    if len(sizes) > most:
        rows = np.argpartition(-sizes, most - 1, axis=0)[:most]
        rows.sort(axis=0)
    else:
        rows = np.broadcast_to(np.arange(len(sizes))[:, None], sizes.shape)
    order = np.argsort(-np.take_along_axis(sizes, rows, axis=0), axis=0, kind="stable")
    return np.take_along_axis(rows, order, axis=0)


def _followed(
    above: Sequence[LayerState], pointers: Sequence[NDArray[np.intp]], unit: int, rank: int
) -> tuple[int, ...]:
    """Return the units of one path, from its weight's up."""
    units, column = [unit], 0
    for up, order in enumerate(reversed(pointers), 1):
        rank, column = divmod(int(order[rank, column]), above[up].units)
        units.append(column)
    return tuple(units)


def _symbols(layer: int, head: tuple[str, ...], last: int) -> tuple[str, ...]:
    def at(symbol: str, number: int) -> str:
        return f"{symbol}⁽{superscript(number)}⁾"

    found = list(head)
    for below in range(last - 1, layer - 1, -1):
        found.append(f"∂{at('z', below + 1)}/∂{at('a', below)}")
        found.append(f"∂{at('a', below)}/∂{at('z', below)}")
    return (*found, f"∂{at('z', layer)}/∂w")


MOST_SYMBOLS = 7


def chain_lines(info: RunInfo, snapshot: Snapshot, spot: Spot) -> list[CardLine]:
    """Return the card's lines: the factors' names, each path with its numbers, and the sum over them."""
    found = chain(info, snapshot, spot)
    if found is None:
        return []
    names = found.symbols
    if len(names) > MOST_SYMBOLS:
        names = (*names[:4], "…", *names[-2:])
    lines = [CardLine(" · ".join(names), None, "muted")]
    strongest = found.paths[0].units[-1][1] if found.paths and found.paths[0].units else spot.unit
    short = shortcut_line(snapshot, strongest, head_of(info, snapshot))
    for path in found.paths:
        line = CardLine(_way(snapshot, path), path.product, "backward", factors=path.factors)
        lines.append(line)
    if found.count > len(found.paths):
        others = tr("the other {count} paths together", count=found.count - len(found.paths))
        lines.append(CardLine(others, found.rest, "backward"))
    if found.count > 1:
        lines.append(CardLine(tr("∂L/∂w, the sum over {count} paths", count=found.count), found.total))
    return lines if short is None else [*lines, short]


def _way(snapshot: Snapshot, path: Path) -> str:
    """Return e.g. ``h2₃ → ŷ``."""
    names = []
    for layer, unit in path.units:
        state = snapshot.layers[layer]
        names.append(state.name + (subscript(unit + 1) if state.units > 1 else ""))
    return " → ".join(names)


def sum_lines(snapshot: Snapshot, spot: Spot) -> list[CardLine]:
    """Return the terms of z = Σ w·a + b of a dense neuron, the strongest first."""
    state, before = snapshot.layers[spot.layer], snapshot.layers[spot.layer - 1]
    # Of a mean as well: the sum is linear.
    if state.weights is None or not _is_plain(state):
        return []
    weights = state.weights[spot.unit]
    terms = weights * before.a
    listed = np.argsort(-np.abs(terms), kind="stable")[:MOST_PATHS]
    symbol = "x" if spot.layer == 1 else before.name
    lines = [CardLine(tr("z, term by term: w · a"), None, "muted")]
    for index in listed.tolist():
        factors = (float(weights[index]), float(before.a[index]))
        lines.append(CardLine(symbol + subscript(index + 1), float(terms[index]), factors=factors))
    if len(terms) > len(listed):
        rest = math.fsum(np.delete(terms, listed).tolist())
        others = tr("the other {count} terms together", count=len(terms) - len(listed))
        lines.append(CardLine(others, rest))
    if state.bias is not None:
        lines.append(CardLine("+ b", float(state.bias[spot.unit])))
    return lines
