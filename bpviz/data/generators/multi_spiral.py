"""Three and more spiral arms, one a class."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import noise_field, points_field
from bpviz.data.generators.spiral import spiral_arms
from bpviz.data.registry import GENERATORS
from bpviz.registry import Field
from bpviz.text import N_

TURNS = 0.75


@GENERATORS.register(
    "multi_spiral",
    N_("Spiral of many arms"),
    help=N_("Three and more arms wound into each other, each a class of its own."),
    fields=(
        points_field(600),
        noise_field(0.05, high=0.3),
        Field(
            "arms",
            N_("Arms"),
            "int",
            3,
            minimum=3,
            maximum=8,
            step=1,
            help=N_("How many arms, each a class."),
        ),
    ),
    category="classification",
)
def multi_spiral(rng: np.random.Generator, points: int, noise: float, arms: int) -> Dataset:
    """Return ``arms`` arms, one a class."""
    return spiral_arms(rng, points, noise, arms, TURNS)
