"""Exclusive or: opposite quadrants belong together."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import RADIUS, jittered, noise_field, plane_classes, points_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_

GAP = 0.12
"""Half the width of the empty cross between the quadrants."""


@GENERATORS.register(
    "xor",
    N_("XOR"),
    help=N_("Opposite quadrants belong together: no straight line separates the classes."),
    fields=(points_field(), noise_field(0.0)),
    category="classification",
)
def xor(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return class 1 where the signs of x₁ and x₂ differ, the four quadrants equally full."""
    quadrant = np.arange(points, dtype=np.int64) % 4
    first, second = quadrant // 2, quadrant % 2
    signs = 2.0 * np.column_stack([first, second]) - 1.0
    x = signs * rng.uniform(GAP, RADIUS, (points, 2))
    return plane_classes("xor", jittered(x, noise, rng), first ^ second, 2)
