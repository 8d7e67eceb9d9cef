"""Whether the number of ones is odd: every bit counts, and none of them alone says anything."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import points_field
from bpviz.data.generators.shared_sequences import bits_dataset, steps_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "parity",
    N_("Parity"),
    help=N_("One answer a sequence: is the number of ones odd? A single bit of memory is enough."),
    fields=(points_field(1000), steps_field(8, minimum=1)),
    category="sequence",
)
def parity(rng: np.random.Generator, points: int, steps: int) -> Dataset:
    """Return random bits x_t, each 1 with probability ½, and y = x_1 ⊕ x_2 ⊕ … ⊕ x_T.

    A recurrent network can keep the parity so far in one unit; no network without a hidden layer
    can answer (M. Minsky, S. Papert: Perceptrons, 1969).
    """
    bits = rng.integers(0, 2, (points, steps))
    return bits_dataset("parity", bits[:, :, None].astype(np.float64), bits.sum(axis=1) % 2, ("x",))
