"""1,797 handwritten digits, 8 × 8 pixels."""

from __future__ import annotations

import numpy as np

from bpviz.data.bundled import digit_pictures, digits_dataset
from bpviz.data.dataset import Dataset
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "digits",
    N_("Handwritten digits 8×8"),
    help=N_("1,797 handwritten digits as pictures of 8×8 pixels."),
    category="bundled",
    shape="picture",
)
def digits(rng: np.random.Generator) -> Dataset:
    """Return the bundled pictures, pixels 0 … 1; nothing in them is random."""
    return digits_dataset("digits", *digit_pictures())
