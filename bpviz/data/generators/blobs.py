"""Normal clouds around a circle, one a class."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import alternating, jittered, noise_field, plane_classes, points_field
from bpviz.data.registry import GENERATORS
from bpviz.registry import Field
from bpviz.text import N_

DISTANCE = 1.4


@GENERATORS.register(
    "blobs",
    N_("Blobs"),
    help=N_("Clouds around a circle, each a class of its own: from two classes to ten."),
    fields=(
        points_field(300),
        noise_field(0.3, high=1.0),
        Field(
            "classes",
            N_("Classes"),
            "int",
            3,
            minimum=2,
            maximum=10,
            step=1,
            help=N_("How many clouds, each a class."),
        ),
    ),
    category="classification",
)
def blobs(rng: np.random.Generator, points: int, noise: float, classes: int) -> Dataset:
    """Return clouds at distance 1.4 from the origin, class k at the angle 2π (k/classes + 1/4)."""
    y = alternating(points, classes)
    angle = 2 * np.pi * (y / classes + 0.25)
    x = DISTANCE * np.column_stack([np.cos(angle), np.sin(angle)])
    return plane_classes("blobs", jittered(x, noise, rng), y, classes)
