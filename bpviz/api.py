"""From Python: ``bpviz.train`` with its ``Run``, ``bpviz.check_gradients`` and ``bpviz.trace``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpviz.data.dataset import Dataset
from bpviz.errors import UserError
from bpviz.snapshot import Array, Evaluation, GradientCheck, GradientNorms, Iteration, Metrics, StopReason
from bpviz.snapshot.dissection import Dissection
from bpviz.training.build import build
from bpviz.training.checking import CheckRequest, check_at, checked_method, checked_step, chosen_rows
from bpviz.training.config import RunConfig
from bpviz.training.dissecting import MOST_SAMPLES, dissect
from bpviz.training.divergence import NotFinite
from bpviz.training.loop import Training
from bpviz.training.options import run_config
from bpviz.training.recorder import until
from bpviz.training.weights import save_weights

Observer = Callable[[Iteration], None]


@dataclass(frozen=True)
class Run:
    """A training that has ended.

    Attributes
    ----------
    config : RunConfig
        Everything that was asked for, defaults included.
    stopped : {"iterations", "loss", "plateau", "early", "diverged", "interrupted"}
        Why it ended.  After ``"early"`` the parameters are those of the best test loss,
        after ``"diverged"`` those of the last good iteration.
    iterations : int
        Number of updates that made the parameters, n.  What a run did beyond the iteration that it went
        back to (after ``"early"`` and ``"diverged"``) is in none of the arrays.
    epochs : float
        Passes over the training set.
    seconds : float
        Time that the iterations took.
    loss : (n + 1,) float64
        ``loss[i]`` is what iteration i descended: the loss of its batch, penalty included, at the
        parameters *before* update i; ``loss[0]`` is that at the start.  So it runs one update behind
        ``train_loss``, which is measured after the update.  Beyond two million iterations it holds
        every ``stride``-th.
    stride : int
        The iterations between two entries of ``loss``: 1 but for such long runs.
    evaluated : (k,) int64
        The iterations after which the whole training and test sets were measured.
    train_loss, test_loss, train_accuracy, test_accuracy : (k,) float64
        What was measured there, without the penalty; accuracies in [0, 1].  NaN where there is no
        test set or, for regression, no accuracy.
    parameters : dict of str to array
        ``W1`` (out, in), ``b1`` (out,), ``W2``, …, and for a batch norm that is layer 2
        ``statistics2``: its running means, then its running variances; for a function its variables.
    train, test : Evaluation or None
        Loss and accuracy at the end; ``test`` is None without a test set.
    size : int
        Number of parameters.
    record : dict
        What the parameters mean: names and scaling of the features, the targets' scaling, the classes;
        for a function its formula.  ``save_weights`` writes it into the file's metadata.
    train_metrics, test_metrics : ClassMetrics or RegressionMetrics or None
        Precision, recall, F1 and the like, or R², MAE and RMSE in the target's own units, at the end.
    layer_norms : (k, layers) float64 or None
        ‖∂L/∂θ⁽ˡ⁾‖, each layer's part of the gradients that made the ``evaluated`` iterations; NaN for a layer
        without parameters, None for a function.
    step_norms : (k, T) float64 or None
        There, too, ‖∂L/∂h_t‖ of each step of the first recurrent layer, over the samples of the batch
        together; None where there is none, or the gradient did not come by backpropagation.
    gradient_norms : GradientNorms or None
        The same of the last gradient.
    """

    config: RunConfig
    stopped: StopReason
    iterations: int
    epochs: float
    seconds: float
    loss: Array
    stride: int
    evaluated: NDArray[np.int64]
    train_loss: Array
    test_loss: Array
    train_accuracy: Array
    test_accuracy: Array
    parameters: dict[str, Array]
    train: Evaluation
    test: Evaluation | None
    size: int
    record: dict[str, object]
    train_metrics: Metrics | None = None
    test_metrics: Metrics | None = None
    layer_norms: Array | None = None
    step_norms: Array | None = None
    gradient_norms: GradientNorms | None = None

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.config.seed

    @property
    def iterations_per_second(self) -> float:
        """Updates a second; 0 when there were none."""
        return self.iterations / self.seconds if self.seconds > 0 else 0.0

    def save_weights(self, path: str | Path) -> None:
        """Write the parameters to a safetensors file.

        Raises
        ------
        UserError
            When the file cannot be written.
        """
        save_weights(path, self.parameters, self.record)


def train(
    data: str | None = None,
    *,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    layers: str | None = None,
    **options: Any,
) -> Run:
    """Train a network, or descend a function, and return what happened.

    Parameters
    ----------
    data : str
        A data set's name (``bpviz list datasets``) or a CSV or TSV file; ``"spiral"`` where nothing is
        given.
    x, y : (N, D) and (N,) or (N, K) array_like
        Data of your own instead: one row a sample.  Targets that are whole numbers, booleans or texts
        are classes, other numbers are regressed.
    layers : str
        The hidden layers, e.g. ``"8 tanh, 3 relu nobias"``, ``"conv 8 3x3 relu, maxpool 2, flatten, 32
        relu"`` or ``"lstm 16"`` (``bpviz list layers``); ``""`` for none.  Left out, they are
        ``"8 tanh, 8 tanh"``.
    **options
        What ``bpviz train --help`` lists, ``-`` written ``_``: ``target``, ``points``, ``noise``,
        ``test_share``, ``standardize``, ``loss``, ``output_activation``, ``output_bias``,
        ``optimizer``, ``learning_rate``, ``schedule``, ``clip_value``, ``clip_norm``, ``gradient``,
        ``gradient_step``, ``batch_size`` (a number or ``"full"``), ``shuffle``, ``initializer``,
        ``iterations``, ``stop_loss``, ``tolerance``, ``patience``, ``early_stopping``, ``seed``,
        ``data_seed``, ``precision`` (32 or 64), ``initial_weights``, and ``function`` with ``start`` to
        descend a function instead.  Beside them every field of the chosen pieces: ``momentum`` or
        ``weight_decay`` of an optimizer, ``total_steps`` of a schedule, ``label_smoothing`` of a loss,
        ``l1``, ``l2``, ``elastic_net`` and ``max_norm``.

    Raises
    ------
    UserError
        When an option cannot be taken or the data cannot be read; ``str(error)`` says what to do.

    Examples
    --------
    >>> import bpviz
    >>> run = bpviz.train(data="xor", layers="4 tanh", iterations=300, seed=1)
    >>> run.stopped, run.loss.shape, run.parameters["W1"].shape
    ('iterations', (301,), (4, 2))
    """
    config, training = _built(x, y, {"data": data, "layers": layers, **options})
    return describe(training, config, drive(training))


def check_gradients(
    data: str | None = None,
    *,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    layers: str | None = None,
    method: str = "central",
    step: float | None = None,
    samples: int | None = None,
    iterations: int = 0,
    **options: Any,
) -> GradientCheck:
    """Compare backpropagation with differences, parameter by parameter.

    Parameters that stand at a kink (ReLU at 0, say) are told by ``at_kink`` and count for none of the
    errors: a difference mixes the slopes of both sides there.

    Parameters
    ----------
    data, x, y, layers, **options
        The network and its data, or a function, as in `train`.
    method : {"forward", "central", "complex"}
        How the gradient is found the other way; “complex” where every function takes complex numbers.
    step : float
        h in (0, 1].  Left out, what suits the method: 1e-8, 1e-5 or 1e-20.
    samples : int
        How many training samples the loss is taken over, drawn by the seed; left out, 100, or all
        where there are fewer.
    iterations : int
        Updates to make before; by default none, so that the start is looked at.

    Raises
    ------
    UserError
        When an option cannot be taken or the data cannot be read; ``str(error)`` says what to do.

    Examples
    --------
    >>> import bpviz
    >>> check = bpviz.check_gradients(data="xor", layers="4 tanh", step=1e-5)
    >>> check.parameters, check.max_relative_error < 1e-6
    (17, True)
    """
    request = CheckRequest(checked_method(method), checked_step(step), everything=True)
    asked = {"data": data, "layers": layers, "iterations": iterations, **options}
    config, training = _built(x, y, asked)
    rows = chosen_rows(training.objective, samples, config.seed)
    drive(training)
    training.objective.begin(training.iteration)
    return check_at(training.objective, training.theta, rows, request)


def trace(
    data: str | None = None,
    *,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    layers: str | None = None,
    at: int = 1,
    samples: Sequence[int] | None = None,
    **options: Any,
) -> Dissection:
    """Train up to an iteration and return every number of it: forward, loss, backward and update.

    Parameters
    ----------
    data, x, y, layers, **options
        The network and its data, or a function, as in `train`; ``iterations`` is ``at``'s to say.
    at : int
        Which iteration, from 1 on: the update that makes the parameters number ``at`` out of those before.
    samples : sequence of int
        The training samples to trace, counted from 0; left out, those of the iteration's batch.  The
        gradient and the update stay those of the batch.

    Returns
    -------
    Dissection
        Of each layer (``layers[l]``) x, z, a and δ with a row a sample, in the layer's own shapes, what else
        its kind has (``extras``) and its ``parameters`` with values, gradient and update; beside them the
        samples' losses, θ, ∇L, the update, and what the optimizer remembers before and after.

    Raises
    ------
    UserError
        When an option cannot be taken, the data cannot be read, or the run ends before ``at``;
        ``str(error)`` says what to do.

    Examples
    --------
    >>> import bpviz
    >>> seen = bpviz.trace(data="xor", layers="4 tanh", at=3, samples=[0, 5], seed=1)
    >>> seen.iteration, seen.layers[0].z.shape, seen.layers[0].parameters[0].gradient.shape
    (3, (2, 4), (4, 2))
    """
    if "iterations" in options:
        raise UserError("“at” says how far the run goes: “iterations” cannot stand beside it.")
    if at < 1 or at != int(at):
        raise UserError("There is no iteration {at} to trace.", hint="The first is 1.", at=at)
    config, training = _built(x, y, {"data": data, "layers": layers, "iterations": int(at) - 1, **options})
    return _dissected(training, config, at, samples)


def _dissected(training: Training, config: RunConfig, at: int, samples: Sequence[int] | None) -> Dissection:
    """Train up to iteration ``at`` and take it apart."""
    rows = None if samples is None else _chosen_samples(samples, training)
    drive(training)
    if training.iteration == at - 1 and training.stopped == "iterations":
        with suppress(NotFinite), np.errstate(all="ignore"):
            return dissect(training, config, rows)
    raise UserError(
        "The run ends at iteration {last}, before {at}.",
        hint="Look at an earlier one.",
        last=training.iteration,
        at=at,
    )


def _chosen_samples(samples: Sequence[int], training: Training) -> NDArray[np.intp]:
    there = training.objective.sample_count
    rows = np.atleast_1d(np.asarray(samples))
    if training.info.kind == "function":
        raise UserError("A function has no samples to choose from.", hint="Leave out “samples”.")
    whole = rows.dtype.kind in "iu" and rows.ndim == 1 and 0 < len(rows) <= MOST_SAMPLES
    if not whole or rows.min() < 0 or rows.max() >= there:
        raise UserError(
            "The samples {samples} cannot be traced.",
            hint="They are up to {most} whole numbers from 0 to {last}.",
            samples=list(samples),
            most=MOST_SAMPLES,
            last=there - 1,
        )
    return rows.astype(np.intp)


def _built(x: ArrayLike | None, y: ArrayLike | None, asked: dict[str, Any]) -> tuple[RunConfig, Training]:
    """Return the run that was asked for, on the caller's own arrays where there are some."""
    dataset = _own_dataset(x, y)
    if dataset is not None:
        for name in ("data", "function"):
            if asked.get(name) is not None:
                raise UserError("x and y are the data: “{name}” cannot stand beside them.", name=name)
    config = run_config(asked)
    return config, build(config, dataset=dataset)


