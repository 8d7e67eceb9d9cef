"""Where δ comes from, layer by layer: the strongest part of each sum is followed up to the loss.

Through any kind of layer:  δ⁽ˡ⁾ᵤ = σ′(z⁽ˡ⁾ᵤ) · Σₖ ∂z⁽ˡ⁺¹⁾ₖ/∂a⁽ˡ⁾ᵤ · δ⁽ˡ⁺¹⁾ₖ.
Over time ∂L/∂h_t takes in what comes back from step t + 1 as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bpviz.engine.registries import ACTIVATIONS
from bpviz.present.cards.card import CardLine, subscript, superscript
from bpviz.present.cards.chain import Head, shortcut_line
from bpviz.present.cards.chain_back import Shares, shares
from bpviz.present.cards.inspect_maps import parameter
from bpviz.present.diagram.map_windows import place
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.present.unrolled.words import symbol
from bpviz.snapshot import LayerState, Snapshot
from bpviz.text import tr
from bpviz.training.layer_spec import parse_layers

MOST_SHARES = 3
Array = NDArray[np.floating]


def slope_at(state: LayerState, unit: int) -> float | None:
    """Return σ′(z) of a unit, 1 where δ is ∂L/∂a itself; None where σ′ is a matrix."""
    if state.kind not in ("dense", "conv", "batchnorm", "rnn") or state.activation not in ACTIVATIONS:
        return 1.0
    activation = ACTIVATIONS.create(state.activation)
    if not activation.elementwise:
        return None
    return float(np.ravel(activation.slope(state.z, state.a))[unit])


def ladder_lines(snapshot: Snapshot, layer: int, unit: int, head: Head) -> list[CardLine]:
    """Return the lines from δ of ``unit`` (flat) of ``layer`` up to the loss.

    ``head`` are the names and numbers (units,) whose product is δ of the last layer.
    """
    layers = snapshot.layers
    lines: list[CardLine] = []
    while layer < len(layers) - 1:
        found = shares(layers, layer, unit)
        if found is None or (found.coupled and not layer):
            return lines
        lines += _rung(layers, layer, unit, found)
        if not len(found.units):
            return lines
        strongest = int(found.units[np.argmax(np.abs(found.terms))])
        layer += 1
        if layers[layer].kind in RECURRENT:
            width = layers[layer].arrays["h"].shape[1]
            gate = GATES[layers[layer].kind][strongest // width]
            step = _step_above(layers, layer - 1, unit)
            more, unit = recurrent_rungs(layers, layer, step, gate, strongest % width)
            lines += more
        else:
            unit = strongest
    if head and layer == len(layers) - 1:
        lines.append(_at_loss(snapshot, unit, head))
        short = shortcut_line(snapshot, unit, head)
        lines += [] if short is None else [short]
    return lines


def _at_loss(snapshot: Snapshot, unit: int, head: Head) -> CardLine:
    """Return how the loss makes δ of an output."""
    output, last = snapshot.layers[-1], len(snapshot.layers) - 1
    name, delta = delta_symbol(snapshot.layers, last, unit), float(output.delta[unit])
    if len(head) > 1:
        said = " · ".join(symbol for symbol, _ in head)
        factors = tuple(float(part[unit]) for _, part in head)
        return CardLine(f"{name}: {said}", delta, "backward", factors=factors)
    y = None if snapshot.target is None else np.ravel(snapshot.target)
    if (
        y is not None
        and y.size == output.units
        and np.allclose(output.a - y, output.delta, rtol=1e-9, atol=1e-300)
    ):
        more = (("ŷ", float(output.a[unit])), ("y", float(y[unit])))
        return CardLine(f"{name}: ŷ − y", delta, "backward", more=more)
    return CardLine(f"{name}: ∂L/∂z", delta, "backward")


def _step_above(layers: Sequence[LayerState], layer: int, unit: int) -> int:
    """Return the step at which a recurrent layer takes in this unit of the one below."""
    shape = layers[layer].shape
    return unit // shape[-1] if len(shape) == 2 else 0


def _rung(layers: Sequence[LayerState], layer: int, unit: int, found: Shares) -> list[CardLine]:
    """Return the sum that makes one δ, the strongest parts first."""
    state, terms = layers[layer], found.terms
    slope = slope_at(state, unit)
    # In a walk ∂L/∂x is not among what is kept.
    total = float(state.delta[unit]) if layer else float(terms.sum())
    own = slope is not None and slope != 1.0
    name = delta_symbol(layers, layer, unit)
    if state.kind == "rnn" and not _at_last(state, unit):
        # Through time something comes back as well: that is told before.
        slope, own, total = 1.0, False, _from_above(layers, layer, *divmod(unit, state.shape[1]))[0]
        name = f"∂L/∂{unit_name(layers, layer, unit)}"
    said = "σ′ · Σ ∂z/∂a · δ" if own else "Σ ∂z/∂a · δ"
    factors = (slope, total / slope if slope else float(terms.sum())) if own and slope is not None else ()
    lines = [CardLine(f"{name}: {said}", total, "backward", factors=factors)]
    order = np.argsort(-np.abs(terms), kind="stable")[:MOST_SHARES].tolist()
    for index in order:
        factors = (float(found.factors[index]), float(found.deltas[index]))
        above = _above_name(layers, layer, unit, int(found.units[index]))
        lines.append(CardLine(f"  ↑ {above}", float(terms[index]), factors=factors))
    if len(terms) > len(order):
        rest = float(np.delete(terms, order).sum())
        lines.append(CardLine("  " + tr("… and {count} more, together", count=len(terms) - len(order)), rest))
    if found.coupled and slope:
        rest = total / slope - float(terms.sum())
        lines.append(CardLine("  " + tr("through μ and σ² of the batch"), rest))
    return lines


def _at_last(state: LayerState, unit: int) -> bool:
    return len(state.shape) < 2 or unit // state.shape[-1] == state.shape[0] - 1


def _above_name(layers: Sequence[LayerState], layer: int, unit: int, above: int) -> str:
    state = layers[layer + 1]
    if state.kind not in RECURRENT:
        return unit_name(layers, layer + 1, above)
    width = state.arrays["h"].shape[1]
    gate, t = GATES[state.kind][above // width], _step_above(layers, layer, unit) + 1
    return f"{state.name} {symbol(gate)}{subscript(above % width + 1)} t{subscript(t)}"


def unit_name(layers: Sequence[LayerState], layer: int, unit: int) -> str:
    """Return e.g. ``h2₃``, of a map ``h1[2,5,4]``, of a sequence ``h2₃ t₅``."""
    state = layers[layer]
    name = state.name or f"x{superscript(layer)}"
    if len(state.shape) == 3:
        return f"{name}[{','.join(str(each + 1) for each in place(unit, state.shape))}]"
    if len(state.shape) == 2:
        step, index = divmod(unit, state.shape[1])
        return f"{name}{subscript(index + 1)} t{subscript(step + 1)}"
    return name + (subscript(unit + 1) if state.units > 1 else "")


def delta_symbol(layers: Sequence[LayerState], layer: int, unit: int) -> str:
    """Return e.g. ``δ h2₃``."""
    return f"δ {unit_name(layers, layer, unit)}" if layer else f"∂L/∂{unit_name(layers, layer, unit)}"


def recurrent_rungs(
    layers: Sequence[LayerState], layer: int, step: int, gate: str, unit: int
) -> tuple[list[CardLine], int]:
    """Return how δ of a gate's sum at a step is made, and the flat unit of h there."""
    state = layers[layer]
    at = _Cell(state, step, unit)
    delta, last = at(delta_name(gate)), step == len(state.arrays["h"]) - 1
    t = subscript(step + 1)
    factors, said = _of_gate(state, at, gate)
    name = f"δ {state.name} {symbol(gate)}{subscript(unit + 1)} t{t}"
    lines = [CardLine(f"{name}: {said}", delta, "backward", factors=factors)]
    if state.kind == "lstm" and gate != "o":
        own = at("delta_h") * at("o") * (1.0 - np.tanh(at("c")) ** 2)
        lines.append(CardLine(f"  ∂L/∂c{t}: " + tr("through h, at this step"), float(own)))
        if not last:
            back = at("delta_c") - float(own)
            lines.append(CardLine(f"  ∂L/∂c{t}: " + tr("back from the next step"), back))
    above, following = _from_above(layers, layer, step, unit)
    lines.append(CardLine(f"  ∂L/∂h{t}: " + tr("from the layer above"), above))
    if not last:
        through = at("delta_h") - above
        lines.append(CardLine(f"  ∂L/∂h{t}: " + tr("back from the next step"), through))
    return lines, following


