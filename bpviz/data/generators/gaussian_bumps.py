"""Hills and hollows to be fitted."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import (
    RADIUS,
    Floats,
    curve_or_surface,
    jittered,
    noise_field,
    points_field,
)
from bpviz.data.registry import GENERATORS
from bpviz.text import N_

CENTRES = np.array([[-1.2, 1.0], [0.0, 1.2], [1.2, 1.0], [-1.2, -1.0], [0.0, -1.2], [1.2, -1.0]])
HEIGHTS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
WIDTH = 0.55


def bumps(x: Floats) -> Floats:
    """Return Σₖ hₖ exp(−‖x − cₖ‖² / (2 · 0.55²)) for each row of ``x`` (N, 2)."""
    squares = ((x[:, None, :] - CENTRES) ** 2).sum(axis=2)
    return np.asarray(np.exp(-squares / (2 * WIDTH**2)) @ HEIGHTS, dtype=np.float64)


@GENERATORS.register(
    "gaussian_bumps",
    N_("Gaussian bumps"),
    help=N_("Three hills and three hollows: a curved surface to be fitted."),
    fields=(points_field(500), noise_field(0.05)),
    category="regression",
)
def gaussian_bumps(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return the bumps' height + noise over the square −2 … 2; y lies in about −1 … 1."""
    x = rng.uniform(-RADIUS, RADIUS, (points, 2))
    return curve_or_surface("gaussian_bumps", x, jittered(bumps(x), noise, rng))