def drive(
    training: Training, observers: Sequence[Observer] = (), interrupted: Callable[[], bool] | None = None
) -> float:
    """Run ``training`` to its end, showing every iteration to the observers.

    Parameters
    ----------
    interrupted : callable, optional
        Looked at after every iteration; once true the training stops as ``"interrupted"``.

    Returns
    -------
    float
        The seconds it took.
    """
    started = perf_counter()
    for iteration in training.iterations():
        for observe in observers:
            observe(iteration)
        if interrupted is not None and interrupted():
            training.stopped = training.stopped or "interrupted"
            break
    return perf_counter() - started


def describe(training: Training, config: RunConfig, seconds: float) -> Run:
    """Return the ``Run`` of a training that has ended."""
    # After early stopping the run stands before what it has recorded.
    history = until(training.recorder.history(), training.iteration)
    norms = training.gradient_norms()
    train_part, test_part = training.evaluate()
    train_metrics, test_metrics = training.metrics()
    return Run(
        config=config,
        stopped=training.stopped or "interrupted",
        iterations=training.iteration,
        epochs=training.epoch,
        seconds=seconds,
        loss=history.loss,
        stride=history.stride,
        evaluated=history.evaluated,
        train_loss=history.train_loss,
        test_loss=history.test_loss,
        train_accuracy=history.train_accuracy,
        test_accuracy=history.test_accuracy,
        parameters=training.parameters(),
        train=train_part,
        test=test_part,
        size=training.size,
        record=training.record(),
        train_metrics=train_metrics,
        test_metrics=test_metrics,
        layer_norms=history.layer_norms,
        step_norms=history.step_norms,
        gradient_norms=norms,
    )


