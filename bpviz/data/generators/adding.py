"""The adding problem: the sum of the two values that are marked, however far apart they lie."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import MADE_HERE, points_field
from bpviz.data.generators.shared_sequences import steps_field
from bpviz.data.registry import GENERATORS
from bpviz.data.sequences import sequence_dataset
from bpviz.text import N_


@GENERATORS.register(
    "adding",
    N_("Adding problem"),
    help=N_("Of many numbers two are marked: what is their sum?"),
    fields=(points_field(800), steps_field(16)),
    category="sequence",
)
def adding(rng: np.random.Generator, points: int, steps: int) -> Dataset:
    """Return values x_t uniform in [0, 1), two of them marked, and y = the sum of these two.

    One mark lies in the first ⌊T/2⌋ steps, the other in the rest, each place alike probable; the
    channel "mark" is 1 there and 0 elsewhere.  Who always says 1 has a mean squared error of 1/6.

    S. Hochreiter, J. Schmidhuber: Long short-term memory, 1997, experiment 4; there the values lie
    in [−1, 1], the lengths vary, and the target is ½ + (sum)/4.
    """
    rows, half = np.arange(points), steps // 2
    x = np.zeros((points, steps, 2))
    x[:, :, 0] = rng.uniform(0.0, 1.0, (points, steps))
    first, second = rng.integers(0, half, points), rng.integers(half, steps, points)
    x[rows, first, 1] = x[rows, second, 1] = 1.0
    sums = x[rows, first, 0] + x[rows, second, 0]
    return sequence_dataset(
        "adding",
        x,
        sums[:, None],
        ("x", "mark"),
        target_names=("sum",),
        source=MADE_HERE,
        standardize=False,
    )
