"""What the generators of sequences have in common: their fields and how their sets are put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Array, Dataset
from bpviz.data.generators.shared import MADE_HERE
from bpviz.data.sequences import sequence_dataset
from bpviz.errors import UserError
from bpviz.registry import Field
from bpviz.text import N_

BITS = ("0", "1")
MOST_STEPS = 500


def steps_field(default: int, minimum: int = 2) -> Field:
    """Return the field for a sequence's length T."""
    return Field(
        "steps",
        N_("Steps"),
        "int",
        default,
        minimum=minimum,
        maximum=MOST_STEPS,
        low=minimum,
        high=50,
        step=1,
        help=N_("How long a sequence is."),
    )


def delay_field(default: int, minimum: int) -> Field:
    """Return the field for how long a bit must be kept."""
    return Field(
        "delay",
        N_("Delay"),
        "int",
        default,
        minimum=minimum,
        maximum=MOST_STEPS,
        low=minimum,
        high=30,
        step=1,
        help=N_("How many steps a bit must be kept until it is needed."),
    )


def check_delay(delay: int, most: int, steps: int) -> None:
    """Refuse a delay above ``most``, which does not fit into ``steps`` steps.

    Raises
    ------
    UserError
        Naming the delay, the steps, and the largest delay that they allow.
    """
    if delay > most:
        raise UserError(
            "A delay of {delay} does not fit into sequences of {steps} steps.",
            hint="Take a delay of at most {most}, or more steps.",
            delay=delay,
            steps=steps,
            most=most,
        )


def bits_dataset(name: str, x: Array, y: NDArray[np.int64], channels: tuple[str, ...]) -> Dataset:
    """Return a set whose answers are bits: two classes, "0" and "1"."""
    return sequence_dataset(
        name,
        x,
        y,
        channels,
        class_names=BITS,
        target_names=("bit",),
        source=MADE_HERE,
        standardize=False,
    )
