"""A run, described: what the window, the command line and ``bpviz.train`` all fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

GradientMethod = Literal["backprop", "forward", "central", "complex"]
DEFAULT_BATCH = 10


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
    """One hidden layer: its kind in the registry, and its fields as far as they are not the defaults."""

    kind: str = "dense"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return a field's value: the given one or the default."""
        if name in self.options:
            return self.options[name]
        # Imported here: a configuration needs no engine until somebody asks what it leaves out.
        from bpviz.engine.layers import LAYERS

        return next(f.default for f in LAYERS[self.kind].fields if f.name == name)

    def with_option(self, name: str, value: Any) -> LayerConfig:
        """Return the same layer with one field changed."""
        return replace(self, options={**self.options, name: value})


def dense(units: int, activation: str = "tanh", *, bias: bool = True) -> LayerConfig:
    """Return a dense layer."""
    return LayerConfig("dense", {"units": units, "activation": activation, "bias": bias})


@dataclass(frozen=True)
class StopConfig:
    """When a run ends by itself; None switches a condition off.

    ``tolerance`` and ``patience``: the run stops once the loss has not fallen by more than
    ``tolerance`` below its best for ``patience`` evaluations.  ``early``: it stops once the loss over the
    test part has not fallen for that many evaluations, and goes back to the best of them.
    """

    iterations: int | None = None
    loss: float | None = None
    tolerance: float | None = None
    patience: int = 20
    early: int | None = None


@dataclass(frozen=True)
class LiveSettings:
    """What may change while a run goes on.

    ``penalties`` are the fields of the regularizers that are not at their default.  ``clip_value`` bounds
    every entry of the gradient, ``clip_norm`` its length; None leaves it as it is.
    """

    learning_rate: float = 0.03
    batch_size: int | None = DEFAULT_BATCH
    penalties: Mapping[str, float] = field(default_factory=dict)
    clip_value: float | None = None
    clip_norm: float | None = None

    def with_penalty(self, name: str, value: float) -> LiveSettings:
        """Return the same settings with one field of a regularizer changed."""
        return replace(self, penalties={**self.penalties, name: value})


@dataclass(frozen=True)
class RunConfig:
    """One run, whole.  ``function`` names a test function; None means a network on data.

    ``gradient`` is how ∇L is found, with the step ``gradient_step`` where it is by differences (None: what
    suits the method).
    """

    data: DataConfig = field(default_factory=DataConfig)
    layers: tuple[LayerConfig, ...] = (dense(8), dense(8))
    output_bias: bool = True
    output_activation: str = "auto"
    loss: str = "auto"
    loss_options: Mapping[str, Any] = field(default_factory=dict)
    optimizer: str = "adam"
    optimizer_options: Mapping[str, Any] = field(default_factory=dict)
    schedule: str = "constant"
    schedule_options: Mapping[str, Any] = field(default_factory=dict)
    live: LiveSettings = field(default_factory=LiveSettings)
    shuffle: bool = True
    initializer: str = "xavier"
    initializer_options: Mapping[str, Any] = field(default_factory=dict)
    gradient: GradientMethod = "backprop"
    gradient_step: float | None = None
    stop: StopConfig = field(default_factory=StopConfig)
    seed: int = 0
    precision: Literal[32, 64] = 64
    initial_weights: str | None = None
    function: str | None = None
    start: tuple[float, ...] | None = None

    def with_live(self, live: LiveSettings) -> RunConfig:
        """Return the same run with other live settings."""
        return replace(self, live=live)
