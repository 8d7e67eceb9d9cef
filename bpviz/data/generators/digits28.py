"""The same handwritten digits enlarged to 28 × 28 pixels, the size of a 784-50-10 network's input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.bundled import digit_pictures, digits_dataset
from bpviz.data.dataset import Dataset
from bpviz.data.registry import GENERATORS
from bpviz.text import N_

SIDE = 28


def bilinear_weights(old: int, new: int) -> NDArray[np.float64]:
    """Return B (new, old): row i blends the two old pixels nearest to new pixel i.

    Pixels are squares whose values sit in their middles, so new pixel i lies at the old coordinate
    s = (i + ½) old/new − ½, held within 0 … old − 1 (the border repeats).  With k = ⌊s⌋ and
    f = s − k the row has 1 − f at k and f at k + 1.  Each row sums to 1: values stay in 0 … 1.
    """
    place = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0.0, old - 1.0)
    lower = np.minimum(place.astype(np.intp), old - 2)
    share = place - lower
    weights = np.zeros((new, old))
    rows = np.arange(new)
    weights[rows, lower] = 1.0 - share
    weights[rows, lower + 1] = share
    return weights


@GENERATORS.register(
    "digits28",
    N_("Handwritten digits 28×28"),
    help=N_("The same digits enlarged to 28×28 pixels (bilinear), for a 784-50-10 network."),
    category="bundled",
    shape="picture",
)
def digits28(rng: np.random.Generator) -> Dataset:
    """Return P ↦ B P Bᵀ for each bundled picture P (8, 8); nothing in them is random."""
    pictures, labels = digit_pictures()
    weights = bilinear_weights(pictures.shape[1], SIDE)
    return digits_dataset("digits28", weights @ pictures @ weights.T, labels)
