"""A slanting plane to be fitted."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import RADIUS, curve_or_surface, jittered, noise_field, points_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "plane",
    N_("Plane"),
    help=N_("A slanting plane: a single linear neuron fits it exactly."),
    fields=(points_field(), noise_field(0.05)),
    category="regression",
)
def plane(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return y = (x₁ + x₂) / 4 + noise over the square −2 … 2; y lies in about −1 … 1."""
    x = rng.uniform(-RADIUS, RADIUS, (points, 2))
    return curve_or_surface("plane", x, jittered(x.sum(axis=1) / (2 * RADIUS), noise, rng))
