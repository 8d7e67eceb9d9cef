"""Random data sets of every shape that a network may be built on, and networks on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpviz.data.dataset import Dataset
from bpviz.engine.registries import LOSSES
from bpviz.training.build import build
from bpviz.training.config import DataConfig, LiveSettings, RunConfig
from bpviz.training.layer_spec import parse_layers
from bpviz.training.network_training import NetworkTraining

KINDS = ("features", "pictures", "sequences", "sequences_by_step")


def dataset(
    kind: str, rng: np.random.Generator, *, rows: int = 5, classes: int = 0, shape: tuple[int, ...] = ()
) -> Dataset:
    """Return random samples.

    ``shape`` is (features,), (height, width) or (steps, channels); ``classes`` 0 means numbers, two a
    sample (one a step).
    """
    shape = shape or {"features": (3,), "pictures": (4, 5)}.get(kind, (3, 2))
    width = int(np.prod(shape))
    steps = shape[0] if kind == "sequences_by_step" else 0
    x = rng.normal(size=(rows, width))
    if classes:
        y = rng.integers(0, classes, (rows, steps) if steps else rows)
    else:
        y = rng.normal(size=(rows, steps or 2))
    return Dataset(
        kind,
        x,
        y,
        "classification" if classes else "regression",
        tuple(f"x{i}" for i in range(width)),
        target_names=("y",) if steps or classes else ("y1", "y2"),
        class_names=tuple("abcdefgh"[:classes]),
        picture_shape=(shape[0], shape[-1]) if kind == "pictures" else None,
        sequence_shape=(shape[0], shape[-1]) if kind.startswith("sequences") else None,
        target_steps=steps,
        standardize=False,
    )


def classes_for(loss: str) -> int:
    """Return how many classes a test of ``loss`` takes; 0 where it is for numbers."""
    if loss == "softmax_cross_entropy":
        return 3
    return 2 if LOSSES.create(loss).for_classes else 0


def training_on(samples: Dataset, layers: str, **config: Any) -> NetworkTraining:
    """Return a run of ``layers`` on ``samples``, everything in one batch and no test part."""
    config.setdefault("data", DataConfig(test_share=0.0))
    config.setdefault("live", LiveSettings(batch_size=None))
    training = build(RunConfig(layers=parse_layers(layers), **config), dataset=samples)
    assert isinstance(training, NetworkTraining)
    return training
