"""A noisy sine to be continued: from some values in a row to the next one."""

from __future__ import annotations

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.data.generators.shared import MADE_HERE, noise_field, points_field
from bpviz.data.generators.shared_sequences import steps_field
from bpviz.data.registry import GENERATORS
from bpviz.data.sequences import sequence_dataset
from bpviz.registry import Field
from bpviz.text import N_

_PERIOD = Field(
    "period",
    N_("Period"),
    "float",
    20.0,
    minimum=2.0,
    maximum=10_000.0,
    low=4.0,
    high=100.0,
    step=1.0,
    help=N_("After how many steps the wave repeats itself."),
)


@GENERATORS.register(
    "noisy_sine",
    N_("Noisy sine, next value"),
    help=N_("The next value of a noisy wave, from a window of the values before it."),
    fields=(points_field(400), steps_field(12, minimum=1), noise_field(0.1), _PERIOD),
    category="sequence",
)
def noisy_sine(rng: np.random.Generator, points: int, steps: int, noise: float, period: float) -> Dataset:
    """Return every window of one series and the value that follows it.

    s_i = sin(2π i/period) + ε_i,  ε normal with deviation ``noise``,  i = 0 … points + steps − 1;
    sample n has x = s_n … s_(n+T−1) and the target s_(n+T).  The samples overlap and follow one
    another in time, so the test part is the last ones: no training sample has seen its targets.
    No network can do better than a mean squared error of noise².
    """
    place = np.arange(points + steps)
    series = np.sin(2 * np.pi * place / period) + rng.normal(0.0, noise, place.shape)
    windows = np.lib.stride_tricks.sliding_window_view(series, steps)[:points]
    return sequence_dataset(
        "noisy_sine",
        windows[:, :, None].copy(),
        series[steps:, None].copy(),
        ("x",),
        target_names=("next x",),
        source=MADE_HERE,
        standardize=False,
        chronological=True,
    )
