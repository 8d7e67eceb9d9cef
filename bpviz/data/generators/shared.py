"""What the generators have in common: their fields and how a plane set is put together.

The plane's sets fill about −2 … 2, a standard deviation near 1: a network learns from the very
numbers that the axes show, without standardization, so they can be checked by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Dataset
from bpviz.registry import Field
from bpviz.text import N_

RADIUS = 2.0
MADE_HERE = N_("Made by bpviz")

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def points_field(default: int = 240) -> Field:
    """Return the field for the number of points."""
    return Field(
        "points",
        N_("Points"),
        "int",
        default,
        minimum=10,
        maximum=1_000_000,
        low=20,
        high=1000,
        step=20,
        help=N_("How many samples are made, training and test together."),
    )


def noise_field(default: float, high: float = 0.5) -> Field:
    """Return the field for the noise's standard deviation."""
    return Field(
        "noise",
        N_("Noise"),
        "float",
        default,
        minimum=0.0,
        maximum=10.0,
        low=0.0,
        high=high,
        step=0.01,
        help=N_("Standard deviation of the normal noise, in the data's own units."),
    )


def alternating(points: int, classes: int) -> Labels:
    """Return 0, 1, …, classes − 1, 0, 1, …: classes whose sizes differ by one at most."""
    return np.arange(points, dtype=np.int64) % classes


def along(points: int, classes: int) -> Floats:
    """Return how far along its class's curve each alternating point lies, in (0, 1]."""
    steps = -(-points // classes)
    return (np.arange(points) // classes + 1) / steps


def jittered(x: Floats, noise: float, rng: np.random.Generator) -> Floats:
    """Return ``x`` with normal noise added to every coordinate."""
    return x + rng.normal(0.0, noise, x.shape)


def plane_classes(name: str, x: Floats, y: Labels, classes: int) -> Dataset:
    """Return a classification set over the plane; class names are the labels themselves."""
    return Dataset(
        name,
        x,
        y,
        "classification",
        ("x₁", "x₂"),
        class_names=tuple(str(label) for label in range(classes)),
        source=MADE_HERE,
        standardize=False,
    )


def curve_or_surface(name: str, x: Floats, y: Floats) -> Dataset:
    """Return a regression set with one target, over the line or the plane."""
    names = ("x",) if x.shape[1] == 1 else ("x₁", "x₂")
    return Dataset(name, x, y[:, None], "regression", names, source=MADE_HERE, standardize=False)
