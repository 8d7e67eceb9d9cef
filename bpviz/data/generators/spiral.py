"""Two arms wound into each other, the classic hard case for a small network."""

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

TURNS = 1.25
EDGE = 2.5
START = 0.2
"""Where an arm begins, as a share of its length: at the centre itself the arms would touch."""


def spiral_arms(rng: np.random.Generator, points: int, noise: float, arms: int, turns: float) -> Dataset:
    """Return ``arms`` Archimedean spirals, turned by 2π/arms each: r = 2.5 t, φ = 2π (turns t + k/arms).

    The points of an arm stand at equal steps of t in (0.2, 1]; the noise shifts each of them.
    """
    y, t = alternating(points, arms), START + (1 - START) * along(points, arms)
    angle = 2 * np.pi * (turns * t + y / arms)
    x = (EDGE * t)[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return plane_classes("spiral" if arms == 2 else "multi_spiral", jittered(x, noise, rng), y, arms)


@GENERATORS.register(
    "spiral",
    N_("Spiral"),
    help=N_("Two arms wound into each other: it takes two hidden layers, or a wide one."),
    fields=(points_field(500), noise_field(0.05, high=0.3)),
    category="classification",
)
def spiral(rng: np.random.Generator, points: int, noise: float) -> Dataset:
    """Return the two arms, one a class."""
    return spiral_arms(rng, points, noise, 2, TURNS)
