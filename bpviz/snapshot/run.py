"""A run: what stays the same through it, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from bpviz.snapshot.arrays import Array

StopReason = Literal["iterations", "loss", "plateau", "early", "diverged", "interrupted"]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What stays the same through a run; the panels set themselves up from it.

    ``units`` counts the units of each layer, input first. ``x_train``/``x_test`` are in the data's own units
    (the network sees them scaled). ``target_scale`` is each target's standard deviation where targets were
    standardized (losses are then in its units), else empty; ``target_mean`` goes with it. ``input_scaling``
    is (mean, scale) of each input: the network sees (x − mean) / scale. ``kinds`` and ``texts`` name each
    layer's kind and say what was written for it, ``shapes`` is what each gives, the input first.
    ``sequence_shape`` is (steps, channels) where a sample is a sequence, and ``target_steps`` is the number
    of steps where there is an answer at each. ``samples`` counts the training samples, those that are not
    shown included. For a function ``kind`` is ``"function"``, ``units`` is empty and ``domain`` gives (low,
    high) for each variable.
    """

    run_id: int
    kind: Literal["network", "function"]
    name: str
    size: int
    units: tuple[int, ...] = ()
    activations: tuple[str, ...] = ()
    parameter_names: tuple[str, ...] = ()
    loss_name: str = ""
    task: Literal["classification", "regression", "function"] = "function"
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    picture_shape: tuple[int, int] | None = None
    x_train: Array | None = None
    y_train: NDArray[Any] | None = None
    x_test: Array | None = None
    y_test: NDArray[Any] | None = None
    iterations_per_epoch: int = 1
    domain: tuple[tuple[float, float], ...] = ()
    formula: str = ""
    target_scale: tuple[float, ...] = ()
    kinds: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    sequence_shape: tuple[int, int] | None = None
    target_steps: int = 0
    samples: int = 0
    input_scaling: tuple[Array, Array] | None = None
    target_mean: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RunState:
    """What the training is doing, for the toolbar and the timeline.

    ``position`` is the iteration on the screen, ``last`` the newest recorded one. ``speed`` is the measured
    number of iterations a second, 0 when it stands. ``operation`` is what is lit of the iteration after
    ``position``, from 0 of ``operations``; None while none is taken apart. ``branch`` is the present branch,
    ``places`` counts the changes of branches and bookmarks.
    """

    run_id: int
    running: bool
    position: int
    last: int
    speed: float
    stopped: StopReason | None = None
    operation: int | None = None
    operations: int = 0
    branch: int = 1
    places: int = 0
