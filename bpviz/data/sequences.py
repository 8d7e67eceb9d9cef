"""Sequences as the flat rows of a data set, and the names of their columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpviz.data.dataset import Array, Dataset


def step_names(channels: tuple[str, ...], steps: int) -> tuple[str, ...]:
    """Return one name a column, step by step from 1 on: "x[1]", "mark[1]", "x[2]", …"""
    return tuple(f"{channel}[{step}]" for step in range(1, steps + 1) for channel in channels)


def sequence_dataset(
    name: str, x: Array, y: NDArray[np.int64] | Array, channels: tuple[str, ...], **fields: Any
) -> Dataset:
    """Return the data set of some sequences.

    Parameters
    ----------
    x : (N, T, D) float64
        D is the number of ``channels``.
    y : array
        Class indices: (N,), or (N, T) for an answer at every step.  Targets: (N, K), or (N, T, K).
    **fields
        The other attributes of `Dataset`; with ``class_names`` it is a classification.
    """
    count, steps, _ = x.shape
    classes = bool(fields.get("class_names"))
    every_step = y.ndim == (2 if classes else 3)
    return Dataset(
        name,
        x.reshape(count, -1),
        y.reshape(count, -1) if every_step else y,
        "classification" if classes else "regression",
        step_names(channels, steps),
        sequence_shape=(steps, len(channels)),
        target_steps=steps if every_step else 0,
        feature_channel_names=channels,
        **fields,
    )
