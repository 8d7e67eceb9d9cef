"""The numbers behind the unrolled picture: colours of states and gates, and what flows back through time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.diagram.colours import levels as activation_levels
from bpviz.snapshot import LayerState, RunInfo

Values = NDArray[np.floating]

_SHARES = ("i", "f", "o", "r", "z_gate")
_SIGNED = ("g", "n")
DROPPED = np.uint32(0xFF6B7080)
_LEAST_DECADES = 2
_MOST_DECADES = 16


def by_step(state: LayerState, name: str, steps: int) -> Values:
    """Return what a row shows as (steps, units), or (1, units) where there is one answer."""
    if name in state.arrays:
        return state.arrays[name]
    flat = state.delta if name.startswith("delta") else state.z if name == "z" else state.a
    every = len(state.shape) == 2 and state.shape[0] == steps
    return flat.reshape(steps if every else 1, -1)


def levels(state: LayerState, name: str, values: Values) -> Values:
    """Return values as levels in [−1, 1]: a gate's 0 … 1 as 2a − 1, tanh as it is, else over the largest."""
    if name in _SHARES:
        return activation_levels(values, "sigmoid")
    squashed = name == "h" and (state.kind != "rnn" or state.activation == "tanh")
    if name in _SIGNED or squashed:
        return activation_levels(values, "tanh")
    return activation_levels(values, state.activation if name == "a" else "identity")


@dataclass(frozen=True)
class Flow:
    """‖∂L/∂h_t‖ of a layer's steps, on a logarithmic axis over whole decades.

    ``shares`` are the bars' heights from 0 to 1 (0 where the norm is 0, or not finite), ``low`` and
    ``high`` the axis's ends as powers of ten.
    """

    norms: Values
    shares: Values
    low: int
    high: int

    @property
    def ratio(self) -> float:
        """First over last: small where the gradient vanishes on its way back, large where it explodes."""
        last = float(self.norms[-1])
        return float(self.norms[0]) / last if last > 0 else math.nan


def flow(state: LayerState) -> Flow:
    """Return what flows back through a layer with a state."""
    norms = np.linalg.norm(np.asarray(state.arrays["delta_h"], np.float64), axis=1)
    seen = norms[np.isfinite(norms) & (norms > 0)]
    if not seen.size:
        return Flow(norms, np.zeros_like(norms), -_LEAST_DECADES, 0)
    high = math.ceil(math.log10(float(seen.max())) - 1e-9)
    low = min(math.floor(math.log10(float(seen.min())) + 1e-9), high - _LEAST_DECADES)
    low = max(low, high - _MOST_DECADES)
    live = np.isfinite(norms) & (norms > 0)
    heights = np.log10(np.where(live, norms, 1.0)) - low
    # The lowest one is a bar still: it is not nothing.
    return Flow(norms, np.where(live, np.clip(heights / (high - low), 0.04, 1.0), 0.0), low, high)


def cuts(info: RunInfo, layer: int, steps: int) -> frozenset[int]:
    """Return after which steps (from 0) a truncated gradient is cut: nothing flows back over these."""
    from bpviz.training.layer_spec import parse_layers

    text = info.texts[layer - 1] if layer <= len(info.texts) else ""
    length = int(parse_layers(text)[0]["truncate"]) if text else 0
    if not length:
        return frozenset()
    return frozenset(end - 1 for end in range(steps - length, 0, -length))


@dataclass(frozen=True, slots=True)
class Clock:
    """Where playing through time stands: ``position`` goes over the T steps forward, then back.

    Examples
    --------
    >>> [(Clock(3, p).step, Clock(3, p).backward) for p in range(6)]
    [(0, False), (1, False), (2, False), (2, True), (1, True), (0, True)]
    """

    steps: int
    position: int = 0

    @property
    def backward(self) -> bool:
        """Whether the errors flow back."""
        return self.position >= self.steps

    @property
    def step(self) -> int:
        """The step that is lit, from 0."""
        return 2 * self.steps - 1 - self.position if self.backward else self.position

    def next(self) -> Clock | None:
        """Return the place after this one; None at the end."""
        return Clock(self.steps, self.position + 1) if self.position + 1 < 2 * self.steps else None


def pause_ms(steps: int) -> int:
    """Return how long a step is shown while playing: the way there and back takes about six seconds."""
    return round(min(max(3000 / steps, 50), 450))
