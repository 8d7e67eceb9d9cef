"""Two numbers to be added bit by bit, as by hand: the network must keep the carry."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import points_field
from bpviz.data.generators.shared_sequences import bits_dataset, check_delay, delay_field, steps_field
from bpviz.data.registry import GENERATORS
from bpviz.text import N_


@GENERATORS.register(
    "binary_addition",
    N_("Binary addition"),
    help=N_("Two numbers come in bit by bit, the lowest first; at every step a bit of their sum is due."),
    fields=(
        points_field(500),
        steps_field(8),
        delay_field(0, 0),
    ),
    category="sequence",
)
def binary_addition(rng: np.random.Generator, points: int, steps: int, delay: int) -> Dataset:
    """Return the bits a_t and b_t of two numbers and y_t = bit t − delay of a + b; 0 before.

    With T steps the numbers have T − 1 − delay bits each, all alike probable, so that the last
    carry has its step and the answers are the whole sum:

        y_t = a_t ⊕ b_t ⊕ c_t,   c_(t+1) = 1 where two or three of a_t, b_t, c_t are 1,   c_1 = 0.

    A network needs one bit of memory, the carry; a ``delay`` asks it to keep as many bits more.
    After F.-S. Tsung, G. Cottrell: A sequential adder using recurrent networks, 1989.

    Raises
    ------
    UserError
        When no bit of the numbers is left.
    """
    check_delay(delay, steps - 2, steps)
    width = steps - 1 - delay
    bits = np.zeros((points, steps, 2), dtype=np.int64)
    bits[:, :width] = rng.integers(0, 2, (points, width, 2))
    answers, carry = np.zeros((points, steps), dtype=np.int64), np.zeros(points, dtype=np.int64)
    for step in range(width + 1):
        total = bits[:, step].sum(axis=1) + carry
        answers[:, step + delay] = total % 2
        carry = total // 2
    return bits_dataset("binary_addition", bits.astype(np.float64), answers, ("a", "b"))
