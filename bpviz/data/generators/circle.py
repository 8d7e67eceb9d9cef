"""A disc inside a ring."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import (
    RADIUS,
    alternating,
    jittered,
    noise_field,
    plane_classes,
    points_field,
)
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "circle",
    N_("Circle"),
    help=N_("A disc inside a ring: three hidden neurons can fence it in."),
    fields=(points_field(), noise_field(0.1)),
    category="classification",
)
def circle(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return class 1 in the disc of radius 1, class 0 in the ring of radii 1.4 … 2."""
    y = alternating(points, 2)
    share = rng.uniform(0.0, 1.0, points)
    radius = RADIUS * np.where(y == 1, 0.5 * share, 0.7 + 0.3 * share)
    angle = rng.uniform(0.0, 2 * np.pi, points)
    x = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return plane_classes("circle", jittered(x, noise, rng), y, 2)
