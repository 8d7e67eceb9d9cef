"""Fisher's irises: 150 flowers, 4 lengths in cm, 3 species."""

from __future__ import annotations

import numpy as np

from bpviz.data.bundled import bundled_table
from bpviz.data.dataset import Dataset
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "iris",
    N_("Iris flowers"),
    help=N_("150 flowers of three species, told apart by four lengths."),
    category="bundled",
)
def iris(rng: np.random.Generator) -> Dataset:
    """Return the bundled table; nothing in it is random."""
    return bundled_table("iris", "species", "UCI Machine Learning Repository: Iris (R. A. Fisher, 1936)")
