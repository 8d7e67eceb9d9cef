"""A sine to be fitted: one input, one output, so the fit is a curve."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import RADIUS, curve_or_surface, jittered, noise_field, points_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "sine",
    N_("Sine"),
    help=N_("One input, one output: the network bends a curve onto the points."),
    fields=(points_field(200), noise_field(0.1)),
    category="regression",
)
def sine(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return y = sin(π x) + noise, x uniform in −2 … 2: two whole waves."""
    x = rng.uniform(-RADIUS, RADIUS, (points, 1))
    return curve_or_surface("sine", x, jittered(np.sin(np.pi * x[:, 0]), noise, rng))
