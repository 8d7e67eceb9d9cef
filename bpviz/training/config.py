"""A run, described: what the window, the command line and ``bpviz.train`` all fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal


@dataclass(frozen=True)
class DataConfig:
    """Which data, and how they are prepared.

    ``name`` is a registered data set, or ``path`` a file.  ``options`` are the fields of the
    generator or the loader (points, noise, …; target, delimiter, …).
    """

    name: str = "spiral"
    path: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    test_share: float = 0.5
    standardize: bool | None = None
    seed: int = 0


@dataclass(frozen=True)
class LayerConfig:
    """One dense layer: its units, its activation, and whether it has a bias."""

    units: int
    activation: str = "tanh"
    bias: bool = True


@dataclass(frozen=True)
class StopConfig:
    """When a run ends by itself; None switches a condition off.

    ``tolerance`` and ``patience``: the run stops once the loss has not fallen by more than
    ``tolerance`` below its best for ``patience`` evaluations.
    """

    iterations: int | None = None
    loss: float | None = None
    tolerance: float | None = None
    patience: int = 20


@dataclass(frozen=True)
class LiveSettings:
    """What may change while a run goes on."""

    learning_rate: float = 0.03
    batch_size: int | None = 10
    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True)
class RunConfig:
    """One run, whole.  ``function`` names a test function; None means a network on data."""

    data: DataConfig = field(default_factory=DataConfig)
    layers: tuple[LayerConfig, ...] = (LayerConfig(8), LayerConfig(8))
    output_bias: bool = True
    output_activation: str = "auto"
    loss: str = "auto"
    optimizer: str = "adam"
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    live: LiveSettings = field(default_factory=LiveSettings)
    shuffle: bool = True
    initializer: str = "xavier"
    initializer_options: Mapping[str, Any] = field(default_factory=dict)
    stop: StopConfig = field(default_factory=StopConfig)
    seed: int = 0
    precision: Literal[32, 64] = 64
    initial_weights: str | None = None
    function: str | None = None
    start: tuple[float, ...] | None = None

    def with_live(self, live: LiveSettings) -> RunConfig:
        """Return the same run with other live settings."""
        return replace(self, live=live)
