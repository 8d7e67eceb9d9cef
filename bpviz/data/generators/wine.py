"""178 wines, 13 chemical measurements, 3 cultivars."""

from __future__ import annotations

import numpy as np

from bpviz.data.bundled import bundled_table
from bpviz.data.dataset import Dataset
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "wine",
    N_("Wine"),
    help=N_("178 wines of three cultivars, told apart by 13 chemical measurements."),
    category="bundled",
)
def wine(rng: np.random.Generator) -> Dataset:
    """Return the bundled table; nothing in it is random."""
    return bundled_table(
        "wine", "cultivar", "UCI Machine Learning Repository: Wine (S. Aeberhard, M. Forina, 1991)"
    )
