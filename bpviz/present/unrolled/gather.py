"""How the gradient of a layer with a state comes together on the way back through time, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.diagram.colours import Argb, diverging_argb, indices
from bpviz.present.unrolled.rows import GATES, RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.present.walk.light import Lit
from bpviz.snapshot import LayerState

Values = NDArray[np.floating]

MOST_PRODUCTS = 100_000_000
"""A gradient that is a sum of more products is shown as a whole: it would keep one waiting."""


@dataclass(frozen=True)
class Gathered:
    """∂L/∂θ of a layer's parameters by name, (T, …) each: entry t is what steps t … T give together.

    Of the sample that is walked, or the mean over those traced.
    """

    sums: dict[str, Values]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(next(iter(self.sums.values())))


def gathered_over_time(lit: Lit, state: LayerState, layer: int) -> Gathered | None:
    """Return how ∂L/∂W = Σ_t δ_t x_tᵀ comes together from the last step on; None for other layers."""
    if state.kind not in RECURRENT:
        return None
    trace = lit.dissection.layers[layer - 1]
    rows = range(len(trace.x)) if lit.sample == "mean" else (lit.row,)
    values = sum(each.values.size for each in state.parameters)
    if values * len(rows) * trace.x.shape[1] > MOST_PRODUCTS:
        return None
    x = np.stack([trace.x[row] for row in rows])
    h = np.stack([trace.extras[row]["h"] for row in rows])
    before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    seen = {"Wx": x, "Wh": before, "b": None, "bx": None, "bh": None}
    sums = {}
    for each in state.parameters:
        if each.name not in seen:
            continue
        delta = _deltas(lit, layer, state.kind, each.name, rows)
        source = seen[each.name]
        parts = delta.mean(axis=0) if source is None else _products(delta, source)
        sums[each.name] = np.asarray(np.cumsum(parts[::-1], axis=0)[::-1])
    return Gathered(sums)


def _deltas(lit: Lit, layer: int, kind: str, name: str, rows: range | tuple[int, ...]) -> Values:
    """Return δ of all rows of a parameter, (samples, T, rows): gate after gate."""
    extras = lit.dissection.layers[layer - 1].extras
    gates = ["delta_q" if g == "n" and name in ("Wh", "bh") else delta_name(g) for g in GATES[kind]]
    return np.stack([np.concatenate([extras[row][gate] for gate in gates], axis=1) for row in rows])


def _products(delta: Values, source: Values) -> Values:
    """Return the mean over the samples of δ_t x_tᵀ, (T, rows, columns)."""
    found = np.matmul(delta.transpose(1, 2, 0), source.transpose(1, 0, 2)) / len(delta)
    return np.asarray(found)


def sums_argb(sums: Values, step: int) -> Argb:
    """Return the colours (rows, columns) of what is gathered back to a step, over the largest of all."""
    largest = float(np.abs(sums).max(initial=0.0))
    level = sums[step] / largest if 0.0 < largest < np.inf else np.zeros_like(sums[step])
    return np.asarray(diverging_argb()[indices(level)])
