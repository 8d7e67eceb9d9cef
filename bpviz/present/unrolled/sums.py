"""What one unit's sum at one step is made of: Σ Wx x_t + Σ Wh h_(t−1) + b, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.values import by_step
from bpviz.present.unrolled.weights import parameter
from bpviz.snapshot import LayerState

Values = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class SumParts:
    """The parts of one weighted sum.  ``from_h`` is as it counts: a GRU's n takes r ⊙ (Wh h + bh)."""

    from_x: float
    from_h: float
    bias: float

    @property
    def total(self) -> float:
        """The sum: what goes into σ or tanh."""
        return self.from_x + self.from_h + self.bias


def inputs_of(layers: Sequence[LayerState], layer: int, steps: int) -> Values:
    """Return what a layer sees, (steps, features): what the layer below gives at each step."""
    below = layers[layer - 1]
    if below.kind in RECURRENT:
        return below.arrays["h"]
    return by_step(below, "a", steps)


def sum_parts(layers: Sequence[LayerState], layer: int, step: int, unit: int, gate: str) -> SumParts:
    """Return the parts of the sum of unit ``unit``'s ``gate`` (an rnn's only one is "z") at a step."""
    state = layers[layer]
    h = state.arrays["h"]
    row = GATES[state.kind].index(gate) * h.shape[1] + unit
    x = inputs_of(layers, layer, len(h))[step]
    before = h[step - 1] if step > 0 else np.zeros_like(h[0])
    wx, wh = parameter(state, "Wx"), parameter(state, "Wh")
    assert wx is not None and wh is not None
    from_x, from_h = float(wx.values[row] @ x), float(wh.values[row] @ before)
    bias = 0.0
    for name in ("b", "bx", "bh"):
        found = parameter(state, name)
        if found is None:
            continue
        value = float(found.values[row])
        if gate == "n" and name == "bh":
            from_h += value
        else:
            bias += value
    if gate == "n":
        from_h *= float(state.arrays["r"][step, unit])
    return SumParts(from_x, from_h, bias)


_DELTAS = {"z": "delta", "n": "delta_n"}


def delta_name(gate: str) -> str:
    """Return the array of ∂L/∂(the gate's sum)."""
    return _DELTAS.get(gate, f"delta_{gate}")


def weight_terms(layers: Sequence[LayerState], layer: int, name: str, row: int, column: int) -> Values | None:
    """Return each step's part of ∂L/∂w for the shown sample, (steps,): δ_t of the row times what came in.

    None for a parameter that is none of Wx, Wh and the biases.
    """
    state = layers[layer]
    if state.kind not in RECURRENT or name not in ("Wx", "Wh", "b", "bx", "bh"):
        return None
    h = state.arrays["h"]
    gate = GATES[state.kind][row // h.shape[1]]
    delta = state.arrays["delta_q" if gate == "n" and name in ("Wh", "bh") else delta_name(gate)]
    seen: Values = np.ones(len(h))
    if name == "Wx":
        seen = inputs_of(layers, layer, len(h))[:, column]
    elif name == "Wh":
        seen = np.concatenate(([0.0], h[:-1, column]))
    terms: Values = delta[:, row % h.shape[1]] * seen
    return terms
