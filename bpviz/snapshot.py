"""All that crosses a thread: frozen, and owning its arrays.

Symbols: θ all parameters in one vector, n their number; L the loss; x the input, W⁽ˡ⁾ (out, in) and
b⁽ˡ⁾ (out,) a layer's parameters, z⁽ˡ⁾ = W⁽ˡ⁾a⁽ˡ⁻¹⁾ + b⁽ˡ⁾ its weighted sum, a⁽ˡ⁾ = σ(z⁽ˡ⁾) its activation,
δ⁽ˡ⁾ = ∂L/∂z⁽ˡ⁾.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bpviz.changes import ChangedSample
from bpviz.spread import Histograms

Array = NDArray[np.floating]
StopReason = Literal["iterations", "loss", "plateau", "early", "diverged", "interrupted"]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of ``array`` that nobody can write to."""
    copy = np.array(array, copy=True)
    copy.setflags(write=False)
    return copy


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The loss, and for classes the share answered rightly, over one part of the data.

    The loss is the data's alone, without the L1/L2 penalty.
    """

    loss: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class GradientNorms:
    """How long the parts of a gradient are: where it vanishes and where it explodes.

    ``layers`` (layers,) is ‖∂L/∂θ⁽ˡ⁾‖ of each layer's parameters, NaN where a layer has none.  ``steps``
    (T,) is ‖∂L/∂h_t‖ of each step t of the first recurrent layer, with all that flows back, over the
    samples of the batch taken together; None where no layer is recurrent or the gradient did not come by
    backpropagation.
    """

    layers: Array
    steps: Array | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """What one iteration was: small enough to be made for every one.

    ``iteration`` counts updates: 0 is the start.  ``loss`` is what was descended (penalty
    included), over the batch, at the θ *before* this update; at iteration 0 it is that of the start.
    ``train`` and ``test`` are taken after the update where the loop evaluated, else None; there, too,
    a network's ``norms`` are those of the gradient that was descended, before any clipping.
    """

    run_id: int
    iteration: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    train: Evaluation | None = None
    test: Evaluation | None = None
    norms: GradientNorms | None = None


@dataclass(frozen=True, slots=True)
class ParameterState:
    """One array of a layer's parameters after an iteration, all in its own shape.

    ``name`` as in files (W, b, Wx, gamma), ``symbol`` as on the screen.  ``gradient`` is that of the last
    batch, which made the last update; ``update`` is what this update took off: before − after.
    """

    name: str
    symbol: str
    role: Literal["weight", "bias", "gain"]
    values: Array
    gradient: Array
    update: Array


@dataclass(frozen=True, slots=True)
class LayerState:
    """One layer after an iteration.

    ``z``, ``a`` and ``delta`` belong to the chosen sample and are flat; ``shape`` says what they are:
    (features,), (channels, height, width) or (steps, channels).  ``arrays`` holds what else there is to
    see of the sample in this kind of layer (gates, the winners of a pooling, a dropout's mask), by
    name, in its own shape.  ``kind`` is the layer's name in the registry, empty for the input, ``text``
    what was written for it.

    ``weights`` (out, in) to ``bias_gradient`` are those of a dense layer, None in others; every
    layer's are in ``parameters``.  ``maps`` (units, height, width) is each unit's activation over the
    input plane, row 0 at the bottom, where there are two inputs.
    """

    name: str
    activation: str
    units: int
    z: Array
    a: Array
    delta: Array
    weights: Array | None = None
    bias: Array | None = None
    weight_gradient: Array | None = None
    bias_gradient: Array | None = None
    maps: Array | None = None
    kind: str = "dense"
    text: str = ""
    shape: tuple[int, ...] = ()
    parameters: tuple[ParameterState, ...] = ()
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PredictionMap:
    """The network's answer over a plane of two features, in the data's own units.

    ``values``: (height, width, outputs), row 0 at the lowest y; probabilities for classification (one column
    a class, two columns for two classes), predictions for regression.  For a single feature height is 1.
    """

    features: tuple[int, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    values: Array


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One iteration, whole: what every panel shows.

    For a function of one or two variables ``layers`` is empty and ``theta`` is the point. ``confusion_*`` are
    (classes, classes) counts, row = true class, column = predicted. ``predictions_train``/``_test`` are (N,
    outputs) for regression, else None. ``update`` (n,) is what the last update took off θ: before − after.
    ``what_if``: numbers were changed by hand, only to look. ``by_hand``: the update was a change by hand, the
    optimizer took no step. ``changed`` are the samples that are no more what `RunInfo` says of them; it is
    the same object as long as they are the same.
    """

    run_id: int
    iteration: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    theta: Array
    gradient: Array
    train: Evaluation
    test: Evaluation | None
    layers: tuple[LayerState, ...] = ()
    sample: int = 0
    target: Array | None = None
    prediction_map: PredictionMap | None = None
    confusion_train: NDArray[np.int64] | None = None
    confusion_test: NDArray[np.int64] | None = None
    predictions_train: Array | None = None
    predictions_test: Array | None = None
    update: Array | None = None
    metrics_train: ClassMetrics | RegressionMetrics | None = None
    metrics_test: ClassMetrics | RegressionMetrics | None = None
    histograms: Histograms | None = None
    what_if: bool = False
    by_hand: bool = False
    changed: tuple[ChangedSample, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """What the window wants the next snapshot to hold."""

    sample: int = 0
    features: tuple[int, int] = (0, 1)
    map_size: int = 64
    neuron_map_size: int = 32
    with_maps: bool = True
    with_histograms: bool = False


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
class SurfaceGrid:
    """The loss over a plane through θ, and the path of the run on it.

    ``losses[i, j]`` is L at o + u[j]·d₁ + v[i]·d₂; for a function of one variable ``v`` has one entry and the
    "surface" is a curve.  ``path`` (k, 3) is u, v and the loss on it, oldest first; ``path_iterations`` (k,)
    numbers it.  ``ball`` is where the run stands (u, v, loss), ``true_loss`` its loss over all training rows,
    ``gradient`` −∇L projected, (du, dv).  ``plane`` is (o, d₁, d₂), each (n,); o moves across it with θ.
    """

    run_id: int
    iteration: int
    u: Array
    v: Array
    losses: Array
    u_label: str
    v_label: str
    kind: str
    path: Array
    path_iterations: NDArray[np.int64]
    ball: tuple[float, float, float]
    true_loss: float
    gradient: tuple[float, float]
    plane: tuple[Array, Array, Array] | None = None


@dataclass(frozen=True, slots=True)
class SurfaceRequest:
    """Which plane the surface is to span.

    ``kind`` is ``"axes"`` (a function's own variables), ``"weights"`` (two parameters, by index) or
    ``"random"`` (two filter-normalized directions from ``seed``).  ``span`` is the half width; None chooses.
    """

    kind: str = "random"
    parameters: tuple[int, int] = (0, 1)
    seed: int = 0
    span: float | None = None
    resolution: int = 51


@dataclass(frozen=True, slots=True)
class History:
    """Every loss of the run so far.

    The arrays are read-only views of buffers that only grow: what is below their length never changes while
    ``run_id`` and ``generation`` stay, so a reader may keep what it derived from it. ``loss`` has one entry
    an iteration, index × ``stride`` = iteration (the stride is 1 up to two million). At the ``evaluated``
    iterations the whole training and test parts were measured (NaN: no test part, or no accuracy).
    ``generation`` counts how often the record was cut back (by going back and on) or thinned.

    ``layer_norms`` (k, layers) and ``step_norms`` (k, T) go with ``evaluated``, too: the `GradientNorms` of
    the gradients that made these iterations; None for a function, and where there are no steps.
    """

    run_id: int
    generation: int
    loss: Array
    evaluated: NDArray[np.int64]
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    stride: int = 1
    layer_norms: Array | None = None
    step_norms: Array | None = None


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


@dataclass(frozen=True, slots=True)
class ClassAverages:
    """Precision, recall and F1 of all classes together."""

    precision: float
    recall: float
    f1: float

    def as_dict(self) -> dict[str, float]:
        """Return them by name."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True, slots=True)
class ClassMetrics:
    """How well classes are told apart; every share lies in 0 … 1.

    The tuples have one entry a class; ``support`` counts its samples.  ``macro`` is the mean over the
    classes, ``weighted`` the mean by support, ``micro`` counts all answers together (for one answer a
    sample its three are the accuracy).  ``roc_auc`` is for two classes, None where it has no meaning.
    ``confusion`` counts answers, a row a true class and a column a predicted one, in the order of
    ``classes``, their names; both are empty in a `Snapshot`, which has its own.
    """

    accuracy: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    support: tuple[int, ...]
    macro: ClassAverages
    micro: ClassAverages
    weighted: ClassAverages
    roc_auc: float | None = None
    confusion: tuple[tuple[int, ...], ...] = ()
    classes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, lists and None, for JSON."""
        return {
            "accuracy": self.accuracy,
            "precision": list(self.precision),
            "recall": list(self.recall),
            "f1": list(self.f1),
            "support": list(self.support),
            "macro": self.macro.as_dict(),
            "micro": self.micro.as_dict(),
            "weighted": self.weighted.as_dict(),
            "roc_auc": self.roc_auc,
            "confusion": [list(row) for row in self.confusion],
            "classes": list(self.classes),
        }


@dataclass(frozen=True, slots=True)
class RegressionErrors:
    """R², the mean absolute error, the root of the mean squared error, and the mean squared error.

    ``mae`` and ``rmse`` are in the target's unit, ``mse`` in its square.
    """

    r2: float
    mae: float
    rmse: float
    mse: float

    def as_dict(self) -> dict[str, float | None]:
        """Return plain numbers for JSON, None for what is not finite."""
        named = {"r2": self.r2, "mae": self.mae, "rmse": self.rmse, "mse": self.mse}
        return {name: number if math.isfinite(number) else None for name, number in named.items()}


@dataclass(frozen=True, slots=True)
class RegressionMetrics:
    """How well numbers are predicted: over all outputs, and for each output."""

    overall: RegressionErrors
    per_output: tuple[RegressionErrors, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain numbers, lists and None, for JSON."""
        return {**self.overall.as_dict(), "per_output": [errors.as_dict() for errors in self.per_output]}


Metrics = ClassMetrics | RegressionMetrics


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """Backpropagation beside differences, parameter by parameter.

    ``indices`` (k,) says which entries of θ, ``backprop`` and ``differences`` (k,) are the two gradients.
    ``relative_error`` is |a − n| / max(|a|, |n|, floor); ``worst_parameter`` is where it is largest.

    ``at_kink`` (k,) tells which parameters stand at a kink of one of ``kinks`` (names of pieces: ReLU), or
    have one within the step: there a difference mixes the slopes of both sides.  They do not count for the
    largest errors and for the worst parameter, which is empty where all stand at one.  ``kink_names`` are
    theirs, the largest error first.  ``of`` is the length of θ, where not all of it was compared.
    """

    method: str
    step: float
    seconds: float
    seconds_backprop: float
    indices: NDArray[np.intp]
    backprop: NDArray[np.floating]
    differences: NDArray[np.floating]
    absolute_error: NDArray[np.floating]
    relative_error: NDArray[np.floating]
    worst_parameter: str
    at_kink: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    kinks: tuple[str, ...] = ()
    kink_names: tuple[str, ...] = ()
    of: int = 0

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which parameters count: those that do not stand at a kink, (k,)."""
        return ~self.at_kink if self.at_kink.size else np.ones(len(self.indices), np.bool_)

    @property
    def parameters(self) -> int:
        """How many were compared."""
        return len(self.indices)

    @property
    def max_absolute_error(self) -> float:
        """The largest |a − n| away from kinks."""
        return float(self.absolute_error[self.counted].max(initial=0.0))

    @property
    def max_relative_error(self) -> float:
        """The largest relative error away from kinks."""
        return float(self.relative_error[self.counted].max(initial=0.0))

    def as_dict(self) -> dict[str, Any]:
        """Return what is told in JSON; None for what is not finite."""
        largest = self.max_absolute_error, self.max_relative_error
        absolute, relative = (value if math.isfinite(value) else None for value in largest)
        return {
            "method": self.method,
            "step": self.step,
            "parameters": self.parameters,
            "seconds": self.seconds,
            "seconds_backprop": self.seconds_backprop,
            "max_absolute_error": absolute,
            "max_relative_error": relative,
            "worst_parameter": self.worst_parameter,
        }


@dataclass(frozen=True, slots=True)
class ErrorValley:
    """The relative error of differences against the step h: ``largest`` and ``median`` (h,) by method.

    Truncation makes the slope on the side of large h, rounding the one on the side of small h.
    """

    steps: NDArray[np.floating]
    largest: dict[str, NDArray[np.floating]]
    median: dict[str, NDArray[np.floating]]
    indices: NDArray[np.intp]
