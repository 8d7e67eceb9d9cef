"""The data sets that have a name: those made here and those that come with the program."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.errors import UserError
from bpviz.registry import Registry
from bpviz.text import N_

GENERATORS: Registry[Dataset] = Registry(N_("data set"))
"""``make(rng=…, **fields)``; ``extra["category"]``: classification, regression, sequence or bundled;
``extra["shape"]``: picture, where the category does not say what a sample is."""

_STREAM = 0xDA7A
"""Keeps the data's random numbers apart from those that others draw from the same seed."""


def generate(name: str, seed: int = 0, **options: Any) -> Dataset:
    """Return the data set called ``name``; the same seed and options give the same bits.

    Parameters
    ----------
    name : str
        One of ``GENERATORS.names()``.
    seed : int
        At least 0.
    **options
        The fields of that data set; what is left out takes its default.

    Raises
    ------
    UserError
        For an unknown name or field, or a value outside its bounds.
    """
    entry = GENERATORS[name]
    values = entry.checked(options)
    if seed < 0:
        raise UserError("The seed cannot be {seed}.", hint="It is a whole number from 0 on.", seed=seed)
    return entry.make(rng=np.random.default_rng([seed, _STREAM]), **values)
