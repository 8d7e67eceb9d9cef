"""What flows where at an operation of the walk: along which lines, or through which windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.present.diagram.map_windows import PASSING, window_of
from bpviz.present.walk.light import Lit
from bpviz.snapshot import LayerState

Floats = NDArray[np.floating]
Kind = Literal["values", "errors", "gradients", "updates"]

MOST_DOTS = 60
"""So many of the strongest lines carry something that moves."""
PERIOD_S = 1.4
"""How long what flows takes from one layer to the next."""
_WINDOW_S = 0.15
_LONGEST_S = 9.0


@dataclass(frozen=True)
class Flow:
    """What moves into, or out of, ``layer``.

    ``strengths`` (outputs, inputs), signed, is how much each line carries; None where the layer has no lines
    of its own but a window that slides over ``places`` (rows, columns) of its maps, or only passes on.
    """

    layer: int
    kind: Kind
    strengths: Floats | None = None
    places: tuple[int, int] = (0, 0)

    @property
    def backward(self) -> bool:
        """Whether it moves to the left."""
        return self.kind == "errors"

    @property
    def slides(self) -> bool:
        """Whether it is a window that goes from place to place."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many places the window has, 0 where there is none."""
        return self.places[0] * self.places[1]

    @property
    def period_s(self) -> float:
        """How long one way takes."""
        return min(max(PERIOD_S, _WINDOW_S * self.count), _LONGEST_S)


def flow_at(lit: Lit, layers: tuple[LayerState, ...]) -> Flow | None:
    """Return what flows, by the numbers of ``layers`` as the walk shows them; None where nothing does.

    Forward each line carries w·a, backward w·δ of the layer that it comes from.
    """
    light = lit.light
    if light.phase == "update":
        return _along(light.layer, "updates", layers)
    if light.kind == "gradient":
        return _along(light.layer, "gradients", layers)
    if light.phase == "backward":
        return _along(light.layer + 1, "errors", layers) if light.layer + 1 < len(layers) else None
    if light.phase == "forward" and light.kind != "activation":
        return _along(light.layer, "values", layers)
    return None


def _along(layer: int, kind: Kind, layers: tuple[LayerState, ...]) -> Flow | None:
    if not 0 < layer < len(layers):
        return None
    state = layers[layer]
    if state.weights is not None:
        return Flow(layer, kind, _carried(state, layers[layer - 1], kind))
    if kind != "updates" and len(state.shape) == 3 and window_of(state.text) is not None:
        return Flow(layer, kind, places=(state.shape[1], state.shape[2]))
    return Flow(layer, kind) if state.kind in PASSING and kind in ("values", "errors") else None


def _carried(state: LayerState, before: LayerState, kind: Kind) -> Floats | None:
    weights = state.weights
    assert weights is not None
    if kind == "values":
        return np.asarray(weights * before.a)
    if kind == "errors":
        return np.asarray(weights * state.delta[:, None])
    if kind == "gradients":
        return state.weight_gradient
    held = next((each for each in state.parameters if each.name == "W"), None)
    return None if held is None else held.update


def moving(flow: Flow, pairs: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats, NDArray[np.bool_]]:
    """Return which of the drawn lines carry most, each one's share of the largest, and its sign."""
    assert flow.strengths is not None
    carried = flow.strengths[pairs[:, 0], pairs[:, 1]]
    sizes = np.abs(carried)
    top = float(sizes.max(initial=0.0))
    if not 0.0 < top < np.inf:
        return np.empty(0, np.intp), np.empty(0), np.empty(0, bool)
    order = np.argsort(-sizes, kind="stable")[:MOST_DOTS]
    order = order[sizes[order] > 0.02 * top]
    return order, sizes[order] / top, carried[order] > 0


def along(points: Floats, share: float) -> Floats:
    """Return (E, 2): the point at ``share`` of each way (E, P, 2).

    Examples
    --------
    >>> along(np.array([[[0.0, 0.0], [2.0, 4.0]]]), 0.5).tolist()
    [[1.0, 2.0]]
    """
    at = min(max(share, 0.0), 1.0) * (points.shape[1] - 1)
    first = min(int(at), points.shape[1] - 2)
    rest = at - first
    return np.asarray((1 - rest) * points[:, first] + rest * points[:, first + 1])
