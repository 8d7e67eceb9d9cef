"""The one sample of the example that is worked by hand: inputs 40 and 80, target 60."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import MADE_HERE
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "worked_example",
    N_("By hand: 40, 80 → 60"),
    help=N_("One sample, two inputs, one number: small enough to check with a pencil."),
    category="regression",
)
def worked_example(rng: np.random.Generator) -> Dataset:
    """Return one sample; nothing in it is random, and nothing is scaled."""
    return Dataset(
        "worked_example",
        np.array([[40.0, 80.0]]),
        np.array([[60.0]]),
        "regression",
        ("x₁", "x₂"),
        source=MADE_HERE,
        standardize=False,
    )