def _own_dataset(x: ArrayLike | None, y: ArrayLike | None) -> Dataset | None:
    """Return the caller's arrays as a data set, checked, or None without them."""
    if x is None and y is None:
        return None
    if x is None or y is None:
        raise UserError("x and y go together: one row of features for every target.")
    try:
        features = np.array(x, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError) as error:
        raise UserError("x is not an array of numbers ({reason}).", reason=error) from error
    features = features[:, None] if features.ndim == 1 else features
    try:
        targets = np.array(y, ndmin=1)
    except ValueError as error:  # rows of different lengths
        raise UserError("y is not an array ({reason}).", reason=error) from error
    if features.ndim != 2 or targets.ndim > 2 or len(features) != len(targets) or not features.size:
        raise UserError(
            "x has shape {x} and y has shape {y}; they need (N, D) and (N,) or (N, K).",
            x=features.shape,
            y=targets.shape,
        )
    if not np.isfinite(features).all():
        row, column = np.argwhere(~np.isfinite(features))[0]
        raise UserError("x is not finite in row {row}, column {column}.", row=int(row), column=int(column))
    if len(features) > 1 and (features == features[0]).all():
        raise UserError(
            "Every feature is the same in every row: there is nothing to learn from.",
            hint="Choose another target, or data whose rows differ.",
        )
    return _with_targets(features, targets)


