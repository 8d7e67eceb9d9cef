"""The one sample of the example that is worked by hand: inputs 40 and 80, target 60."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import MADE_HERE
from bpviz.data.registry import GENERATORS
from bpviz.registry import Field
from bpviz.text import N_


def _number(name: str, label: str, default: float) -> Field:
    return Field(
        name,
        label,
        "float",
        default,
        minimum=-1e6,
        maximum=1e6,
        low=-100.0,
        high=100.0,
        help=N_("One of the three numbers of the only sample."),
    )


@GENERATORS.register(
    "worked_example",
    N_("By hand: one sample"),
    help=N_("One sample, two inputs, one number: small enough to check with a pencil."),
    fields=(
        _number("x1", N_("Input x₁"), 40.0),
        _number("x2", N_("Input x₂"), 80.0),
        _number("y", N_("Target y"), 60.0),
    ),
    category="regression",
)
def worked_example(rng: np.random.Generator, x1: float, x2: float, y: float) -> Dataset:
    """Return one sample; nothing in it is random, and nothing is scaled."""
    return Dataset(
        "worked_example",
        np.array([[x1, x2]]),
        np.array([[y]]),
        "regression",
        ("x₁", "x₂"),
        source=MADE_HERE,
        standardize=False,
    )
