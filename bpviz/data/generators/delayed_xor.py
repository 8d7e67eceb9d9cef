"""The XOR of two marked bits that lie some steps apart: a long way for a gradient."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import alternating, points_field
from bpviz.data.generators.shared_sequences import bits_dataset, check_delay, delay_field, steps_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "delayed_xor",
    N_("Delayed XOR"),
    help=N_("Do two marked bits differ that lie far apart? A simple recurrent network forgets the first."),
    fields=(
        points_field(600),
        steps_field(16),
        delay_field(10, 1),
    ),
    category="sequence",
)
def delayed_xor(rng: np.random.Generator, points: int, steps: int, delay: int) -> Dataset:
    """Return sequences of two channels and y = 1 where the two marked bits differ.

    Channel "x" holds random bits, −1 or 1, most of them distractors; channel "mark" is 1 at two
    steps, p and p + ``delay``, with p uniform in 1 … T − delay, and 0 elsewhere.  The classes are
    of equal size.  What the second bit says of the first goes back through ``delay`` steps, where the
    gradient of a simple recurrent network vanishes (S. Hochreiter, Y. Bengio, P. Frasconi, J.
    Schmidhuber: Gradient flow in recurrent nets, 2001).  XOR over time: J. Elman, Finding structure
    in time, 1990.

    Raises
    ------
    UserError
        When the two bits do not fit into a sequence.
    """
    check_delay(delay, steps - 1, steps)
    rows = np.arange(points)
    bits = rng.integers(0, 2, (points, steps))
    first = rng.integers(0, steps - delay, points)
    answers = rng.permutation(alternating(points, 2))
    bits[rows, first + delay] = bits[rows, first] ^ answers
    x = np.zeros((points, steps, 2))
    x[:, :, 0] = 2.0 * bits - 1.0
    x[rows, first, 1] = x[rows, first + delay, 1] = 1.0
    return bits_dataset("delayed_xor", x, answers, ("x", "mark"))