class _Cell:
    """The arrays of one unit at a step; 0 before the first."""

    def __init__(self, state: LayerState, step: int, unit: int) -> None:
        self._arrays, self._step, self._unit = state.arrays, step, unit

    def __call__(self, name: str, back: int = 0) -> float:
        step = self._step - back
        return float(self._arrays[name][step, self._unit]) if step >= 0 else 0.0


def _of_gate(state: LayerState, at: _Cell, gate: str) -> tuple[tuple[float, ...], str]:
    """Return the factors of δ of a gate's sum, and their names; see the layers' own equations."""
    if state.kind == "rnn":
        sums, states = np.array([at("z")]), np.array([at("h")])
        slope = float(ACTIVATIONS.create(state.activation).slope(sums, states)[0])
        return (at("delta_h"), slope), "∂L/∂h · σ′(z)"
    if state.kind == "lstm":
        value = at(gate)
        if gate == "o":
            return (at("delta_h"), float(np.tanh(at("c"))), value * (1 - value)), "∂L/∂h · tanh c · o(1 − o)"
        if gate == "g":
            return (at("delta_c"), at("i"), 1 - value * value), "∂L/∂c · i · (1 − g²)"
        beside, name = (at("g"), "g") if gate == "i" else (at("c", 1), "c′")
        return (at("delta_c"), beside, value * (1 - value)), f"∂L/∂c · {name} · {gate}(1 − {gate})"
    if gate == "r":
        value = at("r")
        return (at("delta_n"), at("q"), value * (1 - value)), "δn · q · r(1 − r)"
    z, n = at("z_gate"), at("n")
    if gate == "n":
        return (at("delta_h"), 1 - z, 1 - n * n), "∂L/∂h · (1 − z) · (1 − n²)"
    return (at("delta_h"), at("h", 1) - n, z * (1 - z)), "∂L/∂h · (h′ − n) · z(1 − z)"


