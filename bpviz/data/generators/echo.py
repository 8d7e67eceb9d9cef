"""Bits to be repeated some steps later: how long a network can remember."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import points_field
from bpviz.data.generators.shared_sequences import bits_dataset, check_delay, delay_field, steps_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "echo",
    N_("Echo"),
    help=N_("At every step the bit that came some steps before: the network must hold several at once."),
    fields=(
        points_field(500),
        steps_field(12),
        delay_field(3, 0),
    ),
    category="sequence",
)
def echo(rng: np.random.Generator, points: int, steps: int, delay: int) -> Dataset:
    """Return random bits x_t, each 1 with probability ½, and y_t = x_(t−delay); y_t = 0 for t ≤ delay.

    A network needs ``delay`` bits of memory.

    Raises
    ------
    UserError
        When nothing but zeros would be left to answer.
    """
    check_delay(delay, steps - 1, steps)
    bits = rng.integers(0, 2, (points, steps))
    answers = np.zeros_like(bits)
    answers[:, delay:] = bits[:, : steps - delay]
    return bits_dataset("echo", bits[:, :, None].astype(np.float64), answers, ("x",))
