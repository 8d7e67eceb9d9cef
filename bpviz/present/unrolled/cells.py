"""What the cells of a row show during the walk: what is known, then δ as far as it came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpviz.present.diagram.colours import Argb, diverging_argb, indices
from bpviz.present.unrolled.rows import RECURRENT
from bpviz.present.unrolled.sums import delta_name
from bpviz.present.unrolled.values import DROPPED, by_step, levels
from bpviz.present.walk.light import Lit
from bpviz.present.walk.time import errors_from
from bpviz.snapshot import LayerState

Values = NDArray[np.floating]


@dataclass(frozen=True)
class Cells:
    """Numbers and colours of a row, (steps, units); from step ``errors`` on they are δ."""

    values: Values
    colours: Argb
    errors: int

    @property
    def back(self) -> bool:
        """Whether some of it is δ."""
        return self.errors < len(self.values)


def error_name(kind: str, name: str) -> str:
    """Return the array of δ that belongs to an array of a layer."""
    if kind not in RECURRENT:
        return "delta"
    return {"h": "delta_h", "c": "delta_c", "delta_h": "delta_h"}.get(name) or delta_name(name)


def shown_name(lit: Lit | None, layer: int, name: str) -> str:
    """Return the array that a row of a plain layer shows: z as long as a is not made."""
    light = None if lit is None else lit.light
    summing = light is not None and light.layer == layer and (light.phase, light.kind) == ("forward", "sum")
    return "z" if summing and name == "a" else name


def cells(lit: Lit | None, state: LayerState, layer: int, name: str, steps: int) -> Cells:
    """Return what a row shows: its values, in the backward phase δ from the step to which that came."""
    name = shown_name(lit, layer, name)
    values = by_step(state, name, steps)
    level = levels(state, name, values)
    first = min(errors_from(lit, layer, steps), len(values))
    if lit is not None and len(values) == 1 and steps > 1:
        first = 0 if errors_from(lit, layer, steps) < steps else 1
    if first < len(values):
        # One scale for all that there will be: what comes back is seen to shrink, or to grow.
        error = by_step(state, error_name(state.kind, name), steps)
        back = levels(state, "delta", error)
        late = np.arange(len(values))[:, None] >= first
        values, level = np.where(late, error, values), np.where(late, back, level)
    colours = diverging_argb()[indices(level)]
    if "mask" in state.arrays:
        colours = np.where(state.arrays["mask"].reshape(colours.shape) == 0, DROPPED, colours)
    return Cells(values, colours, first)


def heat(found: Cells) -> Argb:
    """Return the picture of a row, (units, steps): unit 1 on top, time to the right; grey is dropped."""
    return np.ascontiguousarray(found.colours.T)