def _with_targets(x: Array, y: NDArray[Any]) -> Dataset:
    names = tuple(f"x{i + 1}" for i in range(x.shape[1]))
    if y.dtype.kind == "O":  # a column of a table, say: its cells tell what they are
        y = np.array(y.tolist())
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise UserError("y is not finite in row {row}.", row=int(np.argwhere(~np.isfinite(y))[0][0]))
        targets = y.astype(np.float64).reshape(len(y), -1)
        if len(targets) > 1 and (targets == targets[0]).all():
            raise UserError("y is the same in every row; there is nothing to tell apart.")
        columns = tuple(f"y{i + 1}" for i in range(targets.shape[1]))
        return Dataset("arrays", x, targets, "regression", names, columns)
    if y.ndim == 2 and y.shape[1] != 1:
        raise UserError("y has {columns} columns of classes; it needs one.", columns=y.shape[1])
    # Whole numbers are put in order as numbers: class 2 comes before class 10.
    flat = y.ravel() if y.dtype.kind in "iu" else y.ravel().astype(str)
    classes, labels = np.unique(flat, return_inverse=True)
    if len(classes) < 2:
        raise UserError("y holds one class only; there is nothing to tell apart.")
    named = tuple(str(name) for name in classes)
    return Dataset("arrays", x, labels.astype(np.int64), "classification", names, class_names=named)
