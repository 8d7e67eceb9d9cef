"""Two normal clouds, one a class."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import alternating, jittered, noise_field, plane_classes, points_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "gauss",
    N_("Two Gaussians"),
    help=N_("Two clouds that a straight line separates: a single neuron is enough."),
    fields=(points_field(), noise_field(0.4, high=1.2)),
    category="classification",
)
def gauss(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return class 0 around (−1, −1) and class 1 around (1, 1), standard deviation ``noise``."""
    y = alternating(points, 2)
    centres = (2.0 * y - 1.0)[:, None] * np.ones(2)
    return plane_classes("gauss", jittered(centres, noise, rng), y, 2)
