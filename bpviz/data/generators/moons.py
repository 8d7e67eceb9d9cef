"""Two half moons that reach into each other."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import (
    along,
    alternating,
    jittered,
    noise_field,
    plane_classes,
    points_field,
)
from bpviz.data.registry import GENERATORS
from bpviz.text import N_

SIZE = 1.25


@GENERATORS.register(
    "moons",
    N_("Moons"),
    help=N_("Two half moons that reach into each other."),
    fields=(points_field(), noise_field(0.12)),
    category="classification",
)
def moons(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return half circles of radius 1.25: class 0 the upper one, class 1 the lower one.

    The lower one is the upper one turned by half a turn about the origin.
    """
    y, angle = alternating(points, 2), np.pi * along(points, 2)
    half = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    x = SIZE * (1.0 - 2.0 * y)[:, None] * half
    return plane_classes("moons", jittered(x, noise, rng), y, 2)
