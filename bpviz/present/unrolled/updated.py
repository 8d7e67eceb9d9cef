"""Which weight of a layer an update changes most, and what it was and is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpviz.present.unrolled.layout import Mark
from bpviz.snapshot import LayerState


@dataclass(frozen=True)
class Updated:
    """A weight's place in the picture, its symbol, and its value before and after the step."""

    mark: Mark
    symbol: str
    old: float
    new: float


def most_updated(state: LayerState, layer: int) -> Updated | None:
    """Return the weight with the largest |Δw| of a layer that has taken its step; None without weights."""
    weights = [each for each in state.parameters if each.role == "weight" and each.update.size]
    if not weights:
        return None
    one = max(weights, key=lambda each: float(np.abs(each.update).max()))
    place = np.unravel_index(int(np.argmax(np.abs(one.update))), one.update.shape)
    unit, source = int(place[0]), int(place[1]) if len(place) > 1 else 0
    new = float(one.values[place])
    mark = Mark("weight", layer, unit=unit, name=one.name, source=source)
    return Updated(mark, one.symbol, new + float(one.update[place]), new)
