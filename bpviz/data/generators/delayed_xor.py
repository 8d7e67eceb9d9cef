"""The XOR of two marked bits that lie some steps apart: a long way for a gradient."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import alternating, noise_field, points_field
from bpviz.data.generators.shared_sequences import bits_dataset, check_delay, delay_field, steps_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "delayed_xor",
    N_("Delayed XOR"),
    help=N_("Do two marked bits differ? Many steps apart, a simple recurrent network forgets the first."),
    fields=(
        points_field(1000),
        steps_field(16),
        delay_field(10, 1),
        noise_field(0.3, high=1.0),
    ),
    category="sequence",
)
def delayed_xor(rng: np.random.Generator, points: int, steps: int, delay: int, noise: float) -> Dataset:
    """Return sequences of two channels and y = 1 where the two marked bits differ.

    Channel "mark" is 1 at two steps, p and p + ``delay``, with p uniform in 1 … T − delay, and 0
    elsewhere.  Channel "x" is −1 or 1 at these two, and elsewhere a distraction: normal with mean 0
    and deviation ``noise``.  The classes are of equal size.

    What the second bit says of the first goes back through ``delay`` steps, where the gradient of a
    simple recurrent network vanishes once they are many: at 10 steps it still learns, at 28 of 40 an LSTM
    does and it does not (S. Hochreiter, Y. Bengio, P. Frasconi, J. Schmidhuber:
    Gradient flow in recurrent nets, 2001).  XOR over time: J. Elman, Finding structure in time, 1990.

    Raises
    ------
    UserError
        When the two bits do not fit into a sequence.
    """
    check_delay(delay, steps - 1, steps)
    rows = np.arange(points)
    first = rng.integers(0, steps - delay, points)
    bits = rng.integers(0, 2, points)
    answers = rng.permutation(alternating(points, 2))
    x = np.zeros((points, steps, 2))
    x[:, :, 0] = rng.normal(0.0, noise, (points, steps))
    x[rows, first] = np.column_stack([2 * bits - 1, np.ones(points)])
    x[rows, first + delay] = np.column_stack([2 * (bits ^ answers) - 1, np.ones(points)])
    return bits_dataset("delayed_xor", x, answers, ("x", "mark"))