def _from_above(layers: Sequence[LayerState], layer: int, step: int, unit: int) -> tuple[float, int]:
    """Return what the layer above sends to h at a step, and the flat unit of h there (−1 where nothing)."""
    state = layers[layer]
    steps = len(state.arrays["h"])
    if len(state.shape) < 2:
        found = shares(layers, layer, unit)
        total = 0.0 if found is None or step < steps - 1 else float(found.terms.sum())
        return total, unit
    flat = step * state.shape[1] + unit
    found = shares(layers, layer, flat)
    if found is not None and found.coupled:
        # What comes through the batch's statistics is not among the shares; δ of gated layers is ∂L/∂a.
        gated = state.kind != "rnn"
        delta_h = float(state.arrays["delta_h"][step, unit])
        return (float(state.delta[flat]) if gated else delta_h - _through_time(state, step, unit)), flat
    return (0.0 if found is None else float(found.terms.sum())), flat


def _through_time(state: LayerState, step: int, unit: int) -> float:
    """Return what step t + 1 of a simple recurrent layer sends back to h_t: Whᵀ δ_{t+1}."""
    steps, weights = len(state.arrays["h"]), parameter(state, "Wh")
    truncate = int(parse_layers(state.text)[0]["truncate"]) or steps
    if weights is None or (steps - step - 1) % truncate == 0:
        return 0.0
    return float(weights.values[:, unit] @ state.arrays["delta"][step + 1])
